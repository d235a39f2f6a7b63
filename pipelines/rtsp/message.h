/* RTSP and HTTP messages as cameras write them: any spaces, bare line feeds, lines that are no
 * header. Pure. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Points into the bytes that it was made of. */
struct rtsp_message {
    unsigned status;  /* of an answer; 0: a request */
    char method[24];  /* of a request */
    const char *head; /* the lines after the first */
    size_t head_size;
    const char *body;
    size_t body_size;
};

/* `data` is one whole message as interleaved_cut() gives it. false: neither answer nor request. */
bool rtsp_message_parse(const uint8_t *data, size_t size, struct rtsp_message *message);

/* The value of the `nth` header of this name, from 0, folded lines joined, without spaces around.
 * Returned: new string, NULL when there is none. */
char *rtsp_message_header(const struct rtsp_message *message, const char *name, unsigned nth);

/* "Unauthorized"; "" for one that nobody knows. */
const char *rtsp_status_text(unsigned status);
