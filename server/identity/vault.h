/* The master key and what is made of it: keys of persons wrapped, secrets sealed, search tokens,
 * signatures. A copy of the database without the key file opens nothing. Any thread after
 * vault_open(); nothing in it changes. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

struct vault;

#define VAULT_KEY_BYTES       32
#define VAULT_TOKEN_BYTES     16
#define VAULT_SIGNATURE_BYTES 64
#define VAULT_PUBLIC_BYTES    32

#define VAULT_ERROR (g_quark_from_static_string("townwall-vault"))

/* Reads the key file. `expected_id`: the vault_id() that the database belongs to, and then a file
 * that is missing or another one is refused; NULL: there is none yet, a missing file is made (mode
 * 0600). A file that others may read, or not of 32 bytes, is refused. Returned: owned by the
 * caller; NULL + error, one line for a person. */
struct vault *vault_open(const char *path, const char *expected_id, GError **error);
/* A key in memory only, for tests. */
struct vault *vault_new(void);
/* Wipes the keys. NULL is fine. */
void vault_close(struct vault *vault);

/* Names the master key without telling it: 16 hexadecimal digits; borrowed. */
const char *vault_id(const struct vault *vault);

/* --- keys of persons. `context` (the person's id) is bound to what is sealed: it cannot be moved
 * to another one. */

void vault_new_key(uint8_t key[VAULT_KEY_BYTES]);
/* Returned: the key wrapped by the master key, owned by the caller. */
GBytes *vault_wrap(const struct vault *vault, const char *context,
                   const uint8_t key[VAULT_KEY_BYTES]);
/* false: wrapped by another master key, of another context, or changed. */
bool vault_unwrap(const struct vault *vault, const char *context, const void *data, size_t size,
                  uint8_t key[VAULT_KEY_BYTES]);

/* XChaCha20-Poly1305. Returned: nonce and ciphertext, owned by the caller. */
GBytes *vault_seal(const uint8_t key[VAULT_KEY_BYTES], const char *context, const char *text);
/* Returned: the text, owned by the caller; NULL: another key or context, or changed. */
char *vault_unseal(const uint8_t key[VAULT_KEY_BYTES], const char *context, const void *data,
                   size_t size);

/* The same with a key of the vault's own, for secrets of accounts. */
GBytes *vault_seal_secret(const struct vault *vault, const char *context, const char *text);
char *vault_unseal_secret(const struct vault *vault, const char *context, const void *data,
                          size_t size);

/* What a value is found by: a keyed digest of (field, normal form). */
void vault_token(const struct vault *vault, const char *field, const char *normal,
                 uint8_t token[VAULT_TOKEN_BYTES]);

/* --- Ed25519, for heads of chains */
void vault_public(const struct vault *vault, uint8_t key[VAULT_PUBLIC_BYTES]);
void vault_sign(const struct vault *vault, const void *data, size_t size,
                uint8_t signature[VAULT_SIGNATURE_BYTES]);
bool vault_verify(const uint8_t key[VAULT_PUBLIC_BYTES], const void *data, size_t size,
                  const uint8_t signature[VAULT_SIGNATURE_BYTES]);
