/* Finding persons by keyed tokens: the database holds digests that nobody can make without the
 * key. */
#include "identity/mask.h"
#include "identity/persons.h"
#include "identity/persons_private.h"
#include <string.h>

/* Candidates of a name whose pairs match but which has to be read to be sure. */
#define CANDIDATES 500

enum { FIELD_NAME, FIELD_PHONE, FIELD_ID_NUMBER };

static char *normal_of(int field, const char *text)
{
    switch (field) {
    case FIELD_NAME:
        return normal_name(text);
    case FIELD_PHONE:
        return normal_phone(text);
    case FIELD_ID_NUMBER:
        return normal_id_number(text);
    default:
        return NULL; /* addresses are not searched */
    }
}

static bool put_token(struct store_tx *tx, const struct vault *vault, const char *id,
                      const char *field, const char *normal, GError **error)
{
    uint8_t token[VAULT_TOKEN_BYTES];
    vault_token(vault, field, normal, token);
    return store_exec(tx, error, "INSERT INTO person_token (field, token, person) VALUES (?, ?, ?)",
                      "sbs", field, token, sizeof token, id);
}

static bool put_grams(struct store_tx *tx, const struct vault *vault, const char *id,
                      const char *normal, GError **error)
{
    g_autoptr(GPtrArray) grams = normal_grams(normal);
    for (guint i = 0; i < grams->len; i++) {
        if (!put_token(tx, vault, id, "gram", grams->pdata[i], error))
            return false;
    }
    return true;
}

bool person_tokens_put(struct store_tx *tx, const struct vault *vault, const char *id, int field,
                       const char *text, GError **error)
{
    if (field > FIELD_ID_NUMBER)
        return true;
    const char *name = person_field_names[field];
    g_autofree char *normal = text ? normal_of(field, text) : NULL;
    if (!store_exec(tx, error,
                    "DELETE FROM person_token WHERE person = ? AND (field = ? OR field = ?)", "sss",
                    id, name, field == FIELD_NAME ? "gram" : name))
        return false;
    return !normal || (put_token(tx, vault, id, name, normal, error) &&
                       (field != FIELD_NAME || put_grams(tx, vault, id, normal, error)));
}

/* --- asking */

static bool take_ids(struct store_rows *rows, unsigned limit, GPtrArray *ids, GError **error)
{
    GError *bad = NULL;
    if (!rows)
        return false;
    while (ids->len < limit && store_rows_next(rows, &bad))
        g_ptr_array_add(ids, store_text_dup(rows, 0));
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

static bool find_exact(struct store_tx *tx, const struct vault *vault, const char *field,
                       const char *normal, unsigned limit, GPtrArray *ids, GError **error)
{
    uint8_t token[VAULT_TOKEN_BYTES];
    vault_token(vault, field, normal, token);
    store_rows_auto rows = store_query(tx, error,
                                       "SELECT p.id FROM person_token t JOIN person p"
                                       " ON p.id = t.person WHERE t.field = ? AND t.token = ?"
                                       " ORDER BY p.used_us DESC, p.id DESC",
                                       "sb", field, token, sizeof token);
    return take_ids(rows, limit, ids, error);
}

/* The first and the last two characters of a name: tokens that whoever has it in the name has. */
static void end_grams(const char *normal, char **first, char **last)
{
    glong length = g_utf8_strlen(normal, -1);
    *first = g_utf8_substring(normal, 0, MIN(length, 2));
    *last = g_utf8_substring(normal, MAX(length - 2, 0), length);
}

static bool has_name(struct store_tx *tx, const struct vault *vault, const char *id,
                     const char *normal, bool *has, GError **error)
{
    struct person_row row;
    bool found;
    if (!person_row_load(tx, vault, id, &row, &found, error))
        return false;
    g_autofree char *plain = found ? person_row_open(&row, FIELD_NAME) : NULL;
    g_autofree char *name = normal_name(plain);
    *has = name && strstr(name, normal);
    if (found)
        person_row_clear(&row);
    return true;
}

static bool find_part(struct store_tx *tx, const struct vault *vault, const char *normal,
                      unsigned limit, GPtrArray *ids, GError **error)
{
    uint8_t first[VAULT_TOKEN_BYTES], last[VAULT_TOKEN_BYTES];
    g_autofree char *begin = NULL, *end = NULL;
    end_grams(normal, &begin, &end);
    vault_token(vault, "gram", begin, first);
    vault_token(vault, "gram", end, last);
    g_autoptr(GPtrArray) candidates = g_ptr_array_new_with_free_func(g_free);
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT p.id FROM person_token a JOIN person_token b ON b.person = a.person"
                    " JOIN person p ON p.id = a.person WHERE a.field = 'gram' AND a.token = ?"
                    " AND b.field = 'gram' AND b.token = ? ORDER BY p.used_us DESC, p.id DESC",
                    "bb", first, sizeof first, last, sizeof last);
    if (!take_ids(rows, CANDIDATES, candidates, error))
        return false;
    for (guint i = 0; i < candidates->len && ids->len < limit; i++) {
        bool has;
        if (!has_name(tx, vault, candidates->pdata[i], normal, &has, error))
            return false;
        if (has)
            g_ptr_array_add(ids, g_strdup(candidates->pdata[i]));
    }
    return true;
}

bool person_find(struct store_tx *tx, const struct vault *vault, enum person_field field,
                 const char *text, unsigned limit, GPtrArray *ids, GError **error)
{
    g_autofree char *normal = normal_of((int)field, text);
    if (!normal)
        return true;
    if (field == PERSON_NAME)
        return find_part(tx, vault, normal, limit, ids, error);
    return find_exact(tx, vault, person_field_names[field], normal, limit, ids, error);
}
