/* Backups while the server runs: commands of wallctl, each on a thread of its own. */
#pragma once
#include "common/loop.h"
#include "control/control.h"
#include "store/backup.h"

struct backups;

/* A backup was written, or the file of a restore was found whole: for the record. `told` is
 * borrowed. On the loop. */
typedef void (*backups_told_fn)(const char *action, const json_t *told, gpointer user);

/* `options` is copied. Quits `loop` once a restore was asked for and its file is whole. */
struct backups *backups_create(struct loop *loop, struct control *control,
                               const struct backup_options *options, backups_told_fn told,
                               gpointer user);
/* Waits for what runs. NULL is fine. */
void backups_destroy(struct backups *backups);

/* Borrowed: the file to restore before the program runs on; NULL: none was asked for. */
const char *backups_restore(const struct backups *backups);
