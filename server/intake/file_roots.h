/* Which local files and folders the settings of a feed may name: those below the folders of
 * intake.file_roots. Settings are something that people type over the network; without a bound they
 * could read what else lies on this machine. Any thread; asks the file system. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

#define FILE_ROOTS_ZH "不在 intake.file_roots 所列目录之内"
#define FILE_ROOTS_EN "lies outside the folders of intake.file_roots"

/* Absolute folders from the whole checked configuration, NULL-terminated; owned by the caller. */
char **file_roots_read(const json_t *config);

/* What `path` (absolute) is, every link followed, as far as it is there. Returned: owned by the
 * caller, one of `roots` or below it; NULL: it is not, there or not. */
char *file_roots_resolve(char *const *roots, const char *path);

/* The bytes of a plain file: neither a link nor anything that blocks. Returned: owned by the
 * caller, with a zero after them; NULL + error (G_FILE_ERROR; _NOSPC: more than `most` bytes). */
char *plain_file_read(const char *path, gsize most, gsize *size, GError **error);

/* Makes folder `path` when it is not there. false: it cannot, or it is a link. */
bool plain_folder_make(const char *path);
