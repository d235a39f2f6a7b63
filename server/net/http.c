#include "net/http.h"
#include <string.h>

static bool is_token_byte(char c)
{
    return g_ascii_isalnum(c) || c == '-' || c == '_';
}

static void trim(const char **text, size_t *size)
{
    while (*size && (**text == ' ' || **text == '\t'))
        (*text)++, (*size)--;
    while (*size && ((*text)[*size - 1] == ' ' || (*text)[*size - 1] == '\t'))
        (*size)--;
}

/* Cuts the next piece up to `separator` off (*text, *size) and trims it. */
static bool next_piece(const char **text, size_t *size, char separator, const char **piece,
                       size_t *piece_size)
{
    if (!*size)
        return false;
    const char *end = memchr(*text, separator, *size);
    size_t length = end ? (size_t)(end - *text) : *size;
    *piece = *text;
    *piece_size = length;
    size_t used = end ? length + 1 : length;
    *text += used;
    *size -= used;
    trim(piece, piece_size);
    return true;
}

/* Copies bytes of a token as a string. false: none, too many, or others among them. */
static bool copy_token(const char *from, size_t size, char *out, size_t out_size)
{
    if (!size || size >= out_size)
        return false;
    for (size_t i = 0; i < size; i++)
        if (!is_token_byte(from[i]))
            return false;
    memcpy(out, from, size);
    out[size] = '\0';
    return true;
}

bool http_cookie(const char *text, size_t size, const char *name, char *out, size_t out_size)
{
    size_t name_size = strlen(name);
    const char *piece;
    size_t piece_size;
    while (next_piece(&text, &size, ';', &piece, &piece_size)) {
        if (piece_size <= name_size || memcmp(piece, name, name_size) != 0 ||
            piece[name_size] != '=')
            continue;
        return copy_token(piece + name_size + 1, piece_size - name_size - 1, out, out_size);
    }
    return false;
}

bool http_cookie_next(const char **text, size_t *size, const char *prefix, char *rest,
                      size_t rest_size, char *value, size_t value_size)
{
    size_t prefix_size = strlen(prefix);
    const char *piece;
    size_t piece_size;
    while (next_piece(text, size, ';', &piece, &piece_size)) {
        const char *equals = memchr(piece, '=', piece_size);
        if (!equals || piece_size <= prefix_size || memcmp(piece, prefix, prefix_size) != 0)
            continue;
        const char *name = piece + prefix_size;
        size_t used = (size_t)(equals - piece) + 1;
        if (equals > name && copy_token(name, (size_t)(equals - name), rest, rest_size) &&
            copy_token(equals + 1, piece_size - used, value, value_size))
            return true;
    }
    return false;
}

/* Reads digits, at most 18 of them, so that nothing overflows. */
static bool read_number(const char **text, size_t *size, uint64_t *value)
{
    size_t digits = 0;
    uint64_t number = 0;
    while (digits < *size && g_ascii_isdigit((*text)[digits])) {
        if (digits == 18)
            return false;
        number = number * 10 + (uint64_t)((*text)[digits++] - '0');
    }
    *text += digits;
    *size -= digits;
    *value = number;
    return digits > 0;
}

enum http_range http_range(const char *text, size_t size, uint64_t total, uint64_t *first,
                           uint64_t *last)
{
    trim(&text, &size);
    if (size < 6 || g_ascii_strncasecmp(text, "bytes=", 6) != 0)
        return HTTP_RANGE_NONE;
    text += 6;
    size -= 6;
    trim(&text, &size);
    uint64_t from = 0, to = 0;
    bool has_from = read_number(&text, &size, &from);
    if (!size || *text != '-')
        return HTTP_RANGE_NONE;
    text++, size--;
    bool has_to = read_number(&text, &size, &to);
    if (size || (!has_from && !has_to) || (has_from && has_to && to < from))
        return HTTP_RANGE_NONE;
    if (!has_from) { /* the last `to` bytes */
        if (!to || !total)
            return HTTP_RANGE_OUTSIDE;
        from = to < total ? total - to : 0;
        to = total - 1;
    } else if (!has_to) {
        to = total ? total - 1 : 0;
    }
    if (from >= total)
        return HTTP_RANGE_OUTSIDE;
    *first = from;
    *last = MIN(to, total - 1);
    return HTTP_RANGE_OK;
}

bool http_path_is_safe(const char *text, size_t size)
{
    if (!size || size > 512 || text[0] != '/' || !g_utf8_validate_len(text, size, NULL))
        return false;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c == 0x7f || c == '\\')
            return false;
        if (c == '/' && i + 1 < size && (text[i + 1] == '/' || text[i + 1] == '.'))
            return false;
    }
    return true;
}

bool http_accepts(const char *text, size_t size, const char *coding)
{
    const char *piece;
    size_t piece_size;
    while (next_piece(&text, &size, ',', &piece, &piece_size)) {
        const char *part;
        size_t part_size;
        if (!next_piece(&piece, &piece_size, ';', &part, &part_size) ||
            part_size != strlen(coding) || g_ascii_strncasecmp(part, coding, part_size) != 0)
            continue;
        if (!next_piece(&piece, &piece_size, ';', &part, &part_size))
            return true;
        if (part_size < 3 || (part[0] | 0x20) != 'q' || part[1] != '=')
            return true;
        for (size_t i = 2; i < part_size; i++)
            if (part[i] >= '1' && part[i] <= '9')
                return true;
        return false;
    }
    return false;
}

bool http_etag_listed(const char *text, size_t size, const char *etag)
{
    size_t etag_size = strlen(etag);
    const char *piece;
    size_t piece_size;
    while (next_piece(&text, &size, ',', &piece, &piece_size)) {
        if (piece_size == 1 && piece[0] == '*')
            return true;
        if (piece_size >= 2 && piece[0] == 'W' && piece[1] == '/')
            piece += 2, piece_size -= 2;
        if (piece_size == etag_size && memcmp(piece, etag, etag_size) == 0)
            return true;
    }
    return false;
}

/* Whether `host` ends in an explicit port (an IPv6 literal's colons stand in brackets). */
static bool has_port(const char *host)
{
    const char *bracket = strrchr(host, ']');
    return strchr(bracket ? bracket : host, ':') != NULL;
}

bool http_same_origin(const char *origin, const char *host, bool secure)
{
    const char *scheme = secure ? "https://" : "http://";
    if (!origin || !host || g_ascii_strncasecmp(origin, scheme, strlen(scheme)) != 0)
        return false;
    const char *site = origin + strlen(scheme);
    if (!*site || g_ascii_strcasecmp(site, host) == 0)
        return *site != '\0';
    /* browsers leave the scheme's own port out of both, others may write it into one */
    const char *port = secure ? ":443" : ":80";
    const char *shorter = has_port(site) ? host : site;
    const char *longer = shorter == host ? site : host;
    size_t length = strlen(shorter);
    return !has_port(shorter) && g_ascii_strncasecmp(shorter, longer, length) == 0 &&
           strcmp(longer + length, port) == 0;
}

bool http_has_token(const char *text, size_t size, const char *token)
{
    const char *piece;
    size_t piece_size;
    while (next_piece(&text, &size, ',', &piece, &piece_size))
        if (piece_size == strlen(token) && g_ascii_strncasecmp(piece, token, piece_size) == 0)
            return true;
    return false;
}

bool http_content_length(const char *text, size_t size, uint64_t *length)
{
    trim(&text, &size);
    return read_number(&text, &size, length) && !size;
}

char *http_query_value(char *piece)
{
    char *equals = strchr(piece, '=');
    if (!equals)
        return piece + strlen(piece);
    *equals = '\0';
    return equals + 1;
}

int http_route_match(const char *pattern, const char *path, struct http_param params[HTTP_PARAMS])
{
    int count = 0;
    for (;;) {
        if (*pattern == ':') {
            size_t name_size = strcspn(++pattern, "/");
            size_t value_size = strcspn(path, "/");
            if (!value_size || count == HTTP_PARAMS)
                return -1;
            params[count++] = (struct http_param){pattern, name_size, path, value_size};
            pattern += name_size;
            path += value_size;
        }
        if (*pattern != *path)
            return -1;
        if (!*pattern)
            return count;
        pattern++;
        path++;
    }
}

const char *http_media_type(const char *name)
{
    static const struct {
        const char *suffix, *type;
    } types[] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".geojson", "application/geo+json"},
        {".map", "application/json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".webp", "image/webp"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".woff", "font/woff"},
        {".ttf", "font/ttf"},
        {".pbf", "application/x-protobuf"},
        {".wasm", "application/wasm"},
        {".mp4", "video/mp4"},
        {".txt", "text/plain; charset=utf-8"},
        {".webmanifest", "application/manifest+json"},
        {".yaml", "application/yaml"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
        if (g_str_has_suffix(name, types[i].suffix))
            return types[i].type;
    return "application/octet-stream";
}

const char *http_status_name(guint status)
{
    static const struct {
        guint status;
        const char *name;
    } names[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {206, "Partial Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {303, "See Other"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {415, "Unsupported Media Type"},
        {416, "Range Not Satisfiable"},
        {422, "Unprocessable Content"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {507, "Insufficient Storage"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (names[i].status == status)
            return names[i].name;
    return "Status";
}
