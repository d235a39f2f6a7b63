/* Deleting what is due, in batches that are each on record, and the holds that prevent it. */
#include "identity/retention.h"
#include "common/log.h"
#include "identity/internal.h"
#include <string.h>

#define DAY_US (24LL * 3600 * G_USEC_PER_SEC)
#define BATCH  500

struct retention {
    json_t *days;           /* kind → days */
    GArray *kinds;          /* struct retention_kind */
    guint running;          /* the kind at work, from 1; 0: none */
    GHashTable *hold_kinds; /* name → SQL, both static */
};

struct retention *retention_create(const json_t *days)
{
    struct retention *retention = g_new0(struct retention, 1);
    retention->days = days ? json_deep_copy(days) : json_object();
    retention->kinds = g_array_new(FALSE, TRUE, sizeof(struct retention_kind));
    retention->hold_kinds = g_hash_table_new(g_str_hash, g_str_equal);
    return retention;
}

void retention_destroy(struct retention *retention)
{
    if (!retention)
        return;
    json_decref(retention->days);
    g_array_unref(retention->kinds);
    g_hash_table_unref(retention->hold_kinds);
    g_free(retention);
}

void retention_add(struct identity *identity, const struct retention_kind *kind)
{
    g_array_append_vals(identity->retention->kinds, kind, 1);
}

void hold_kind_add(struct identity *identity, const char *kind, const char *find)
{
    g_hash_table_replace(identity->retention->hold_kinds, (gpointer)kind, (gpointer)find);
}

const char *hold_kind_find(const struct identity *identity, const char *kind)
{
    return g_hash_table_lookup(identity->retention->hold_kinds, kind);
}

json_t *retention_days_json(struct identity *identity)
{
    const struct retention *retention = identity->retention;
    json_t *days = json_object();
    for (guint i = 0; i < retention->kinds->len; i++) {
        const char *kind = g_array_index(retention->kinds, struct retention_kind, i).kind;
        json_int_t count = json_integer_value(json_object_get(retention->days, kind));
        json_object_set_new(days, kind, json_integer(count));
    }
    return days;
}

/* --- one batch */

struct batch_job {
    struct identity *identity;
    struct retention_kind kind;
    gint64 now_us, before_us;
    gint64 deleted, held;
};

static bool batch_record(struct store_tx *tx, const struct batch_job *job, GError **error)
{
    static const struct identity_actor nobody = {0};
    g_autofree char *id = store_id_new();
    if (!store_exec(tx, error,
                    "INSERT INTO retention_run (id, kind, time_us, before_us, deleted, held)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    "ssiiii", id, job->kind.kind, job->now_us, job->before_us, job->deleted,
                    job->held))
        return false;
    json_t *details = json_pack("{s:I,s:I,s:I}", "before_us", (json_int_t)job->before_us, "deleted",
                                (json_int_t)job->deleted, "held", (json_int_t)job->held);
    bool fine = identity_audit(tx, &nobody, "retention.delete", job->kind.kind, details,
                               job->now_us, error);
    json_decref(details);
    return fine;
}

static bool batch_write(struct store_tx *tx, gpointer data, GError **error)
{
    struct batch_job *job = data;
    job->deleted = job->held = 0;
    return job->kind.purge(tx, job->before_us, job->now_us, BATCH, &job->deleted, &job->held,
                           job->kind.user, error) &&
           (job->deleted == 0 || batch_record(tx, job, error));
}

static void next_kind(struct identity *identity);

static void batch_done(gpointer data, const GError *error)
{
    struct batch_job *job = data;
    struct identity *identity = job->identity;
    bool more = !error && job->deleted >= BATCH;
    if (error)
        log_warn("identity", "%s that is due was not deleted: %s", job->kind.kind, error->message);
    if (more) {
        store_write(identity->store, batch_write, job, batch_done);
        return;
    }
    g_free(job);
    next_kind(identity);
}

static void next_kind(struct identity *identity)
{
    struct retention *retention = identity->retention;
    while (retention->running < retention->kinds->len) {
        const struct retention_kind *kind =
            &g_array_index(retention->kinds, struct retention_kind, retention->running++);
        gint64 days = json_integer_value(json_object_get(retention->days, kind->kind));
        if (days <= 0)
            continue;
        struct batch_job *job = g_new0(struct batch_job, 1);
        job->identity = identity;
        job->kind = *kind;
        job->now_us = identity_now(identity);
        job->before_us = job->now_us - days * DAY_US;
        store_write(identity->store, batch_write, job, batch_done);
        return;
    }
    retention->running = 0;
}

void retention_run(struct identity *identity)
{
    if (identity->retention->running == 0)
        next_kind(identity);
}

bool hold_stands(struct store_tx *tx, const char *kind, const char *object, bool *stands,
                 GError **error)
{
    gint64 one;
    return store_query_int(
        tx, error, &one, stands,
        "SELECT 1 FROM legal_hold WHERE kind = ? AND (object = ? OR object = '*')"
        " AND lifted_us = 0 LIMIT 1",
        "ss", kind, object);
}

/* --- what identity itself keeps */

static bool count_held(struct store_tx *tx, gint64 *held, const char *sql, gint64 before_us,
                       GError **error)
{
    bool found;
    return store_query_int(tx, error, held, &found, sql, "i", before_us);
}

#define VIEW_HELD                                                                                  \
    "EXISTS (SELECT 1 FROM legal_hold h WHERE h.lifted_us = 0 AND ((h.kind = 'view_log' AND"       \
    " (h.object = v.id OR h.object = '*')) OR (h.kind = 'camera' AND h.object = v.camera)))"

static bool purge_views(struct store_tx *tx, gint64 before_us, gint64 now_us, unsigned limit,
                        gint64 *deleted, gint64 *held, gpointer user, GError **error)
{
    (void)now_us;
    (void)user;
    if (!store_exec(tx, error,
                    "DELETE FROM view_log WHERE id IN (SELECT v.id FROM view_log v WHERE"
                    " v.start_us < ? AND v.end_us IS NOT NULL AND NOT " VIEW_HELD " LIMIT ?)",
                    "ii", before_us, (gint64)limit))
        return false;
    *deleted += store_changed(tx);
    return count_held(tx, held,
                      "SELECT COUNT(*) FROM view_log v WHERE v.start_us < ? AND " VIEW_HELD,
                      before_us, error);
}

static bool purge_reasons(struct store_tx *tx, gint64 before_us, gint64 now_us, unsigned limit,
                          gint64 *deleted, gint64 *held, gpointer user, GError **error)
{
    (void)now_us;
    (void)user;
    (void)held;
    if (!store_exec(tx, error,
                    "DELETE FROM view_reason WHERE id IN"
                    " (SELECT id FROM view_reason WHERE until_us < ? LIMIT ?)",
                    "ii", before_us, (gint64)limit))
        return false;
    *deleted += store_changed(tx);
    return true;
}

#define PERSON_DUE                                                                                 \
    "p.erased_us = 0 AND p.used_us < ? AND NOT EXISTS"                                             \
    " (SELECT 1 FROM person_link l WHERE l.person = p.id AND l.closed_us = 0)"
#define PERSON_HELD                                                                                \
    "(EXISTS (SELECT 1 FROM legal_hold h WHERE h.lifted_us = 0 AND h.kind = 'person' AND"          \
    " (h.object = p.id OR h.object = '*')) OR EXISTS (SELECT 1 FROM person_link l JOIN legal_hold" \
    " h ON h.kind = l.kind AND (h.object = l.object OR h.object = '*')"                            \
    " WHERE l.person = p.id AND h.lifted_us = 0))"

/* Persons are not deleted but erased: their keys are. */
static bool purge_persons(struct store_tx *tx, gint64 before_us, gint64 now_us, unsigned limit,
                          gint64 *deleted, gint64 *held, gpointer user, GError **error)
{
    (void)user;
    if (!store_exec(
            tx, error,
            "DELETE FROM person_token WHERE person IN (SELECT p.id FROM person p WHERE " PERSON_DUE
            " AND NOT " PERSON_HELD " ORDER BY p.used_us, p.id LIMIT ?)",
            "ii", before_us, (gint64)limit) ||
        !store_exec(tx, error,
                    "UPDATE person SET key_wrapped = NULL, erased_us = ?, version = version + 1,"
                    " erased_reason = 'retention', updated_us = ? WHERE id IN (SELECT p.id FROM"
                    " person p WHERE " PERSON_DUE " AND NOT " PERSON_HELD
                    " ORDER BY p.used_us, p.id LIMIT ?)",
                    "iiii", now_us, now_us, before_us, (gint64)limit))
        return false;
    *deleted += store_changed(tx);
    return count_held(tx, held,
                      "SELECT COUNT(*) FROM person p WHERE " PERSON_DUE " AND " PERSON_HELD,
                      before_us, error);
}

void retention_add_own(struct identity *identity)
{
    static const struct retention_kind own[] = {
        {"view_log", purge_views, NULL},
        {"view_reason", purge_reasons, NULL},
        {"person", purge_persons, NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(own); i++)
        retention_add(identity, &own[i]);
    hold_kind_add(identity, "person", "SELECT id FROM person WHERE id = ? OR id = ?");
    hold_kind_add(identity, "view_log", "SELECT id FROM view_log WHERE id = ? OR id = ?");
    hold_kind_add(identity, "camera",
                  "SELECT id FROM camera WHERE id = ?"
                  " UNION SELECT camera FROM view_log WHERE camera = ?");
}
