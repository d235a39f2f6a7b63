#include "wall/history.h"
#include "common/clock.h"
#include "common/log.h"
#include "wall/history_private.h"
#include <string.h>

#define GATHER_MS      2000
#define TICK_MS        10000
#define HOURS_EVERY_US ((gint64)300 * G_USEC_PER_SEC)
#define ALIVE_EVERY_US ((gint64)60 * G_USEC_PER_SEC)
#define MAX_PENDING    50000 /* entries kept while the store refuses them */
#define DETAIL_BYTES   300

/* --- how long */

static struct track *track_at(struct history *history, guint32 n)
{
    while (history->tracks->len < n) {
        struct track *track = g_new0(struct track, 1);
        g_ptr_array_add(history->tracks, track);
    }
    return history->tracks->pdata[n - 1];
}

static void track_free(gpointer data)
{
    struct track *track = data;
    g_free(track->state);
    g_free(track->reason);
    g_free(track);
}

static void accrue(struct track *track, gint64 mono_us)
{
    gint64 passed_us = MAX(0, mono_us - track->counted_us);
    if (track->presence != PRESENCE_UNKNOWN)
        track->due_us += passed_us;
    if (track->presence == PRESENCE_ONLINE)
        track->online_us += passed_us;
    track->counted_us = MAX(track->counted_us, mono_us);
}

static void accrue_all(struct history *history, gint64 mono_us)
{
    for (guint i = 0; i < history->tracks->len; i++)
        accrue(history->tracks->pdata[i], mono_us);
}

/* What was gathered belongs to the hour that ended. */
static void roll(struct history *history)
{
    gint64 now_us = history->now_us(), hour_us = history_hour(now_us);
    if (hour_us == history->hour_us)
        return;
    accrue_all(history, history->mono_us() - (now_us - hour_us));
    history_write(history, true);
    history->hour_us = hour_us;
    history_prune(history);
}

/* --- what changed */

static void entry_free(gpointer data)
{
    struct entry *entry = data;
    g_free(entry->camera);
    g_free(entry->state);
    g_free(entry->reason);
    g_free(entry->detail);
    g_free(entry);
}

GPtrArray *history_entries_new(void)
{
    return g_ptr_array_new_with_free_func(entry_free);
}

static gboolean write_gathered(gpointer user)
{
    struct history *history = user;
    history->gather_source = 0;
    history_write(history, false);
    return G_SOURCE_REMOVE;
}

void history_gather(struct history *history)
{
    if (!history->gather_source && !history->closing)
        history->gather_source = loop_after(history->loop, GATHER_MS, write_gathered, history);
}

static void add_entry(struct history *history, const struct camera *camera, gint64 skipped)
{
    if (history->pending->len >= MAX_PENDING)
        return;
    struct entry *entry = g_new(struct entry, 1);
    const char *detail = camera->detail ? camera->detail : "";
    const char *end = detail + MIN(strlen(detail), DETAIL_BYTES);
    while (end > detail && (*end & 0xC0) == 0x80)
        end--;
    *entry = (struct entry){
        .camera = g_strdup(camera->fields.id),
        .time_us = camera->since_us,
        .state = g_strdup(camera->state),
        .reason = g_strdup(camera->reason ? camera->reason : ""),
        .detail = g_strndup(detail, (gsize)(end - detail)),
        .skipped = skipped,
    };
    g_ptr_array_add(history->pending, entry);
    history_gather(history);
}

void history_note(struct history *history, const struct camera *camera)
{
    struct track *track = track_at(history, camera->n);
    if (g_strcmp0(track->state, camera->state) == 0 &&
        g_strcmp0(track->reason, camera->reason) == 0)
        return;
    roll(history);
    accrue(track, history->mono_us());
    g_free(track->state);
    g_free(track->reason);
    track->state = g_strdup(camera->state);
    track->reason = g_strdup(camera->reason);
    track->presence = presence_of(camera->state, camera->reason);
    track->held = !history_budget_take(&track->budget, history->now_us());
    if (track->held) {
        track->skipped++;
        return;
    }
    add_entry(history, camera, track->skipped);
    track->skipped = 0;
}

void history_forget(struct history *history, const struct camera *camera)
{
    struct track *track = track_at(history, camera->n);
    accrue(track, history->mono_us());
    g_clear_pointer(&track->state, g_free);
    g_clear_pointer(&track->reason, g_free);
    track->presence = PRESENCE_UNKNOWN;
    track->held = false;
    track->skipped = 0;
}

/* A camera that changed too often: its newest state is written when its budget allows. */
static void write_held(struct history *history)
{
    gint64 now_us = history->now_us();
    for (guint32 n = 1; n <= history->tracks->len; n++) {
        struct track *track = history->tracks->pdata[n - 1];
        const struct camera *camera = camera_set_at(history->cameras, n);
        if (!track->held || !camera || !history_budget_take(&track->budget, now_us))
            continue;
        add_entry(history, camera, track->skipped - 1);
        track->held = false;
        track->skipped = 0;
    }
}

static gboolean on_tick(gpointer user)
{
    struct history *history = user;
    gint64 mono_us = history->mono_us();
    roll(history);
    write_held(history);
    if (mono_us - history->hours_written_us >= HOURS_EVERY_US)
        history_write(history, true);
    else if (mono_us - history->alive_written_us >= ALIVE_EVERY_US)
        history_write(history, false);
    return G_SOURCE_CONTINUE;
}

void history_flush(struct history *history)
{
    roll(history);
    write_held(history);
    history_write(history, true);
}

void history_collect_hours(struct history *history, GArray *hours)
{
    accrue_all(history, history->mono_us());
    for (guint32 n = 1; n <= history->tracks->len; n++) {
        struct track *track = history->tracks->pdata[n - 1];
        const struct camera *camera = camera_set_at(history->cameras, n);
        if (!track->due_us || !camera)
            continue;
        struct hour_row row = {g_strdup(camera->fields.id), n, track->online_us, track->due_us};
        g_array_append_val(hours, row);
        track->online_us = track->due_us = 0;
    }
}

/* --- life */

struct history *history_create(const struct history_options *options, GError **error)
{
    struct history *history = g_new0(struct history, 1);
    history->loop = options->loop;
    history->store = options->store;
    history->cameras = options->cameras;
    history->keep_us = (gint64)options->keep_days * 24 * HISTORY_HOUR_US;
    history->now_us = options->now_us ? options->now_us : clock_wall_us;
    history->mono_us = options->now_us ? options->now_us : clock_mono_us;
    history->hour_us = history_hour(history->now_us());
    history->hours_written_us = history->alive_written_us = history->mono_us();
    history->tracks = g_ptr_array_new_with_free_func(track_free);
    history->pending = history_entries_new();
    history->asking = g_array_new(FALSE, FALSE, sizeof(struct asking));
    if (!history_note_gap(history, error)) {
        history_destroy(history);
        return NULL;
    }
    history_prune(history);
    history->tick_source = loop_every(history->loop, TICK_MS, on_tick, history);
    return history;
}

void history_destroy(struct history *history)
{
    if (!history)
        return;
    loop_cancel(history->loop, &history->tick_source);
    loop_cancel(history->loop, &history->gather_source);
    history->closing = true;
    if (history->alive_known)
        history_flush(history);
    store_drain(history->store);
    g_ptr_array_unref(history->tracks);
    g_ptr_array_unref(history->pending);
    g_array_unref(history->asking);
    if (history->shares)
        g_hash_table_unref(history->shares);
    g_free(history);
}
