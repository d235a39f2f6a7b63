/* townwalld put together: the only place that knows every module. Loop thread only. */
#pragma once
#include "common/loop.h"
#include <jansson.h>

struct app;

/* `config`: checked (config/townwall.schema.json), borrowed while the app lives. Listens, loads,
 * connects. NULL: `error` is one line for a person. */
struct app *app_create(struct loop *loop, const json_t *config, GError **error);
/* NULL is fine. */
void app_destroy(struct app *app);
