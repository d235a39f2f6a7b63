#include "identity/vault.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define MAC_BYTES   crypto_aead_xchacha20poly1305_ietf_ABYTES
#define CONTEXT     "townwall" /* of crypto_kdf: 8 bytes */

enum subkey { SUBKEY_ID = 1, SUBKEY_WRAP, SUBKEY_INDEX, SUBKEY_SIGN, SUBKEY_SECRETS };

struct vault {
    uint8_t wrap[VAULT_KEY_BYTES], index[VAULT_KEY_BYTES], secrets[VAULT_KEY_BYTES];
    uint8_t public[crypto_sign_PUBLICKEYBYTES], sign[crypto_sign_SECRETKEYBYTES];
    char id[17];
};

static bool fail(GError **error, const char *path, const char *why)
{
    g_set_error(error, VAULT_ERROR, 0, "key file %s %s", path, why);
    return false;
}

static void derive(struct vault *vault, const uint8_t master[crypto_kdf_KEYBYTES])
{
    uint8_t id[crypto_kdf_BYTES_MIN], seed[crypto_sign_SEEDBYTES];
    crypto_kdf_derive_from_key(id, sizeof id, SUBKEY_ID, CONTEXT, master);
    crypto_kdf_derive_from_key(vault->wrap, VAULT_KEY_BYTES, SUBKEY_WRAP, CONTEXT, master);
    crypto_kdf_derive_from_key(vault->index, VAULT_KEY_BYTES, SUBKEY_INDEX, CONTEXT, master);
    crypto_kdf_derive_from_key(vault->secrets, VAULT_KEY_BYTES, SUBKEY_SECRETS, CONTEXT, master);
    crypto_kdf_derive_from_key(seed, sizeof seed, SUBKEY_SIGN, CONTEXT, master);
    crypto_sign_seed_keypair(vault->public, vault->sign, seed);
    sodium_bin2hex(vault->id, sizeof vault->id, id, 8);
    sodium_memzero(seed, sizeof seed);
}

static bool make_file(const char *path, uint8_t master[crypto_kdf_KEYBYTES], GError **error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(error, path, g_strerror(errno));
    crypto_kdf_keygen(master);
    bool written =
        write(fd, master, crypto_kdf_KEYBYTES) == (ssize_t)crypto_kdf_KEYBYTES && !fsync(fd);
    close(fd);
    if (written)
        return true;
    unlink(path);
    return fail(error, path, "cannot be written");
}

static bool read_file(const char *path, bool make, uint8_t master[crypto_kdf_KEYBYTES],
                      GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && make)
        return make_file(path, master, error);
    if (fd < 0 && errno == ENOENT)
        return fail(error, path,
                    "is missing, and the database holds what only it opens: put it back");
    if (fd < 0)
        return fail(error, path, g_strerror(errno));
    struct stat about;
    bool good = fstat(fd, &about) == 0 && about.st_size == (off_t)crypto_kdf_KEYBYTES &&
                read(fd, master, crypto_kdf_KEYBYTES) == (ssize_t)crypto_kdf_KEYBYTES;
    close(fd);
    if (!good)
        return fail(error, path, "has not the 32 bytes that a key has");
    if (about.st_mode & (S_IRWXG | S_IRWXO))
        return fail(error, path, "may be read by others: its mode must be 0600");
    return true;
}

struct vault *vault_open(const char *path, const char *expected_id, GError **error)
{
    uint8_t master[crypto_kdf_KEYBYTES];
    g_return_val_if_fail(sodium_init() >= 0, NULL);
    if (!read_file(path, expected_id == NULL, master, error))
        return NULL;
    struct vault *vault = g_new0(struct vault, 1);
    derive(vault, master);
    sodium_memzero(master, sizeof master);
    if (!expected_id || strcmp(expected_id, vault->id) == 0)
        return vault;
    fail(error, path, "is not the one that this database was made with");
    vault_close(vault);
    return NULL;
}

struct vault *vault_new(void)
{
    uint8_t master[crypto_kdf_KEYBYTES];
    g_return_val_if_fail(sodium_init() >= 0, NULL);
    crypto_kdf_keygen(master);
    struct vault *vault = g_new0(struct vault, 1);
    derive(vault, master);
    return vault;
}

void vault_close(struct vault *vault)
{
    if (!vault)
        return;
    sodium_memzero(vault, sizeof *vault);
    g_free(vault);
}

const char *vault_id(const struct vault *vault)
{
    return vault->id;
}

/* --- sealing */

static GBytes *seal(const uint8_t key[VAULT_KEY_BYTES], const char *context, const void *data,
                    size_t size)
{
    size_t total = NONCE_BYTES + size + MAC_BYTES;
    uint8_t *sealed = g_malloc(total);
    randombytes_buf(sealed, NONCE_BYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE_BYTES, NULL, data, size,
                                               (const uint8_t *)context, strlen(context), NULL,
                                               sealed, key);
    return g_bytes_new_take(sealed, total);
}

/* `out` has room for size - NONCE_BYTES - MAC_BYTES. */
static bool unseal(const uint8_t key[VAULT_KEY_BYTES], const char *context, const void *data,
                   size_t size, uint8_t *out)
{
    const uint8_t *sealed = data;
    return crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL, sealed + NONCE_BYTES,
                                                      size - NONCE_BYTES, (const uint8_t *)context,
                                                      strlen(context), sealed, key) == 0;
}

GBytes *vault_seal(const uint8_t key[VAULT_KEY_BYTES], const char *context, const char *text)
{
    return seal(key, context, text, strlen(text));
}

char *vault_unseal(const uint8_t key[VAULT_KEY_BYTES], const char *context, const void *data,
                   size_t size)
{
    if (!data || size < NONCE_BYTES + MAC_BYTES)
        return NULL;
    char *text = g_malloc0(size - NONCE_BYTES - MAC_BYTES + 1);
    if (unseal(key, context, data, size, (uint8_t *)text))
        return text;
    g_free(text);
    return NULL;
}

void vault_new_key(uint8_t key[VAULT_KEY_BYTES])
{
    randombytes_buf(key, VAULT_KEY_BYTES);
}

GBytes *vault_wrap(const struct vault *vault, const char *context,
                   const uint8_t key[VAULT_KEY_BYTES])
{
    return seal(vault->wrap, context, key, VAULT_KEY_BYTES);
}

bool vault_unwrap(const struct vault *vault, const char *context, const void *data, size_t size,
                  uint8_t key[VAULT_KEY_BYTES])
{
    return data && size == NONCE_BYTES + VAULT_KEY_BYTES + MAC_BYTES &&
           unseal(vault->wrap, context, data, size, key);
}

GBytes *vault_seal_secret(const struct vault *vault, const char *context, const char *text)
{
    return vault_seal(vault->secrets, context, text);
}

char *vault_unseal_secret(const struct vault *vault, const char *context, const void *data,
                          size_t size)
{
    return vault_unseal(vault->secrets, context, data, size);
}

void vault_token(const struct vault *vault, const char *field, const char *normal,
                 uint8_t token[VAULT_TOKEN_BYTES])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, vault->index, VAULT_KEY_BYTES, VAULT_TOKEN_BYTES);
    crypto_generichash_update(&state, (const uint8_t *)field, strlen(field) + 1);
    crypto_generichash_update(&state, (const uint8_t *)normal, strlen(normal));
    crypto_generichash_final(&state, token, VAULT_TOKEN_BYTES);
}

/* --- signing */

void vault_public(const struct vault *vault, uint8_t key[VAULT_PUBLIC_BYTES])
{
    memcpy(key, vault->public, VAULT_PUBLIC_BYTES);
}

void vault_sign(const struct vault *vault, const void *data, size_t size,
                uint8_t signature[VAULT_SIGNATURE_BYTES])
{
    crypto_sign_detached(signature, NULL, data, size, vault->sign);
}

bool vault_verify(const uint8_t key[VAULT_PUBLIC_BYTES], const void *data, size_t size,
                  const uint8_t signature[VAULT_SIGNATURE_BYTES])
{
    return crypto_sign_verify_detached(signature, data, size, key) == 0;
}
