/* What the media tell back. */
#include "common/clock.h"
#include "common/log.h"
#include "mediation/mediation_private.h"

static void forget_media(gpointer key, gpointer value, gpointer user)
{
    struct live *live = value;
    GHashTableIter iter;
    gpointer place;
    (void)key;
    (void)user;
    live->recording = false;
    live->now.recording = live->now.recording == MEDIATION_RECORDING_ON ? MEDIATION_RECORDING_FAILED
                                                                        : live->now.recording;
    g_hash_table_iter_init(&iter, live->places);
    while (g_hash_table_iter_next(&iter, NULL, &place)) {
        g_clear_pointer(&((struct place *)place)->media_room, g_free);
        ((struct place *)place)->media = false;
    }
    lives_refresh(live);
}

void mediation_media_ready(struct mediation *mediation, bool ready)
{
    mediation->media_ready = ready;
    g_hash_table_foreach(mediation->lives, forget_media, NULL);
}

void mediation_set_media(struct mediation *mediation, const struct mediation_media_ops *ops,
                         gpointer media)
{
    mediation->media = ops;
    mediation->media_user = media;
    mediation->media_ready = false;
}

void mediation_media_send(struct mediation *mediation, const char *seat, json_t *message)
{
    const struct place *place = place_find(mediation, seat);
    if (place && place->client)
        net_client_send_json(place->client, message);
    else
        json_decref(message);
}

void mediation_media_up(struct mediation *mediation, const char *seat, bool up)
{
    struct place *place = place_find(mediation, seat);
    if (!place || place->media == up)
        return;
    place->media = up;
    lives_refresh(place->live);
}

/* What was recorded when, as the media said. */
struct note {
    char *meeting;
    json_t *details;
    gint64 now_us;
};

static bool write_note(struct store_tx *tx, gpointer data, GError **error)
{
    const struct note *note = data;
    const struct meeting key = {.id = note->meeting};
    gint64 seq;
    return meeting_next(tx, &key, &seq, error) &&
           meeting_note(tx, &key, NULL, NULL, seq, "recording", note->details, note->now_us, error);
}

static void noted(gpointer data, const GError *error)
{
    struct note *note = data;
    if (error)
        log_warn("mediation", "recording of %s is not on record: %s", note->meeting,
                 error->message);
    json_decref(note->details);
    g_free(note->meeting);
    g_free(note);
}

static void note_recording(struct live *live, enum mediation_recording recording, const char *why)
{
    static const char *const states[] = {"off", "on", "failed"};
    struct note *note = g_new0(struct note, 1);
    note->meeting = g_strdup(live->meeting->id);
    note->details = json_pack("{s:s,s:s?}", "state", states[recording], "error", why);
    note->now_us = live->now.recording_us;
    store_write(live->mediation->options.store, write_note, note, noted);
}

void mediation_media_recording(struct mediation *mediation, const char *meeting,
                               enum mediation_recording recording, const char *why)
{
    struct live *live = lives_find(mediation, meeting);
    if (!live)
        return;
    if (live->now.recording != recording) {
        live->now.recording_us = clock_wall_us();
        note_recording(live, recording, why);
    }
    live->now.recording = recording;
    meeting_set(&live->recording_error, recording == MEDIATION_RECORDING_FAILED ? why : NULL);
    lives_refresh(live);
    /* nobody wants it: whatever was lost on the way, it does not go on */
    if (recording == MEDIATION_RECORDING_ON && !live->recording && mediation->media)
        mediation->media->record(meeting, ROOM_JOINT, false, mediation->media_user);
}
