/* The record of a case for whoever checks it without us: signed heads and the exported file. */
#include "cases/case_log.h"
#include "cases/case_log_line.h"
#include <sodium.h>

enum { HASH_BYTES = crypto_hash_sha256_BYTES };

static char *chain_of(const char *case_id)
{
    return g_strconcat("case/", case_id, NULL);
}

static char *hex_of(const void *data, size_t size)
{
    char *hex = g_malloc(2 * size + 1);
    return sodium_bin2hex(hex, 2 * size + 1, data, size);
}

bool case_log_sign(struct store_tx *tx, const struct vault *vault, const char *case_id,
                   gint64 now_us, GError **error)
{
    g_autofree char *hex = NULL, *chain = chain_of(case_id);
    uint8_t hash[HASH_BYTES];
    gint64 seq;
    size_t size;
    if (!case_line_last(tx, case_id, &seq, &hex, error))
        return false;
    if (seq == 0)
        return true;
    if (sodium_hex2bin(hash, sizeof hash, hex, 2 * sizeof hash, NULL, &size, NULL) != 0 ||
        size != sizeof hash) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED,
                    "case %s: record %" G_GINT64_FORMAT " has no readable hash", case_id, seq);
        return false;
    }
    return identity_sign_head(tx, vault, chain, seq, hash, now_us, error);
}

static bool add_heads(struct store_tx *tx, GString *text, const char *chain, gint64 seq,
                      GError **error)
{
    store_rows_auto rows = store_query(tx, error,
                                       "SELECT hash, signed_us, signer, signature FROM chain_head"
                                       " WHERE chain = ? AND seq = ?",
                                       "si", chain, seq);
    GError *bad = NULL;
    while (rows && store_rows_next(rows, &bad)) {
        size_t hash_size, signature_size;
        const void *hash_bytes = store_blob(rows, 0, &hash_size);
        const void *signature_bytes = store_blob(rows, 3, &signature_size);
        g_autofree char *hash = hex_of(hash_bytes, hash_size);
        g_autofree char *signature = hex_of(signature_bytes, signature_size);
        g_string_append_printf(text, "head %" G_GINT64_FORMAT " %s %" G_GINT64_FORMAT " %s %s\n",
                               seq, hash, store_int(rows, 1), store_text(rows, 2), signature);
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

char *case_log_export(struct store_tx *tx, const struct vault *vault, const char *case_id,
                      GError **error)
{
    uint8_t key[VAULT_PUBLIC_BYTES];
    vault_public(vault, key);
    g_autofree char *key_hex = hex_of(key, sizeof key), *chain = chain_of(case_id);
    g_autofree char *last = g_strdup(CASE_LINE_FIRST_HASH);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "townwall-case 1\nkey %s\ncase %s\nfrom 1 %s\n", key_hex, case_id,
                           last);
    store_rows_auto rows = case_line_rows(tx, case_id, error);
    GError *bad = NULL;
    gint64 seq = 0;
    while (rows && !bad && store_rows_next(rows, &bad)) {
        struct case_line line = case_line_of(rows, case_id);
        g_autofree char *json = case_line_json(&line);
        g_free(last);
        last = store_text_dup(rows, CASE_LINE_HASH);
        seq = line.seq;
        g_string_append_printf(text, "record %s %s\n", last, json ? json : "");
        add_heads(tx, text, chain, seq, &bad);
    }
    g_string_append_printf(text, "end %" G_GINT64_FORMAT " %s\n", seq, last);
    if (bad)
        g_propagate_error(error, bad);
    return g_string_free(text, !rows || bad);
}
