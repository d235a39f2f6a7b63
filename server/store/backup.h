/* A backup of the record of truth and of the files beside it, as one file, the same of both
 * engines: what one wrote, the other takes. All functions block; none needs the loop. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

struct backup_options {
    const char *store;    /* as store_options.path */
    const char *data_dir; /* whose files go with it */
    bool keys;            /* the key files too */
    const char *program;  /* version of townwalld */
};

/* Writes the store as it is at one instant, while others go on writing, and the files of the data
 * folder that cannot be made anew (docs/operations.md "Backup") to `file`, which appears when it is
 * whole. Returned: {"file","bytes","tables","rows","files","made_us"}, json_decref(); NULL + error:
 * nothing was left. */
json_t *backup_write(const struct backup_options *options, const char *file, GError **error);

/* Reads the whole file. Returned: what backup_write() told, as far as the file knows it,
 * json_decref(); NULL + error: it is damaged, no backup, or of a newer program. */
json_t *restore_check(const char *file, GError **error);

/* Checks `file`, then puts it in the place of the store, which nobody may have open, and of the
 * files. What was there before stays beside it with the time in its name. Begins a new epoch.
 * Returned: as restore_check(); NULL + error: all is as it was. */
json_t *restore_apply(const struct backup_options *options, const char *file, GError **error);
