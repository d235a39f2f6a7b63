/* The command line's way in: a Unix socket in the data folder that only its owner (and root) may
 * open. One JSON request a line, progress lines and one answer back (docs/wallctl.md). Commands
 * come from a table to which every part adds its own. Loop thread only. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

struct control;
struct control_call;

#define CONTROL_ERROR (g_quark_from_static_string("townwall-control"))
enum control_error { CONTROL_ERROR_BUSY, CONTROL_ERROR_FAILED };

/* Longest request; a CSV of a county's cameras fits. */
#define CONTROL_LINE_BYTES (32 * 1024 * 1024)

/* Listens on `path` with mode 0600. A socket file that nobody serves is replaced; one that somebody
 * serves is an error (CONTROL_ERROR_BUSY). */
struct control *control_create(const char *path, GMainContext *context, GError **error);
/* Closes all connections and removes the socket file; open calls are still to be answered, which
 * then does nothing but free them. NULL is fine. */
void control_destroy(struct control *control);

/* A command's function. `args` is an object, borrowed. It answers exactly once, now or later, by
 * one of the control_reply…() functions; an answer to a client that left is dropped. */
typedef void (*control_fn)(struct control_call *call, const json_t *args, gpointer user);

/* `command` ("cameras.list") must be static and new. */
void control_register(struct control *control, const char *command, control_fn fn, gpointer user);

/* {"ok":true,"data":…}: takes `data`, which may be NULL. Ends the call. */
void control_reply(struct control_call *call, json_t *data);

/* {"ok":false,"code","message"}: ends the call. Codes with their own exit status of wallctl:
 * "usage" (2), "not_found" (4); every other one is 1. */
void control_reply_error(struct control_call *call, const char *code, const char *message);

/* The same with {"data"}: what was found wrong. Takes `data`. */
void control_reply_refused(struct control_call *call, const char *code, const char *message,
                           json_t *data);

/* {"ok":false,"code":"partly","message","data"}: some of it was done (exit 5). Takes `data`. */
void control_reply_partly(struct control_call *call, const char *message, json_t *data);

/* {"progress":…}: takes `progress`; any number before the answer. */
void control_progress(struct control_call *call, json_t *progress);

/* The user id of the process that asks. */
unsigned control_uid(const struct control_call *call);
