#include "common/log.h"
#include "identity/internal.h"
#include <sodium.h>
#include <string.h>

#define HASH_BYTES crypto_hash_sha256_BYTES

struct identity_actor *identity_actor_new(const struct net_session *session)
{
    struct identity_actor *actor = g_new0(struct identity_actor, 1);
    if (session) {
        actor->user = g_strdup(session->user_id);
        actor->login = g_strdup(session->login);
        actor->address = g_strdup(session->address);
    }
    return actor;
}

void identity_actor_free(struct identity_actor *actor)
{
    if (!actor)
        return;
    g_free((char *)actor->user);
    g_free((char *)actor->login);
    g_free((char *)actor->address);
    g_free(actor);
}

/* One record as docs/audit.md lays it out; all texts borrowed. */
struct record {
    gint64 seq, time_us;
    const char *user, *login, *address, *action, *object, *details;
};

/* SHA-256 of the hash before and the canonical JSON. false: `details` is not JSON. */
static bool record_hash(const struct record *record, const uint8_t previous[HASH_BYTES],
                        uint8_t hash[HASH_BYTES])
{
    json_t *details = json_loads(record->details, JSON_DECODE_ANY, NULL);
    if (!details)
        return false;
    json_t *value = json_pack("{s:I,s:I,s:s,s:s,s:s,s:s,s:s,s:o}", "seq", (json_int_t)record->seq,
                              "time_us", (json_int_t)record->time_us, "user", record->user, "login",
                              record->login, "address", record->address, "action", record->action,
                              "object", record->object, "details", details);
    if (!value)
        return false;
    g_autofree char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(value);
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, previous, HASH_BYTES);
    crypto_hash_sha256_update(&state, (const uint8_t *)text, strlen(text));
    crypto_hash_sha256_final(&state, hash);
    return true;
}

static bool last_head(struct store_tx *tx, gint64 *seq, uint8_t hash[HASH_BYTES], GError **error)
{
    memset(hash, 0, HASH_BYTES);
    *seq = 0;
    store_rows_auto rows =
        store_query(tx, error, "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", "");
    if (!rows)
        return false;
    GError *bad = NULL;
    if (store_rows_next(rows, &bad)) {
        size_t size;
        const void *stored = store_blob(rows, 1, &size);
        *seq = store_int(rows, 0);
        memcpy(hash, stored, MIN(size, (size_t)HASH_BYTES));
    }
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

static const char *valid_or(const char *text, const char *otherwise)
{
    return text && g_utf8_validate(text, -1, NULL) ? text : otherwise;
}

bool identity_audit(struct store_tx *tx, const struct identity_actor *actor, const char *action,
                    const char *object, const json_t *details, int64_t now_us, GError **error)
{
    g_autofree char *text =
        details ? json_dumps(details, JSON_COMPACT | JSON_SORT_KEYS) : g_strdup("{}");
    struct record record = {
        .time_us = now_us,
        .user = valid_or(actor->user, ""),
        .login = valid_or(actor->login, ""),
        .address = valid_or(actor->address, ""),
        .action = action,
        .object = valid_or(object, ""),
        .details = text,
    };
    uint8_t previous[HASH_BYTES], hash[HASH_BYTES];
    if (!last_head(tx, &record.seq, previous, error))
        return false;
    record.seq++;
    if (!text || !record_hash(&record, previous, hash)) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "%s cannot be put on record", action);
        return false;
    }
    return store_exec(tx, error,
                      "INSERT INTO audit (seq, time_us, user_id, login, address, action, object,"
                      " details, prev_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      "iissssssbb", record.seq, (gint64)record.time_us, record.user, record.login,
                      record.address, record.action, record.object, record.details, previous,
                      (size_t)HASH_BYTES, hash, (size_t)HASH_BYTES);
}

struct audit_job {
    struct identity_actor *actor;
    char *action, *object;
    json_t *details;
    gint64 now_us;
};

static bool audit_write(struct store_tx *tx, gpointer job, GError **error)
{
    struct audit_job *audit = job;
    return identity_audit(tx, audit->actor, audit->action, audit->object, audit->details,
                          audit->now_us, error);
}

static void audit_done(gpointer job, const GError *error)
{
    struct audit_job *audit = job;
    if (error)
        log_error("identity", "audit record %s was not written: %s", audit->action, error->message);
    identity_actor_free(audit->actor);
    g_free(audit->action);
    g_free(audit->object);
    json_decref(audit->details);
    g_free(audit);
}

void identity_audit_later(struct identity *identity, const struct net_session *session,
                          const char *action, const char *object, json_t *details)
{
    struct audit_job *audit = g_new0(struct audit_job, 1);
    audit->actor = identity_actor_new(session);
    audit->action = g_strdup(action);
    audit->object = g_strdup(object);
    audit->details = details;
    audit->now_us = identity_now(identity);
    store_write(identity->store, audit_write, audit, audit_done);
}

/* Is this row what follows `previous`? Moves `previous` on to this row's own hash. */
static bool row_holds(struct store_rows *rows, gint64 expected_seq, uint8_t previous[HASH_BYTES])
{
    struct record record = {
        .seq = store_int(rows, 0),
        .time_us = store_int(rows, 1),
        .user = store_text(rows, 2),
        .login = store_text(rows, 3),
        .address = store_text(rows, 4),
        .action = store_text(rows, 5),
        .object = store_text(rows, 6),
        .details = store_text(rows, 7),
    };
    uint8_t hash[HASH_BYTES];
    size_t before_size, hash_size;
    const void *before = store_blob(rows, 8, &before_size);
    if (record.seq != expected_seq || before_size != HASH_BYTES ||
        memcmp(before, previous, HASH_BYTES) != 0 || !record_hash(&record, previous, hash))
        return false;
    const void *stored = store_blob(rows, 9, &hash_size);
    memcpy(previous, hash, HASH_BYTES);
    return hash_size == HASH_BYTES && memcmp(stored, hash, HASH_BYTES) == 0;
}

bool identity_audit_verify(struct store_tx *tx, gint64 *records, gint64 *broken, GError **error)
{
    uint8_t previous[HASH_BYTES] = {0};
    *records = 0;
    *broken = 0;
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT seq, time_us, user_id, login, address, action, object, details,"
                    " prev_hash, hash FROM audit ORDER BY seq",
                    "");
    if (!rows)
        return false;
    GError *bad = NULL;
    while (!*broken && store_rows_next(rows, &bad)) {
        ++*records;
        if (!row_holds(rows, *records, previous))
            *broken = *records;
    }
    if (bad)
        g_propagate_error(error, bad);
    return !bad && !*broken;
}
