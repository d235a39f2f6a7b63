#include "rtsp/interleaved.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* "RTSP/1.0 200" and "OPTIONS rtsp://" begin with a word of capitals. */
static int plausible_message(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size && i < 16; i++) {
        if (data[i] == ' ' || data[i] == '/')
            return i >= 3;
        if (!((data[i] >= 'A' && data[i] <= 'Z') || data[i] == '_'))
            return 0;
    }
    return size < 16;
}

/* Value of Content-Length in a header block, 0 without one, -1 when out of bounds. */
static long content_length(const uint8_t *head, size_t size)
{
    static const char name[] = "content-length";
    const size_t name_size = sizeof name - 1;
    for (size_t at = 0; at + name_size < size; at++) {
        if (at && head[at - 1] != '\n')
            continue;
        if (strncasecmp((const char *)head + at, name, name_size) != 0)
            continue;
        for (at += name_size; at < size && (head[at] == ' ' || head[at] == '\t'); at++)
            ;
        if (at == size || head[at++] != ':')
            continue;
        for (; at < size && (head[at] == ' ' || head[at] == '\t'); at++)
            ;
        long value = 0;
        for (; at < size && head[at] >= '0' && head[at] <= '9'; at++) {
            value = value * 10 + (head[at] - '0');
            if (value > CUT_MAX_BODY_BYTES)
                return -1;
        }
        return value;
    }
    return 0;
}

/* Bytes of the head with its empty line, 0 when that has not come. Some servers write bare line
 * feeds. */
static size_t head_size(const uint8_t *data, size_t size)
{
    for (const uint8_t *at = data, *end = data + size;
         (at = memchr(at, '\n', (size_t)(end - at)));) {
        at++;
        if (at < end && *at == '\n')
            return (size_t)(at - data) + 1;
        if (end - at >= 2 && at[0] == '\r' && at[1] == '\n')
            return (size_t)(at - data) + 2;
    }
    return 0;
}

static enum cut_kind cut_message(const uint8_t *data, size_t size, struct cut *cut)
{
    if (!plausible_message(data, size))
        return CUT_DESYNC;
    size_t window = size < CUT_MAX_HEADER_BYTES ? size : CUT_MAX_HEADER_BYTES;
    size_t head = head_size(data, window);
    if (!head)
        return size < CUT_MAX_HEADER_BYTES ? CUT_MORE : CUT_DESYNC;
    long body = content_length(data, head);
    if (body < 0)
        return CUT_DESYNC;
    if (size - head < (size_t)body)
        return CUT_MORE;
    cut->data = data;
    cut->size = cut->used = head + (size_t)body;
    return CUT_MESSAGE;
}

enum cut_kind interleaved_cut(const uint8_t *data, size_t size, struct cut *cut)
{
    if (size == 0)
        return CUT_MORE;
    if (data[0] == '$') {
        if (size < 4)
            return CUT_MORE;
        size_t length = (size_t)data[2] << 8 | data[3];
        if (size - 4 < length)
            return CUT_MORE;
        *cut =
            (struct cut){.data = data + 4, .size = length, .used = 4 + length, .channel = data[1]};
        return CUT_FRAME;
    }
    if (data[0] == '\r' || data[0] == '\n') {
        size_t used = 1;
        while (used < size && (data[used] == '\r' || data[used] == '\n'))
            used++;
        *cut = (struct cut){.used = used};
        return CUT_SKIP;
    }
    return cut_message(data, size, cut);
}
