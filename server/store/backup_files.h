/* Files of the data folder that belong to a backup. */
#pragma once
#include "store/archive.h"

/* Their names relative to `data_dir`, sorted. `keys`: those that open what is sealed too. Returned:
 * of char *, owned by the caller. */
GPtrArray *backup_files(const char *data_dir, bool keys);

/* Pure. True when a backup may hold `name` (relative to data_dir). */
bool backup_file_belongs(const char *name, bool keys);
