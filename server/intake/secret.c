#include "intake/secret.h"
#include "intake/intake_private.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct secret_box {
    unsigned char key[crypto_secretbox_KEYBYTES];
};

static bool fail(GError **error, const char *path, const char *why)
{
    g_set_error(error, INTAKE_ERROR, 0, "key file %s %s", path, why);
    return false;
}

static bool make_key(struct secret_box *box, const char *path, GError **error)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail(error, path, g_strerror(errno));
    randombytes_buf(box->key, sizeof box->key);
    bool written = write(fd, box->key, sizeof box->key) == (ssize_t)sizeof box->key && !fsync(fd);
    close(fd);
    if (written)
        return true;
    unlink(path);
    return fail(error, path, "cannot be written");
}

static bool read_key(struct secret_box *box, const char *path, GError **error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? make_key(box, path, error) : fail(error, path, g_strerror(errno));
    struct stat about;
    bool good = fstat(fd, &about) == 0 && about.st_size == (off_t)sizeof box->key &&
                read(fd, box->key, sizeof box->key) == (ssize_t)sizeof box->key;
    close(fd);
    if (!good)
        return fail(error, path, "has not the 32 bytes that a key has");
    if (about.st_mode & (S_IRWXG | S_IRWXO))
        return fail(error, path, "may be read by others: its mode must be 0600");
    return true;
}

struct secret_box *secret_box_open(const char *path, GError **error)
{
    g_return_val_if_fail(sodium_init() >= 0, NULL);
    struct secret_box *box = g_new0(struct secret_box, 1);
    if (read_key(box, path, error))
        return box;
    secret_box_close(box);
    return NULL;
}

void secret_box_close(struct secret_box *box)
{
    if (!box)
        return;
    sodium_memzero(box, sizeof *box);
    g_free(box);
}

GBytes *secret_seal(const struct secret_box *box, const char *text)
{
    size_t size = strlen(text);
    size_t total = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + size;
    unsigned char *sealed = g_malloc(total);
    randombytes_buf(sealed, crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(sealed + crypto_secretbox_NONCEBYTES, (const unsigned char *)text, size,
                          sealed, box->key);
    return g_bytes_new_take(sealed, total);
}

char *secret_unseal(const struct secret_box *box, const void *data, size_t size)
{
    size_t head = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    if (!data || size < head)
        return NULL;
    const unsigned char *sealed = data;
    char *text = g_malloc0(size - head + 1);
    if (crypto_secretbox_open_easy((unsigned char *)text, sealed + crypto_secretbox_NONCEBYTES,
                                   size - crypto_secretbox_NONCEBYTES, sealed, box->key) == 0)
        return text;
    g_free(text);
    return NULL;
}

char *secret_digest(const struct secret_box *box, const char *text)
{
    unsigned char sum[crypto_generichash_BYTES];
    char hex[sizeof sum * 2 + 1];
    crypto_generichash(sum, sizeof sum, (const unsigned char *)text, strlen(text), box->key,
                       sizeof box->key);
    return g_strdup(sodium_bin2hex(hex, sizeof hex, sum, sizeof sum));
}

void secret_wipe(char *text)
{
    sodium_memzero(text, strlen(text));
}

char *secret_new(void)
{
    unsigned char bytes[32];
    char text[sodium_base64_ENCODED_LEN(sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];
    randombytes_buf(bytes, sizeof bytes);
    sodium_bin2base64(text, sizeof text, bytes, sizeof bytes,
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *secret = g_strconcat("twf_", text, NULL);
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(text, sizeof text);
    return secret;
}

void secret_free(char *text)
{
    if (text)
        sodium_memzero(text, strlen(text));
    g_free(text);
}
