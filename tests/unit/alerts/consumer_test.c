/* The consumer against a real redis-server: order, pending ones first, suspects one by one, the
 * lease, trimming, an emptied Redis. */
#include "alerts/consumer.h"
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

static const struct redis_timing quick = {
    .answer_ms = 5000, .retry_min_ms = 10, .retry_max_ms = 40};

struct fixture {
    char *folder, *socket, *url;
    GSubprocess *server;
    GString *texts; /* of what was handed out, one line each */
    GArray *tries;  /* of the batches */
    struct consumer *consumer;
    struct consumer_batch *held; /* when `hold` */
    bool hold;
    gint64 fence;
    guint lost;
};

static char *cli(struct fixture *f, const char *line)
{
    g_autofree char *command = g_strdup_printf("redis-cli -s %s --raw %s", f->socket, line);
    char *out = NULL;
    g_assert_true(g_spawn_command_line_sync(command, &out, NULL, NULL, NULL));
    return g_strchomp(out);
}

static void run(struct fixture *f, const char *line)
{
    g_free(cli(f, line));
}

static void add(struct fixture *f, const char *text)
{
    g_autofree char *line = g_strdup_printf("XADD tw:events '*' event %s", text);
    run(f, line);
}

static void start_server(struct fixture *f)
{
    g_autoptr(GError) error = NULL;
    f->server =
        g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                         &error, "redis-server", "--port", "0", "--unixsocket", f->socket, "--dir",
                         f->folder, "--save", "", NULL);
    g_assert_no_error(error);
    for (;;) {
        g_autofree char *pong = cli(f, "PING");
        if (strcmp(pong, "PONG") == 0)
            return;
    }
}

static struct fixture *fixture_new(void)
{
    struct fixture *f = g_new0(struct fixture, 1);
    f->folder = g_dir_make_tmp("tw-consumer-XXXXXX", NULL);
    f->socket = g_build_filename(f->folder, "r.sock", NULL);
    f->url = g_strconcat("unix:", f->socket, NULL);
    f->texts = g_string_new(NULL);
    f->tries = g_array_new(FALSE, FALSE, sizeof(guint));
    start_server(f);
    return f;
}

static void fixture_free(struct fixture *f)
{
    consumer_destroy(f->consumer);
    consumer_batch_free(f->held);
    g_subprocess_force_exit(f->server);
    g_subprocess_wait(f->server, NULL, NULL);
    g_object_unref(f->server);
    g_unlink(f->socket);
    g_rmdir(f->folder);
    g_string_free(f->texts, TRUE);
    g_array_unref(f->tries);
    g_free(f->folder);
    g_free(f->socket);
    g_free(f->url);
    g_free(f);
}

static void on_gained(gint64 fence, gpointer user)
{
    struct fixture *f = user;
    f->fence = fence;
    consumer_start(f->consumer);
}

static void on_lost(gpointer user)
{
    ((struct fixture *)user)->lost++;
}

static void on_batch(struct consumer_batch *batch, gpointer user)
{
    struct fixture *f = user;
    g_array_append_val(f->tries, batch->tries);
    for (guint i = 0; i < batch->entries->len; i++) {
        const struct consumer_entry *entry =
            &g_array_index(batch->entries, struct consumer_entry, i);
        g_string_append(f->texts, entry->text ? entry->text : "(none)");
        g_string_append_c(f->texts, '\n');
    }
    if (f->hold)
        f->held = batch;
    else
        consumer_done(f->consumer, batch);
}

static void open_as(struct fixture *f, const char *token, gint64 least_fence)
{
    g_autoptr(GError) error = NULL;
    const struct consumer_options options = {.url = f->url,
                                             .token = token,
                                             .least_fence = least_fence,
                                             .lease_ms = 600,
                                             .batch_max = 10,
                                             .timing = &quick,
                                             .gained = on_gained,
                                             .lost = on_lost,
                                             .batch = on_batch,
                                             .user = f};
    f->consumer = consumer_create(&options, &error);
    g_assert_no_error(error);
}

static void shut(struct fixture *f)
{
    g_clear_pointer(&f->consumer, consumer_destroy);
    g_clear_pointer(&f->held, consumer_batch_free);
    g_string_truncate(f->texts, 0);
    g_array_set_size(f->tries, 0);
}

static void until_texts(struct fixture *f, const char *wanted)
{
    while (strcmp(f->texts->str, wanted) != 0) {
        g_assert_cmpuint(f->texts->len, <=, strlen(wanted));
        g_main_context_iteration(NULL, TRUE);
    }
}

static void until_acknowledged(struct fixture *f, guint64 count)
{
    struct consumer_stats stats;
    do {
        g_main_context_iteration(NULL, TRUE);
        consumer_stats(f->consumer, &stats);
    } while (stats.acknowledged < count);
}

static void test_order(void)
{
    struct fixture *f = fixture_new();
    for (int i = 0; i < 3; i++) {
        g_autofree char *text = g_strdup_printf("e%d", i);
        add(f, text);
    }
    run(f, "XADD tw:events '*' other x");
    open_as(f, "one", 41);
    until_texts(f, "e0\ne1\ne2\n(none)\n");
    g_assert_cmpint(f->fence, ==, 42); /* above everything that a store knows */
    until_acknowledged(f, 4);
    fixture_free(f);
}

/* What was handed out and never acknowledged comes first; after too many times one by one. */
static void test_pending(void)
{
    struct fixture *f = fixture_new();
    f->hold = true;
    add(f, "a");
    add(f, "b");
    open_as(f, "one", 0);
    until_texts(f, "a\nb\n");
    for (int i = 0; i < 2; i++) {
        shut(f);
        if (i == 0)
            add(f, "c");
        open_as(f, "one", 0);
        until_texts(f, i == 0 ? "a\nb\n" : "a\n");
    }
    g_assert_cmpuint(g_array_index(f->tries, guint, 0), ==, CONSUMER_SUSPECT);
    f->hold = false;
    consumer_done(f->consumer, g_steal_pointer(&f->held));
    until_texts(f, "a\nb\nc\n");
    until_acknowledged(f, 3);
    fixture_free(f);
}

/* Another server's leftovers are taken over; while it holds the lease, nothing is. */
static void test_lease(void)
{
    struct fixture *f = fixture_new();
    add(f, "left");
    run(f, "XGROUP CREATE tw:events correlator 0");
    run(f, "XREADGROUP GROUP correlator dead COUNT 1 STREAMS tw:events '>'");
    run(f, "SET tw:events:lease dead PX 500");
    run(f, "SET tw:events:fence 7");
    open_as(f, "two", 3);
    until_texts(f, "left\n");
    g_assert_cmpint(f->fence, ==, 8);
    until_acknowledged(f, 1);
    struct consumer_stats stats;
    consumer_stats(f->consumer, &stats);
    g_assert_cmpuint(stats.claimed, ==, 1);
    run(f, "SET tw:events:lease three PX 500");
    while (f->lost == 0)
        g_main_context_iteration(NULL, TRUE);
    while (f->fence == 8)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpint(f->fence, ==, 9);
    fixture_free(f);
}

/* Below what another group has not acknowledged nothing is trimmed. */
static void test_trim(void)
{
    struct fixture *f = fixture_new();
    run(f, "CONFIG SET stream-node-max-entries 1");
    add(f, "old");
    add(f, "a");
    run(f, "XGROUP CREATE tw:events slow '$'"); /* it had both, and reads no further */
    add(f, "b");
    add(f, "c");
    open_as(f, "one", 0);
    until_texts(f, "old\na\nb\nc\n");
    struct consumer_stats stats;
    do {
        g_main_context_iteration(NULL, TRUE);
        consumer_stats(f->consumer, &stats);
    } while (stats.trimmed == 0);
    g_autofree char *first = cli(f, "XRANGE tw:events - + COUNT 1");
    g_assert_nonnull(strstr(first, "\na"));
    g_autofree char *count = cli(f, "XLEN tw:events");
    g_assert_cmpstr(count, ==, "3");
    fixture_free(f);
}

/* Emptied in the middle: the group is made again, the fence stays above. */
static void test_emptied(void)
{
    struct fixture *f = fixture_new();
    open_as(f, "one", 0);
    add(f, "a");
    until_texts(f, "a\n");
    gint64 before = f->fence;
    run(f, "FLUSHALL");
    add(f, "b");
    until_texts(f, "a\nb\n");
    while (f->fence == before)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpint(f->fence, ==, before + 1);
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/consumer/order", test_order);
    g_test_add_func("/consumer/pending", test_pending);
    g_test_add_func("/consumer/lease", test_lease);
    g_test_add_func("/consumer/trim", test_trim);
    g_test_add_func("/consumer/emptied", test_emptied);
    return g_test_run();
}
