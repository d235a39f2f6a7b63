#include "common/wakeup.h"

struct wakeup {
    GSource source;
    void (*fn)(gpointer user);
    gpointer user;
};

static gboolean wakeup_dispatch(GSource *source, GSourceFunc callback, gpointer user)
{
    (void)callback;
    (void)user;
    struct wakeup *wakeup = (struct wakeup *)source;
    /* before the call: a signal given meanwhile must not be lost */
    g_source_set_ready_time(source, -1);
    wakeup->fn(wakeup->user);
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs wakeup_funcs = {.dispatch = wakeup_dispatch};

struct wakeup *wakeup_create(GMainContext *context, void (*fn)(gpointer user), gpointer user)
{
    GSource *source = g_source_new(&wakeup_funcs, sizeof(struct wakeup));
    struct wakeup *wakeup = (struct wakeup *)source;
    wakeup->fn = fn;
    wakeup->user = user;
    g_source_set_ready_time(source, -1);
    g_source_attach(source, context);
    return wakeup;
}

void wakeup_destroy(struct wakeup *wakeup)
{
    if (!wakeup)
        return;
    g_source_destroy(&wakeup->source);
    g_source_unref(&wakeup->source);
}

void wakeup_signal(struct wakeup *wakeup)
{
    g_source_set_ready_time(&wakeup->source, 0);
}
