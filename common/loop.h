/* The thread's GLib main loop, its timers and signals. All functions run on the loop's thread
 * unless they say "Any thread". */
#pragma once
#include <glib.h>
#include <stdbool.h>

struct loop;

/* Creates a loop on the default (context NULL) or a given main context. */
struct loop *loop_create(GMainContext *context);
void loop_destroy(struct loop *loop);

/* Runs until loop_quit(). SIGINT and SIGTERM quit the loop when loop_catch_signals() was called. */
void loop_run(struct loop *loop);
void loop_catch_signals(struct loop *loop);

/* Any thread. */
void loop_quit(struct loop *loop);
GMainContext *loop_context(struct loop *loop);

/* True on the thread that runs the loop (before loop_run: the creating thread). */
bool loop_is_current(struct loop *loop);
#define loop_assert(loop) g_assert(loop_is_current(loop))

/* Repeats `fn` each `interval_ms` until it returns G_SOURCE_REMOVE. Returned: a source id on the
 * loop's context, for loop_cancel(). */
guint loop_every(struct loop *loop, guint interval_ms, GSourceFunc fn, gpointer user);
/* Once; what `fn` returns does not matter. */
guint loop_after(struct loop *loop, guint delay_ms, GSourceFunc fn, gpointer user);
/* Sets *source_id to 0; 0 and a source that already ended are fine. */
void loop_cancel(struct loop *loop, guint *source_id);
