/* Parameter sets that changed, or that do not fit their pictures (faults "parameters" and
 * "garble"). Pure; any thread. */
#pragma once
#include "simcams/packetise.h"

/* Gives a sequence parameter set a higher level: other bytes, the same pictures. Other NAL units
 * stay as they are. `nal` without start code. */
void wrong_sets_change(enum codec codec, uint8_t *nal, size_t size_bytes);

/* Makes a picture parameter set describe other slices than those that follow: H.264 the other
 * entropy coding, H.265 more bits in each slice header. For sets with both ids 0, as encoders
 * write them. Other NAL units stay as they are. */
void wrong_sets_garble(enum codec codec, uint8_t *nal, size_t size_bytes);
