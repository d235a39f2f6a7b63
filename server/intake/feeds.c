#include "intake/feeds.h"
#include "common/clock.h"
#include "common/log.h"
#include "intake/feed_fields.h"
#include "intake/intake_private.h"
#include "intake/mapping.h"
#include <string.h>

struct listener {
    feeds_changed_fn fn;
    gpointer user;
};

struct feeds {
    struct store *store;
    struct secret_box *box;
    GHashTable *by_id;   /* id → struct feed */
    GHashTable *cursors; /* id → char * */
    GArray *listeners;   /* struct listener */
    char *const *file_roots;
};

/* --- loading */

static const char columns[] = "id, name_zh, name_en, kind, dimension, mapping, settings, secret, "
                              "secret_us, rate_per_s, enabled, version, created_us";

static void take_text(char **place, const char *text)
{
    g_free(*place);
    *place = g_strdup(text ? text : "");
}

static void read_row(struct feeds *feeds, struct store_rows *rows)
{
    enum feed_kind kind;
    const char *id = store_text(rows, 0);
    if (!feed_kind_find(store_text(rows, 3), &kind)) {
        log_warn("intake", "feed %s is of no kind that this program knows", id);
        return;
    }
    struct feed *feed = feed_new(id, kind);
    take_text(&feed->name_zh, store_text(rows, 1));
    take_text(&feed->name_en, store_text(rows, 2));
    take_text(&feed->dimension, store_text(rows, 4));
    take_text(&feed->mapping_text, store_text(rows, 5));
    g_autoptr(GError) fault = NULL;
    feed->mapping = *feed->mapping_text ? mapping_open(feed->mapping_text, &fault) : NULL;
    if (fault)
        log_warn("intake", "the mapping of feed %s is no longer good: %s", id, fault->message);
    json_t *settings = json_loads(store_text(rows, 6), 0, NULL);
    if (json_is_object(settings))
        json_object_update(feed->settings, settings);
    json_decref(settings);
    size_t size = 0;
    const void *sealed = store_blob(rows, 7, &size);
    feed->secret = secret_unseal(feeds->box, sealed, size);
    if (sealed && !feed->secret)
        log_warn("intake", "the key of feed %s was sealed with another key file: rotate it", id);
    feed->secret_us = store_int(rows, 8);
    feed->rate_per_s = (guint)store_int(rows, 9);
    feed->enabled = store_int(rows, 10) != 0;
    feed->version = store_int(rows, 11);
    feed->created_us = store_int(rows, 12);
    g_hash_table_insert(feeds->by_id, feed->id, feed);
}

static bool load_positions(struct store_tx *tx, struct feeds *feeds, GError **error)
{
    store_rows_auto rows =
        store_query(tx, error, "SELECT feed, cursor, last_event_us FROM feed_position", "");
    if (!rows)
        return false;
    GError *fault = NULL;
    while (store_rows_next(rows, &fault)) {
        g_hash_table_insert(feeds->cursors, store_text_dup(rows, 0), store_text_dup(rows, 1));
        struct feed *feed = g_hash_table_lookup(feeds->by_id, store_text(rows, 0));
        if (feed)
            feed->numbers.last_event_us = feed->saved_event_us = store_int(rows, 2);
    }
    if (fault)
        g_propagate_error(error, fault);
    return !fault;
}

static bool load(struct store_tx *tx, gpointer job, GError **error)
{
    struct feeds *feeds = job;
    g_autofree char *sql = g_strconcat("SELECT ", columns, " FROM feed", NULL);
    store_rows_auto rows = store_query(tx, error, sql, "");
    if (!rows)
        return false;
    GError *fault = NULL;
    while (store_rows_next(rows, &fault))
        read_row(feeds, rows);
    if (fault) {
        g_propagate_error(error, fault);
        return false;
    }
    return load_positions(tx, feeds, error);
}

struct feeds *feeds_create(const struct feeds_options *options, GError **error)
{
    struct feeds *feeds = g_new0(struct feeds, 1);
    feeds->store = options->store;
    feeds->file_roots = options->file_roots;
    feeds->by_id = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)feed_free);
    feeds->cursors = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    feeds->listeners = g_array_new(FALSE, FALSE, sizeof(struct listener));
    feeds->box = secret_box_open(options->key_file, error);
    if (feeds->box && store_read_now(feeds->store, load, feeds, error))
        return feeds;
    feeds_destroy(feeds);
    return NULL;
}

void feeds_destroy(struct feeds *feeds)
{
    if (!feeds)
        return;
    store_drain(feeds->store); /* a write that is under way still names us */
    g_hash_table_destroy(feeds->by_id);
    g_hash_table_destroy(feeds->cursors);
    g_array_unref(feeds->listeners);
    secret_box_close(feeds->box);
    g_free(feeds);
}

const struct secret_box *feeds_box(const struct feeds *feeds)
{
    return feeds->box;
}

struct feed *feeds_find(struct feeds *feeds, const char *id)
{
    return id ? g_hash_table_lookup(feeds->by_id, id) : NULL;
}

static gint compare_feeds(gconstpointer a, gconstpointer b)
{
    const struct feed *const *x = a, *const *y = b;
    return strcmp((*x)->id, (*y)->id);
}

GPtrArray *feeds_all(struct feeds *feeds)
{
    GPtrArray *all = g_ptr_array_new();
    GHashTableIter iter;
    gpointer feed;
    g_hash_table_iter_init(&iter, feeds->by_id);
    while (g_hash_table_iter_next(&iter, NULL, &feed))
        g_ptr_array_add(all, feed);
    g_ptr_array_sort(all, compare_feeds);
    return all;
}

void feeds_on_change(struct feeds *feeds, feeds_changed_fn fn, gpointer user)
{
    const struct listener listener = {fn, user};
    g_array_append_val(feeds->listeners, listener);
}

void feeds_off_change(struct feeds *feeds, feeds_changed_fn fn, gpointer user)
{
    for (guint i = feeds->listeners->len; i-- > 0;) {
        const struct listener *listener = &g_array_index(feeds->listeners, struct listener, i);
        if (listener->fn == fn && listener->user == user)
            g_array_remove_index(feeds->listeners, i);
    }
}

static void tell(struct feeds *feeds, const char *id, struct feed *feed)
{
    for (guint i = 0; i < feeds->listeners->len; i++) {
        const struct listener *listener = &g_array_index(feeds->listeners, struct listener, i);
        listener->fn(id, feed, listener->user);
    }
}

/* --- changing */

enum change { CHANGE_ADD, CHANGE_EDIT, CHANGE_ROTATE, CHANGE_REMOVE };

struct saving {
    struct feeds *feeds;
    enum change change;
    struct feed *feed; /* as it will be */
    int64_t based_on;  /* version */
    GBytes *sealed;    /* of feed->secret, may be NULL */
    char *settings;
    struct identity_actor *actor;
    char *shown; /* a new key, to be shown once */
    int64_t now_us;
    feeds_saved_fn done;
    gpointer user;
};

static void saving_free(struct saving *saving)
{
    feed_free(saving->feed);
    if (saving->sealed)
        g_bytes_unref(saving->sealed);
    free(saving->settings);
    if (saving->actor)
        identity_actor_free(saving->actor);
    secret_free(saving->shown);
    g_free(saving);
}

static bool record(struct store_tx *tx, const struct saving *saving, GError **error)
{
    static const char *const actions[] = {"feed.add", "feed.change", "feed.rotate", "feed.remove"};
    json_t *details =
        json_pack("{s:s,s:b,s:i}", "kind", feed_kind_name(saving->feed->kind), "enabled",
                  saving->feed->enabled, "rate_per_s", (int)saving->feed->rate_per_s);
    bool good = !saving->actor || identity_audit(tx, saving->actor, actions[saving->change],
                                                 saving->feed->id, details, saving->now_us, error);
    json_decref(details);
    return good;
}

static bool insert_row(struct store_tx *tx, const struct saving *s, GError **error)
{
    const struct feed *f = s->feed;
    size_t size = 0;
    const void *sealed = s->sealed ? g_bytes_get_data(s->sealed, &size) : NULL;
    g_autofree char *sql = g_strconcat("INSERT INTO feed (", columns,
                                       ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", NULL);
    return store_exec(tx, error, sql, "sssssssbiiiii", f->id, f->name_zh, f->name_en,
                      feed_kind_name(f->kind), f->dimension, f->mapping_text, s->settings, sealed,
                      size, (gint64)f->secret_us, (gint64)f->rate_per_s, (gint64)f->enabled,
                      (gint64)f->version, (gint64)f->created_us);
}

/* What devices of the feed were told to be is no longer known; their numbers go on, since those
 * events are known. Again when it is added: a state may have been saved after it was removed. */
static bool forget_states(struct store_tx *tx, const char *feed, GError **error)
{
    return store_exec(tx, error,
                      "UPDATE device_state SET raised = 0, told = 1, since_us = 0"
                      " WHERE feed = ? AND raised = 1",
                      "s", feed) &&
           store_exec(tx, error, "DELETE FROM mqtt_taken WHERE feed = ?", "s", feed);
}

static bool save(struct store_tx *tx, gpointer job, GError **error)
{
    const struct saving *s = job;
    if (s->change != CHANGE_ADD) {
        if (!store_exec(tx, error, "DELETE FROM feed WHERE id = ? AND version = ?", "si",
                        s->feed->id, (gint64)s->based_on))
            return false;
        if (!store_changed(tx)) {
            g_set_error(error, STORE_ERROR, STORE_ERROR_CONFLICT, "changed meanwhile");
            return false;
        }
    }
    if (s->change == CHANGE_REMOVE) {
        if (!store_exec(tx, error, "DELETE FROM feed_position WHERE feed = ?", "s", s->feed->id) ||
            !store_exec(tx, error, "DELETE FROM feed_reject WHERE feed = ?", "s", s->feed->id))
            return false;
    } else if (!insert_row(tx, s, error)) {
        return false;
    }
    bool anew =
        s->change == CHANGE_REMOVE || (s->change == CHANGE_ADD && s->feed->kind == FEED_MQTT);
    if (anew && !forget_states(tx, s->feed->id, error))
        return false;
    return record(tx, s, error);
}

/* What a feed knows of itself stays with it when its definition changes. */
static void keep_numbers(struct feed *next, struct feed *old)
{
    next->tokens = old->tokens;
    next->tokens_us = old->tokens_us;
    next->saved_event_us = old->saved_event_us;
    next->numbers = old->numbers;
    old->numbers.error_zh = old->numbers.error_en = NULL;
}

static struct feed *apply(struct feeds *feeds, struct saving *saving)
{
    g_autofree char *id = g_strdup(saving->feed->id);
    struct feed *old = feeds_find(feeds, id);
    struct feed *next = saving->change == CHANGE_REMOVE ? NULL : g_steal_pointer(&saving->feed);
    if (next && old)
        keep_numbers(next, old);
    g_hash_table_remove(feeds->by_id, id);
    if (next)
        g_hash_table_insert(feeds->by_id, next->id, next);
    else
        g_hash_table_remove(feeds->cursors, id);
    tell(feeds, id, next);
    return next;
}

static void on_saved(gpointer job, const GError *error)
{
    struct saving *saving = job;
    if (error) {
        struct feeds_problem problem = {"failed", NULL, "没有保存", "was not saved",
                                        error->message};
        if (error->code == STORE_ERROR_CONFLICT)
            problem = (struct feeds_problem){"conflict", "version", "已被他人修改",
                                             "was changed meanwhile", NULL};
        else if (error->code == STORE_ERROR_CONSTRAINT)
            problem = (struct feeds_problem){"taken", "id", "编号已被使用", "is taken", NULL};
        else if (error->code == STORE_ERROR_FULL)
            problem = (struct feeds_problem){"full", NULL, "磁盘已满", "the disk is full", NULL};
        saving->done(&problem, NULL, NULL, saving->user);
    } else {
        struct feed *feed = apply(saving->feeds, saving);
        saving->done(NULL, feed, saving->shown, saving->user);
    }
    saving_free(saving);
}

static void start(struct saving *saving)
{
    struct feed *feed = saving->feed;
    saving->now_us = clock_wall_us();
    if (saving->shown) {
        secret_free(feed->secret);
        feed->secret = g_strdup(saving->shown);
    }
    if (saving->change == CHANGE_ADD)
        feed->created_us = saving->now_us;
    if (saving->shown)
        feed->secret_us = saving->now_us;
    feed->version = saving->based_on + 1;
    saving->sealed = feed->secret ? secret_seal(saving->feeds->box, feed->secret) : NULL;
    saving->settings = json_dumps(feed->settings, JSON_COMPACT);
    store_write(saving->feeds->store, save, saving, on_saved);
}

static struct saving *saving_new(struct feeds *feeds, enum change change,
                                 struct identity_actor *actor, feeds_saved_fn done, gpointer user)
{
    struct saving *saving = g_new0(struct saving, 1);
    saving->feeds = feeds;
    saving->change = change;
    saving->actor = actor;
    saving->done = done;
    saving->user = user;
    return saving;
}

static void refuse(struct saving *saving, const struct feeds_problem *problem)
{
    saving->done(problem, NULL, NULL, saving->user);
    saving_free(saving);
}

static const struct feeds_problem no_feed = {"not_found", NULL, "没有这个数据源",
                                             "there is no such feed", NULL};

void feeds_add(struct feeds *feeds, struct identity_actor *actor, const json_t *fields,
               feeds_saved_fn done, gpointer user)
{
    struct saving *saving = saving_new(feeds, CHANGE_ADD, actor, done, user);
    struct feeds_problem problem;
    saving->feed = feed_fields_new(fields, feeds->file_roots, &problem);
    if (!saving->feed) {
        refuse(saving, &problem);
        g_free(problem.detail);
        return;
    }
    if (feeds_find(feeds, saving->feed->id)) {
        refuse(saving, &(struct feeds_problem){"taken", "id", "编号已被使用", "is taken", NULL});
        return;
    }
    if (saving->feed->kind == FEED_HTTP || saving->feed->kind == FEED_CAP)
        saving->shown = secret_new();
    start(saving);
}

static struct saving *saving_of(struct feeds *feeds, enum change change,
                                struct identity_actor *actor, const char *id, feeds_saved_fn done,
                                gpointer user)
{
    struct saving *saving = saving_new(feeds, change, actor, done, user);
    const struct feed *old = feeds_find(feeds, id);
    if (!old) {
        refuse(saving, &no_feed);
        return NULL;
    }
    saving->feed = feed_fields_copy(old);
    saving->based_on = old->version;
    return saving;
}

void feeds_change(struct feeds *feeds, struct identity_actor *actor, const char *id,
                  const json_t *fields, feeds_saved_fn done, gpointer user)
{
    struct saving *saving = saving_of(feeds, CHANGE_EDIT, actor, id, done, user);
    if (!saving)
        return;
    const json_t *version = json_object_get(fields, "version");
    if (version && json_integer_value(version) != saving->based_on) {
        refuse(saving, &(struct feeds_problem){"conflict", "version", "已被他人修改",
                                               "was changed meanwhile", NULL});
        return;
    }
    struct feeds_problem problem;
    if (!feed_fields_apply(saving->feed, fields, feeds->file_roots, &problem)) {
        refuse(saving, &problem);
        g_free(problem.detail);
        return;
    }
    start(saving);
}

void feeds_rotate(struct feeds *feeds, struct identity_actor *actor, const char *id,
                  feeds_saved_fn done, gpointer user)
{
    struct saving *saving = saving_of(feeds, CHANGE_ROTATE, actor, id, done, user);
    if (!saving)
        return;
    if (saving->feed->kind != FEED_HTTP && saving->feed->kind != FEED_CAP) {
        refuse(saving, &(struct feeds_problem){"no_key", "kind", "此类数据源没有密钥",
                                               "has no key of ours", NULL});
        return;
    }
    saving->shown = secret_new();
    start(saving);
}

void feeds_remove(struct feeds *feeds, struct identity_actor *actor, const char *id,
                  feeds_saved_fn done, gpointer user)
{
    struct saving *saving = saving_of(feeds, CHANGE_REMOVE, actor, id, done, user);
    if (saving)
        start(saving);
}

/* --- feeds of this program */

static void on_internal_saved(const struct feeds_problem *problem, struct feed *feed,
                              const char *secret, gpointer user)
{
    g_autofree char *id = user;
    (void)feed;
    (void)secret;
    if (problem)
        log_warn("intake", "feed %s: %s", id, problem->detail ? problem->detail : problem->en);
}

struct feed *feeds_internal(struct feeds *feeds, const char *id)
{
    struct feed *feed = feeds_find(feeds, id);
    if (feed || !feed_id_good(id))
        return feed;
    feed = feed_new(id, FEED_INTERNAL);
    feed->version = 1;
    g_hash_table_insert(feeds->by_id, feed->id, feed);
    struct saving *saving = saving_new(feeds, CHANGE_ADD, NULL, on_internal_saved, g_strdup(id));
    saving->feed = feed_fields_copy(feed);
    start(saving);
    return feed;
}

/* --- positions */

struct position {
    char *feed, *cursor;
    int64_t last_event_us;
    void (*done)(bool saved, gpointer user);
    gpointer user;
};

static bool save_position(struct store_tx *tx, gpointer job, GError **error)
{
    const struct position *position = job;
    return store_exec(tx, error,
                      "INSERT INTO feed_position (feed, cursor, last_event_us) VALUES (?, ?, ?) "
                      "ON CONFLICT (feed) DO UPDATE SET cursor = excluded.cursor, "
                      "last_event_us = excluded.last_event_us",
                      "ssi", position->feed, position->cursor, (gint64)position->last_event_us);
}

static void on_position(gpointer job, const GError *error)
{
    struct position *position = job;
    if (error)
        log_warn("intake", "the position of feed %s was not saved: %s", position->feed,
                 error->message);
    if (position->done)
        position->done(!error, position->user);
    g_free(position->feed);
    g_free(position->cursor);
    g_free(position);
}

const char *feeds_cursor(struct feeds *feeds, const char *id)
{
    const char *cursor = g_hash_table_lookup(feeds->cursors, id);
    return cursor ? cursor : "";
}

void feeds_set_cursor(struct feeds *feeds, const char *id, const char *cursor,
                      void (*done)(bool saved, gpointer user), gpointer user)
{
    struct feed *feed = feeds_find(feeds, id);
    struct position *position = g_new(struct position, 1);
    *position = (struct position){g_strdup(id), g_strdup(cursor),
                                  feed ? feed->numbers.last_event_us : 0, done, user};
    if (feed)
        feed->saved_event_us = position->last_event_us;
    g_hash_table_insert(feeds->cursors, g_strdup(id), g_strdup(cursor));
    store_write(feeds->store, save_position, position, on_position);
}
