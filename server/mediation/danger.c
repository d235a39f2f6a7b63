/* The danger button: what was not undone in time is told, again and again until it is taken. One
 * that cannot be told holds up no other. */
#include "mediation/danger.h"
#include "common/clock.h"
#include "common/log.h"
#include "mediation/mediation_private.h"

#define AGAIN_US (2 * G_USEC_PER_SEC)

struct telling {
    struct mediation *mediation;
    char *meeting, *id;
};

static void telling_free(struct telling *telling)
{
    g_free(telling->meeting);
    g_free(telling->id);
    g_free(telling);
}

static bool write_told(struct store_tx *tx, gpointer data, GError **error)
{
    const struct telling *telling = data;
    json_t *details = json_pack("{s:s}", "danger", telling->id);
    struct meeting key = {.id = telling->meeting};
    gint64 seq;
    bool fine =
        store_exec(tx, error, "UPDATE meeting_danger SET state = 'told' WHERE id = ?", "s",
                   telling->id) &&
        meeting_next(tx, &key, &seq, error) &&
        meeting_note(tx, &key, NULL, NULL, seq, "danger_told", details, clock_wall_us(), error);
    json_decref(details);
    return fine;
}

/* Whoever called and who leads see that it was told. */
static void show_told(struct telling *telling)
{
    struct live *live = lives_find(telling->mediation, telling->meeting);
    for (guint i = 0; live && i < live->meeting->dangers->len; i++) {
        struct meeting_danger *danger = live->meeting->dangers->pdata[i];
        if (g_strcmp0(danger->id, telling->id) != 0)
            continue;
        danger->told = true;
        lives_refresh(live);
        return;
    }
}

static void written(gpointer data, const GError *error)
{
    struct telling *telling = data;
    struct mediation *mediation = telling->mediation;
    g_hash_table_remove(mediation->untold, telling->id);
    if (error)
        log_warn("mediation", "danger %s was told and is not noted: %s", telling->id,
                 error->message);
    show_told(telling);
    telling_free(telling);
    mediation->telling = false;
    mediation_danger_look(mediation);
}

static gboolean on_time(gpointer user)
{
    struct mediation *mediation = user;
    mediation->danger_timer = 0;
    mediation_danger_look(mediation);
    return G_SOURCE_REMOVE;
}

static void wait_for(struct mediation *mediation, gint64 ms)
{
    loop_cancel(mediation->options.loop, &mediation->danger_timer);
    if (!mediation->closing)
        mediation->danger_timer =
            loop_after(mediation->options.loop, (guint)CLAMP(ms, 1, 60000), on_time, mediation);
}

static void told(bool taken, gpointer data)
{
    struct telling *telling = data;
    struct mediation *mediation = telling->mediation;
    if (taken) {
        store_write(mediation->options.store, write_told, telling, written);
        return;
    }
    log_warn("mediation", "danger %s cannot be told yet", telling->id);
    gint64 again_us = clock_mono_us() + AGAIN_US;
    g_hash_table_replace(mediation->untold, g_steal_pointer(&telling->id),
                         g_memdup2(&again_us, sizeof again_us));
    telling_free(telling);
    mediation->telling = false;
    mediation_danger_look(mediation);
}

static void tell(struct mediation *mediation, const struct meeting *meeting,
                 const struct meeting_danger *danger)
{
    const struct mediation_hooks *hooks = &mediation->options.hooks;
    const struct seat *seat = meeting_seat(meeting, danger->seat);
    g_autofree char *who = seat ? seat_title(seat, true) : g_strdup("");
    const struct mediation_danger one = {.id = danger->id,
                                         .meeting = meeting->id,
                                         .title = meeting->title,
                                         .place =
                                             seat && *seat->place ? seat->place : meeting->place,
                                         .area = meeting->area,
                                         .who = who,
                                         .room = danger->room,
                                         .lon = meeting->lon,
                                         .lat = meeting->lat,
                                         .time_us = danger->time_us};
    struct telling *telling = g_new0(struct telling, 1);
    telling->mediation = mediation;
    telling->meeting = g_strdup(meeting->id);
    telling->id = g_strdup(danger->id);
    mediation->telling = true;
    if (hooks->danger)
        hooks->danger(&one, told, telling, hooks->user);
    else
        told(true, telling);
}

gint64 danger_wait_us(gint64 due_us, gint64 now_us, gint64 again_us, gint64 mono_us)
{
    gint64 wait_us = MAX(due_us - now_us, 0);
    if (wait_us > DANGER_HELD_US)
        wait_us = 0; /* the clock was set back */
    return MAX(wait_us, again_us - mono_us);
}

void mediation_danger_look(struct mediation *mediation)
{
    gint64 now_us = clock_wall_us(), mono_us = clock_mono_us(), least_us = G_MAXINT64;
    const struct meeting *meeting = NULL;
    const struct meeting_danger *first = NULL;
    GHashTableIter iter;
    gpointer value;
    if (mediation->telling || mediation->closing)
        return;
    g_hash_table_iter_init(&iter, mediation->lives);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct live *live = value;
        for (guint i = 0; i < live->meeting->dangers->len; i++) {
            const struct meeting_danger *danger = live->meeting->dangers->pdata[i];
            if (danger->told)
                continue;
            const gint64 *again = g_hash_table_lookup(mediation->untold, danger->id);
            gint64 wait_us = danger_wait_us(danger->due_us, now_us, again ? *again : 0, mono_us);
            if (wait_us >= least_us)
                continue;
            least_us = wait_us;
            meeting = live->meeting;
            first = danger;
        }
    }
    if (first && least_us <= 0)
        tell(mediation, meeting, first);
    else if (first)
        wait_for(mediation, least_us / 1000 + 1);
}
