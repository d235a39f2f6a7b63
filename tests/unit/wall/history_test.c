/* States over time: what is written, how often, what shares come of it. A clock of the test's own.
 */
#include "identity/identity.h"
#include "wall/history.h"
#include "wall/history_rules.h"
#include <glib/gstdio.h>
#include <string.h>

#define MINUTE ((gint64)60 * G_USEC_PER_SEC)

static gint64 now_us;

static gint64 clock_of_test(void)
{
    return now_us;
}

struct fixture {
    char *folder, *path;
    struct loop *loop;
    struct store *store;
    struct camera_set *cameras;
    struct history *history;
    bool done;
    /* answers */
    GString *changes;
    guint gaps;
    bool more;
    struct history_share shares[HISTORY_SPANS];
};

#define TURN_UNTIL(condition)                                                                      \
    do {                                                                                           \
        gint64 limit_us = g_get_monotonic_time() + 60 * G_USEC_PER_SEC;                            \
        while (!(condition)) {                                                                     \
            g_assert_cmpint(g_get_monotonic_time(), <, limit_us);                                  \
            g_main_context_iteration(NULL, TRUE);                                                  \
        }                                                                                          \
    } while (0)

static void on_changed(const GArray *handles, gpointer user)
{
    (void)handles;
    (void)user;
}

static void on_put(const struct camera_change *change, const GError *error, gpointer user)
{
    (void)change;
    g_assert_no_error(error);
    ((struct fixture *)user)->done = true;
}

static void open_history(struct fixture *f)
{
    g_autoptr(GError) error = NULL;
    const struct history_options options = {.loop = f->loop,
                                            .store = f->store,
                                            .cameras = f->cameras,
                                            .keep_days = 40,
                                            .now_us = clock_of_test};
    f->history = history_create(&options, &error);
    g_assert_no_error(error);
}

static void add_cameras(struct fixture *f, guint count)
{
    g_autoptr(GString) csv = g_string_new("id,name,url\n");
    for (guint i = 1; i <= count; i++)
        g_string_append_printf(csv, "c%u,c%u,rtsp://127.0.0.1/%u\n", i, i, i);
    f->done = false;
    camera_set_import(f->cameras, camera_csv_parse(csv->str, csv->len), NULL, false,
                      identity_actor_new(NULL), on_put, f);
    TURN_UNTIL(f->done);
}

static struct fixture *fixture_new(guint cameras)
{
    struct fixture *f = g_new0(struct fixture, 1);
    f->folder = g_dir_make_tmp("townwall-history-XXXXXX", NULL);
    f->path = g_build_filename(f->folder, "t.db", NULL);
    f->loop = loop_create(NULL);
    f->changes = g_string_new(NULL);
    g_autoptr(GError) error = NULL;
    f->store = store_open(&(struct store_options){.path = f->path}, &error);
    g_assert_no_error(error);
    f->cameras = camera_set_create(f->store, on_changed, f, &error);
    g_assert_no_error(error);
    add_cameras(f, cameras);
    now_us = G_GINT64_CONSTANT(1795305600000000) + 20 * MINUTE;
    open_history(f);
    return f;
}

static void fixture_free(struct fixture *f)
{
    history_destroy(f->history);
    camera_set_destroy(f->cameras);
    store_close(f->store);
    loop_destroy(f->loop);
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autofree char *file = g_strconcat(f->path, ends[i], NULL);
        g_unlink(file);
    }
    g_rmdir(f->folder);
    g_string_free(f->changes, TRUE);
    g_free(f->path);
    g_free(f->folder);
    g_free(f);
}

/* The camera is in that state from now on. */
static void become(struct fixture *f, guint32 n, const char *state, const char *reason)
{
    struct camera *camera = camera_set_at(f->cameras, n);
    json_t *entry = json_pack("{s:s,s:s?,s:I}", "state", state, "reason", reason, "since_us",
                              (json_int_t)now_us);
    camera_take_state(camera, entry);
    json_decref(entry);
    history_note(f->history, camera);
}

static void on_read(const GArray *changes, const GArray *gaps, bool more, const GError *error,
                    gpointer user)
{
    struct fixture *f = user;
    g_assert_no_error(error);
    g_string_truncate(f->changes, 0);
    for (guint i = 0; i < changes->len; i++) {
        const struct history_change *change = &g_array_index(changes, struct history_change, i);
        g_string_append_printf(f->changes, "%s%s%s", change->state, *change->reason ? ":" : "",
                               change->reason);
        if (change->skipped)
            g_string_append_printf(f->changes, "+%d", (int)change->skipped);
        g_string_append_c(f->changes, ' ');
    }
    f->gaps = gaps->len;
    f->more = more;
    f->done = true;
}

static void read_changes(struct fixture *f, const char *camera, gint64 from_us, guint limit)
{
    f->done = false;
    history_flush(f->history);
    store_drain(f->store);
    history_read(f->history, camera, from_us, now_us, limit, on_read, f);
    TURN_UNTIL(f->done);
}

static void on_shares(GHashTable *shares, const GError *error, gpointer user)
{
    struct fixture *f = user;
    g_assert_no_error(error);
    const struct history_share *own = g_hash_table_lookup(shares, "c1");
    memset(f->shares, 0, sizeof f->shares);
    if (own)
        memcpy(f->shares, own, sizeof f->shares);
    f->done = true;
}

static void read_shares(struct fixture *f)
{
    f->done = false;
    history_shares(f->history, on_shares, f);
    TURN_UNTIL(f->done);
}

/* --- */

static void keeps_changes(void)
{
    struct fixture *f = fixture_new(2);
    gint64 begin_us = now_us;
    become(f, 1, "connecting", NULL);
    now_us += MINUTE;
    become(f, 1, "live", NULL);
    become(f, 1, "live", NULL); /* nothing new */
    now_us += MINUTE;
    become(f, 2, "down", "unreachable");
    become(f, 1, "down", "no_data");
    read_changes(f, "c1", begin_us - 1, 100);
    g_assert_cmpstr(f->changes->str, ==, "connecting live down:no_data ");
    /* what holds at the beginning belongs to the span */
    read_changes(f, "c1", begin_us + 90 * G_USEC_PER_SEC, 100);
    g_assert_cmpstr(f->changes->str, ==, "live down:no_data ");
    read_changes(f, "c1", begin_us - 1, 2);
    g_assert_cmpstr(f->changes->str, ==, "live down:no_data ");
    g_assert_true(f->more);
    fixture_free(f);
}

/* The media plane tells the same again to a server that was restarted: no change, and the time
 * between is a gap. */
static void restart(void)
{
    struct fixture *f = fixture_new(1);
    gint64 begin_us = now_us;
    become(f, 1, "live", NULL);
    gint64 since_us = now_us;
    now_us += MINUTE;
    history_destroy(f->history);
    now_us += 10 * MINUTE;
    open_history(f);
    struct camera *camera = camera_set_at(f->cameras, 1);
    camera->since_us = since_us;
    history_note(f->history, camera);
    now_us += MINUTE;
    read_changes(f, "c1", begin_us - 1, 100);
    g_assert_cmpstr(f->changes->str, ==, "live ");
    g_assert_cmpuint(f->gaps, ==, 1);
    read_shares(f);
    g_assert_cmpint(f->shares[HISTORY_24H].online_us, ==, 2 * MINUTE);
    g_assert_cmpint(f->shares[HISTORY_24H].due_us, ==, 2 * MINUTE);
    fixture_free(f);
}

static void shares(void)
{
    struct fixture *f = fixture_new(1);
    become(f, 1, "live", NULL);
    now_us += 90 * MINUTE; /* over the end of an hour */
    become(f, 1, "down", "no_data");
    now_us += 30 * MINUTE;
    become(f, 1, "disabled", NULL); /* not wanted: counts neither way */
    now_us += 30 * MINUTE;
    become(f, 1, "down", "media_away"); /* nobody looks */
    now_us += 30 * MINUTE;
    read_shares(f);
    g_assert_cmpint(f->shares[HISTORY_24H].online_us, ==, 90 * MINUTE);
    g_assert_cmpint(f->shares[HISTORY_24H].due_us, ==, 120 * MINUTE);
    now_us += 24 * 60 * MINUTE; /* out of the day, in the week */
    become(f, 1, "live", NULL);
    now_us += 60 * MINUTE;
    read_shares(f);
    g_assert_cmpint(f->shares[HISTORY_24H].online_us, ==, 60 * MINUTE);
    g_assert_cmpint(f->shares[HISTORY_24H].due_us, ==, 60 * MINUTE);
    g_assert_cmpint(f->shares[HISTORY_7D].online_us, ==, 150 * MINUTE);
    g_assert_cmpint(f->shares[HISTORY_30D].due_us, ==, 180 * MINUTE);
    fixture_free(f);
}

static void forgets(void)
{
    struct fixture *f = fixture_new(2);
    become(f, 1, "live", NULL);
    become(f, 2, "live", NULL);
    now_us += 10 * MINUTE;
    become(f, 1, "down", "no_data");
    history_flush(f->history);
    now_us += 41 * 24 * 60 * MINUTE;
    history_flush(f->history); /* another hour: prunes */
    read_changes(f, "c1", 0, 100);
    g_assert_cmpstr(f->changes->str, ==, "down:no_data ");
    read_changes(f, "c2", 0, 100); /* its newest stays, however old */
    g_assert_cmpstr(f->changes->str, ==, "live ");
    fixture_free(f);
}

/* A whole town that flaps once a second for ten minutes: a commit each few seconds, a bounded
 * number of rows, the last state of each told, the share exact. */
static void flood(void)
{
    enum { CAMERAS = 1447, SECONDS = 600 };
    struct fixture *f = fixture_new(CAMERAS);
    struct store_stats before, after;
    store_stats(f->store, &before);
    for (guint second = 0; second < SECONDS; second++) {
        for (guint32 n = 1; n <= CAMERAS; n++)
            become(f, n, second % 2 ? "down" : "live", second % 2 ? "no_data" : NULL);
        now_us += G_USEC_PER_SEC;
        if (second % 2)
            history_flush(f->history);
    }
    store_drain(f->store);
    store_stats(f->store, &after);
    g_assert_cmpuint(after.writes - before.writes, <=, SECONDS / 2 + 4);
    read_changes(f, "c700", 0, 5000);
    g_auto(GStrv) rows = g_strsplit(f->changes->str, " ", -1);
    guint count = g_strv_length(rows) - 1;
    g_assert_cmpuint(count, >=, HISTORY_BURST);
    g_assert_cmpuint(count, <=, HISTORY_BURST + 3);
    now_us += 10 * MINUTE;
    read_changes(f, "c700", 0, 5000);
    g_assert_nonnull(strstr(f->changes->str, "down:no_data+"));
    read_shares(f);
    g_assert_cmpint(f->shares[HISTORY_24H].online_us, ==, SECONDS / 2 * G_USEC_PER_SEC);
    fixture_free(f);
}

/* DOMAIN's check vectors: rounded half up, two decimals. */
static void rounding(void)
{
    static const struct {
        gint64 part, whole, hundredths;
    } vectors[] = {{30, 32, 9375},
                   {11, 12, 9167},
                   {165, 168, 9821},
                   {42, 120, 3500},
                   {0, 5, 0},
                   {5, 0, -1},
                   {7, 5, 10000},
                   {-1, 5, 0},
                   {1, 3, 3333},
                   {1, 800, 13},
                   {G_MAXINT64 / 4, G_MAXINT64 / 2, 5000}};
    for (size_t i = 0; i < G_N_ELEMENTS(vectors); i++)
        g_assert_cmpint(history_share(vectors[i].part, vectors[i].whole), ==,
                        vectors[i].hundredths);
    g_assert_cmpint(presence_of("stale", "frozen"), ==, PRESENCE_OFFLINE);
    g_assert_cmpint(presence_of("sampled", NULL), ==, PRESENCE_ONLINE);
    g_assert_cmpint(presence_of("idle", NULL), ==, PRESENCE_UNKNOWN);
    g_assert_cmpint(presence_of("down", "media_away"), ==, PRESENCE_UNKNOWN);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/history/keeps_changes", keeps_changes);
    g_test_add_func("/history/restart", restart);
    g_test_add_func("/history/shares", shares);
    g_test_add_func("/history/forgets", forgets);
    g_test_add_func("/history/flood", flood);
    g_test_add_func("/history/rounding", rounding);
    return g_test_run();
}
