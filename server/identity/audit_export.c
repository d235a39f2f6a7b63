/* The audit log as lines that a stranger can check (docs/audit.md "Export"): page after page, the
 * first with the head of the file, the last with its end. */
#include "identity/internal.h"
#include "identity/records.h"
#include <string.h>

#define PAGE_RECORDS 5000

struct export_job {
    const struct vault *vault;
    gint64 after, now_us;
    GString *text;
    gint64 last, count; /* seq of the newest line; records in this page */
    bool more;
    char *last_hash;
    records_fn fn;
    gpointer user;
};

static void job_free(struct export_job *job)
{
    g_string_free(job->text, TRUE);
    g_free(job->last_hash);
    g_free(job);
}

/* The canonical JSON of a record, as it was hashed. */
static char *canonical(struct store_rows *rows)
{
    json_t *details = json_loads(store_text(rows, 7), JSON_DECODE_ANY, NULL);
    json_t *value = json_pack(
        "{s:I,s:I,s:s,s:s,s:s,s:s,s:s,s:o}", "seq", (json_int_t)store_int(rows, 0), "time_us",
        (json_int_t)store_int(rows, 1), "user", store_text(rows, 2), "login", store_text(rows, 3),
        "address", store_text(rows, 4), "action", store_text(rows, 5), "object",
        store_text(rows, 6), "details", details ? details : json_string(store_text(rows, 7)));
    char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(value);
    return text;
}

static char *blob_hex(struct store_rows *rows, int column)
{
    size_t size;
    const void *data = store_blob(rows, column, &size);
    return hex_of(data, size);
}

static bool add_heads(struct store_tx *tx, struct export_job *job, gint64 seq, GError **error)
{
    store_rows_auto rows = store_query(tx, error,
                                       "SELECT hash, signed_us, signer, signature FROM chain_head"
                                       " WHERE chain = 'audit' AND seq = ?",
                                       "i", seq);
    GError *bad = NULL;
    while (rows && store_rows_next(rows, &bad)) {
        g_autofree char *hash = blob_hex(rows, 0), *signature = blob_hex(rows, 3);
        g_string_append_printf(job->text,
                               "head %" G_GINT64_FORMAT " %s %" G_GINT64_FORMAT " %s %s\n", seq,
                               hash, store_int(rows, 1), store_text(rows, 2), signature);
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static bool add_records(struct store_tx *tx, struct export_job *job, GError **error)
{
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT seq, time_us, user_id, login, address, action, object, details, hash"
                    " FROM audit WHERE seq > ? ORDER BY seq LIMIT ?",
                    "ii", job->after, (gint64)PAGE_RECORDS + 1);
    GError *bad = NULL;
    while (rows && store_rows_next(rows, &bad)) {
        if (job->count == PAGE_RECORDS) {
            job->more = true;
            break;
        }
        g_autofree char *json = canonical(rows);
        g_free(job->last_hash);
        job->last_hash = blob_hex(rows, 8);
        job->last = store_int(rows, 0);
        job->count++;
        g_string_append_printf(job->text, "record %s %s\n", job->last_hash, json);
        if (!add_heads(tx, job, job->last, &bad))
            break;
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

/* Hash of the record after which the file begins; zeros for the first. */
static bool hash_before(struct store_tx *tx, struct export_job *job, GError **error)
{
    store_rows_auto rows =
        store_query(tx, error, "SELECT hash FROM audit WHERE seq = ?", "i", job->after);
    GError *bad = NULL;
    if (rows && store_rows_next(rows, &bad))
        job->last_hash = blob_hex(rows, 0);
    else
        job->last_hash = g_strnfill(64, '0');
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static bool export_run(struct store_tx *tx, gpointer data, GError **error)
{
    struct export_job *job = data;
    if (job->after == 0 && !audit_sign(tx, job->vault, job->now_us, error))
        return false;
    if (!hash_before(tx, job, error))
        return false;
    if (job->after == 0) {
        uint8_t key[VAULT_PUBLIC_BYTES];
        vault_public(job->vault, key);
        g_autofree char *hex = hex_of(key, sizeof key);
        g_string_append_printf(job->text, "townwall-audit 1\nkey %s\nfrom 1 %s\n", hex,
                               job->last_hash);
    }
    job->last = job->after;
    if (!add_records(tx, job, error))
        return false;
    if (!job->more)
        g_string_append_printf(job->text, "end %" G_GINT64_FORMAT " %s\n", job->last,
                               job->last_hash);
    return true;
}

static void export_done(gpointer data, const GError *error)
{
    struct export_job *job = data;
    char last[32];
    g_snprintf(last, sizeof last, "%" G_GINT64_FORMAT, job->last);
    json_t *page =
        error ? NULL
              : json_pack("{s:s,s:s,s:b}", "text", job->text->str, "last", last, "more", job->more);
    job->fn(page, error, job->user);
    job_free(job);
}

void records_export(struct store *store, const struct vault *vault, gint64 after, gint64 now_us,
                    records_fn fn, gpointer user)
{
    struct export_job *job = g_new0(struct export_job, 1);
    *job = (struct export_job){.vault = vault,
                               .after = after,
                               .now_us = now_us,
                               .text = g_string_new(NULL),
                               .fn = fn,
                               .user = user};
    /* the first page signs the newest record; the others only read */
    if (after == 0)
        store_write(store, export_run, job, export_done);
    else
        store_read(store, export_run, job, export_done);
}
