#include "tape/mjr.h"
#include <jansson.h>
#include <string.h>

enum { MAGIC = 8, FRAME_HEAD = 10 }; /* "MEET", milliseconds since the first, length */

static guint number(const uint8_t *at, size_t bytes)
{
    guint value = 0;
    while (bytes--)
        value = value << 8 | *at++;
    return value;
}

static bool read_head(const char *text, size_t size, struct mjr *mjr)
{
    json_t *head = json_loadb(text, size, 0, NULL);
    const char *type = json_string_value(json_object_get(head, "t"));
    const char *codec = json_string_value(json_object_get(head, "c"));
    const char *kind = json_string_value(json_object_get(head, "d"));
    mjr->from_us = json_integer_value(json_object_get(head, "u"));
    mjr->video = !g_strcmp0(type, "v");
    bool right = (mjr->video || !g_strcmp0(type, "a")) && codec && *codec && mjr->from_us > 0 &&
                 mjr->from_us < G_MAXINT64 / 2 &&
                 g_strlcpy(mjr->codec, codec, sizeof(mjr->codec)) < sizeof(mjr->codec) &&
                 g_strlcpy(mjr->kind, kind ? kind : "", sizeof(mjr->kind)) < sizeof(mjr->kind);
    json_decref(head);
    return right;
}

bool mjr_read(const uint8_t *data, size_t size, struct mjr *mjr)
{
    *mjr = (struct mjr){0};
    if (size < MAGIC + 2 || memcmp(data, "MJR00002", MAGIC) != 0)
        return false;
    size_t head = number(data + MAGIC, 2), at = MAGIC + 2 + head;
    if (at > size || !read_head((const char *)data + MAGIC + 2, head, mjr))
        return false;
    mjr->to_us = mjr->from_us;
    while (size - at >= FRAME_HEAD && !memcmp(data + at, "MEET", 4)) {
        size_t length = number(data + at + 8, 2);
        if (length > size - at - FRAME_HEAD)
            break;
        mjr->to_us = mjr->from_us + (gint64)number(data + at + 4, 4) * 1000;
        mjr->packets++;
        at += FRAME_HEAD + length;
    }
    return mjr->packets > 0;
}
