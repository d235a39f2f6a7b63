/* The writer against a real redis-server: on disk or refused, never anything between. */
#include "intake/feed.h"
#include "intake/writer.h"
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

struct fixture {
    char *folder, *socket, *url;
    GSubprocess *server;
    struct writer *writer;
    guint outcomes[4];
};

static void server_start(struct fixture *f)
{
    g_autoptr(GError) error = NULL;
    f->server = g_subprocess_new(
        G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error,
        "redis-server", "--port", "0", "--unixsocket", f->socket, "--dir", f->folder, "--save", "",
        "--appendonly", "yes", "--appendfsync", "always", NULL);
    g_assert_no_error(error);
}

static void server_kill(struct fixture *f)
{
    g_subprocess_force_exit(f->server);
    g_subprocess_wait(f->server, NULL, NULL);
    g_clear_object(&f->server);
}

static char *ask(struct fixture *f, const char *command)
{
    g_autofree char *line = g_strdup_printf("redis-cli -s %s %s", f->socket, command);
    char *out = NULL;
    g_assert_true(g_spawn_command_line_sync(line, &out, NULL, NULL, NULL));
    return g_strchomp(out);
}

static void wait_ready(struct fixture *f, bool ready)
{
    while (writer_ready(f->writer) != ready)
        g_main_context_iteration(NULL, TRUE);
}

static void setup(struct fixture *f, gconstpointer data)
{
    (void)data;
    f->folder = g_dir_make_tmp("tw-writer-XXXXXX", NULL);
    f->socket = g_build_filename(f->folder, "r.sock", NULL);
    f->url = g_strconcat("unix:", f->socket, NULL);
    server_start(f);
    const struct writer_options options = {.url = f->url, .max_events = 10};
    g_autoptr(GError) error = NULL;
    f->writer = writer_create(&options, &error);
    g_assert_no_error(error);
    wait_ready(f, true);
}

static void teardown(struct fixture *f, gconstpointer data)
{
    (void)data;
    writer_destroy(f->writer);
    server_kill(f);
    g_autofree char *command = g_strdup_printf("rm -r %s", f->folder);
    g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL);
    g_free(f->folder);
    g_free(f->socket);
    g_free(f->url);
}

static void on_done(enum writer_outcome outcome, const char *why, gpointer user)
{
    struct fixture *f = user;
    g_assert_cmpint(why == NULL, ==, outcome == WRITER_DONE);
    f->outcomes[outcome]++;
}

static guint answers(const struct fixture *f)
{
    return f->outcomes[0] + f->outcomes[1] + f->outcomes[2] + f->outcomes[3];
}

/* Puts `count` events and waits for the answer. */
static enum writer_outcome put(struct fixture *f, guint count, const struct writer_mark *mark)
{
    static const char *const texts[] = {"{1}", "{2}", "{3}", "{4}", "{5}", "{6}"};
    guint before[4];
    memcpy(before, f->outcomes, sizeof before);
    guint asked = answers(f);
    writer_put(f->writer, texts, count, mark, on_done, f);
    g_assert_cmpuint(answers(f), ==, asked); /* later, not now */
    while (answers(f) == asked)
        g_main_context_iteration(NULL, TRUE);
    for (int i = 0; i < 4; i++)
        if (f->outcomes[i] != before[i])
            return (enum writer_outcome)i;
    g_assert_not_reached();
}

static void test_whole_batches(struct fixture *f, gconstpointer data)
{
    (void)data;
    g_assert_cmpint(put(f, 3, NULL), ==, WRITER_DONE);
    g_assert_cmpint(put(f, 5, NULL), ==, WRITER_DONE);
    g_assert_cmpint(put(f, 3, NULL), ==, WRITER_FULL); /* none of the three */
    g_assert_false(writer_ready(f->writer));
    g_autofree char *length = ask(f, "XLEN tw:events");
    g_assert_cmpstr(length, ==, "8");
    g_assert_cmpint(put(f, 2, NULL), ==, WRITER_DONE);
    g_assert_true(writer_ready(f->writer));
    struct writer_stats stats;
    writer_stats(f->writer, &stats);
    g_assert_cmpuint(stats.events, ==, 10);
    g_assert_cmpuint(stats.waiting, ==, 0);
    g_autofree char *entry = ask(f, "XREVRANGE tw:events + - COUNT 1");
    g_assert_nonnull(strstr(entry, "event"));
    g_assert_nonnull(strstr(entry, "{2}"));
}

static void test_marks(struct fixture *f, gconstpointer data)
{
    (void)data;
    const unsigned char bytes[] = {0, 1, 255, 0, 7};
    const struct writer_mark mark = {INT64_C(1790000000000000), bytes, sizeof bytes};
    const struct writer_mark other = {INT64_C(1790000000000000), bytes, sizeof bytes - 1};
    g_assert_cmpint(put(f, 1, &mark), ==, WRITER_DONE);
    g_assert_cmpint(put(f, 1, &mark), ==, WRITER_REPLAYED);
    g_assert_cmpint(put(f, 1, &other), ==, WRITER_DONE);
    g_autofree char *length = ask(f, "XLEN tw:events");
    g_assert_cmpstr(length, ==, "2");
    g_autofree char *ttl = ask(f, "TTL tw:events:seen:29833333");
    g_assert_cmpint(g_ascii_strtoll(ttl, NULL, 10), >, 600);
}

static void test_away(struct fixture *f, gconstpointer data)
{
    (void)data;
    g_assert_cmpint(put(f, 1, NULL), ==, WRITER_DONE);
    server_kill(f);
    g_assert_cmpint(put(f, 1, NULL), ==, WRITER_AWAY);
    wait_ready(f, false);
    g_assert_cmpint(put(f, 1, NULL), ==, WRITER_AWAY);
    server_start(f);
    wait_ready(f, true);
    g_assert_cmpint(put(f, 1, NULL), ==, WRITER_DONE);
    g_autofree char *length = ask(f, "XLEN tw:events");
    g_assert_cmpstr(length, ==, "2");
}

static void test_out_of_memory(struct fixture *f, gconstpointer data)
{
    (void)data;
    g_autofree char *tight = ask(f, "CONFIG SET maxmemory 1");
    g_assert_cmpstr(tight, ==, "OK");
    g_assert_cmpint(put(f, 3, NULL), ==, WRITER_AWAY);
    g_autofree char *wide = ask(f, "CONFIG SET maxmemory 0");
    g_assert_cmpstr(wide, ==, "OK");
    g_autofree char *length = ask(f, "XLEN tw:events");
    g_assert_cmpstr(length, ==, "0");
    g_assert_cmpint(put(f, 3, NULL), ==, WRITER_DONE);
}

static void test_durability_is_asked(struct fixture *f, gconstpointer data)
{
    (void)data;
    struct writer_stats stats;
    g_assert_cmpint(put(f, 1, NULL), ==, WRITER_DONE);
    writer_stats(f->writer, &stats);
    g_assert_cmpint(stats.durable, ==, WRITER_DURABLE);
    g_free(ask(f, "CONFIG SET appendfsync everysec"));
    g_free(ask(f, "CLIENT KILL TYPE normal"));
    wait_ready(f, false);
    wait_ready(f, true);
    g_assert_cmpint(put(f, 1, NULL), ==, WRITER_DONE);
    writer_stats(f->writer, &stats);
    g_assert_cmpint(stats.durable, ==, WRITER_NOT_DURABLE);
}

static void test_destroy_tells_everybody(struct fixture *f, gconstpointer data)
{
    (void)data;
    const char *texts[] = {"{}"};
    for (int i = 0; i < 5; i++)
        writer_put(f->writer, texts, 1, NULL, on_done, f);
    g_clear_pointer(&f->writer, writer_destroy);
    g_assert_cmpuint(f->outcomes[WRITER_AWAY], ==, 5);
}

/* --- numbers of a feed */

static void test_rate(void)
{
    struct feed *feed = feed_new("f", FEED_HTTP);
    feed->rate_per_s = 10;
    int64_t now = INT64_C(1000000000);
    g_assert_cmpuint(feed_wait_s(feed, now), ==, 0);
    feed_spend(feed, 150); /* 100 may come at once */
    guint wait_s = feed_wait_s(feed, now);
    g_assert_cmpuint(wait_s, ==, 6);
    g_assert_cmpuint(feed_wait_s(feed, now + 2 * G_USEC_PER_SEC), ==, 4);
    g_assert_cmpuint(feed_wait_s(feed, now + wait_s * (int64_t)G_USEC_PER_SEC), ==, 0);
    feed_note_accepted(feed, 120, now);
    g_assert_cmpfloat_with_epsilon(feed_rate(feed, now), 2, 1e-9);
    g_assert_cmpfloat_with_epsilon(feed_rate(feed, now + 30 * G_USEC_PER_SEC), 2, 1e-9);
    g_assert_cmpfloat_with_epsilon(feed_rate(feed, now + 61 * G_USEC_PER_SEC), 0, 1e-9);
    feed_free(feed);
}

static void test_skew(void)
{
    struct feed *feed = feed_new("f", FEED_HTTP);
    for (int i = 0; i < 19; i++)
        feed_note_lag(feed, -30 * G_USEC_PER_SEC + i);
    g_assert_cmpint(feed_skew_us(feed), ==, 0); /* too few */
    for (int i = 0; i < 200; i++)
        feed_note_lag(feed, i % 10 ? -30 * G_USEC_PER_SEC : 3600 * (int64_t)G_USEC_PER_SEC);
    g_assert_cmpint(feed_skew_us(feed), ==, 30 * G_USEC_PER_SEC);
    for (int i = 0; i < 200; i++)
        feed_note_lag(feed, 120 * G_USEC_PER_SEC);
    g_assert_cmpint(feed_skew_us(feed), ==, 0); /* slow, perhaps late: not to be told apart */
    g_assert_cmpint(feed->numbers.lag_us, ==, 120 * G_USEC_PER_SEC);
    g_autofree char *long_text = g_strnfill(2000, 'x');
    feed_note_error(feed, "错", long_text, 5);
    g_assert_cmpuint(strlen(feed->numbers.error_en), ==, FEED_ERROR_BYTES);
    g_assert_true(feed->numbers.failing);
    feed_note_good(feed);
    g_assert_false(feed->numbers.failing);
    feed_free(feed);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, fn) g_test_add("/intake/writer/" name, struct fixture, NULL, setup, fn, teardown)
    ADD("whole-batches", test_whole_batches);
    ADD("marks", test_marks);
    ADD("away", test_away);
    ADD("out-of-memory", test_out_of_memory);
    ADD("durability", test_durability_is_asked);
    ADD("destroy", test_destroy_tells_everybody);
    g_test_add_func("/intake/feed/rate", test_rate);
    g_test_add_func("/intake/feed/skew", test_skew);
    return g_test_run();
}
