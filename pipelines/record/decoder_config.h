/* The decoder configuration record of an MP4 sample entry: avcC or hvcC (ISO/IEC 14496-15, 5.3.3
 * and 8.3.3). Pure. Ours, because libavformat's writer counts through whatever a parameter set
 * announces and can be kept busy for minutes by 100 bytes. */
#pragma once
#include "stream/unit.h"

/* Returned: the record for samples with 4-byte lengths, or NULL when the format has no usable
 * parameter sets. */
GByteArray *decoder_config(const struct stream_format *format);
