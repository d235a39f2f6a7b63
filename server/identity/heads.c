/* Signed heads: what the newest record of a chain was at a time, signed with Ed25519
 * (docs/audit.md). A head kept elsewhere shows that records after it were not cut off or made anew.
 */
#include "common/log.h"
#include "identity/internal.h"
#include <sodium.h>
#include <string.h>

#define HASH_BYTES crypto_hash_sha256_BYTES

char *head_text(const char *chain, gint64 seq, const char *hash_hex, gint64 signed_us)
{
    return g_strdup_printf("townwall head\n%s\n%" G_GINT64_FORMAT "\n%s\n%" G_GINT64_FORMAT "\n",
                           chain, seq, hash_hex, signed_us);
}

char *hex_of(const void *data, size_t size)
{
    char *hex = g_malloc(2 * size + 1);
    return sodium_bin2hex(hex, 2 * size + 1, data, size);
}

bool identity_sign_head(struct store_tx *tx, const struct vault *vault, const char *chain,
                        gint64 seq, const void *hash, gint64 now_us, GError **error)
{
    bool there = false;
    gint64 one;
    if (!store_query_int(tx, error, &one, &there,
                         "SELECT 1 FROM chain_head WHERE chain = ? AND seq = ?", "si", chain, seq))
        return false;
    if (there)
        return true;
    uint8_t signature[VAULT_SIGNATURE_BYTES], public[VAULT_PUBLIC_BYTES];
    g_autofree char *hash_hex = hex_of(hash, HASH_BYTES);
    g_autofree char *text = head_text(chain, seq, hash_hex, now_us);
    vault_sign(vault, text, strlen(text), signature);
    vault_public(vault, public);
    g_autofree char *signer = hex_of(public, sizeof public);
    return store_exec(tx, error,
                      "INSERT INTO chain_head (chain, seq, hash, signed_us, signer, signature)"
                      " VALUES (?, ?, ?, ?, ?, ?)",
                      "sibisb", chain, seq, hash, (size_t)HASH_BYTES, now_us, signer, signature,
                      sizeof signature);
}

bool audit_sign(struct store_tx *tx, const struct vault *vault, gint64 now_us, GError **error)
{
    store_rows_auto rows =
        store_query(tx, error, "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", "");
    GError *bad = NULL;
    if (!rows)
        return false;
    if (!store_rows_next(rows, &bad)) {
        if (bad)
            g_propagate_error(error, bad);
        return !bad;
    }
    size_t size;
    uint8_t hash[HASH_BYTES] = {0};
    gint64 seq = store_int(rows, 0);
    const void *stored = store_blob(rows, 1, &size);
    memcpy(hash, stored, MIN(size, sizeof hash));
    return identity_sign_head(tx, vault, "audit", seq, hash, now_us, error);
}

struct sign_job {
    const struct vault *vault;
    gint64 now_us;
};

static bool sign_write(struct store_tx *tx, gpointer data, GError **error)
{
    const struct sign_job *job = data;
    return audit_sign(tx, job->vault, job->now_us, error);
}

static void sign_done(gpointer job, const GError *error)
{
    if (error)
        log_warn("identity", "the audit log's head was not signed: %s", error->message);
    g_free(job);
}

void heads_sign(struct identity *identity, gint64 now_us)
{
    struct sign_job *job = g_new(struct sign_job, 1);
    *job = (struct sign_job){identity->vault, now_us};
    identity->signed_us = now_us;
    store_write(identity->store, sign_write, job, sign_done);
}
