#include "rtsp/url.h"
#include <gio/gio.h>
#include <string.h>

static bool fail(GError **error, const char *what)
{
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, what);
    return false;
}

static const struct scheme {
    const char *name;
    enum rtsp_lower lower;
    guint16 port;
    bool tls, tunnel;
} schemes[] = {
    {"rtsp", RTSP_LOWER_AUTO, 554, false, false}, {"rtspt", RTSP_LOWER_TCP, 554, false, false},
    {"rtspu", RTSP_LOWER_UDP, 554, false, false}, {"rtsph", RTSP_LOWER_TCP, 80, false, true},
    {"rtsps", RTSP_LOWER_TCP, 322, true, false},  {"rtspst", RTSP_LOWER_TCP, 322, true, false},
    {"rtspsu", RTSP_LOWER_UDP, 322, true, false}, {"rtspsh", RTSP_LOWER_TCP, 443, true, true},
};

static const struct scheme *find_scheme(const char *text)
{
    for (size_t i = 0; i < G_N_ELEMENTS(schemes); i++) {
        size_t size = strlen(schemes[i].name);
        if (!g_ascii_strncasecmp(text, schemes[i].name, size) && !strncmp(text + size, "://", 3))
            return &schemes[i];
    }
    return NULL;
}

bool rtsp_url_is(const char *text)
{
    return find_scheme(text);
}

/* %XX where two hex digits follow, any other byte as it stands. */
static char *percent_decode(const char *text, size_t size)
{
    GString *out = g_string_sized_new(size);
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '%' && i + 2 < size && g_ascii_isxdigit(text[i + 1]) &&
            g_ascii_isxdigit(text[i + 2])) {
            int byte = g_ascii_xdigit_value(text[i + 1]) * 16 + g_ascii_xdigit_value(text[i + 2]);
            if (byte) {
                g_string_append_c(out, (char)byte);
                i += 2;
                continue;
            }
        }
        g_string_append_c(out, text[i]);
    }
    return g_string_free(out, FALSE);
}

static void split_credentials(const char *text, size_t size, struct rtsp_url *url)
{
    const char *colon = memchr(text, ':', size);
    size_t user_size = colon ? (size_t)(colon - text) : size;
    url->user = percent_decode(text, user_size);
    if (!colon) {
        url->password = g_strdup("");
        return;
    }
    size_t password_size = size - user_size - 1;
    url->password = percent_decode(colon + 1, password_size);
    g_autofree char *raw = g_strndup(colon + 1, password_size);
    if (strcmp(raw, url->password) != 0)
        url->password_raw = g_steal_pointer(&raw);
}

/* `url->port` holds what is meant without one. */
static bool split_host(const char *text, size_t size, struct rtsp_url *url, GError **error)
{
    const char *port = NULL;
    if (size && text[0] == '[') {
        const char *close = memchr(text, ']', size);
        if (!close)
            return fail(error, "the bracket of an IPv6 address is not closed");
        url->host = percent_decode(text + 1, (size_t)(close - text) - 1); /* fe80::1%25eth0 */
        if (close + 1 < text + size) {
            if (close[1] != ':')
                return fail(error, "after an IPv6 address only :PORT may follow");
            port = close + 2;
        }
    } else {
        const char *colon = memchr(text, ':', size);
        url->host = g_strndup(text, colon ? (size_t)(colon - text) : size);
        port = colon ? colon + 1 : NULL;
    }
    if (!url->host[0])
        return fail(error, "the host is missing");
    if (strpbrk(url->host, " \t\r\n\"<>"))
        return fail(error, "the host has characters that no host has");
    if (port && port < text + size) {
        g_autofree char *digits = g_strndup(port, (size_t)(text + size - port));
        guint64 number;
        if (!g_ascii_string_to_unsigned(digits, 10, 1, 65535, &number, NULL))
            return fail(error, "the port is not a number from 1 to 65535");
        url->port = (guint16)number;
    }
    return true;
}

bool rtsp_url_parse(const char *text, struct rtsp_url *url, GError **error)
{
    *url = (struct rtsp_url){0};
    const struct scheme *scheme = find_scheme(text);
    if (!scheme)
        return fail(error, "an address begins with rtsp://, rtsps:// or rtsph://");
    url->tls = scheme->tls;
    url->tunnel = scheme->tunnel;
    url->lower = scheme->lower;
    url->port = scheme->port;
    for (const char *c = text; *c; c++)
        if ((guchar)*c < ' ' || *c == 127)
            return fail(error, "the address has control characters");
    const char *authority = strstr(text, "://") + 3;
    const char *path = authority + strcspn(authority, "/");
    const char *at = memrchr(authority, '@', (size_t)(path - authority));
    if (at)
        split_credentials(authority, (size_t)(at - authority), url);
    const char *host = at ? at + 1 : authority;
    size_t host_size = strcspn(host, "/?#");
    if (!split_host(host, host_size, url, error)) {
        rtsp_url_clear(url);
        return false;
    }
    g_autofree char *place = g_strndup(host, host_size);
    g_autofree char *rest = g_strdup(host + host_size);
    rest[strcspn(rest, "#")] = '\0';
    g_auto(GStrv) words = g_strsplit(rest, " ", -1);
    g_autofree char *joined = g_strjoinv("%20", words);
    url->request = g_strdup_printf("%s://%s%s%s", url->tls ? "rtsps" : "rtsp", place,
                                   joined[0] == '/' ? "" : "/", joined);
    return true;
}

void rtsp_url_clear(struct rtsp_url *url)
{
    g_free(url->user);
    g_free(url->password);
    g_free(url->password_raw);
    g_free(url->host);
    g_free(url->request);
    *url = (struct rtsp_url){0};
}

bool rtsp_url_redirect(const struct rtsp_url *from, const char *location, struct rtsp_url *url,
                       GError **error)
{
    g_autofree char *whole = NULL;
    if (location[0] == '/') {
        const char *authority = strstr(from->request, "://") + 3;
        size_t size = (size_t)(authority - from->request) + strcspn(authority, "/");
        whole = g_strdup_printf("%.*s%s", (int)size, from->request, location);
    }
    if (!rtsp_url_parse(whole ? whole : location, url, error))
        return false;
    bool same_host = !g_ascii_strcasecmp(url->host, from->host);
    if (url->lower == RTSP_LOWER_AUTO)
        url->lower = from->lower;
    if (same_host && from->tunnel) {
        url->tunnel = true;
        url->port = from->port;
    }
    if (!url->user && same_host && url->tls >= from->tls) {
        url->user = g_strdup(from->user);
        url->password = g_strdup(from->password);
        url->password_raw = g_strdup(from->password_raw);
    }
    return true;
}

bool rtsp_uri_is_absolute(const char *uri)
{
    size_t size = 0;
    while (g_ascii_isalpha(uri[size]))
        size++;
    return size && !strncmp(uri + size, "://", 3);
}

char *rtsp_url_resolve(const char *base, const char *control)
{
    if (!control[0] || !strcmp(control, "*"))
        return g_strdup(base);
    if (rtsp_uri_is_absolute(control))
        return g_strdup(control);
    size_t size = strlen(base);
    bool slash = (size && base[size - 1] == '/') || control[0] == '?';
    if (control[0] == '/') /* RFC 3986 would drop the path; cameras mean "append" */
        control++;
    return g_strconcat(base, slash ? "" : "/", control, NULL);
}
