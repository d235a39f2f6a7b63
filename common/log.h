/* One line per happening, named by its object: `2026-11-24T17:41:07.123Z WARN camera:c0007 …`.
 * Under systemd (JOURNAL_STREAM) lines carry <N> priorities and no time. Credentials of every
 * scheme (scheme://user:password@, password=…, Authorization: …) are redacted in every line. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Main thread, once, before other threads. Also routes GLib's own messages here. */
void log_init(const char *program, enum log_level level);

/* Any thread. `object` names who speaks: "camera:c0007", "net", "store". */
void log_line(enum log_level level, const char *object, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Any thread. Returned: a copy of `text` with credentials replaced by "***". Free with g_free(). */
char *log_redact(const char *text);

/* Any thread. "error", "warn", "info", "debug" → level; false when unknown. */
bool log_level_parse(const char *text, enum log_level *level);

#define log_error(object, ...) log_line(LOG_LEVEL_ERROR, object, __VA_ARGS__)
#define log_warn(object, ...)  log_line(LOG_LEVEL_WARN, object, __VA_ARGS__)
#define log_info(object, ...)  log_line(LOG_LEVEL_INFO, object, __VA_ARGS__)
#define log_debug(object, ...) log_line(LOG_LEVEL_DEBUG, object, __VA_ARGS__)
