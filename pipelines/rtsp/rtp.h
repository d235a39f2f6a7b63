/* RTP and RTCP headers (RFC 3550). Pure. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rtp {
    const uint8_t *payload;
    size_t size;
    uint32_t timestamp, ssrc;
    uint16_t sequence;
    uint8_t type;
    bool marker;
};

/* false: not RTP version 2, or lengths that lie. `payload` points into `data`. */
bool rtp_parse(const uint8_t *data, size_t size, struct rtp *rtp);

struct rtcp_sender_report {
    uint32_t ssrc;
    uint32_t rtp_timestamp;
    int64_t unix_us; /* the sender's clock at that timestamp */
};
/* Finds the first sender report of a compound packet. false: there is none, or its clock is unset.
 */
bool rtcp_find_sender_report(const uint8_t *data, size_t size, struct rtcp_sender_report *report);
