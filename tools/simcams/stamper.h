/* Makes the top row of every picture of a clip its own slice, so that each camera can put its own
 * stamp there without encoding: the rest of the picture is shared. Works on clips made for it (see
 * scenes.sh and docs/simcams.md):
 *   H.264  the first macroblock row is already a slice of its own, which is replaced
 *   H.265  the clip is 16 lines less high than what is sent; a row of CTUs is put on top */
#pragma once
#include "simcams/packetise.h"

enum {
    /* room for one generated slice: a black remainder takes a byte a macroblock */
    SLICE_MAX_BYTES = 32768,
    /* macroblocks or coding tree units of a picture: 2560×1440 and a little more */
    SLICE_MAX_UNITS = 16384,
};

/* What generated slices of one picture take over from the original slice header. */
struct slice_head {
    uint8_t nal[2];   /* NAL unit header */
    uint8_t bits[30]; /* from behind the slice's address to before slice_qp_delta */
    uint8_t bit_count;
    uint8_t merge_candidates; /* H.265, MaxNumMergeCand of a P picture */
    bool key;
};

struct stamper;

struct stamper *stamper_create(enum codec codec);

/* NULL is fine. */
void stamper_destroy(struct stamper *stamper);

/* Rewrites the NAL units (GBytes) of one picture, in decoding order. A keyframe's top row is left
 * out: it belongs at index *stamp_at of `nals` and comes from stamper_stamp(). Other pictures get a
 * top row that repeats the one before. *head is the picture's for later calls. Errors if the clip
 * was not made for stamping. */
bool stamper_take(struct stamper *stamper, GPtrArray *nals, struct slice_head *head,
                  guint *stamp_at, GError **error);

/* Height of what is sent, given the file's. */
int stamper_height_px(enum codec codec, int file_height_px);

/* Generates a NAL unit into nal[SLICE_MAX_BYTES] and returns its size: a keyframe's top row with
 * these 40 cells (stamp_bits()). */
size_t stamper_stamp(const struct stamper *stamper, const struct slice_head *head, uint64_t cells,
                     uint8_t *nal);

/* The same for everything below the top row of a keyframe: black. */
size_t stamper_black(const struct stamper *stamper, const struct slice_head *head, uint8_t *nal);

/* The same for the top row (or everything below it) of another picture: as before. */
size_t stamper_skip(const struct stamper *stamper, const struct slice_head *head, bool top,
                    uint8_t *nal);
