#include "common/log.h"
#include "common/clock.h"
#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *word;  /* in configuration */
    const char *label; /* in a line */
    int priority;      /* of the journal, syslog(3) */
} levels[] = {
    [LOG_LEVEL_ERROR] = {"error", "ERROR", 3},
    [LOG_LEVEL_WARN] = {"warn", "WARN", 4},
    [LOG_LEVEL_INFO] = {"info", "INFO", 6},
    [LOG_LEVEL_DEBUG] = {"debug", "DEBUG", 7},
};

/* written by log_init() before other threads exist, but for the level */
static atomic_int log_threshold = LOG_LEVEL_INFO;
static bool log_journal;

bool log_level_parse(const char *text, enum log_level *level)
{
    for (size_t i = 0; i < G_N_ELEMENTS(levels); i++) {
        if (g_strcmp0(text, levels[i].word) != 0)
            continue;
        *level = (enum log_level)i;
        return true;
    }
    return false;
}

/* One write a line, so that lines of threads and programs that share the file do not mix. */
static void write_line(const GString *line)
{
    size_t done = 0;
    while (done < line->len) {
        ssize_t n = write(STDERR_FILENO, line->str + done, line->len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        done += (size_t)n;
    }
}

static void append_time(GString *line)
{
    gint64 now_us = clock_wall_us();
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(now_us / G_USEC_PER_SEC);
    g_autofree char *seconds = g_date_time_format(time, "%Y-%m-%dT%H:%M:%S");
    g_string_append_printf(line, "%s.%03dZ ", seconds, (int)(now_us % G_USEC_PER_SEC / 1000));
}

/* Text of others stays on our line: control bytes are escaped. */
static void append_escaped(GString *line, const char *text)
{
    for (const char *p = text; *p; p++) {
        unsigned char c = (unsigned char)*p;
        if (c == '\n')
            g_string_append(line, "\\n");
        else if (c == '\r')
            g_string_append(line, "\\r");
        else if (c == '\t')
            g_string_append_c(line, ' ');
        else if (c < 0x20 || c == 0x7f)
            g_string_append_printf(line, "\\x%02x", c);
        else
            g_string_append_c(line, *p);
    }
}

static void log_text(enum log_level level, const char *object, const char *text)
{
    g_autofree char *clean = log_redact(text);
    g_autofree char *clean_object = log_redact(object);
    g_autoptr(GString) line = g_string_sized_new(256);
    if (log_journal)
        g_string_append_printf(line, "<%d>", levels[level].priority);
    else
        append_time(line);
    g_string_append(line, levels[level].label);
    g_string_append_c(line, ' ');
    append_escaped(line, clean_object);
    g_string_append_c(line, ' ');
    append_escaped(line, clean);
    g_string_append_c(line, '\n');
    write_line(line);
}

void log_line(enum log_level level, const char *object, const char *format, ...)
{
    if ((int)level > atomic_load_explicit(&log_threshold, memory_order_relaxed))
        return;
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    log_text(level, object, text);
}

static enum log_level level_of_glib(GLogLevelFlags flags)
{
    if (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
        return LOG_LEVEL_ERROR;
    if (flags & G_LOG_LEVEL_WARNING)
        return LOG_LEVEL_WARN;
    return flags & (G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO) ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG;
}

static GLogWriterOutput on_glib_message(GLogLevelFlags flags, const GLogField *fields, gsize count,
                                        gpointer user)
{
    (void)user;
    const char *message = "", *domain = "glib";
    enum log_level level = level_of_glib(flags);
    if ((int)level > atomic_load_explicit(&log_threshold, memory_order_relaxed))
        return G_LOG_WRITER_HANDLED;
    for (gsize i = 0; i < count; i++) {
        if (fields[i].length >= 0) /* not a string */
            continue;
        if (strcmp(fields[i].key, "MESSAGE") == 0)
            message = fields[i].value;
        else if (strcmp(fields[i].key, "GLIB_DOMAIN") == 0)
            domain = fields[i].value;
    }
    log_text(level, domain, message);
    return G_LOG_WRITER_HANDLED;
}

void log_init(const char *program, enum log_level level)
{
    atomic_store(&log_threshold, level);
    log_journal = g_getenv("JOURNAL_STREAM") != NULL;
    g_set_prgname(program);
    g_log_set_writer_func(on_glib_message, NULL, NULL);
}
