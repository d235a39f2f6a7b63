#include "intake/writer.h"
#include "common/clock.h"
#include "common/failpoint.h"
#include "common/log.h"
#include "common/redis.h"
#include "event/event.h"
#include "intake/signature.h"
#include <string.h>

/* Remembered longer than a signature is good for, on both sides of our clock. */
#define MARK_SET_US (INT64_C(60) * G_USEC_PER_SEC)
#define MARK_TTL_S  "720"
#define FULL_US     (INT64_C(2) * G_USEC_PER_SEC)

static const char script[] =
    "if redis.call('XLEN', KEYS[1]) + #ARGV - 3 > tonumber(ARGV[1]) then\n"
    "  return redis.error_reply('FULL the stream has no room')\n"
    "end\n"
    "if ARGV[2] ~= '' then\n"
    "  if redis.call('SADD', KEYS[2], ARGV[2]) == 0 then\n"
    "    return redis.error_reply('REPLAYED this request was taken before')\n"
    "  end\n"
    "  redis.call('EXPIRE', KEYS[2], ARGV[3])\n"
    "end\n"
    "for i = 4, #ARGV do redis.call('XADD', KEYS[1], '*', 'event', ARGV[i]) end\n"
    "return #ARGV - 3\n";

struct batch {
    struct writer *writer;
    guint count;
    int64_t since_us;
    writer_done_fn done;
    gpointer user;
};

struct writer {
    struct redis *redis;
    GMainContext *context;
    int64_t max_events;
    GHashTable *waiting; /* set of struct batch */
    GQueue refused;      /* struct batch that Redis never got */
    GSource *refusal;
    char *why;
    int64_t full_since_us; /* 0: there was room */
    struct writer_stats stats;
};

static void note(struct writer *writer, const char *why)
{
    if (strcmp(writer->why, why) == 0)
        return;
    if (*why)
        log_warn("intake", "events are not taken: %s", why);
    else
        log_info("intake", "events are taken again");
    g_free(writer->why);
    writer->why = g_strdup(why);
}

static void end_batch(struct batch *batch, enum writer_outcome outcome, const char *why)
{
    struct writer *writer = batch->writer;
    writer->stats.waiting--;
    if (outcome == WRITER_DONE) {
        writer->stats.batches++;
        writer->stats.events += batch->count;
        writer->stats.last_write_us = clock_mono_us() - batch->since_us;
    } else if (outcome != WRITER_REPLAYED) {
        writer->stats.failed++;
    }
    batch->done(outcome, why, batch->user);
    g_free(batch);
}

static void on_written(const struct redis_reply *reply, const char *why, gpointer user)
{
    struct batch *batch = user;
    struct writer *writer = batch->writer;
    g_hash_table_remove(writer->waiting, batch);
    if (!reply) {
        end_batch(batch, WRITER_AWAY, why);
        return;
    }
    if (reply->type == REDIS_INTEGER) {
        writer->full_since_us = 0;
        note(writer, "");
        failpoint("intake.added");
        end_batch(batch, WRITER_DONE, NULL);
        return;
    }
    g_autofree char *text = g_strndup(reply->text ? reply->text : "", reply->size);
    enum writer_outcome outcome = g_str_has_prefix(text, "FULL")       ? WRITER_FULL
                                  : g_str_has_prefix(text, "REPLAYED") ? WRITER_REPLAYED
                                                                       : WRITER_AWAY;
    if (outcome != WRITER_REPLAYED)
        note(writer, text);
    if (outcome == WRITER_FULL)
        writer->full_since_us = clock_mono_us();
    end_batch(batch, outcome, text);
}

/* ["appendonly","yes"], or nothing where a service does not tell. */
static bool setting_is(const struct redis_reply *reply, const char *value)
{
    struct redis_reply text;
    return redis_reply_at(reply, 1, &text) && text.size == strlen(value) &&
           memcmp(text.text, value, text.size) == 0;
}

static void on_appendonly(const struct redis_reply *reply, const char *why, gpointer user)
{
    struct writer *writer = user;
    (void)why;
    if (reply && reply->count == 2 && !setting_is(reply, "yes"))
        writer->stats.durable = WRITER_NOT_DURABLE;
}

static void on_appendfsync(const struct redis_reply *reply, const char *why, gpointer user)
{
    struct writer *writer = user;
    (void)why;
    if (!reply || reply->count != 2)
        return;
    if (!setting_is(reply, "always"))
        writer->stats.durable = WRITER_NOT_DURABLE;
    else if (writer->stats.durable == WRITER_UNKNOWN)
        writer->stats.durable = WRITER_DURABLE;
    if (writer->stats.durable == WRITER_NOT_DURABLE)
        log_warn("intake", "Redis answers before events are on disk: they may be lost with the "
                           "machine; set appendonly yes and appendfsync always");
}

static void on_state(bool connected, const char *why, gpointer user)
{
    static const char *file[] = {"CONFIG", "GET", "appendonly"};
    static const char *sync[] = {"CONFIG", "GET", "appendfsync"};
    struct writer *writer = user;
    note(writer, connected ? "" : why);
    writer->stats.durable = WRITER_UNKNOWN;
    if (connected) {
        redis_command(writer->redis, 3, file, NULL, on_appendonly, writer);
        redis_command(writer->redis, 3, sync, NULL, on_appendfsync, writer);
    }
}

struct writer *writer_create(const struct writer_options *options, GError **error)
{
    struct writer *writer = g_new0(struct writer, 1);
    writer->context = options->context;
    writer->max_events = options->max_events;
    writer->waiting = g_hash_table_new(NULL, NULL);
    writer->why = g_strdup("");
    g_queue_init(&writer->refused);
    writer->redis = redis_create(options->url, options->context, on_state, writer, error);
    if (!writer->redis) {
        writer_destroy(writer);
        return NULL;
    }
    redis_set_timing(
        writer->redis,
        &(struct redis_timing){.answer_ms = 10000, .retry_min_ms = 100, .retry_max_ms = 2000});
    return writer;
}

static void refuse_all(struct writer *writer, const char *why)
{
    struct batch *batch;
    while ((batch = g_queue_pop_head(&writer->refused)))
        end_batch(batch, WRITER_AWAY, why);
}

void writer_destroy(struct writer *writer)
{
    if (!writer)
        return;
    redis_destroy(writer->redis);
    GHashTableIter iter;
    gpointer batch;
    g_hash_table_iter_init(&iter, writer->waiting);
    while (g_hash_table_iter_next(&iter, &batch, NULL))
        g_queue_push_tail(&writer->refused, batch);
    refuse_all(writer, "the server stops");
    if (writer->refusal) {
        g_source_destroy(writer->refusal);
        g_source_unref(writer->refusal);
    }
    g_hash_table_destroy(writer->waiting);
    g_free(writer->why);
    g_free(writer);
}

static gboolean on_refusal(gpointer user)
{
    struct writer *writer = user;
    g_clear_pointer(&writer->refusal, g_source_unref);
    refuse_all(writer, *writer->why ? writer->why : "Redis is not connected");
    return G_SOURCE_REMOVE;
}

static void refuse(struct writer *writer, struct batch *batch)
{
    g_queue_push_tail(&writer->refused, batch);
    if (writer->refusal)
        return;
    writer->refusal = g_idle_source_new();
    g_source_set_priority(writer->refusal, G_PRIORITY_DEFAULT);
    g_source_set_callback(writer->refusal, on_refusal, writer, NULL);
    g_source_attach(writer->refusal, writer->context);
}

void writer_put(struct writer *writer, const char *const *texts, guint count,
                const struct writer_mark *mark, writer_done_fn done, gpointer user)
{
    struct batch *batch = g_new(struct batch, 1);
    *batch = (struct batch){writer, count, clock_mono_us(), done, user};
    writer->stats.waiting++;
    char room[32], set[64];
    g_snprintf(room, sizeof room, "%" G_GINT64_FORMAT, writer->max_events);
    g_snprintf(set, sizeof set, EVENT_STREAM ":seen:%" G_GINT64_FORMAT,
               mark ? mark->time_us / MARK_SET_US : 0);
    const char *const head[] = {
        "EVAL",    script, "2", EVENT_STREAM, set, room, mark ? (const char *)mark->bytes : "",
        MARK_TTL_S};
    guint heads = G_N_ELEMENTS(head);
    g_autofree const char **argv = g_new(const char *, heads + count);
    g_autofree size_t *sizes = g_new(size_t, heads + count);
    for (guint i = 0; i < heads + count; i++) {
        argv[i] = i < heads ? head[i] : texts[i - heads];
        sizes[i] = i == 6 ? (mark ? mark->size : 0) : strlen(argv[i]);
    }
    if (redis_command(writer->redis, (int)(heads + count), argv, sizes, on_written, batch))
        g_hash_table_add(writer->waiting, batch);
    else
        refuse(writer, batch);
}

bool writer_ready(const struct writer *writer)
{
    return redis_connected(writer->redis) &&
           (!writer->full_since_us || clock_mono_us() - writer->full_since_us > FULL_US);
}

void writer_stats(const struct writer *writer, struct writer_stats *stats)
{
    *stats = writer->stats;
    stats->connected = redis_connected(writer->redis);
    stats->why = writer->why;
}
