#include "alerts/ingest.h"
#include "alerts/load.h"
#include "alerts/poison.h"
#include "common/failpoint.h"
#include "common/log.h"

enum {
    TRIES = 3, /* of an event that the store refuses by itself */
    KILLS = 5, /* times that the program ended while it took this one */
    RETRY_MS = 500,
};

/* What became of one entry of the slice. */
struct reading {
    struct event *event; /* NULL: none */
    bool known;
    char *fault; /* why it is set aside; NULL: it is not */
};

struct ingest {
    struct alerts *alerts;
    struct consumer_batch *batch;
    guint offset, count; /* the slice that is tried now */
    guint tries;         /* of a slice of one */
    char *fault;         /* set: the slice of one is set aside */
    GArray *readings;    /* of the slice */
    guint retry_source;
    struct ingest_stats stats;
};

static void take_slice(struct ingest *ingest);

static void reading_clear(gpointer data)
{
    struct reading *reading = data;
    event_unref(reading->event);
    g_free(reading->fault);
}

static const struct consumer_entry *entry_at(const struct ingest *ingest, guint i)
{
    return &g_array_index(ingest->batch->entries, struct consumer_entry, ingest->offset + i);
}

/* --- on a reader's thread */

static void read_entry(const struct ingest *ingest, guint i, struct reading *reading)
{
    const struct consumer_entry *entry = entry_at(ingest, i);
    g_autoptr(GError) bad = NULL;
    if (entry->text)
        reading->event = event_parse(entry->text, entry->size, &bad);
    if (!reading->event)
        reading->fault = g_strdup(bad ? bad->message : "the entry has no field `event`");
    else if (ingest->fault)
        reading->fault = g_strdup(ingest->fault);
}

static bool look_up(struct store_tx *tx, struct reading *reading, GHashTable *seen, GError **error)
{
    const struct event *event = reading->event;
    char *key = g_strconcat(event->source, " ", event->id, NULL);
    if (!g_hash_table_add(seen, key)) {
        reading->known = true;
        return true;
    }
    gint64 one;
    return store_query_int(tx, error, &one, &reading->known,
                           "SELECT 1 FROM event WHERE source = ? AND id = ?", "ss", event->source,
                           event->id);
}

static bool read_slice(struct store_tx *tx, gpointer job, GError **error)
{
    const struct turn *turn = job;
    struct ingest *ingest = turn->user;
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < ingest->count; i++) {
        struct reading *reading = &g_array_index(ingest->readings, struct reading, i);
        read_entry(ingest, i, reading);
        if (reading->event && !look_up(tx, reading, seen, error))
            return false;
    }
    return true;
}

/* --- on the writer's thread */

static bool write_faults(struct store_tx *tx, struct turn *turn, GError **error)
{
    const struct ingest *ingest = turn->user;
    for (guint i = 0; i < ingest->count; i++) {
        const struct reading *reading = &g_array_index(ingest->readings, struct reading, i);
        const struct consumer_entry *entry = entry_at(ingest, i);
        if (!reading->fault || reading->known)
            continue;
        if (!poison_write(tx, entry->id, reading->event ? reading->event->source : NULL,
                          reading->event ? reading->event->id : NULL,
                          MAX(ingest->tries, ingest->batch->tries), reading->fault,
                          entry->text ? entry->text : "", entry->size, turn->now_us, error))
            return false;
    }
    return true;
}

/* --- the turn */

static void take_events(struct ingest *ingest, struct turn *turn)
{
    for (guint i = 0; i < ingest->count; i++) {
        const struct reading *reading = &g_array_index(ingest->readings, struct reading, i);
        const struct consumer_entry *entry = entry_at(ingest, i);
        if (!reading->event || reading->known || reading->fault)
            continue;
        struct taken_event taken = {
            .event = event_ref(reading->event), .text = entry->text, .size = entry->size};
        const GArray *decisions =
            correlator_take(ingest->alerts->correlator, taken.event, turn->now_us);
        turn_take(turn, decisions, &taken, false);
        g_array_append_val(turn->events, taken);
    }
}

static bool has_faults(const struct ingest *ingest)
{
    for (guint i = 0; i < ingest->count; i++) {
        const struct reading *reading = &g_array_index(ingest->readings, struct reading, i);
        if (reading->fault && !reading->known)
            return true;
    }
    return false;
}

static void on_read(gpointer job, const GError *error)
{
    struct turn *turn = job;
    struct ingest *ingest = turn->user;
    if (error) {
        turn_end(turn, error);
        return;
    }
    turn->now_us = alerts_now(ingest->alerts);
    take_events(ingest, turn);
    turn->write = write_faults;
    if (turn->events->len == 0 && !has_faults(ingest))
        turn_end(turn, NULL);
    else
        turn_write(turn);
}

static void begin(struct turn *turn)
{
    struct ingest *ingest = turn->user;
    g_array_set_size(ingest->readings, 0);
    g_array_set_size(ingest->readings, ingest->count);
    store_read(ingest->alerts->options.store, read_slice, turn, on_read);
}

/* --- after it */

bool ingest_is_culprit(const GError *error)
{
    return g_error_matches(error, STORE_ERROR, STORE_ERROR_CONSTRAINT);
}

static void count(struct ingest *ingest, const struct turn *turn)
{
    gint64 newest_us = 0;
    for (guint i = 0; i < ingest->count; i++) {
        const struct reading *reading = &g_array_index(ingest->readings, struct reading, i);
        ingest->stats.known += reading->known;
        ingest->stats.poison += reading->fault && !reading->known;
        if (reading->event)
            newest_us = MAX(newest_us, reading->event->received_us);
    }
    ingest->stats.events += turn->events->len;
    ingest->stats.decisions += turn->decisions->len;
    ingest->stats.batches++;
    if (newest_us)
        ingest->stats.lag_us = alerts_now(ingest->alerts) - newest_us;
    load_note_events(ingest->alerts->load, turn->events->len, turn->now_us);
}

static gboolean try_again(gpointer user)
{
    struct ingest *ingest = user;
    ingest->retry_source = 0;
    take_slice(ingest);
    return G_SOURCE_REMOVE;
}

static void later(struct ingest *ingest)
{
    ingest->retry_source = loop_after(ingest->alerts->options.loop, RETRY_MS, try_again, ingest);
}

/* One of them is the culprit: halves are tried until it is alone. */
static void divide(struct ingest *ingest, const GError *error)
{
    if (ingest->count > 1) {
        ingest->count /= 2;
    } else if (++ingest->tries >= TRIES) {
        g_free(ingest->fault);
        ingest->fault = g_strdup(error->message);
    }
    take_slice(ingest);
}

static void finish(struct ingest *ingest, bool acknowledge)
{
    struct consumer_batch *batch = g_steal_pointer(&ingest->batch);
    if (acknowledge)
        consumer_done(ingest->alerts->consumer, batch);
    else
        consumer_drop(ingest->alerts->consumer, batch);
}

static void end(struct turn *turn, const GError *error)
{
    struct ingest *ingest = turn->user;
    if (!error) {
        count(ingest, turn);
        ingest->offset += ingest->count;
        ingest->tries = 0;
        g_clear_pointer(&ingest->fault, g_free);
        guint left = ingest->batch->entries->len - ingest->offset;
        ingest->count = MIN(left, ingest->count * 2);
        if (left == 0)
            finish(ingest, true);
        else
            take_slice(ingest);
        return;
    }
    ingest->stats.failed++;
    if (ingest->alerts->closing)
        return;
    log_warn("alerts", "%u events could not be taken: %s", ingest->count, error->message);
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_REFUSED))
        finish(ingest, false);
    else if (ingest_is_culprit(error))
        divide(ingest, error);
    else
        later(ingest);
}

static void take_slice(struct ingest *ingest)
{
    turn_add(ingest->alerts, begin, end, ingest);
}

void ingest_take(struct ingest *ingest, struct consumer_batch *batch)
{
    ingest->batch = batch;
    ingest->offset = 0;
    ingest->count = batch->entries->len;
    ingest->tries = 0;
    g_clear_pointer(&ingest->fault, g_free);
    if (batch->tries > KILLS)
        ingest->fault =
            g_strdup_printf("the server ended %u times while it took this event", batch->tries - 1);
    take_slice(ingest);
}

/* --- the whole */

struct ingest *ingest_create(struct alerts *alerts)
{
    struct ingest *ingest = g_new0(struct ingest, 1);
    ingest->alerts = alerts;
    ingest->readings = g_array_new(FALSE, TRUE, sizeof(struct reading));
    g_array_set_clear_func(ingest->readings, reading_clear);
    return ingest;
}

void ingest_destroy(struct ingest *ingest)
{
    if (!ingest)
        return;
    loop_cancel(ingest->alerts->options.loop, &ingest->retry_source);
    consumer_batch_free(ingest->batch);
    g_array_unref(ingest->readings);
    g_free(ingest->fault);
    g_free(ingest);
}

void ingest_stats(const struct ingest *ingest, struct ingest_stats *stats)
{
    *stats = ingest->stats;
}
