/* What becomes of persons: what has to do with them, who looked at them, and their end. */
#include "identity/persons.h"
#include "identity/persons_private.h"
#include "identity/retention.h"
#include <sodium.h>
#include <string.h>

enum { REASON_MIN_CHARS = 2, REASON_MAX_CHARS = 200 };

static bool fail(GError **error, enum store_error code, const char *what)
{
    g_set_error_literal(error, STORE_ERROR, (int)code, what);
    return false;
}

static bool reason_fits(const char *reason, GError **error)
{
    glong length = reason && g_utf8_validate(reason, -1, NULL) ? g_utf8_strlen(reason, -1) : 0;
    return (length >= REASON_MIN_CHARS && length <= REASON_MAX_CHARS) ||
           fail(error, STORE_ERROR_REFUSED, "a reason has 2 to 200 characters");
}

static bool put_on_record(struct store_tx *tx, const struct identity_actor *actor,
                          const char *action, const char *id, const char *reason, gint64 now_us,
                          GError **error)
{
    json_t *details = json_pack("{s:s}", "reason", reason);
    bool fine = identity_audit(tx, actor, action, id, details, now_us, error);
    json_decref(details);
    return fine;
}

struct person_known *person_reveal(struct store_tx *tx, const struct vault *vault,
                                   const struct identity_actor *actor, const char *id,
                                   const char *reason, gint64 now_us, GError **error)
{
    if (!reason_fits(reason, error))
        return NULL;
    struct person_known *known = person_read(tx, vault, id, PERSON_PLAIN, error);
    if (!known)
        return NULL;
    if (store_exec(tx, error, "UPDATE person SET used_us = ? WHERE id = ?", "is", now_us, id) &&
        put_on_record(tx, actor, "person.reveal", id, reason, now_us, error))
        return known;
    person_known_free(known);
    return NULL;
}

static json_t *text_or_null(const char *text)
{
    return text && *text ? json_string(text) : json_null();
}

json_t *person_known_json(const struct person_known *known)
{
    if (!known)
        return json_null();
    return json_pack("{s:s,s:o,s:o,s:o,s:b,s:o}", "person", known->id, "name",
                     text_or_null(known->name), "phone", text_or_null(known->phone), "id_number",
                     text_or_null(known->id_number), "erased", (int)known->erased, "area",
                     text_or_null(known->area));
}

/* --- links */

bool person_link(struct store_tx *tx, const char *person, const char *kind, const char *object,
                 const char *part, gint64 now_us, GError **error)
{
    return store_exec(tx, error,
                      "DELETE FROM person_link"
                      " WHERE person = ? AND kind = ? AND object = ? AND part = ?",
                      "ssss", person, kind, object, part) &&
           store_exec(tx, error,
                      "INSERT INTO person_link (person, kind, object, part, since_us)"
                      " VALUES (?, ?, ?, ?, ?)",
                      "ssssi", person, kind, object, part, now_us) &&
           store_exec(tx, error, "UPDATE person SET used_us = ? WHERE id = ?", "is", now_us,
                      person);
}

bool person_place(struct store_tx *tx, const char *person, const char *area, gint64 now_us,
                  GError **error)
{
    return !area || !*area ||
           store_exec(tx, error,
                      "UPDATE person SET area = ?, version = version + 1, updated_us = ?"
                      " WHERE id = ? AND area <> ?",
                      "siss", area, now_us, person, area);
}

bool person_unlink(struct store_tx *tx, const char *person, const char *kind, const char *object,
                   const char *part, GError **error)
{
    return store_exec(tx, error,
                      "DELETE FROM person_link"
                      " WHERE person = ? AND kind = ? AND object = ? AND part = ?",
                      "ssss", person, kind, object, part);
}

bool person_release(struct store_tx *tx, const char *kind, const char *object, gint64 now_us,
                    GError **error)
{
    return store_exec(tx, error,
                      "UPDATE person_link SET closed_us = ?"
                      " WHERE kind = ? AND object = ? AND closed_us = 0",
                      "iss", now_us, kind, object) &&
           store_exec(tx, error,
                      "UPDATE person SET used_us = ? WHERE id IN"
                      " (SELECT person FROM person_link WHERE kind = ? AND object = ?)",
                      "iss", now_us, kind, object);
}

/* --- the end */

static bool is_linked(struct store_tx *tx, const char *id, bool *linked, GError **error)
{
    gint64 count;
    return store_query_int(tx, error, &count, linked,
                           "SELECT 1 FROM person_link WHERE person = ? AND closed_us = 0 LIMIT 1",
                           "s", id);
}

static bool is_held_by_links(struct store_tx *tx, const char *id, bool *held, GError **error)
{
    gint64 count;
    return store_query_int(tx, error, &count, held,
                           "SELECT 1 FROM person_link l JOIN legal_hold h ON h.kind = l.kind"
                           " AND (h.object = l.object OR h.object = '*')"
                           " WHERE l.person = ? AND h.lifted_us = 0 LIMIT 1",
                           "s", id);
}

bool person_free_to_erase(struct store_tx *tx, const char *id, bool *fine, GError **error)
{
    bool linked = false, held = false, held_by_links = false;
    if (!is_linked(tx, id, &linked, error) || !hold_stands(tx, "person", id, &held, error) ||
        !is_held_by_links(tx, id, &held_by_links, error))
        return false;
    *fine = !linked && !held && !held_by_links;
    return true;
}

bool person_destroy_key(struct store_tx *tx, const char *id, const char *reason, gint64 now_us,
                        GError **error)
{
    if (!store_exec(tx, error,
                    "UPDATE person SET key_wrapped = NULL, erased_us = ?, erased_reason = ?,"
                    " version = version + 1, updated_us = ? WHERE id = ? AND erased_us = 0",
                    "isis", now_us, reason, now_us, id))
        return false;
    if (store_changed(tx) != 1)
        return fail(error, STORE_ERROR_NOT_FOUND, "there is no such person");
    return store_exec(tx, error, "DELETE FROM person_token WHERE person = ?", "s", id);
}

bool person_erase(struct store_tx *tx, const struct identity_actor *actor, const char *id,
                  const char *reason, gint64 now_us, GError **error)
{
    bool fine = false;
    if (!reason_fits(reason, error) || !person_free_to_erase(tx, id, &fine, error))
        return false;
    if (!fine)
        return fail(error, STORE_ERROR_REFUSED, "something open has to do with this person");
    return person_destroy_key(tx, id, reason, now_us, error) &&
           put_on_record(tx, actor, "person.erase", id, reason, now_us, error);
}

/* --- other words */

#define SEALED_PREFIX "v1:"

static char *words_context(const char *id)
{
    return g_strconcat(id, "/words", NULL);
}

char *person_seal(struct store_tx *tx, const struct vault *vault, const char *id, const char *text,
                  GError **error)
{
    struct person_row row;
    bool found;
    if (!person_row_load(tx, vault, id, &row, &found, error))
        return NULL;
    if (!found || row.erased) {
        person_row_clear(&row);
        fail(error, STORE_ERROR_NOT_FOUND, "there is no such person");
        return NULL;
    }
    g_autofree char *context = words_context(id);
    g_autoptr(GBytes) sealed = vault_seal(row.key, context, text);
    gsize size;
    const void *data = g_bytes_get_data(sealed, &size);
    g_autofree char *base64 = g_base64_encode(data, size);
    person_row_clear(&row);
    return g_strconcat(SEALED_PREFIX, base64, NULL);
}

char *person_unseal(struct store_tx *tx, const struct vault *vault, const char *id,
                    const char *sealed, GError **error)
{
    struct person_row row;
    bool found;
    if (!g_str_has_prefix(sealed, SEALED_PREFIX)) {
        fail(error, STORE_ERROR_FAILED, "these words were not sealed");
        return NULL;
    }
    if (!person_row_load(tx, vault, id, &row, &found, error) || !found)
        return NULL;
    g_autofree char *context = words_context(id);
    gsize size;
    g_autofree guchar *data = g_base64_decode(sealed + strlen(SEALED_PREFIX), &size);
    char *text = row.erased ? NULL : vault_unseal(row.key, context, data, size);
    if (!text && !row.erased)
        fail(error, STORE_ERROR_FAILED, "these words were sealed for another person, or changed");
    person_row_clear(&row);
    return text;
}
