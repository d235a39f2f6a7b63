/* A backup's file: gzip of a tar, whose last member is a list of the others with their checksums.
 * One thread at a time. */
#pragma once
#include "store/tar.h"
#include <jansson.h>

/* --- writing */

struct archive;

/* Begins `path`.part (mode 0600); `path` appears when it is whole. Returned: owned by the caller;
 * NULL + error. */
struct archive *archive_create(const char *path, GError **error);
/* Adds a member from memory, or a file as long as it is now; its entry goes to the list. false +
 * error: the archive is good for archive_drop() alone. */
bool archive_add(struct archive *archive, const char *name, const void *data, gsize size,
                 GError **error);
bool archive_add_file(struct archive *archive, const char *name, const char *path, GError **error);
/* Adds MANIFEST, which is `about` with "members": [{"name","size","sha256"}], and makes the file
 * whole and durable. Frees the archive either way; *bytes (may be NULL): its size. */
bool archive_finish(struct archive *archive, json_t *about, guint64 *bytes, GError **error);
/* Removes what was written. NULL is fine. */
void archive_drop(struct archive *archive);

#define ARCHIVE_MANIFEST "manifest.json"

/* --- reading */

struct unarchive;

struct unarchive *unarchive_open(const char *path, GError **error);
void unarchive_close(struct unarchive *unarchive); /* NULL is fine */
/* The next member; what is left of the one before is passed over. Returned: its head, borrowed
 * until the next call; NULL without error: the end. */
const struct tar_head *unarchive_next(struct unarchive *unarchive, GError **error);
/* At most `size` bytes of the member; 0: its end; -1 + error. */
gssize unarchive_read(struct unarchive *unarchive, void *data, gsize size, GError **error);
/* The whole member, at most `most` bytes. Returned: g_free(), NUL behind it; NULL + error. */
char *unarchive_text(struct unarchive *unarchive, gsize most, gsize *size, GError **error);

/* Reads the whole file and holds it against its list. Returned: the manifest, json_decref(); NULL +
 * error, which names the member that is damaged or missing. */
json_t *unarchive_check(const char *path, GError **error);
