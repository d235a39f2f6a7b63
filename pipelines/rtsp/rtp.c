#include "rtsp/rtp.h"

enum { RTP_HEADER_BYTES = 12, RTCP_SR = 200, RTCP_SR_BYTES = 28 };
#define NTP_TO_UNIX_S 2208988800ll

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

bool rtp_parse(const uint8_t *data, size_t size, struct rtp *rtp)
{
    if (size < RTP_HEADER_BYTES || data[0] >> 6 != 2)
        return false;
    size_t at = RTP_HEADER_BYTES + 4u * (data[0] & 15u);
    if (data[0] & 0x10) {
        if (at + 4 > size)
            return false;
        at += 4 + 4 * ((size_t)data[at + 2] << 8 | data[at + 3]);
    }
    size_t end = size;
    if (data[0] & 0x20) {
        if (data[size - 1] == 0 || data[size - 1] > end)
            return false;
        end -= data[size - 1];
    }
    if (at > end)
        return false;
    *rtp = (struct rtp){
        .payload = data + at,
        .size = end - at,
        .marker = data[1] & 0x80,
        .type = data[1] & 0x7f,
        .sequence = (uint16_t)(data[2] << 8 | data[3]),
        .timestamp = be32(data + 4),
        .ssrc = be32(data + 8),
    };
    return true;
}

bool rtcp_find_sender_report(const uint8_t *data, size_t size, struct rtcp_sender_report *report)
{
    for (size_t at = 0; at + 4 <= size;) {
        size_t bytes = 4 + 4 * ((size_t)data[at + 2] << 8 | data[at + 3]);
        if (data[at] >> 6 != 2 || bytes > size - at)
            return false;
        if (data[at + 1] == RTCP_SR && bytes >= RTCP_SR_BYTES) {
            int64_t seconds = be32(data + at + 8);
            if (seconds < NTP_TO_UNIX_S) /* unset, or counted from when it was switched on */
                return false;
            report->ssrc = be32(data + at + 4);
            report->unix_us = (seconds - NTP_TO_UNIX_S) * 1000000 +
                              (int64_t)(((uint64_t)be32(data + at + 12) * 1000000) >> 32);
            report->rtp_timestamp = be32(data + at + 16);
            return true;
        }
        at += bytes;
    }
    return false;
}
