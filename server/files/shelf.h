/* Sealed files in a folder: one file, one key, named by an id. libsodium's secretstream
 * (XChaCha20-Poly1305): a piece that is missing, changed, of another file or in another place is
 * noticed. Any thread; blocks. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define SHELF_ERROR (g_quark_from_static_string("townwall-shelf"))
enum shelf_error {
    SHELF_ERROR_FULL,    /* no room on the disk, or over a quota */
    SHELF_ERROR_GONE,    /* no such file */
    SHELF_ERROR_DAMAGED, /* changed, cut, or of another key */
    SHELF_ERROR_FAILED,
};
#define SHELF_KEY_BYTES 32

struct shelf;

/* Makes the folder and forgets what was never finished. NULL + error. */
struct shelf *shelf_open(const char *dir, GError **error);
void shelf_close(struct shelf *shelf); /* NULL is fine */

/* `name`: letters, digits and dots. On disk when it returns true; otherwise nothing was left. */
bool shelf_put(const struct shelf *shelf, const char *name, const uint8_t key[SHELF_KEY_BYTES],
               GBytes *content, GError **error);
/* Returned: owned by the caller; NULL + error. */
GBytes *shelf_get(const struct shelf *shelf, const char *name, const uint8_t key[SHELF_KEY_BYTES],
                  GError **error);
/* One that is not there is fine. */
void shelf_remove(const struct shelf *shelf, const char *name);
/* Names of all files: of char *, owned by the caller. */
GPtrArray *shelf_names(const struct shelf *shelf);
/* Bytes that may still be written where it stands. */
guint64 shelf_room(const struct shelf *shelf);
