#include "source/source.h"
#include "rtsp/url.h"
#include "source/way.h"
#include <gio/gio.h>
#include <string.h>

/* in this order; the last one takes what GStreamer knows */
static const struct way *const ways_in[] = {&way_rtsp, &way_gst};

struct source *source_open(const struct source_ways *ways, const struct source_config *config,
                           enum reason *reason, GError **error)
{
    *reason = REASON_BAD_URL;
    for (size_t i = 0; i < G_N_ELEMENTS(ways_in); i++) {
        if (!ways_in[i]->accepts(config->url))
            continue;
        struct source *source = g_new0(struct source, 1);
        source->way = ways_in[i];
        source->events = config->events;
        source->user = config->user;
        GError *failure = NULL;
        if (source->way->open(source, ways, config, &failure))
            return source;
        if (source->way->error_reason)
            *reason = source->way->error_reason(failure);
        g_propagate_error(error, failure);
        g_free(source);
        return NULL;
    }
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                        "no way in takes this address");
    return NULL;
}

void source_close(struct source *source)
{
    if (!source)
        return;
    source->way->close(source->inner);
    g_free(source);
}

bool source_clock_offset(struct source *source, int64_t *offset_us)
{
    return source->way->clock_offset && source->way->clock_offset(source->inner, offset_us);
}

bool source_packets(struct source *source, guint64 *packets, guint64 *lost)
{
    return source->way->packets && source->way->packets(source->inner, packets, lost);
}

int64_t source_retry_after_ms(struct source *source)
{
    return source->way->retry_after_ms ? source->way->retry_after_ms(source->inner) : 0;
}

static bool is_loopback(const char *host)
{
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(host);
    return address ? g_inet_address_get_is_loopback(address) : !strcmp(host, "localhost");
}

char *source_host(const char *url, bool *loopback)
{
    *loopback = false;
    char *host = NULL;
    struct rtsp_url parsed;
    if (rtsp_url_parse(url, &parsed, NULL)) {
        host = g_steal_pointer(&parsed.host);
        rtsp_url_clear(&parsed);
    } else {
        g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_PARSE_RELAXED, NULL);
        if (uri && g_uri_get_host(uri) && *g_uri_get_host(uri))
            host = g_strdup(g_uri_get_host(uri));
    }
    if (host)
        *loopback = is_loopback(host);
    return host;
}

char *source_login(const char *url)
{
    struct rtsp_url parsed;
    if (!rtsp_url_parse(url, &parsed, NULL))
        return NULL;
    g_autofree char *text =
        g_strdup_printf("%s\n%u\n%s\n%s", parsed.host, parsed.port, parsed.user ? parsed.user : "",
                        parsed.password ? parsed.password : "");
    rtsp_url_clear(&parsed);
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
}

char *source_platform(const char *url)
{
    struct rtsp_url parsed;
    if (rtsp_url_parse(url, &parsed, NULL)) {
        char *platform = g_strdup_printf("%s:%u", parsed.host, parsed.port);
        rtsp_url_clear(&parsed);
        return platform;
    }
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_PARSE_RELAXED, NULL);
    if (!uri || !g_uri_get_host(uri) || !*g_uri_get_host(uri))
        return NULL;
    return g_strdup_printf("%s:%d", g_uri_get_host(uri), MAX(g_uri_get_port(uri), 0));
}
