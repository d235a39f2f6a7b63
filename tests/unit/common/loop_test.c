#include "common/clock.h"
#include "common/loop.h"
#include <signal.h>

struct counter {
    struct loop *loop;
    guint calls, stop_at;
    guint source;
};

static gboolean on_tick(gpointer user)
{
    struct counter *counter = user;
    g_assert_true(loop_is_current(counter->loop));
    if (++counter->calls < counter->stop_at)
        return G_SOURCE_CONTINUE;
    loop_quit(counter->loop);
    return G_SOURCE_REMOVE;
}

static void test_timers(void)
{
    struct counter counter = {.loop = loop_create(NULL), .stop_at = 3};
    loop_every(counter.loop, 1, on_tick, &counter);
    loop_run(counter.loop);
    g_assert_cmpuint(counter.calls, ==, 3);
    loop_after(counter.loop, 1, on_tick, &counter); /* its CONTINUE would not repeat it */
    loop_run(counter.loop);
    g_assert_cmpuint(counter.calls, ==, 4);
    counter.source = loop_every(counter.loop, 0, on_tick, &counter);
    loop_cancel(counter.loop, &counter.source);
    g_assert_cmpuint(counter.source, ==, 0);
    loop_cancel(counter.loop, &counter.source);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_assert_cmpuint(counter.calls, ==, 4);
    loop_destroy(counter.loop);
}

static void test_quit_before_run(void)
{
    struct loop *loop = loop_create(NULL);
    loop_quit(loop);
    loop_run(loop);
    loop_destroy(loop);
}

static gpointer run_loop(gpointer user)
{
    struct counter *counter = user;
    loop_run(counter->loop);
    g_assert_true(loop_is_current(counter->loop));
    return NULL;
}

static void test_other_thread(void)
{
    g_autoptr(GMainContext) context = g_main_context_new();
    struct counter counter = {.loop = loop_create(context), .stop_at = 1};
    g_assert_true(loop_is_current(counter.loop));
    g_assert_true(loop_context(counter.loop) == context);
    loop_every(counter.loop, 1, on_tick, &counter);
    g_thread_join(g_thread_new("loop", run_loop, &counter));
    g_assert_false(loop_is_current(counter.loop));
    g_assert_cmpuint(counter.calls, ==, 1);
    loop_destroy(counter.loop);
}

static gboolean raise_it(gpointer number)
{
    raise(GPOINTER_TO_INT(number));
    return G_SOURCE_REMOVE;
}

static void test_signals(void)
{
    struct loop *loop = loop_create(NULL);
    loop_catch_signals(loop);
    loop_after(loop, 0, raise_it, GINT_TO_POINTER(SIGTERM));
    loop_run(loop);
    loop_after(loop, 0, raise_it, GINT_TO_POINTER(SIGINT));
    loop_run(loop);
    loop_destroy(loop);
}

static void test_clock(void)
{
    int64_t mono_us = clock_mono_us();
    g_assert_cmpint(clock_mono_us(), >=, mono_us);
    g_assert_cmpint(clock_wall_us(), >, INT64_C(1700000000000000));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/loop/timers", test_timers);
    g_test_add_func("/loop/quit-before-run", test_quit_before_run);
    g_test_add_func("/loop/other-thread", test_other_thread);
    g_test_add_func("/loop/signals", test_signals);
    g_test_add_func("/loop/clock", test_clock);
    return g_test_run();
}
