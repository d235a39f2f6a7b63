/* Secrets of feeds at rest: sealed (XSalsa20-Poly1305) with a key that lies in a file of its own,
 * so that a copy of the database alone does not give them. Any thread after secret_box_open(). */
#pragma once
#include <glib.h>
#include <stdbool.h>

struct secret_box;

/* Reads the key file, or makes it (32 random bytes, mode 0600). A file that others may read, or of
 * another length, is refused. Returned: owned by the caller; NULL + error. */
struct secret_box *secret_box_open(const char *path, GError **error);
void secret_box_close(struct secret_box *box); /* NULL is fine */

/* Returned: nonce and sealed text, owned by the caller. */
GBytes *secret_seal(const struct secret_box *box, const char *text);
/* Returned: the text, owned by the caller, secret_free(); NULL: sealed with another key, or
 * changed. */
char *secret_unseal(const struct secret_box *box, const void *data, size_t size);

/* Returned: a digest that nobody can make without the key, 64 hexadecimal digits, owned by the
 * caller: says that two texts are the same, and no more. */
char *secret_digest(const struct secret_box *box, const char *text);
/* Overwrites the text with zeros. */
void secret_wipe(char *text);

/* Returned: a new key for a feed, 47 characters of [A-Za-z0-9_-], owned by the caller. */
char *secret_new(void);
/* Wipes and frees; NULL is fine. */
void secret_free(char *text);
