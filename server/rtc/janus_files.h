/* The folder of configuration of a Janus of our own (`janus -F FOLDER`): only the VideoRoom, only a
 * Unix socket, secrets made here, no administration from outside. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

/* The Janus of `config` (rtc.url) is one of our own. */
bool janus_files_ours(const json_t *config);
/* Writes DATA_DIR/janus from `config`, for the address of rtc.url; anew at each start of Janus. */
bool janus_files_write(const json_t *config, GError **error);
/* The secret of Janus's API: rtc.secret, else that of our own folder, made when it is not there.
 * Returned: g_free(); NULL with `error`, NULL without: none is needed. */
char *janus_files_secret(const json_t *config, GError **error);
