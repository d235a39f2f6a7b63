/* Between townwalld and townwall-file, which decodes one uploaded picture and ends: it finds the
 * picture at one descriptor and leaves its answer at the other (both memory files), this head
 * first, then the picture, then its thumbnail. */
#pragma once
#include <stdint.h>

enum { FILE_FD_IN = 3, FILE_FD_OUT = 4 };

/* Most bytes of an answer. */
#define FILE_ANSWER_BYTES ((uint32_t)96 * 1024 * 1024)
#define FILE_THUMB_PX     400 /* longer side */

enum file_result {
    FILE_RESULT_NONE, /* it did not come so far */
    FILE_RESULT_DONE,
    FILE_RESULT_DAMAGED,
    FILE_RESULT_TOO_LARGE, /* more pixels than are allowed */
    FILE_RESULT_MOVING,    /* an animation */
};
struct file_answer {
    uint32_t result, width_px, height_px, picture_bytes, thumb_bytes;
    uint32_t kind; /* enum file_kind of the new picture */
};
