#include "cases/case_key.h"
#include <string.h>

static char *digest_of(const struct vault *vault, const char *what, const json_t *asked)
{
    static const char *const apart[] = {"key", "version", NULL};
    uint8_t token[VAULT_TOKEN_BYTES];
    GString *hex = g_string_new(NULL);
    json_t *compared = json_copy((json_t *)asked);
    for (size_t i = 0; apart[i]; i++)
        json_object_del(compared, apart[i]);
    char *text = json_dumps(compared, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    g_autofree char *field = g_strconcat("case_key ", what, NULL);
    if (text) {
        vault_token(vault, field, text, token);
        for (size_t i = 0; i < sizeof(token); i++)
            g_string_append_printf(hex, "%02x", token[i]);
    }
    free(text);
    json_decref(compared);
    return g_string_free(hex, FALSE);
}

void case_key_init(struct case_key *key, const struct vault *vault, const char *user,
                   const char *text, const char *what, const json_t *asked)
{
    *key = (struct case_key){.user = user, .key = text};
    key->digest = vault ? digest_of(vault, what, asked) : g_strdup("");
}

void case_key_clear(struct case_key *key)
{
    g_clear_pointer(&key->digest, g_free);
    g_clear_pointer(&key->case_id, g_free);
}

bool case_key_find(struct store_tx *tx, struct case_key *key, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(
        tx, error, "SELECT case_id, seq, digest FROM case_key WHERE user_id = ? AND key = ?", "ss",
        key->user, key->key);
    if (rows && store_rows_next(rows, &bad)) {
        const char *digest = store_text(rows, 2);
        key->case_id = store_text_dup(rows, 0);
        key->seq = store_int(rows, 1);
        key->same = !*digest || !*key->digest || strcmp(digest, key->digest) == 0;
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

bool case_key_write(struct store_tx *tx, const struct case_key *key, const char *case_id,
                    gint64 seq, gint64 now_us, GError **error)
{
    return store_exec(tx, error,
                      "INSERT INTO case_key (user_id, key, case_id, seq, time_us, digest)"
                      " VALUES (?, ?, ?, ?, ?, ?)",
                      "sssiis", key->user, key->key, case_id, seq, now_us, key->digest);
}
