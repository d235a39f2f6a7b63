/* What can be told from small decoded pictures alone: frozen, black, not decodable. Pure: values
 * in, judgement out; the times are parameters. One struct per camera, used by one thread at a time.
 */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The names of docs/camera-states.md; PICTURE_GOOD means none of them. */
enum picture_quality {
    PICTURE_GOOD,
    PICTURE_FROZEN,
    PICTURE_BLACK,
    PICTURE_CANNOT_DECODE,
    PICTURE_DECODER_CRASHED,
};
/* "good", "frozen", "black", "cannot_decode", "decoder_crashed". Static text. */
const char *picture_quality_name(enum picture_quality quality);

struct picture_quality_limits {
    int64_t frozen_us; /* config media.frozen_s; 0: never judged */
    int64_t black_us;  /* 0: never judged */
    unsigned refusals; /* in a row */
};

/* The luma of a thumbnail in 16 × 9 blocks of the thumbnail's rows and columns. */
enum { PICTURE_COLUMNS = 16, PICTURE_ROWS = 9, PICTURE_BLOCKS = PICTURE_COLUMNS * PICTURE_ROWS };

struct picture_judge {
    uint8_t *reference; /* luma that later pictures are compared with; owned */
    size_t reference_bytes;
    bool differed[PICTURE_BLOCKS]; /* since the reference was taken */
    int64_t same_since_us;
    unsigned same_count;      /* pictures in a row that equal the reference */
    bool lit[PICTURE_BLOCKS]; /* in any picture since the first black one */
    int64_t black_since_us;
    unsigned black_count;
    unsigned refused;
    enum picture_quality quality;
};

/* An all-zero struct is a fresh judge. */
void picture_judge_finish(struct picture_judge *judge);

/* A picture was decoded. `luma` is width × height full-range samples without padding; `now_us` any
 * clock that does not step, of the keyframe's arrival. Returned: true when this picture is the same
 * as the last one. judge->quality has the new judgement.
 *
 * Same means: the blocks in which any picture since the reference differed from it, by more than
 * 0.75 levels on average, are at most 18 of the 144 and lie in at most two rows of blocks. A clock
 * or a stamp that goes on running in a frozen picture changes the same few blocks again and again;
 * what moves in a living scene goes elsewhere, and the noise of a sensor is everywhere. Frozen
 * needs three equal pictures that span frozen_us.
 *
 * Black means: mean luma below 8, and nothing to be seen but a clock or a name at the edge. A block
 * is lit when more than a thirty-second of its samples are above 24, or when they deviate by more
 * than 4 levels: a camera behind a cap, its noise scaled away, stays under both, a lamp or a ball
 * does not. Of lit blocks black pictures have 24 at most, all of them since the first black one
 * counted, and those in the two uppermost and the two lowest rows, where cameras write: what is
 * bright elsewhere, or goes about, is a picture of something. */
bool picture_judge_picture(struct picture_judge *judge, const struct picture_quality_limits *limits,
                           const uint8_t *luma, int width_px, int height_px, int64_t now_us);

/* What a stream has carried so far. */
struct picture_traffic {
    guint64 keyframes, keyframe_bytes, others, other_bytes;
};
/* Did something move between two keyframes, however alike they are? The pictures between them (five
 * at least) had more than a hundredth of a keyframe's bytes each: a clip that is repeated does, an
 * encoder that gets the same picture again and again needs a tenth of that, a running clock
 * included. */
bool picture_traffic_moved(const struct picture_traffic *before, const struct picture_traffic *now);

/* Tells the judge so, before the picture that came after it. */
void picture_judge_moved(struct picture_judge *judge, int64_t now_us);

/* A keyframe was refused by the decoder. */
void picture_judge_refusal(struct picture_judge *judge,
                           const struct picture_quality_limits *limits);

/* The decoder crashed or hung at a keyframe: told at once. */
void picture_judge_crash(struct picture_judge *judge);
