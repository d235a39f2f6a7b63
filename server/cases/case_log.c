#include "cases/case_log.h"
#include "cases/case_log_line.h"
#include <string.h>

char *case_line_json(const struct case_line *line)
{
    json_t *details = json_loads(line->details, 0, NULL);
    json_t *value =
        json_pack("{s:s,s:I,s:I,s:s,s:s,s:s,s:s,s:s,s:s,s:o}", "case", line->case_id, "seq",
                  (json_int_t)line->seq, "time_us", (json_int_t)line->time_us, "user", line->user,
                  "login", line->login, "action", line->action, "from", line->from, "to", line->to,
                  "note", line->note, "details", details);
    if (!value)
        return NULL;
    char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(value);
    return text;
}

/* Returned: hex, g_free(); NULL: `details` is no JSON. */
static char *hash_of(const struct case_line *line, const char *before)
{
    g_autofree char *text = case_line_json(line);
    if (!text)
        return NULL;
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, (const guchar *)before, (gssize)strlen(before));
    g_checksum_update(sum, (const guchar *)text, (gssize)strlen(text));
    return g_strdup(g_checksum_get_string(sum));
}

bool case_line_last(struct store_tx *tx, const char *case_id, gint64 *seq, char **hash,
                    GError **error)
{
    store_rows_auto rows = store_query(
        tx, error, "SELECT seq, hash FROM case_log WHERE case_id = ? ORDER BY seq DESC LIMIT 1",
        "s", case_id);
    GError *bad = NULL;
    bool found = rows && store_rows_next(rows, &bad);
    *seq = found ? store_int(rows, 0) : 0;
    *hash = found ? store_text_dup(rows, 1) : g_strdup(CASE_LINE_FIRST_HASH);
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

/* The audit log names what a person did and holds the record's hash: its signed heads cover the
 * chain of the case with its own. */
static bool add_to_audit(struct store_tx *tx, const char *code, const struct case_line *line,
                         const char *hash, const struct identity_actor *who, GError **error)
{
    if (!code || !who->user)
        return true;
    g_autofree char *action = g_strconcat("case.", line->action, NULL);
    json_t *details =
        json_pack("{s:I,s:s,s:s}", "seq", (json_int_t)line->seq, "hash", hash, "state", line->to);
    bool fine = identity_audit(tx, who, action, code, details, line->time_us, error);
    json_decref(details);
    return fine;
}

bool case_log_add(struct store_tx *tx, const char *case_id, const char *code,
                  const struct case_record *record, const struct identity_actor *who, gint64 now_us,
                  gint64 *seq, GError **error)
{
    g_autofree char *before = NULL;
    g_autofree char *details =
        record->details ? json_dumps(record->details, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
    struct case_line line = {.time_us = now_us,
                             .case_id = case_id,
                             .user = who->user ? who->user : "",
                             .login = who->login ? who->login : "",
                             .action = record->action,
                             .from = record->from_state,
                             .to = record->to_state,
                             .note = record->note,
                             .details = details ? details : "{}"};
    if (!case_line_last(tx, case_id, &line.seq, &before, error))
        return false;
    line.seq++;
    if (seq)
        *seq = line.seq;
    g_autofree char *hash = hash_of(&line, before);
    if (!hash) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "%s cannot be put on record",
                    record->action);
        return false;
    }
    return store_exec(tx, error,
                      "INSERT INTO case_log (case_id, seq, time_us, user_id, login, action,"
                      " from_state, to_state, note, details, prev_hash, hash)"
                      " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      "siisssssssss", case_id, line.seq, line.time_us, line.user, line.login,
                      line.action, line.from, line.to, line.note, line.details, before, hash) &&
           add_to_audit(tx, code, &line, hash, who, error);
}

struct store_rows *case_line_rows(struct store_tx *tx, const char *case_id, GError **error)
{
    return store_query(tx, error,
                       "SELECT seq, time_us, user_id, login, action, from_state, to_state, note,"
                       " details, prev_hash, hash FROM case_log WHERE case_id = ? ORDER BY seq",
                       "s", case_id);
}

struct case_line case_line_of(struct store_rows *rows, const char *case_id)
{
    return (struct case_line){.seq = store_int(rows, 0),
                              .time_us = store_int(rows, 1),
                              .case_id = case_id,
                              .user = store_text(rows, 2),
                              .login = store_text(rows, 3),
                              .action = store_text(rows, 4),
                              .from = store_text(rows, 5),
                              .to = store_text(rows, 6),
                              .note = store_text(rows, 7),
                              .details = store_text(rows, 8)};
}

bool case_log_verify(struct store_tx *tx, const char *case_id, gint64 *broken, GError **error)
{
    store_rows_auto rows = case_line_rows(tx, case_id, error);
    g_autofree char *before = g_strdup(CASE_LINE_FIRST_HASH);
    GError *bad = NULL;
    gint64 seq = 0;
    *broken = 0;
    while (rows && !*broken && store_rows_next(rows, &bad)) {
        struct case_line line = case_line_of(rows, case_id);
        char *hash = hash_of(&line, before);
        if (line.seq != ++seq || g_strcmp0(before, store_text(rows, 9)) != 0 ||
            g_strcmp0(hash, store_text(rows, 10)) != 0)
            *broken = seq;
        g_free(before);
        before = hash;
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad && !*broken;
}

static json_t *time_json(gint64 time_us)
{
    char text[24];
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, time_us);
    return json_string(text);
}

json_t *case_log_json(struct store_tx *tx, const char *case_id, GError **error)
{
    store_rows_auto rows = case_line_rows(tx, case_id, error);
    json_t *list = json_array();
    GError *bad = NULL;
    while (rows && store_rows_next(rows, &bad)) {
        struct case_line line = case_line_of(rows, case_id);
        json_t *details = json_loads(line.details, 0, NULL);
        json_array_append_new(
            list, json_pack("{s:I,s:o,s:s,s:s,s:s,s:s,s:s,s:s,s:o}", "seq", (json_int_t)line.seq,
                            "time_us", time_json(line.time_us), "user", line.user, "login",
                            line.login, "action", line.action, "from", line.from, "to", line.to,
                            "note", line.note, "details", details ? details : json_object()));
    }
    if (bad)
        g_propagate_error(error, bad);
    if (!rows || bad)
        g_clear_pointer(&list, json_decref);
    return list;
}
