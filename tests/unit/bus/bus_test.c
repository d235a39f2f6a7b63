/* The relay against a real redis-server that is killed, restarted, emptied and taken away. */
#include "bus/bus.h"
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

static const struct redis_timing quick = {
    .answer_ms = 5000, .retry_min_ms = 10, .retry_max_ms = 40};

struct fixture {
    char *folder, *db, *socket, *url;
    GSubprocess *server;
    struct store *store;
    struct bus *bus;
    gint64 seen; /* last number that a local subscriber got */
    int announced;
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
    if (!f->server)
        return;
    g_subprocess_force_exit(f->server);
    g_subprocess_wait(f->server, NULL, NULL);
    g_clear_object(&f->server);
}

static void on_change(const struct store_change *change, gpointer user)
{
    struct fixture *f = user;
    g_assert_cmpint(change->seq, ==, f->seen + 1);
    f->seen = change->seq;
}

static void store_start(struct fixture *f)
{
    g_autoptr(GError) error = NULL;
    struct store_options options = {.path = f->db};
    f->store = store_open(&options, &error);
    g_assert_no_error(error);
    gint64 epoch;
    store_position(f->store, &epoch, &f->seen);
    store_on_change(f->store, on_change, f);
}

static struct bus *bus_start(struct fixture *f)
{
    g_autoptr(GError) error = NULL;
    struct bus_options options = {
        .store = f->store, .url = f->url, .lease_ms = 300, .timing = &quick};
    struct bus *bus = bus_create(&options, &error);
    g_assert_no_error(error);
    return bus;
}

static struct fixture *fixture_new(void)
{
    struct fixture *f = g_new0(struct fixture, 1);
    f->folder = g_dir_make_tmp("tw-bus-XXXXXX", NULL);
    f->db = g_build_filename(f->folder, "townwall.db", NULL);
    f->socket = g_build_filename(f->folder, "r.sock", NULL);
    f->url = g_strconcat("unix:", f->socket, NULL);
    store_start(f);
    return f;
}

static void remove_all(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *inner = g_build_filename(path, name, NULL);
        remove_all(inner);
    }
    if (dir)
        g_dir_close(dir);
    g_remove(path);
}

static void fixture_free(struct fixture *f)
{
    bus_destroy(f->bus);
    store_close(f->store);
    server_kill(f);
    remove_all(f->folder);
    g_free(f->folder);
    g_free(f->db);
    g_free(f->socket);
    g_free(f->url);
    g_free(f);
}

static bool announce_write(struct store_tx *tx, gpointer job, GError **error)
{
    return store_announce(tx, "camera", job, "{\"name\":\"石桥\"}", error);
}

static void announce(struct fixture *f, int count)
{
    for (int i = 0; i < count; i++)
        store_write(f->store, announce_write, g_strdup_printf("c%d", ++f->announced), NULL);
}

static struct bus_stats stats_of(const struct bus *bus)
{
    struct bus_stats stats;
    bus_stats(bus, &stats);
    return stats;
}

/* Turns the loop until everything announced was seen here and is published by `bus`. */
static void wait_published(struct fixture *f, const struct bus *bus)
{
    gint64 epoch, last;
    do {
        g_main_context_iteration(NULL, TRUE);
        store_position(f->store, &epoch, &last);
    } while (!stats_of(bus).leads || stats_of(bus).behind != 0 ||
             stats_of(bus).published + stats_of(bus).repeated == 0);
}

/* Runs redis-cli; returned: what it printed. */
static char *cli(struct fixture *f, const char *words)
{
    g_autofree char *line = g_strdup_printf("redis-cli -s %s --raw %s", f->socket, words);
    g_auto(GStrv) argv = g_strsplit(line, " ", -1);
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) process =
        g_subprocess_newv((const char *const *)argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
    g_assert_no_error(error);
    char *out;
    g_assert_true(g_subprocess_communicate_utf8(process, NULL, NULL, &out, NULL, NULL));
    return g_strchomp(out);
}

/* The stream holds c1 … cN, each once, in order, numbered EPOCH-1 … EPOCH-N. */
static void assert_stream(struct fixture *f, int count)
{
    g_autofree char *text = cli(f, "XRANGE tw:changes - +");
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    gint64 epoch, last;
    store_position(f->store, &epoch, &last);
    g_assert_cmpint((int)g_strv_length(lines), ==, count * 9);
    for (int i = 0; i < count; i++) {
        char **entry = &lines[(size_t)i * 9];
        g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT "-%d", epoch, i + 1);
        g_autofree char *object = g_strdup_printf("c%d", i + 1);
        g_assert_cmpstr(entry[0], ==, id);
        g_assert_cmpstr(entry[1], ==, "topic");
        g_assert_cmpstr(entry[2], ==, "camera");
        g_assert_cmpstr(entry[4], ==, object);
        g_assert_cmpstr(entry[8], ==, "{\"name\":\"石桥\"}");
    }
}

static void wait_connected(const struct bus *bus, bool connected)
{
    while (stats_of(bus).connected != connected)
        g_main_context_iteration(NULL, TRUE);
}

static void test_what_came_before_redis_is_published(void)
{
    struct fixture *f = fixture_new();
    f->bus = bus_start(f);
    announce(f, 300);
    while (f->seen < 300) /* nobody here waits for Redis */
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpint(stats_of(f->bus).behind, ==, 300);
    server_start(f);
    wait_published(f, f->bus);
    announce(f, 5);
    while (f->seen < 305)
        g_main_context_iteration(NULL, TRUE);
    wait_published(f, f->bus);
    assert_stream(f, 305);
    fixture_free(f);
}

static void test_redis_killed_again_and_again(void)
{
    struct fixture *f = fixture_new();
    server_start(f);
    f->bus = bus_start(f);
    announce(f, 10);
    while (f->seen < 10)
        g_main_context_iteration(NULL, TRUE);
    wait_published(f, f->bus);
    for (int round = 1; round <= 4; round++) {
        announce(f, 200); /* some are under way when it dies */
        while (f->seen < 200 * round - 100 * (round % 2))
            g_main_context_iteration(NULL, TRUE);
        server_kill(f);
        wait_connected(f->bus, false);
        announce(f, 50);
        server_start(f);
        wait_connected(f->bus, true);
    }
    while (f->seen < f->announced)
        g_main_context_iteration(NULL, TRUE);
    wait_published(f, f->bus);
    assert_stream(f, f->announced);
    fixture_free(f);
}

static void test_restart_goes_on_without_repeating(void)
{
    struct fixture *f = fixture_new();
    server_start(f);
    f->bus = bus_start(f);
    announce(f, 20);
    while (f->seen < 20)
        g_main_context_iteration(NULL, TRUE);
    wait_published(f, f->bus);
    bus_destroy(f->bus);
    f->bus = NULL;
    store_close(f->store);
    store_start(f);
    announce(f, 20);
    f->bus = bus_start(f);
    while (f->seen < 40)
        g_main_context_iteration(NULL, TRUE);
    wait_published(f, f->bus);
    assert_stream(f, 40);
    g_assert_cmpuint(stats_of(f->bus).published, ==, 20);
    g_assert_cmpuint(stats_of(f->bus).repeated, ==, 0);
    fixture_free(f);
}

static void test_one_leads_and_another_takes_over(void)
{
    struct fixture *f = fixture_new();
    server_start(f);
    f->bus = bus_start(f);
    while (!stats_of(f->bus).leads)
        g_main_context_iteration(NULL, TRUE);
    struct bus *second = bus_start(f);
    wait_connected(second, true);
    announce(f, 30);
    while (f->seen < 30)
        g_main_context_iteration(NULL, TRUE);
    wait_published(f, f->bus);
    g_assert_false(stats_of(second).leads);
    g_assert_cmpuint(stats_of(second).published, ==, 0);
    bus_destroy(f->bus); /* gone without giving the lease up, like a killed one */
    f->bus = second;
    announce(f, 30);
    while (f->seen < 60)
        g_main_context_iteration(NULL, TRUE);
    wait_published(f, second);
    g_assert_cmpuint(stats_of(second).published, ==, 30);
    assert_stream(f, 60);
    fixture_free(f);
}

static void test_without_the_lease_nothing_is_written(void)
{
    struct fixture *f = fixture_new();
    server_start(f);
    f->bus = bus_start(f);
    announce(f, 1);
    while (f->seen < 1)
        g_main_context_iteration(NULL, TRUE);
    wait_published(f, f->bus);
    g_free(cli(f, "SET tw:changes:lease another PX 600000"));
    announce(f, 3);
    while (stats_of(f->bus).lost_leases == 0)
        g_main_context_iteration(NULL, TRUE);
    g_autofree char *length = cli(f, "XLEN tw:changes");
    g_assert_cmpstr(length, ==, "1");
    while (f->seen < 4)
        g_main_context_iteration(NULL, TRUE);
    g_free(cli(f, "DEL tw:changes:lease")); /* the other one's lease ran out */
    wait_published(f, f->bus);
    assert_stream(f, 4);
    fixture_free(f);
}

static void test_repeat_is_refused_by_redis(void)
{
    struct fixture *f = fixture_new();
    gint64 epoch, last;
    server_start(f);
    f->bus = bus_start(f);
    announce(f, 1);
    while (f->seen < 1)
        g_main_context_iteration(NULL, TRUE);
    wait_published(f, f->bus);
    /* number 3 is there already when 2, 3 and 4 come: as after an answer that was lost */
    store_position(f->store, &epoch, &last);
    g_autofree char *words = g_strdup_printf(
        "XADD tw:changes %" G_GINT64_FORMAT "-3 topic camera id c3 time_us 1 json {}", epoch);
    g_free(cli(f, words));
    announce(f, 3);
    while (f->seen < 4)
        g_main_context_iteration(NULL, TRUE);
    wait_published(f, f->bus);
    g_assert_cmpuint(stats_of(f->bus).published, ==, 2);
    g_assert_cmpuint(stats_of(f->bus).repeated, ==, 2);
    g_autofree char *length = cli(f, "XLEN tw:changes");
    g_assert_cmpstr(length, ==, "3");
    fixture_free(f);
}

static void test_restored_database_begins_a_new_epoch(void)
{
    struct fixture *f = fixture_new();
    gint64 epoch, last, later;
    store_position(f->store, &epoch, &last);
    server_start(f);
    /* Redis saw 50 changes of this epoch, the database (an old copy) has none of them */
    g_autofree char *words = g_strdup_printf(
        "XADD tw:changes %" G_GINT64_FORMAT "-50 topic camera id x time_us 1 json {}", epoch);
    for (bool there = false; !there;) { /* until the server listens */
        g_autofree char *answer = cli(f, words);
        there = g_str_has_suffix(answer, "-50");
    }
    f->bus = bus_start(f);
    while (!stats_of(f->bus).leads || (store_position(f->store, &later, &last), later == epoch))
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpint(later, >, epoch);
    f->seen = 0;
    announce(f, 2);
    while (f->seen < 2)
        g_main_context_iteration(NULL, TRUE);
    wait_published(f, f->bus);
    g_autofree char *newest = cli(f, "XREVRANGE tw:changes + - COUNT 1");
    g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT "-2\n", later);
    g_assert_true(g_str_has_prefix(newest, id));
    g_autofree char *length = cli(f, "XLEN tw:changes");
    g_assert_cmpstr(length, ==, "3");
    fixture_free(f);
}

static void test_emptied_redis_is_filled_again(void)
{
    struct fixture *f = fixture_new();
    server_start(f);
    f->bus = bus_start(f);
    announce(f, 5);
    while (f->seen < 5)
        g_main_context_iteration(NULL, TRUE);
    wait_published(f, f->bus);
    g_free(cli(f, "FLUSHALL"));
    announce(f, 5);
    while (f->seen < 10 || stats_of(f->bus).published < 15)
        g_main_context_iteration(NULL, TRUE);
    assert_stream(f, 10);
    fixture_free(f);
}

static void test_wrong_url(void)
{
    struct fixture *f = fixture_new();
    GError *error = NULL;
    struct bus_options options = {.store = f->store, .url = "http://x"};
    g_assert_null(bus_create(&options, &error));
    g_assert_nonnull(error);
    g_clear_error(&error);
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bus/before-redis", test_what_came_before_redis_is_published);
    g_test_add_func("/bus/killed", test_redis_killed_again_and_again);
    g_test_add_func("/bus/restart", test_restart_goes_on_without_repeating);
    g_test_add_func("/bus/lease", test_one_leads_and_another_takes_over);
    g_test_add_func("/bus/fenced", test_without_the_lease_nothing_is_written);
    g_test_add_func("/bus/repeat", test_repeat_is_refused_by_redis);
    g_test_add_func("/bus/restored", test_restored_database_begins_a_new_epoch);
    g_test_add_func("/bus/emptied", test_emptied_redis_is_filled_again);
    g_test_add_func("/bus/url", test_wrong_url);
    return g_test_run();
}
