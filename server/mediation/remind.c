/* Everybody of a meeting is told by message a day and an hour before it begins, once for each
 * beginning, also over a restart. */
#include "common/clock.h"
#include "common/log.h"
#include "mediation/mediation_private.h"
#include "notify/letter.h"

#define HOUR_US (INT64_C(3600) * G_USEC_PER_SEC)

struct round {
    struct mediation *mediation;
    struct meeting *meeting;
    char *id, *key;
    GHashTable *persons; /* seat of an account → its person */
    gint64 now_us;
    guint phones, queued;
};

static bool write_round(struct store_tx *tx, gpointer data, GError **error)
{
    struct round *round = data;
    round->meeting = meeting_load(tx, &round->mediation->reader, round->id, error);
    if (!round->meeting)
        return false;
    const struct letter_about about = {"meeting_soon", round->key, "", round->meeting->starts_us,
                                       round->now_us};
    for (guint i = 0; i < round->meeting->seats->len; i++) {
        const struct seat *seat = round->meeting->seats->pdata[i];
        const char *person = g_hash_table_lookup(round->persons, seat->id);
        if (seat->state != SEAT_REMOVED && (person || !seat->user) &&
            !letters_write(tx, round->mediation, round->meeting, seat, person, &about,
                           &round->phones, &round->queued, error))
            return false;
    }
    return true;
}

static void written(gpointer data, const GError *error)
{
    struct round *round = data;
    if (error) {
        log_warn("mediation", "who comes to %s could not be reminded: %s", round->id,
                 error->message);
        g_hash_table_remove(round->mediation->reminded, round->key);
    } else if (round->queued) {
        notify_letters_look(round->mediation->options.notify);
    }
    meeting_free(round->meeting);
    g_hash_table_unref(round->persons);
    g_free(round->id);
    g_free(round->key);
    g_free(round);
}

static void begin(struct mediation *mediation, const struct meeting *meeting, char *key,
                  gint64 now_us)
{
    struct round *round = g_new0(struct round, 1);
    round->mediation = mediation;
    round->id = g_strdup(meeting->id);
    round->key = key;
    round->now_us = now_us;
    round->persons = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (guint i = 0; i < meeting->seats->len; i++) {
        const struct seat *seat = meeting->seats->pdata[i];
        const struct identity_user *user =
            seat->user ? identity_user_by_id(mediation->options.identity, seat->user) : NULL;
        if (user && user->enabled && user->person)
            g_hash_table_insert(round->persons, g_strdup(seat->id), g_strdup(user->person));
    }
    store_write(mediation->options.store, write_round, round, written);
}

/* The reminder of so many hours before is due, and was when the meeting was made not past. */
static bool is_due(const struct meeting *meeting, int hours, gint64 now_us)
{
    gint64 at_us = meeting->starts_us - hours * HOUR_US;
    bool waits = meeting->state == MEETING_PLANNED || meeting->state == MEETING_ADJOURNED;
    return waits && now_us >= at_us && now_us < meeting->starts_us && meeting->created_us <= at_us;
}

gboolean mediation_remind(gpointer user)
{
    static const int before[] = {1, 24}; /* the nearer one makes the other needless */
    struct mediation *mediation = user;
    gint64 now_us = clock_wall_us();
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, mediation->lives);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct meeting *meeting = ((const struct live *)value)->meeting;
        for (gsize i = 0; i < G_N_ELEMENTS(before); i++) {
            if (!is_due(meeting, before[i], now_us))
                continue;
            char *key = g_strdup_printf("soon/%s/%" G_GINT64_FORMAT "/%d", meeting->id,
                                        meeting->starts_us, before[i]);
            if (g_hash_table_add(mediation->reminded, g_strdup(key)))
                begin(mediation, meeting, key, now_us);
            else
                g_free(key);
            break;
        }
    }
    return G_SOURCE_CONTINUE;
}
