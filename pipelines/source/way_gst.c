#include "gst/gst_source.h"
#include "source/file_roots.h"
#include "source/way.h"

/* A GStreamer source would try again by itself; here its first failure ends it, because when to try
 * again is decided in one place for all ways. The end is told outside its own call. */
struct attempt {
    struct source *source;
    struct gst_source *gst;
    GSource *ending;
    enum reason reason;
    char *detail;
};

static gboolean tell_end(gpointer user)
{
    struct attempt *attempt = user;
    struct source *source = attempt->source;
    g_autofree char *detail = g_steal_pointer(&attempt->detail);
    g_clear_pointer(&attempt->ending, g_source_unref);
    source->events->ended(attempt->reason, detail ? detail : "", source->user);
    return G_SOURCE_REMOVE;
}

static void state_changed(enum gst_source_state state, const char *reason, const char *detail,
                          gpointer user)
{
    struct attempt *attempt = user;
    if (attempt->ending)
        return;
    if (state == GST_SOURCE_LIVE) {
        attempt->source->events->playing(attempt->source->user);
        attempt->source->events->live(attempt->source->user);
    } else if (state == GST_SOURCE_DOWN) {
        attempt->reason = reason_from_code(reason);
        attempt->detail = g_strdup(detail);
        attempt->ending = g_idle_source_new();
        g_source_set_callback(attempt->ending, tell_end, attempt, NULL);
        g_source_attach(attempt->ending, g_main_context_get_thread_default());
    }
}

static void close_attempt(gpointer inner)
{
    struct attempt *attempt = inner;
    if (attempt->ending) {
        g_source_destroy(attempt->ending);
        g_source_unref(attempt->ending);
    }
    gst_source_destroy(attempt->gst);
    g_free(attempt->detail);
    g_free(attempt);
}

static bool open_attempt(struct source *source, const struct source_ways *ways,
                         const struct source_config *config, GError **error)
{
    if (!ways->pipelines) {
        g_set_error_literal(error, PIPELINES_ERROR, PIPELINES_ERROR_BAD_URL,
                            "only rtsp:// addresses are taken here");
        return false;
    }
    if (!file_roots_allow(ways->file_roots, config->url, error))
        return false;
    struct attempt *attempt = g_new0(struct attempt, 1);
    attempt->source = source;
    attempt->gst = gst_source_create(ways->pipelines, config->name, config->url, config->stream,
                                     state_changed, attempt, error);
    source->inner = attempt;
    if (attempt->gst)
        return true;
    close_attempt(attempt);
    return false;
}

static enum reason error_reason(const GError *error)
{
    if (g_error_matches(error, PIPELINES_ERROR, PIPELINES_ERROR_LIMIT))
        return REASON_LIMIT_REACHED;
    if (g_error_matches(error, PIPELINES_ERROR, PIPELINES_ERROR_BUILD))
        return REASON_PIPELINE;
    return REASON_BAD_URL;
}

const struct way way_gst = {"gst", gst_source_uri_ok, open_attempt, close_attempt, NULL, NULL,
                            NULL,  error_reason};
