/* The description of a session (RFC 4566), as far as a picture needs it, and tolerant: cameras
 * leave lines out, add spaces and invent attributes. Pure. */
#pragma once
#include "stream/unit.h"

struct sdp {
    char session_control[512]; /* a=control before the first media section, or "" */
    unsigned sections;         /* m= lines of any kind */
    unsigned videos;           /* sections of H.264 or H.265 video */
    /* the one that was asked for; codec is CODEC_NONE when there is none */
    enum codec codec;
    unsigned payload_type, clock_hz;
    char control[512];      /* of that section, or "" */
    GByteArray *parameters; /* sprop-…: Annex B, 4-byte start codes; NULL when none */
};

/* Fills `sdp` with the `nth` video section, from 0; sdp_clear() afterwards. false: no line of the
 * text is of a description. */
bool sdp_parse(const char *text, size_t size, unsigned nth, struct sdp *sdp);
void sdp_clear(struct sdp *sdp);
