#include "rtsp/message.h"
#include <glib.h>
#include <string.h>

static const struct {
    unsigned status;
    const char *text;
} texts[] = {
    {200, "OK"},
    {301, "Moved Permanently"},
    {302, "Moved Temporarily"},
    {303, "See Other"},
    {305, "Use Proxy"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {415, "Unsupported Media Type"},
    {451, "Parameter Not Understood"},
    {453, "Not Enough Bandwidth"},
    {454, "Session Not Found"},
    {455, "Method Not Valid in This State"},
    {457, "Invalid Range"},
    {459, "Aggregate Operation Not Allowed"},
    {461, "Unsupported Transport"},
    {462, "Destination Unreachable"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "RTSP Version Not Supported"},
    {551, "Option Not Supported"},
};

const char *rtsp_status_text(unsigned status)
{
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        if (texts[i].status == status)
            return texts[i].text;
    return "";
}

static size_t line_size(const char *at, const char *end)
{
    const char *feed = memchr(at, '\n', (size_t)(end - at));
    return feed ? (size_t)(feed - at) + 1 : (size_t)(end - at);
}

/* "RTSP/1.0 200 OK", or "OPTIONS rtsp://… RTSP/1.0" */
static bool parse_first(const char *line, size_t size, struct rtsp_message *message)
{
    const char *end = line + size;
    const char *space = memchr(line, ' ', size);
    if (!space || space == line)
        return false;
    if (!g_ascii_strncasecmp(line, "RTSP/", MIN(5, size)) ||
        !g_ascii_strncasecmp(line, "HTTP/", MIN(5, size))) {
        while (space < end && *space == ' ')
            space++;
        for (; space < end && g_ascii_isdigit(*space) && message->status < 1000; space++)
            message->status = message->status * 10 + (unsigned)(*space - '0');
        return message->status >= 100 && message->status < 1000;
    }
    size_t length = (size_t)(space - line);
    if (length >= sizeof message->method)
        return false;
    memcpy(message->method, line, length);
    return true;
}

bool rtsp_message_parse(const uint8_t *data, size_t size, struct rtsp_message *message)
{
    *message = (struct rtsp_message){0};
    if (!size)
        return false;
    const char *at = (const char *)data, *end = at + size;
    size_t first = line_size(at, end);
    if (!parse_first(at, first, message))
        return false;
    at += first;
    message->head = at;
    while (at < end) {
        size_t line = line_size(at, end);
        if (line <= 2 && (*at == '\n' || *at == '\r')) {
            message->head_size = (size_t)(at - message->head);
            message->body = at + line;
            message->body_size = (size_t)(end - message->body);
            return true;
        }
        at += line;
    }
    message->head_size = (size_t)(end - message->head);
    message->body = end;
    return true;
}

/* Where the value begins when the line is of this header, else NULL. */
static const char *value_of(const char *line, size_t size, const char *name, size_t name_size)
{
    if (size <= name_size || g_ascii_strncasecmp(line, name, name_size) != 0)
        return NULL;
    size_t at = name_size;
    while (at < size && (line[at] == ' ' || line[at] == '\t'))
        at++;
    return at < size && line[at] == ':' ? line + at + 1 : NULL;
}

char *rtsp_message_header(const struct rtsp_message *message, const char *name, unsigned nth)
{
    const char *at = message->head, *end = at + message->head_size;
    size_t name_size = strlen(name);
    while (at < end) {
        size_t size = line_size(at, end);
        const char *value = value_of(at, size, name, name_size);
        at += size;
        if (!value || nth-- > 0)
            continue;
        GString *text = g_string_new_len(value, (gssize)(at - value));
        while (at < end && (*at == ' ' || *at == '\t')) { /* folded */
            size = line_size(at, end);
            g_string_append_len(text, at, (gssize)size);
            at += size;
        }
        for (gsize i = 0; i < text->len; i++)
            if ((guchar)text->str[i] < ' ')
                text->str[i] = ' ';
        return g_strstrip(g_string_free(text, FALSE));
    }
    return NULL;
}
