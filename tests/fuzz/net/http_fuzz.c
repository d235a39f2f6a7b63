/* Every reader of HTTP's fields: the first byte chooses what the rest is read as. */
#include "net/http.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_cookie(const char *text, size_t size)
{
    char out[64];
    if (http_cookie(text, size, "tw_session", out, sizeof out))
        g_assert(*out && strlen(out) < sizeof out);
    char rest[16], value[32];
    while (http_cookie_next(&text, &size, "tw_", rest, sizeof rest, value, sizeof value))
        g_assert(*rest && *value && strlen(rest) < sizeof rest && strlen(value) < sizeof value);
}

static void read_range(const char *text, size_t size)
{
    static const uint64_t totals[] = {0, 1, 1000, UINT64_MAX};
    for (size_t i = 0; i < G_N_ELEMENTS(totals); i++) {
        uint64_t first, last;
        if (http_range(text, size, totals[i], &first, &last) == HTTP_RANGE_OK)
            g_assert(first <= last && last < totals[i]);
    }
}

static void read_path(const char *text, size_t size)
{
    if (!http_path_is_safe(text, size))
        return;
    g_autofree char *path = g_strndup(text, size);
    g_assert(strlen(path) == size && path[0] == '/' && !strstr(path, "/.") && !strstr(path, "//"));
    g_assert(http_media_type(path));
}

static void read_lists(const char *text, size_t size)
{
    uint64_t length;
    http_accepts(text, size, "br");
    http_etag_listed(text, size, "\"0123\"");
    http_has_token(text, size, "upgrade");
    if (http_content_length(text, size, &length))
        g_assert(length < (uint64_t)1 << 62);
}

static void read_query(const char *text, size_t size)
{
    g_autofree char *piece = g_strndup(text, size);
    size_t whole = strlen(piece);
    const char *value = http_query_value(piece);
    g_assert(value >= piece && value <= piece + whole);
}

/* "origin\nhost" */
static void read_origin(const char *text, size_t size)
{
    g_autofree char *origin = g_strndup(text, size);
    char *host = strchr(origin, '\n');
    if (!host)
        return;
    *host++ = '\0';
    if (http_same_origin(origin, host, true))
        g_assert(!http_same_origin(origin, host, false));
}

/* "pattern\npath" */
static void read_route(const char *text, size_t size)
{
    g_autofree char *pattern = g_strndup(text, size);
    char *path = strchr(pattern, '\n');
    if (!path)
        return;
    *path++ = '\0';
    struct http_param params[HTTP_PARAMS];
    int count = http_route_match(pattern, path, params);
    for (int i = 0; i < count; i++)
        g_assert(params[i].value_size && params[i].value >= path &&
                 params[i].value + params[i].value_size <= path + strlen(path));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[])(const char *text, size_t size) = {
        read_cookie, read_range, read_path, read_lists, read_query, read_origin, read_route,
    };
    if (size)
        readers[data[0] % G_N_ELEMENTS(readers)]((const char *)data + 1, size - 1);
    return 0;
}
