/* The parameter sets of one stream, each known by type and id; a newer one replaces its elder.
 * Pure. */
#pragma once
#include "stream/unit.h"

struct parameters;

struct parameters *parameters_create(enum codec codec);
void parameters_destroy(struct parameters *parameters);

/* Is `type` a parameter set of the codec? And one that carries a coded picture? */
bool nal_is_parameter_set(enum codec codec, uint8_t type);
bool nal_is_picture(enum codec codec, uint8_t type);
static inline uint8_t nal_type(enum codec codec, const uint8_t *nal)
{
    return codec == CODEC_H264 ? nal[0] & 0x1f : nal[0] >> 1 & 0x3f;
}

/* Takes in every parameter set of `data` (Annex B) up to the first coded picture, and which of them
 * that picture names. Returned: how many there were. */
unsigned parameters_take(struct parameters *parameters, const uint8_t *data, size_t size);

unsigned parameters_count(const struct parameters *parameters);
/* More than one sequence parameter set: only a picture tells which one counts. */
bool parameters_ambiguous(const struct parameters *parameters);
/* All of them, in order VPS, SPS, PPS: Annex B. Borrowed; changes with the next taken set. */
const GByteArray *parameters_bytes(struct parameters *parameters);
/* Enough to begin decoding? */
bool parameters_complete(const struct parameters *parameters);
/* The format they describe, with one reference, the same as long as nothing changes; and the depth
 * of reordering (see sps.h). NULL when incomplete. */
struct stream_format *parameters_format(struct parameters *parameters, int *reorder_units);
