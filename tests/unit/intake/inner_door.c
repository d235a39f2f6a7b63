#include "inner_door.h"
#include "common/clock.h"
#include <glib/gstdio.h>

#define LIMIT_MS 110000
#define TICK_MS  50

static struct inner_door *the_door;

/* --- the door */

struct answer {
    enum intake_outcome outcome;
    GPtrArray *events;
    char *why;
    intake_done_fn done;
    gpointer user;
};

static gboolean on_answer(gpointer data)
{
    struct answer *answer = data;
    the_door->waiting--;
    for (guint i = 0; answer->outcome == INTAKE_ACCEPTED && i < answer->events->len; i++)
        g_ptr_array_add(the_door->events, event_ref(answer->events->pdata[i]));
    answer->done(answer->outcome, answer->why, answer->user);
    g_ptr_array_unref(answer->events);
    g_free(answer->why);
    g_free(answer);
    return G_SOURCE_REMOVE;
}

void intake_submit(struct intake *intake, struct event *const *events, guint count,
                   intake_done_fn done, gpointer user)
{
    g_assert_true((gpointer)intake == (gpointer)the_door);
    struct answer *answer = g_new0(struct answer, 1);
    *answer = (struct answer){.outcome = the_door->outcome, .done = done, .user = user};
    answer->events = g_ptr_array_new_with_free_func((GDestroyNotify)event_unref);
    for (guint i = 0; i < count; i++) {
        g_autoptr(GError) error = NULL;
        if (!events[i]->received_us)
            events[i]->received_us = clock_wall_us();
        g_ptr_array_add(answer->events, event_ref(events[i]));
        if (!answer->why && !event_check(events[i], NULL, NULL, &error))
            answer->why = g_strdup(error->message);
    }
    if (answer->why)
        answer->outcome = INTAKE_REFUSED;
    the_door->asked++;
    the_door->waiting++;
    the_door->refused += answer->outcome == INTAKE_REFUSED;
    loop_after(the_door->loop, 0, on_answer, answer);
}

/* --- life */

void inner_door_open(struct inner_door *door)
{
    g_autoptr(GError) error = NULL;
    *door = (struct inner_door){.folder = g_dir_make_tmp("tw-door-XXXXXX", &error)};
    g_assert_no_error(error);
    the_door = door;
    g_autofree char *path = g_build_filename(door->folder, "townwall.db", NULL);
    g_autofree char *key = g_build_filename(door->folder, "feeds.key", NULL);
    const struct store_options store = {.path = path};
    door->file_roots[0] = door->folder;
    door->loop = loop_create(NULL);
    door->events = g_ptr_array_new_with_free_func((GDestroyNotify)event_unref);
    door->outcome = INTAKE_ACCEPTED;
    door->store = store_open(&store, &error);
    g_assert_no_error(error);
    const struct feeds_options feeds = {
        .store = door->store, .key_file = key, .file_roots = door->file_roots};
    door->feeds = feeds_create(&feeds, &error);
    g_assert_no_error(error);
}

void inner_door_close(struct inner_door *door)
{
    while (door->waiting)
        g_main_context_iteration(NULL, TRUE);
    feeds_destroy(door->feeds);
    store_close(door->store);
    g_ptr_array_unref(door->events);
    loop_destroy(door->loop);
    const char *const command[] = {"rm", "-r", door->folder, NULL};
    g_spawn_sync(NULL, (char **)command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                 NULL);
    g_free(door->folder);
}

/* --- what tests ask of it */

static gboolean on_too_late(gpointer user)
{
    (void)user;
    g_error("what the test waits for did not happen");
    return G_SOURCE_REMOVE;
}

/* What happens on threads wakes nobody here. */
static gboolean on_tick(gpointer user)
{
    (void)user;
    return G_SOURCE_CONTINUE;
}

void inner_door_until(struct inner_door *door, bool (*good)(struct inner_door *door))
{
    guint late = loop_after(door->loop, LIMIT_MS, on_too_late, NULL);
    guint tick = loop_every(door->loop, TICK_MS, on_tick, NULL);
    while (!good(door))
        g_main_context_iteration(NULL, TRUE);
    loop_cancel(door->loop, &tick);
    loop_cancel(door->loop, &late);
}

struct query {
    const char *sql;
    gint64 value;
};

static bool run_sql(struct store_tx *tx, gpointer job, GError **error)
{
    return store_exec(tx, error, ((struct query *)job)->sql, "");
}

static bool run_int(struct store_tx *tx, gpointer job, GError **error)
{
    struct query *query = job;
    return store_query_int(tx, error, &query->value, NULL, query->sql, "");
}

void inner_door_sql(struct inner_door *door, const char *sql)
{
    g_autoptr(GError) error = NULL;
    struct query query = {.sql = sql};
    store_write_now(door->store, run_sql, &query, &error);
    g_assert_no_error(error);
}

gint64 inner_door_int(struct inner_door *door, const char *sql)
{
    g_autoptr(GError) error = NULL;
    struct query query = {.sql = sql};
    store_read_now(door->store, run_int, &query, &error);
    g_assert_no_error(error);
    return query.value;
}

static void on_saved(const struct feeds_problem *problem, struct feed *feed, const char *secret,
                     gpointer user)
{
    (void)feed;
    (void)secret;
    g_assert_null(problem ? problem->en : NULL);
    *(bool *)user = true;
}

static json_t *fields_of(const char *json)
{
    g_autofree char *text = g_strdelimit(g_strdup(json), "'", '"');
    json_t *fields = json_loads(text, 0, NULL);
    g_assert_nonnull(fields);
    return fields;
}

static void until_saved(const bool *saved)
{
    while (!*saved)
        g_main_context_iteration(NULL, TRUE);
}

struct feed *inner_door_add(struct inner_door *door, const char *json)
{
    bool saved = false;
    json_t *fields = fields_of(json);
    feeds_add(door->feeds, NULL, fields, on_saved, &saved);
    until_saved(&saved);
    struct feed *feed = feeds_find(door->feeds, json_string_value(json_object_get(fields, "id")));
    json_decref(fields);
    return feed;
}

void inner_door_change(struct inner_door *door, const char *id, const char *json)
{
    bool saved = false;
    json_t *fields = fields_of(json);
    feeds_change(door->feeds, NULL, id, fields, on_saved, &saved);
    json_decref(fields);
    until_saved(&saved);
}

void inner_door_remove(struct inner_door *door, const char *id)
{
    bool saved = false;
    feeds_remove(door->feeds, NULL, id, on_saved, &saved);
    until_saved(&saved);
}
