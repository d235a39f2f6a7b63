#include "intake/rejects.h"
#include "common/clock.h"
#include "common/log.h"
#include <stdlib.h>
#include <string.h>

struct rejects {
    struct store *store;
    struct feeds *feeds;
};

struct reject *reject_new(json_t *item, int64_t time_us, const char *field, const char *zh,
                          const char *en)
{
    struct reject *reject = g_new(struct reject, 1);
    *reject = (struct reject){json_incref(item), time_us, g_strdup(field),
                              g_utf8_make_valid(zh ? zh : "有误", -1),
                              g_utf8_make_valid(en ? en : "is wrong", -1)};
    return reject;
}

void reject_free(gpointer data)
{
    struct reject *reject = data;
    if (!reject)
        return;
    json_decref(reject->item);
    g_free(reject->field);
    g_free(reject->zh);
    g_free(reject->en);
    g_free(reject);
}

/* --- numbers */

bool rejects_count(struct store_tx *tx, const char *feed, gint64 *count, GError **error)
{
    return store_query_int(tx, error, count, NULL,
                           "SELECT COUNT(*) FROM feed_reject WHERE feed = ?", "s", feed);
}

void rejects_note(struct rejects *rejects, const char *name, gint64 count)
{
    struct feed *feed = feeds_find(rejects->feeds, name);
    if (feed)
        feed->numbers.rejected = (guint64)count;
}

/* --- the old ones go */

struct expiry {
    struct rejects *rejects;
    int64_t before_us;
    GHashTable *left; /* feed → number, boxed */
};

static bool expire(struct store_tx *tx, gpointer job, GError **error)
{
    const struct expiry *expiry = job;
    GError *bad = NULL;
    if (!store_exec(tx, error, "DELETE FROM feed_reject WHERE time_us < ?", "i",
                    (gint64)expiry->before_us))
        return false;
    store_rows_auto rows =
        store_query(tx, error, "SELECT feed, COUNT(*) FROM feed_reject GROUP BY feed", "");
    if (!rows)
        return false;
    while (store_rows_next(rows, &bad))
        g_hash_table_insert(expiry->left, store_text_dup(rows, 0),
                            GINT_TO_POINTER((gint)store_int(rows, 1)));
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

static void expired(gpointer job, const GError *error)
{
    struct expiry *expiry = job;
    g_autoptr(GPtrArray) all = feeds_all(expiry->rejects->feeds);
    for (guint i = 0; !error && i < all->len; i++) {
        struct feed *feed = all->pdata[i];
        feed->numbers.rejected =
            (guint64)GPOINTER_TO_INT(g_hash_table_lookup(expiry->left, feed->id));
    }
    g_hash_table_unref(expiry->left);
    g_free(expiry);
}

static struct expiry *expiry_new(struct rejects *rejects)
{
    struct expiry *expiry = g_new(struct expiry, 1);
    expiry->rejects = rejects;
    expiry->before_us = clock_wall_us() - (int64_t)REJECTS_DAYS * 24 * 3600 * G_USEC_PER_SEC;
    expiry->left = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return expiry;
}

void rejects_expire(struct rejects *rejects)
{
    store_write(rejects->store, expire, expiry_new(rejects), expired);
}

struct rejects *rejects_create(struct store *store, struct feeds *feeds, GError **error)
{
    struct rejects *rejects = g_new(struct rejects, 1);
    *rejects = (struct rejects){store, feeds};
    struct expiry *expiry = expiry_new(rejects);
    GError *bad = NULL;
    store_write_now(store, expire, expiry, &bad);
    expired(expiry, bad);
    if (!bad)
        return rejects;
    g_propagate_error(error, bad);
    g_free(rejects);
    return NULL;
}

void rejects_destroy(struct rejects *rejects)
{
    if (!rejects)
        return;
    store_drain(rejects->store);
    g_free(rejects);
}

/* --- keeping */

struct row {
    char *id, *digest, *field, *zh, *en;
    int64_t time_us;
    GBytes *sealed; /* NULL: not kept */
};

struct keeping {
    struct rejects *rejects;
    char *feed;
    GPtrArray *rows; /* struct row */
    gint64 count;
    rejects_done_fn done;
    gpointer user;
};

static void row_free(gpointer data)
{
    struct row *row = data;
    g_free(row->id);
    g_free(row->digest);
    g_free(row->field);
    g_free(row->zh);
    g_free(row->en);
    g_clear_pointer(&row->sealed, g_bytes_unref);
    g_free(row);
}

static struct row *row_new(const struct rejects *rejects, const struct reject *reject)
{
    const struct secret_box *box = feeds_box(rejects->feeds);
    struct row *row = g_new0(struct row, 1);
    char *dumped = reject->item ? json_dumps(reject->item, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    row->id = store_id_new();
    row->digest = secret_digest(box, dumped ? dumped : reject->en);
    row->field = g_strdup(reject->field);
    row->zh = g_strdup(reject->zh);
    row->en = g_strdup(reject->en);
    row->time_us = reject->time_us;
    if (dumped && strlen(dumped) <= REJECTS_ITEM_BYTES)
        row->sealed = secret_seal(box, dumped);
    if (dumped)
        secret_wipe(dumped);
    free(dumped);
    return row;
}

static bool write_rows(struct store_tx *tx, gpointer job, GError **error)
{
    struct keeping *keeping = job;
    for (guint i = 0; i < keeping->rows->len; i++) {
        const struct row *row = keeping->rows->pdata[i];
        size_t size = 0;
        const void *sealed = row->sealed ? g_bytes_get_data(row->sealed, &size) : NULL;
        if (!store_exec(tx, error,
                        "INSERT INTO feed_reject (id, feed, digest, time_us, field, zh, en, item)"
                        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (feed, digest) DO UPDATE SET"
                        " time_us = excluded.time_us, field = excluded.field, zh = excluded.zh,"
                        " en = excluded.en",
                        "sssisssb", row->id, keeping->feed, row->digest, (gint64)row->time_us,
                        row->field, row->zh, row->en, sealed, size))
            return false;
    }
    return store_exec(tx, error,
                      "DELETE FROM feed_reject WHERE feed = ? AND id <= (SELECT id FROM"
                      " feed_reject WHERE feed = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
                      "ssi", keeping->feed, keeping->feed, (gint64)REJECTS_KEPT) &&
           rejects_count(tx, keeping->feed, &keeping->count, error);
}

static void written(gpointer job, const GError *error)
{
    struct keeping *keeping = job;
    if (error)
        log_warn("intake", "what feed %s brought wrong was not kept: %s", keeping->feed,
                 error->message);
    else
        rejects_note(keeping->rejects, keeping->feed, keeping->count);
    keeping->done(!error, keeping->user);
    g_ptr_array_unref(keeping->rows);
    g_free(keeping->feed);
    g_free(keeping);
}

void rejects_keep(struct rejects *rejects, const char *feed, const GPtrArray *list,
                  rejects_done_fn done, gpointer user)
{
    struct keeping *keeping = g_new0(struct keeping, 1);
    *keeping = (struct keeping){.rejects = rejects,
                                .feed = g_strdup(feed),
                                .rows = g_ptr_array_new_with_free_func(row_free),
                                .done = done,
                                .user = user};
    for (guint i = 0; i < list->len; i++)
        g_ptr_array_add(keeping->rows, row_new(rejects, list->pdata[i]));
    store_write(rejects->store, write_rows, keeping, written);
}

json_t *rejects_open(const struct rejects *rejects, const void *sealed, size_t size)
{
    char *text = secret_unseal(feeds_box(rejects->feeds), sealed, size);
    json_t *item = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
    secret_free(text);
    return item;
}
