/* Makes RTP packets out of NAL units, for tests of what takes them apart. */
#pragma once
#include "rtsp/assembler.h"

struct packets {
    enum codec codec;
    size_t mtu_bytes;
    uint16_t sequence;
    uint32_t ssrc;
    struct assembler *assembler;
    struct assembler_scratch *scratch;
    int64_t wall_us;
    bool settle_each; /* as if every packet came in a block of its own */
    bool marker_each; /* set on each NAL unit, as some cameras do */
};

/* One NAL unit (without start code) as one packet or fragments. `last`: ends its picture. */
void packets_nal(struct packets *packets, const uint8_t *nal, size_t size, uint32_t timestamp,
                 bool last);

/* One packet with this payload. */
void packets_raw(struct packets *packets, const uint8_t *payload, size_t size, uint32_t timestamp,
                 bool marker);
