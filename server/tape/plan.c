#include "tape/plan.h"
#include <string.h>

void tape_track_clear(gpointer value)
{
    struct tape_track *track = value;
    g_clear_pointer(&track->path, g_free);
    g_clear_pointer(&track->seat, g_free);
}

static int by_beginning(gconstpointer a, gconstpointer b)
{
    const struct tape_track *one = a, *other = b;
    return (one->mjr.from_us > other->mjr.from_us) - (one->mjr.from_us < other->mjr.from_us);
}

static struct tape_track *track_at(const struct tape_plan *plan, guint i)
{
    return &g_array_index(plan->tracks, struct tape_track, i);
}

static struct tape_part *last_part(const struct tape_plan *plan)
{
    return plan->parts->len ? &g_array_index(plan->parts, struct tape_part, plan->parts->len - 1)
                            : NULL;
}

static void place_in_time(struct tape_plan *plan)
{
    for (guint i = 0; i < plan->tracks->len; i++) {
        struct tape_track *track = track_at(plan, i);
        struct tape_part *part = last_part(plan);
        if (!part || track->mjr.from_us - part->to_us > PLAN_GAP_US) {
            struct tape_part fresh = {track->mjr.from_us, track->mjr.to_us, plan->length_us};
            g_array_append_val(plan->parts, fresh);
            part = last_part(plan);
        }
        track->at_us = part->at_us + track->mjr.from_us - part->from_us;
        part->to_us = MAX(part->to_us, track->mjr.to_us);
        plan->length_us = part->at_us + part->to_us - part->from_us;
    }
}

/* The same seat's camera has the same place all the time. */
static int cell_of(struct tape_plan *plan, guint index)
{
    const struct tape_track *track = track_at(plan, index);
    for (guint i = 0; i < index; i++) {
        const struct tape_track *other = track_at(plan, i);
        if (other->cell >= 0 && !strcmp(other->seat, track->seat) &&
            !strcmp(other->mjr.kind, track->mjr.kind))
            return other->cell;
    }
    return plan->cells++;
}

void tape_plan_make(GArray *tracks, struct tape_plan *plan)
{
    *plan = (struct tape_plan){.tracks = tracks};
    plan->parts = g_array_new(FALSE, FALSE, sizeof(struct tape_part));
    g_array_sort(tracks, by_beginning);
    place_in_time(plan);
    for (guint i = 0; i < tracks->len; i++)
        track_at(plan, i)->cell = -1;
    for (guint i = 0; i < tracks->len; i++)
        if (track_at(plan, i)->mjr.video)
            track_at(plan, i)->cell = cell_of(plan, i);
}

void tape_plan_clear(struct tape_plan *plan)
{
    g_clear_pointer(&plan->tracks, g_array_unref);
    g_clear_pointer(&plan->parts, g_array_unref);
}

void tape_plan_grid(int cells, int *columns, int *rows)
{
    *columns = 1;
    while (*columns * *columns < cells)
        (*columns)++;
    *rows = MAX(1, (cells + *columns - 1) / *columns);
}

static json_t *time_text(gint64 time_us)
{
    return json_sprintf("%" G_GINT64_FORMAT, time_us);
}

static json_t *seconds(gint64 time_us)
{
    return json_real((double)time_us / G_USEC_PER_SEC);
}

json_t *tape_plan_json(const struct tape_plan *plan)
{
    json_t *parts = json_array(), *tracks = json_array();
    for (guint i = 0; i < plan->parts->len; i++) {
        const struct tape_part *part = &g_array_index(plan->parts, struct tape_part, i);
        json_array_append_new(parts, json_pack("{s:o,s:o,s:o}", "from_us", time_text(part->from_us),
                                               "to_us", time_text(part->to_us), "at_s",
                                               seconds(part->at_us)));
    }
    for (guint i = 0; i < plan->tracks->len; i++) {
        const struct tape_track *track = track_at(plan, i);
        if (track->lost)
            continue;
        json_array_append_new(
            tracks, json_pack("{s:s,s:s,s:o,s:o,s:o}", "seat", track->seat, "kind", track->mjr.kind,
                              "from_us", time_text(track->mjr.from_us), "to_us",
                              time_text(track->mjr.to_us), "at_s", seconds(track->at_us)));
    }
    return json_pack("{s:o,s:o,s:o}", "parts", parts, "tracks", tracks, "seconds",
                     seconds(plan->length_us));
}
