/* What comes on an RTSP connection after PLAY (RFC 2326 §10.12): binary frames `$ channel length`,
 * answers to our keep-alives, requests of the server, stray line ends. Pure. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum cut_kind {
    CUT_MORE,    /* the beginning of something whole: come again with more bytes */
    CUT_FRAME,   /* a binary frame */
    CUT_MESSAGE, /* an RTSP answer or request, with its body */
    CUT_SKIP,    /* line ends between the two */
    CUT_DESYNC,  /* neither: nothing after this can be trusted */
};

struct cut {
    const uint8_t *data; /* the frame's payload or the whole message */
    size_t size;
    size_t used; /* bytes of input that this takes away */
    uint8_t channel;
};

enum { CUT_MAX_HEADER_BYTES = 8192, CUT_MAX_BODY_BYTES = 65536 };

/* Looks at the first thing in `data`. */
enum cut_kind interleaved_cut(const uint8_t *data, size_t size, struct cut *cut);
