/* Where the record of truth lies. */
#pragma once
#include "store/store.h"
#include <jansson.h>

/* store.url, whose file stands relative to data_dir as others do, or store.path. Returned:
 * g_free(). */
char *record_place(const json_t *config);
/* The store there; data_dir is made. `context`: where answers come. Returned: owned by the caller;
 * NULL + error. Loop thread, at start. */
struct store *record_open(const json_t *config, GMainContext *context, GError **error);
