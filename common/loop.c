#include "common/loop.h"
#include <glib-unix.h>
#include <signal.h>
#include <stdatomic.h>

struct loop {
    /* --- immutable after loop_create() */
    GMainContext *context;
    /* --- loop thread only */
    GSource *signals[2];
    /* --- any thread, atomic */
    _Atomic(GThread *) thread;
    atomic_bool quit;
};

struct loop *loop_create(GMainContext *context)
{
    struct loop *loop = g_new0(struct loop, 1);
    loop->context = g_main_context_ref(context ? context : g_main_context_default());
    atomic_init(&loop->thread, g_thread_self());
    return loop;
}

void loop_destroy(struct loop *loop)
{
    if (!loop)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(loop->signals); i++) {
        if (!loop->signals[i])
            continue;
        g_source_destroy(loop->signals[i]);
        g_source_unref(loop->signals[i]);
    }
    g_main_context_unref(loop->context);
    g_free(loop);
}

/* No GMainLoop: its quit is lost when it comes before its run. */
void loop_run(struct loop *loop)
{
    atomic_store(&loop->thread, g_thread_self());
    g_main_context_push_thread_default(loop->context);
    while (!atomic_load(&loop->quit))
        g_main_context_iteration(loop->context, TRUE);
    g_main_context_pop_thread_default(loop->context);
    atomic_store(&loop->quit, false);
}

static gboolean on_signal(gpointer user)
{
    loop_quit(user);
    return G_SOURCE_CONTINUE;
}

void loop_catch_signals(struct loop *loop)
{
    static const int numbers[] = {SIGINT, SIGTERM};
    for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
        if (loop->signals[i])
            continue;
        loop->signals[i] = g_unix_signal_source_new(numbers[i]);
        g_source_set_callback(loop->signals[i], on_signal, loop, NULL);
        g_source_attach(loop->signals[i], loop->context);
    }
}

void loop_quit(struct loop *loop)
{
    atomic_store(&loop->quit, true);
    g_main_context_wakeup(loop->context);
}

GMainContext *loop_context(struct loop *loop)
{
    return loop->context;
}

bool loop_is_current(struct loop *loop)
{
    return atomic_load(&loop->thread) == g_thread_self();
}

guint loop_every(struct loop *loop, guint interval_ms, GSourceFunc fn, gpointer user)
{
    GSource *source = g_timeout_source_new(interval_ms);
    g_source_set_callback(source, fn, user, NULL);
    guint id = g_source_attach(source, loop->context);
    g_source_unref(source);
    return id;
}

struct once {
    GSourceFunc fn;
    gpointer user;
};

static gboolean run_once(gpointer user)
{
    struct once *once = user;
    once->fn(once->user);
    return G_SOURCE_REMOVE;
}

guint loop_after(struct loop *loop, guint delay_ms, GSourceFunc fn, gpointer user)
{
    struct once *once = g_new(struct once, 1);
    *once = (struct once){.fn = fn, .user = user};
    GSource *source = g_timeout_source_new(delay_ms);
    g_source_set_callback(source, run_once, once, g_free);
    guint id = g_source_attach(source, loop->context);
    g_source_unref(source);
    return id;
}

void loop_cancel(struct loop *loop, guint *source_id)
{
    if (*source_id == 0)
        return;
    GSource *source = g_main_context_find_source_by_id(loop->context, *source_id);
    if (source)
        g_source_destroy(source);
    *source_id = 0;
}
