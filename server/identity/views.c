/* Why somebody looks, and the log of every view (public video regulation art. 16). */
#include "common/log.h"
#include "identity/internal.h"
#include <string.h>

enum { REASON_MIN = 2, REASON_MAX = 200 };

void view_reason_free(gpointer data)
{
    struct view_reason *reason = data;
    g_free(reason->text);
    g_free(reason);
}

static void put_reason(struct identity *identity, const char *person_id, const char *text,
                       gint64 until_us)
{
    struct view_reason *reason = g_new0(struct view_reason, 1);
    reason->text = g_strdup(text);
    reason->until_us = until_us;
    g_hash_table_replace(identity->reasons, g_strdup(person_id), reason);
}

const char *identity_view_reason(struct identity *identity, const struct net_session *session)
{
    const struct view_reason *reason =
        session ? g_hash_table_lookup(identity->reasons, session->user_id) : NULL;
    return reason && reason->until_us > identity_now(identity) ? reason->text : NULL;
}

/* --- giving a reason */

struct reason_job {
    struct identity *identity;
    char *id, *user_id, *text;
    gint64 given_us, until_us;
    reason_fn fn;
    gpointer user;
};

static bool reason_write(struct store_tx *tx, gpointer data, GError **error)
{
    struct reason_job *job = data;
    return store_exec(tx, error,
                      "INSERT INTO view_reason (id, user_id, reason, given_us, until_us)"
                      " VALUES (?, ?, ?, ?, ?)",
                      "sssii", job->id, job->user_id, job->text, job->given_us, job->until_us);
}

static void reason_done(gpointer data, const GError *error)
{
    struct reason_job *job = data;
    if (!error)
        put_reason(job->identity, job->user_id, job->text, job->until_us);
    job->fn(error ? problem_saving(error) : NULL, job->until_us, job->user);
    g_free(job->id);
    g_free(job->user_id);
    g_free(job->text);
    g_free(job);
}

void identity_reason_give(struct identity *identity, const struct net_session *session,
                          const char *reason, reason_fn fn, gpointer user)
{
    g_autofree char *text = g_strstrip(g_strdup(reason ? reason : ""));
    glong length = g_utf8_validate(text, -1, NULL) ? g_utf8_strlen(text, -1) : 0;
    if (length < REASON_MIN || length > REASON_MAX) {
        fn(&PROBLEM_REASON, 0, user);
        return;
    }
    struct reason_job *job = g_new0(struct reason_job, 1);
    job->identity = identity;
    job->id = store_id_new();
    job->user_id = g_strdup(session->user_id);
    job->text = g_steal_pointer(&text);
    job->given_us = identity_now(identity);
    job->until_us = job->given_us + identity->options.reason_us;
    job->fn = fn;
    job->user = user;
    store_write(identity->store, reason_write, job, reason_done);
}

/* --- one view */

struct view_job {
    char *id, *user_id, *login, *name, *unit, *reason;
    char *camera, *profile, *kind, *content, *seat, *address;
    gint64 start_us;
};

static bool begin_write(struct store_tx *tx, gpointer data, GError **error)
{
    struct view_job *v = data;
    return store_exec(tx, error,
                      "INSERT INTO view_log (id, user_id, login, name, unit, reason, camera,"
                      " profile, kind, content, seat, address, start_us)"
                      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      "ssssssssssssi", v->id, v->user_id, v->login, v->name, v->unit, v->reason,
                      v->camera, v->profile, v->kind, v->content, v->seat, v->address, v->start_us);
}

static void begin_done(gpointer data, const GError *error)
{
    struct view_job *v = data;
    if (error)
        log_error("identity", "view of %s by %s is not on record: %s", v->camera, v->login,
                  error->message);
    char **texts[] = {&v->id,     &v->user_id, &v->login, &v->name,    &v->unit, &v->reason,
                      &v->camera, &v->profile, &v->kind,  &v->content, &v->seat, &v->address};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(*texts[i]);
    g_free(v);
}

guint64 identity_view_begin(struct identity *identity, const struct net_session *session,
                            const struct identity_view *view)
{
    const struct account *account = g_hash_table_lookup(identity->people, session->user_id);
    const char *reason = identity_view_reason(identity, session);
    struct view_job *v = g_new0(struct view_job, 1);
    v->id = store_id_new();
    v->user_id = g_strdup(session->user_id);
    v->login = g_strdup(session->login);
    v->name = g_strdup(session->name);
    v->unit = g_strdup(account ? account->unit : "");
    v->reason = g_strdup(reason ? reason : "");
    v->camera = g_strdup(view->camera ? view->camera : "");
    v->profile = g_strdup(view->profile ? view->profile : "");
    v->kind = g_strdup(view->kind);
    v->content = g_strdup(view->content ? view->content : "");
    v->seat = g_strdup(view->seat ? view->seat : "");
    v->address = g_strdup(session->address ? session->address : "");
    v->start_us = identity_now(identity);
    guint64 *number = g_new(guint64, 1);
    *number = ++identity->last_view;
    g_hash_table_insert(identity->views, number, g_strdup(v->id));
    store_write(identity->store, begin_write, v, begin_done);
    return identity->last_view;
}

struct end_job {
    char *id, *reason;
    gint64 end_us;
};

static bool end_write(struct store_tx *tx, gpointer data, GError **error)
{
    struct end_job *end = data;
    return store_exec(tx, error,
                      "UPDATE view_log SET end_us = ?, end_reason = ?"
                      " WHERE id = ? AND end_us IS NULL",
                      "iss", end->end_us, end->reason, end->id);
}

static void end_done(gpointer data, const GError *error)
{
    struct end_job *end = data;
    if (error)
        log_error("identity", "end of view %s is not on record: %s", end->id, error->message);
    g_free(end->id);
    g_free(end->reason);
    g_free(end);
}

static void write_end(struct identity *identity, const char *id, const char *reason)
{
    struct end_job *end = g_new0(struct end_job, 1);
    end->id = g_strdup(id);
    end->reason = g_strdup(reason);
    end->end_us = identity_now(identity);
    store_write(identity->store, end_write, end, end_done);
}

void identity_view_end(struct identity *identity, guint64 view, const char *reason)
{
    const char *id = g_hash_table_lookup(identity->views, &view);
    if (!id)
        return;
    write_end(identity, id, reason);
    g_hash_table_remove(identity->views, &view);
}

void views_end_all(struct identity *identity, const char *reason)
{
    GHashTableIter iter;
    gpointer id;
    g_hash_table_iter_init(&iter, identity->views);
    while (g_hash_table_iter_next(&iter, NULL, &id))
        write_end(identity, id, reason);
    g_hash_table_remove_all(identity->views);
}

/* --- start */

/* What a killed server left open ended when it was last known to live. */
static bool close_left_open(struct store_tx *tx, gpointer job, GError **error)
{
    (void)job;
    GError *bad = NULL;
    g_autofree char *text = store_setting_get(tx, "alive_us", &bad);
    if (bad) {
        g_propagate_error(error, bad);
        return false;
    }
    gint64 alive_us = text ? g_ascii_strtoll(text, NULL, 10) : 0;
    return store_exec(tx, error,
                      "UPDATE view_log SET end_reason = 'server_stopped',"
                      " end_us = CASE WHEN start_us > ? THEN start_us ELSE ? END"
                      " WHERE end_us IS NULL",
                      "ii", alive_us, alive_us);
}

static bool load_reasons(struct store_tx *tx, gpointer job, GError **error)
{
    struct identity *identity = job;
    store_rows_auto rows = store_query(
        tx, error,
        "SELECT user_id, reason, until_us FROM view_reason WHERE until_us > ? ORDER BY until_us",
        "i", identity_now(identity));
    if (!rows)
        return false;
    GError *bad = NULL;
    while (store_rows_next(rows, &bad))
        put_reason(identity, store_text(rows, 0), store_text(rows, 1), store_int(rows, 2));
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

bool views_load(struct identity *identity, GError **error)
{
    return store_write_now(identity->store, close_left_open, NULL, error) &&
           store_read_now(identity->store, load_reasons, identity, error);
}
