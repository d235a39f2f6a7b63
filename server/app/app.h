/* townwalld put together: the only place that knows every module. Loop thread only. */
#pragma once
#include "common/loop.h"
#include <jansson.h>
#include <stdbool.h>

struct app;

/* `config`: checked (config/townwall.schema.json), borrowed while the app lives. Listens, loads,
 * connects. NULL: `error` is one line for a person. */
struct app *app_create(struct loop *loop, const json_t *config, GError **error);
/* NULL is fine. */
void app_destroy(struct app *app);

/* Are the town's own rules right (workflows, calendars and routing of cases) that it would start
 * with? Opens nothing. false: `error` names file and place. */
bool app_check(const json_t *config, GError **error);

/* The file of a backup that is to take the place of the store once the app is gone, because wallctl
 * asked for it; the loop was quit for that. Returned: g_free(), NULL: none. */
char *app_restore_file(const struct app *app);
/* Puts a backup in the place of the store, while no app has it open. Returned: what it held
 * (store/backup.h), json_decref(); NULL + error. */
json_t *app_restore(const json_t *config, const char *file, GError **error);
/* For the audit log: `told` (borrowed) was restored before the app was created. */
void app_note_restored(struct app *app, const json_t *told);
