/* What browsers say of their media, {"t":"rtc",…} of docs/mediation.md: pure, held against the
 * contract before anything of it reaches Janus. */
#pragma once
#include "rtc/janus_message.h"

#define SIGNAL_SDP_BYTES ((size_t)48 * 1024)
#define SIGNAL_LINES     16
#define SIGNAL_DELAY_MS  60000

enum signal_op {
    SIGNAL_HELLO,
    SIGNAL_PUBLISH,
    SIGNAL_ANSWER,
    SIGNAL_TRICKLE,
    SIGNAL_LAYERS,
    SIGNAL_RESTART,
    SIGNAL_LINE,
};

struct signal_line {
    char mid[16];
    enum rtc_kind kind;
};

struct signal {
    enum signal_op op;
    guint64 gen;
    gint64 n;
    const char *sdp; /* borrowed */
    guint count;     /* of publish */
    struct signal_line lines[SIGNAL_LINES];
    bool recv;               /* of trickle: pc */
    const json_t *candidate; /* borrowed; NULL: no more */
    const char *seat;        /* borrowed */
    enum rtc_kind kind;
    int substream;   /* -1: no picture */
    gint64 delay_ms; /* of line */
};

/* false: not of the contract; `signal` is of no use. Of an offer every line that could send is
 * named in `streams`, with the right kind, and nothing else is there than sound and pictures. */
bool signal_read(const json_t *message, struct signal *signal);

/* The media lines of an SDP; false: more than SIGNAL_LINES, without a mid, or other than sound and
 * pictures. `sends`: neither refused, inactive nor recvonly. */
struct sdp_line {
    char mid[16];
    bool video, sends;
};
bool sdp_lines(const char *sdp, struct sdp_line *lines, guint *count);
