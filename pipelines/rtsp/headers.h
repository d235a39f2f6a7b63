/* Values of RTSP headers, as cameras write them. Pure. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rtsp_transport {
    bool tcp;
    bool interleaved; /* channels below are given */
    uint8_t rtp_channel, rtcp_channel;
    uint16_t server_rtp_port, server_rtcp_port; /* 0: not given */
    char source[64];                            /* address that media comes from, or "" */
    bool ssrc_known;
    uint32_t ssrc;
};
/* false: nothing that names a transport. */
bool rtsp_transport_parse(const char *value, struct rtsp_transport *transport);

/* "708345999;timeout=60" with any spaces. `id` gets at most `id_capacity` - 1 characters.
 * `timeout_s` is left alone when not given or absurd. false: no id. */
bool rtsp_session_parse(const char *value, char *id, size_t id_capacity, unsigned *timeout_s);

/* Retry-After in seconds (RFC 9110 §10.2.3), at most a day; 0 for a date or anything else. */
unsigned rtsp_retry_after_s(const char *value);

/* Does a Public or Allow list name `method`? */
bool rtsp_list_has(const char *value, const char *method);
