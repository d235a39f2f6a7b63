/* Reads what an RTSP client sends: requests and interleaved frames. Pure; any thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RTSP_HEADERS_MAX = 32, RTSP_REQUEST_MAX_BYTES = 8192 };

/* A part of the bytes that were parsed; not terminated. */
struct span {
    const char *text;
    size_t size_bytes;
};

struct rtsp_header {
    struct span name;
    struct span value;
};

enum rtsp_input_kind {
    RTSP_INPUT_REQUEST,
    RTSP_INPUT_INTERLEAVED,
};

struct rtsp_input {
    enum rtsp_input_kind kind;
    /* request */
    struct span method;
    struct span url;
    struct rtsp_header headers[RTSP_HEADERS_MAX];
    size_t header_count;
    struct span body;
    /* interleaved frame */
    uint8_t channel;
    struct span payload;
};

/* Which camera and profile a URL names: …/cam/NUMBER/(sub|main)[/track]. */
struct rtsp_target {
    unsigned camera; /* from 1 */
    bool main;
};

enum transport_kind {
    TRANSPORT_NONE,
    TRANSPORT_TCP,
    TRANSPORT_UDP,
};

struct rtsp_transport {
    enum transport_kind kind;
    uint8_t channel;      /* TCP: RTP's channel; RTCP's is the next */
    uint16_t client_port; /* UDP: RTP's port; RTCP's is the next */
    uint16_t client_rtcp_port;
};

/* Parses one request or interleaved frame at the start of data. Returns the bytes it takes, 0 if
 * more are needed, or -1 if this cannot be RTSP. Spans point into data. Leading CR LF is skipped.
 */
long rtsp_input_parse(const char *data, size_t size_bytes, struct rtsp_input *input);

/* The value of a header by case-insensitive name, or an empty span. */
struct span rtsp_header(const struct rtsp_input *input, const char *name);

/* Whether a span is exactly this text, ignoring case. */
bool span_is(struct span span, const char *text);

/* Takes the target out of a request URL; false if it names no camera. */
bool rtsp_target_parse(struct span url, struct rtsp_target *target);

/* Chooses the first transport of a Transport header that we serve; kind NONE if there is none. */
struct rtsp_transport rtsp_transport_parse(struct span value);
