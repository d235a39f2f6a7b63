#include "alerts/consumer_private.h"
#include "alerts/entries.h"
#include "alerts/script.h"
#include "common/clock.h"
#include "common/failpoint.h"
#include "common/log.h"
#include <string.h>

enum {
    BATCH_BYTES = 8 << 20, /* more than this in a batch, and the next ones are smaller */
    TRIM_ENTRIES = 5000,   /* acknowledged since the last time */
    TRIM_US = 1000000,
};
#define BLOCK_MS "1000" /* well below the answer limit of redis_timing */

/* --- asking */

void consumer_note(struct consumer *consumer, const char *why)
{
    if (strcmp(consumer->why, why) == 0)
        return;
    if (*why)
        log_warn("alerts", "%s", why);
    g_free(consumer->why);
    consumer->why = g_strdup(why);
}

void consumer_step_back(struct consumer *consumer, const char *why)
{
    consumer_note(consumer, why);
    consumer->generation++;
    consumer->step = STEP_AWAY;
}

struct expected *consumer_ask(struct consumer *consumer, struct redis *redis, guint argc,
                              const char *const *argv, redis_reply_fn fn)
{
    struct expected *expected = g_new0(struct expected, 1);
    *expected = (struct expected){.consumer = consumer, .generation = consumer->generation};
    g_hash_table_add(consumer->expected, expected);
    if (redis_command(redis, (int)argc, (const char **)argv, NULL, fn, expected))
        return expected;
    g_hash_table_remove(consumer->expected, expected);
    consumer_step_back(consumer, "Redis takes no commands");
    return NULL;
}

/* Frees `user`. Returned: the consumer when the answer still counts and is none of failure. */
struct consumer *consumer_answered(gpointer user, const struct redis_reply *reply)
{
    struct expected *expected = user;
    struct consumer *consumer = expected->consumer;
    bool counts = expected->generation == consumer->generation;
    g_hash_table_remove(consumer->expected, expected);
    if (!counts || !reply)
        return NULL; /* the connection's own callback tells */
    if (reply->type != REDIS_FAIL)
        return consumer;
    g_autofree char *why = g_strndup(reply->text, reply->size);
    consumer_step_back(consumer, why);
    return NULL;
}

/* --- handing out */

static void hand_out(struct consumer *consumer, struct consumer_batch *batch)
{
    consumer->handed = true;
    failpoint("events.read");
    consumer->options.batch(batch, consumer->options.user);
}

void consumer_take_batch(struct consumer *consumer, struct consumer_batch *batch)
{
    gsize bytes = entries_bytes(batch);
    consumer->entries += batch->entries->len;
    guint most = consumer->options.batch_max ? consumer->options.batch_max : CONSUMER_BATCH;
    consumer->count = bytes > BATCH_BYTES ? MAX(1, consumer->count / 4) : most;
    if (consumer->handed)
        consumer->next = batch;
    else
        hand_out(consumer, batch);
}

/* --- reading what is new */

static void on_new(const struct redis_reply *reply, const char *why, gpointer user)
{
    struct consumer *consumer = ((struct expected *)user)->consumer;
    (void)why;
    consumer->reading = false;
    if (consumer_answered(user, reply)) {
        struct consumer_batch *batch = entries_read(reply, NULL);
        if (batch)
            consumer_take_batch(consumer, batch);
    }
    consumer_advance(consumer);
}

static void read_new(struct consumer *consumer)
{
    char count[16];
    g_snprintf(count, sizeof count, "%u", consumer->count);
    consumer->reading =
        ASK(consumer, consumer->reader, on_new, "XREADGROUP", "GROUP", EVENT_GROUP, consumer->token,
            "COUNT", count, "BLOCK", BLOCK_MS, "STREAMS", EVENT_STREAM, ">") != NULL;
}

/* --- acknowledging */

static void on_acknowledged(const struct redis_reply *reply, const char *why, gpointer user)
{
    struct consumer *consumer = consumer_answered(user, reply);
    (void)why;
    if (!consumer || reply->type != REDIS_INTEGER)
        return;
    failpoint("events.acknowledged");
    consumer->acknowledged += (guint64)reply->integer;
}

void consumer_acknowledge(struct consumer *consumer, const GPtrArray *ids)
{
    if (!consumer->control_up || ids->len == 0)
        return; /* it comes again as pending, and is known then */
    g_autoptr(GPtrArray) argv = g_ptr_array_sized_new(ids->len + 3);
    g_ptr_array_add(argv, (gpointer) "XACK");
    g_ptr_array_add(argv, (gpointer)EVENT_STREAM);
    g_ptr_array_add(argv, (gpointer)EVENT_GROUP);
    g_ptr_array_extend(argv, (GPtrArray *)ids, NULL, NULL);
    failpoint("events.acknowledge");
    consumer_ask(consumer, consumer->control, argv->len, (const char *const *)argv->pdata,
                 on_acknowledged);
    consumer->untrimmed += ids->len;
}

static void on_trimmed(const struct redis_reply *reply, const char *why, gpointer user)
{
    struct consumer *consumer = consumer_answered(user, reply);
    (void)why;
    if (consumer && reply->type == REDIS_INTEGER)
        consumer->trimmed += (guint64)reply->integer;
}

void consumer_trim(struct consumer *consumer)
{
    int64_t now_us = clock_mono_us();
    bool due = consumer->untrimmed >= TRIM_ENTRIES || now_us - consumer->trimmed_us >= TRIM_US;
    if (!due || consumer->untrimmed == 0 || consumer->step < STEP_PENDING)
        return;
    consumer->untrimmed = 0;
    consumer->trimmed_us = now_us;
    ASK(consumer, consumer->control, on_trimmed, "EVAL", SCRIPT_EVENTS_TRIM, "2", EVENT_STREAM,
        CONSUMER_KEY_LEASE, consumer->token);
}

void consumer_done(struct consumer *consumer, struct consumer_batch *batch)
{
    g_autoptr(GPtrArray) ids = entries_ids(batch);
    consumer->handed = false;
    if (consumer->step >= STEP_PENDING)
        consumer_note(consumer, "");
    consumer_acknowledge(consumer, ids);
    consumer_trim(consumer);
    consumer_batch_free(batch);
    consumer_advance(consumer);
}

void consumer_drop(struct consumer *consumer, struct consumer_batch *batch)
{
    consumer->handed = false;
    consumer_batch_free(batch);
    g_clear_pointer(&consumer->next, consumer_batch_free);
    consumer_step_back(consumer, "another server took over");
}

/* --- beginning */

static void on_group(const struct redis_reply *reply, const char *why, gpointer user)
{
    struct expected *expected = user;
    struct consumer *consumer = expected->consumer;
    bool there = reply && reply->type == REDIS_FAIL && g_str_has_prefix(reply->text, "BUSYGROUP");
    bool counts = expected->generation == consumer->generation;
    (void)why;
    if (there)
        g_hash_table_remove(consumer->expected, expected);
    else if (!consumer_answered(user, reply))
        return;
    if (!counts)
        return;
    consumer->step = STEP_CLAIM;
    consumer_ask_others(consumer);
}

static void make_group(struct consumer *consumer)
{
    consumer->step = STEP_GROUP;
    ASK(consumer, consumer->control, on_group, "XGROUP", "CREATE", EVENT_STREAM, EVENT_GROUP, "0",
        "MKSTREAM");
}

/* Goes on with whatever may begin now. */
void consumer_advance(struct consumer *consumer)
{
    if (!consumer->handed && consumer->next)
        hand_out(consumer, g_steal_pointer(&consumer->next));
    bool quiet = !consumer->reading && !consumer->handed && !consumer->next;
    if (consumer->step == STEP_LEASED && consumer->started && quiet)
        make_group(consumer);
    else if (consumer->step == STEP_PENDING && quiet)
        consumer_look_pending(consumer);
    else if (consumer->step == STEP_NEW && !consumer->reading && !consumer->next)
        read_new(consumer);
}

void consumer_start(struct consumer *consumer)
{
    consumer->started = true;
    consumer_advance(consumer);
}

/* --- the whole */

struct consumer *consumer_create(const struct consumer_options *options, GError **error)
{
    struct consumer *consumer = g_new0(struct consumer, 1);
    consumer->options = *options;
    consumer->token = g_strdup(options->token);
    consumer->why = g_strdup("");
    consumer->cursor = g_strdup("0-0");
    consumer->count = options->batch_max ? options->batch_max : CONSUMER_BATCH;
    consumer->lag = -1;
    consumer->expected = g_hash_table_new_full(NULL, NULL, g_free, NULL);
    consumer->control =
        redis_create(options->url, options->context, consumer_on_control, consumer, error);
    if (consumer->control)
        consumer->reader =
            redis_create(options->url, options->context, consumer_on_reader, consumer, error);
    if (!consumer->reader) {
        consumer_destroy(consumer);
        return NULL;
    }
    if (options->timing) {
        redis_set_timing(consumer->control, options->timing);
        redis_set_timing(consumer->reader, options->timing);
    }
    consumer->timer =
        g_timeout_source_new((options->lease_ms ? options->lease_ms : CONSUMER_LEASE_MS) / 3);
    g_source_set_callback(consumer->timer, consumer_on_timer, consumer, NULL);
    g_source_attach(consumer->timer, options->context);
    return consumer;
}

void consumer_destroy(struct consumer *consumer)
{
    if (!consumer)
        return;
    if (consumer->timer) {
        g_source_destroy(consumer->timer);
        g_source_unref(consumer->timer);
    }
    redis_destroy(consumer->control);
    redis_destroy(consumer->reader);
    consumer_batch_free(consumer->next);
    g_hash_table_destroy(consumer->expected);
    g_free(consumer->cursor);
    g_free(consumer->token);
    g_free(consumer->why);
    g_free(consumer);
}

void consumer_stats(const struct consumer *consumer, struct consumer_stats *stats)
{
    *stats = (struct consumer_stats){
        .connected = consumer->control_up && consumer->reader_up,
        .leads = consumer->step >= STEP_LEASED,
        .fence = consumer->fence,
        .entries = consumer->entries,
        .acknowledged = consumer->acknowledged,
        .trimmed = consumer->trimmed,
        .claimed = consumer->claimed,
        .lag = consumer->lag,
        .why = consumer->why,
    };
}
