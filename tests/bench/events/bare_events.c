/* The floor beside `tools/bench events`: XADD + XREADGROUP + XACK and nothing else.
 *
 *   events_bare --redis SOCKET --file ITEMS [--batch N] [--window N] [--seconds S]
 *   events_bare --fsync FILE [--seconds S]      how long the disk takes, 100 times a second
 *
 * One thread adds batches, `window` of them under way, and one reads them in a group of its own and
 * acknowledges. With `appendfsync always` an answer means "on disk". One JSON object at the end. */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <hiredis.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STREAM "bench:events"
#define GROUP  "bench"

enum { READ_MOST = 1000, WRITE_BYTES = 4096, PERIOD_US = 10000 };

static struct {
    gint batch, window, seconds;
    char *redis, *file, *fsync;
} options = {500, 4, 10, NULL, NULL, NULL};

static const GOptionEntry entries[] = {
    {"redis", 0, 0, G_OPTION_ARG_FILENAME, &options.redis, "its socket", "PATH"},
    {"file", 0, 0, G_OPTION_ARG_FILENAME, &options.file, "events, one a line", "F"},
    {"batch", 0, 0, G_OPTION_ARG_INT, &options.batch, "events added together", "N"},
    {"window", 0, 0, G_OPTION_ARG_INT, &options.window, "batches under way", "N"},
    {"seconds", 0, 0, G_OPTION_ARG_INT, &options.seconds, "of adding", "S"},
    {"fsync", 0, 0, G_OPTION_ARG_FILENAME, &options.fsync, "only time this file", "F"},
    {0},
};

static gint64 added, taken; /* by their threads, read after these ended */
static gint over;           /* atomic: nothing more is added */

static G_NORETURN void fail(const char *what, const char *why)
{
    fprintf(stderr, "events_bare: %s: %s\n", what, why);
    exit(1);
}

static redisContext *connect_redis(void)
{
    redisContext *redis = redisConnectUnix(options.redis);
    if (!redis || redis->err)
        fail("connect", redis ? redis->errstr : "no memory");
    return redis;
}

static redisReply *reply_of(redisContext *redis)
{
    void *reply = NULL;
    if (redisGetReply(redis, &reply) != REDIS_OK)
        fail("answer", redis->errstr);
    return reply;
}

static void drop(redisContext *redis)
{
    redisReply *reply = reply_of(redis);
    if (reply->type == REDIS_REPLY_ERROR)
        fail("Redis", reply->str);
    freeReplyObject(reply);
}

static void ask(redisContext *redis, const char *command)
{
    redisAppendCommand(redis, command);
    drop(redis);
}

static gpointer add_all(gpointer lines)
{
    redisContext *redis = connect_redis();
    char **line = lines;
    gint64 end_us = g_get_monotonic_time() + options.seconds * G_USEC_PER_SEC;
    gint64 waiting = 0;
    while (g_get_monotonic_time() < end_us) {
        for (int i = 0; i < options.batch; i++) {
            if (!*line || !**line)
                line = lines;
            redisAppendCommand(redis, "XADD " STREAM " * event %s", *line++);
        }
        waiting += options.batch;
        added += options.batch;
        for (int done = 0; !done;) {
            if (redisBufferWrite(redis, &done) != REDIS_OK)
                fail("write", redis->errstr);
        }
        for (; waiting > (gint64)options.batch * (options.window - 1); waiting--)
            drop(redis);
    }
    for (; waiting > 0; waiting--)
        drop(redis);
    redisFree(redis);
    g_atomic_int_set(&over, 1);
    return NULL;
}

/* Ids of all entries of an answer to XREADGROUP. */
static void acknowledge(redisContext *redis, const redisReply *entries_read)
{
    g_autoptr(GPtrArray) words = g_ptr_array_new();
    g_ptr_array_add(words, (gpointer) "XACK");
    g_ptr_array_add(words, (gpointer)STREAM);
    g_ptr_array_add(words, (gpointer)GROUP);
    for (size_t i = 0; i < entries_read->elements; i++)
        g_ptr_array_add(words, entries_read->element[i]->element[0]->str);
    redisAppendCommandArgv(redis, (int)words->len, (const char **)words->pdata, NULL);
    drop(redis);
    taken += (gint64)entries_read->elements;
}

static gpointer take_all(gpointer user)
{
    redisContext *redis = connect_redis();
    (void)user;
    for (bool last = false; !last;) {
        last = g_atomic_int_get(&over) != 0;
        redisAppendCommand(redis,
                           "XREADGROUP GROUP " GROUP " one COUNT %d BLOCK 200 STREAMS " STREAM " >",
                           READ_MOST);
        redisReply *reply = reply_of(redis);
        if (reply->type == REDIS_REPLY_ERROR)
            fail("Redis", reply->str);
        if (reply->type == REDIS_REPLY_ARRAY && reply->elements) {
            acknowledge(redis, reply->element[0]->element[1]);
            last = false;
        }
        freeReplyObject(reply);
    }
    redisFree(redis);
    return NULL;
}

static int compare(gconstpointer a, gconstpointer b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return (x > y) - (x < y);
}

static gint64 at_percent(const GArray *sorted, guint percent)
{
    guint at = sorted->len * percent / 100;
    return g_array_index(sorted, gint64, at);
}

static void time_disk(void)
{
    static const char block[WRITE_BYTES];
    g_autoptr(GArray) times = g_array_new(FALSE, FALSE, sizeof(gint64));
    int file = open(options.fsync, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0600);
    gint64 begun_us = g_get_monotonic_time(), end_us = begun_us + options.seconds * G_USEC_PER_SEC;
    for (gint64 due_us = begun_us, now_us = begun_us; now_us < end_us; due_us += PERIOD_US) {
        struct timespec due = {due_us / G_USEC_PER_SEC, due_us % G_USEC_PER_SEC * 1000};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
        now_us = g_get_monotonic_time();
        if (file < 0 || write(file, block, sizeof block) != sizeof block || fdatasync(file) != 0)
            fail(options.fsync, g_strerror(errno));
        gint64 took_us = g_get_monotonic_time() - now_us;
        g_array_append_val(times, took_us);
    }
    close(file);
    unlink(options.fsync);
    g_array_sort(times, compare);
    printf("{\"fsync_p50_ms\":%.3f,\"fsync_p99_ms\":%.3f,\"syncs\":%u}\n",
           (double)at_percent(times, 50) / 1e3, (double)at_percent(times, 99) / 1e3, times->len);
}

int main(int argc, char **argv)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    if (!g_option_context_parse(context, &argc, &argv, &error) ||
        (!options.fsync && !(options.redis && options.file)) ||
        (!options.fsync && !g_file_get_contents(options.file, &text, NULL, &error))) {
        fprintf(stderr, "events_bare: %s\n",
                error ? error->message : "--redis, --file are missing");
        return 2;
    }
    if (options.fsync) {
        time_disk();
        return 0;
    }
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    redisContext *redis = connect_redis();
    ask(redis, "DEL " STREAM);
    ask(redis, "XGROUP CREATE " STREAM " " GROUP " 0 MKSTREAM");
    gint64 begun_us = g_get_monotonic_time();
    GThread *reader = g_thread_new("take", take_all, NULL),
            *writer = g_thread_new("add", add_all, lines);
    g_thread_join(writer);
    g_thread_join(reader);
    double seconds = (double)(g_get_monotonic_time() - begun_us) / 1e6;
    ask(redis, "DEL " STREAM);
    redisFree(redis);
    if (added != taken)
        fail("bare", "not everything that was added came back");
    printf("{\"events\":%" G_GINT64_FORMAT ",\"seconds\":%.3f,\"events_per_s\":%.1f}\n", taken,
           seconds, (double)taken / seconds);
    return 0;
}
