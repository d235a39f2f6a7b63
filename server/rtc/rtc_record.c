/* Recordings. A take is what is recorded of one room of a meeting until the meeting is closed: a
 * folder of Janus's files, from which a program of its own makes one file (rtc_tape.c).
 *
 * What is told is what is true: on, once Janus has confirmed and the folder grows; failed, when it
 * does not grow for a while, whatever the reason, and it is tried again. */
#include "common/clock.h"
#include "common/log.h"
#include "rtc/rtc_private.h"
#include "rtc/rtc_tape.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#define STILL_US                                                                                   \
    (6 * G_USEC_PER_SEC) /* Janus writes in blocks of 4 KiB: sound alone fills one a second */
#define AGAIN_US         (10 * G_USEC_PER_SEC) /* between attempts after a failure */
#define LEAST_FREE_BYTES ((guint64)256 * 1024 * 1024)

enum told { TOLD_NOTHING, TOLD_OFF, TOLD_ON, TOLD_FAILED };

struct record {
    struct rtc *rtc;
    char *key, *meeting, *room, *folder;
    bool wanted;
    bool asked;    /* Janus was asked and has not answered */
    bool asked_on; /* to record, or to stop */
    bool running;  /* Janus has confirmed */
    bool ever;     /* something was recorded */
    bool closing;  /* the meeting is over: its file is made once its room is gone */
    enum told told;
    const char *error; /* told last */
    guint64 bytes;     /* in the folder */
    gint64 grown_us, tried_us;
};

void record_free(gpointer value)
{
    struct record *record = value;
    g_free(record->key);
    g_free(record->meeting);
    g_free(record->room);
    g_free(record->folder);
    g_free(record);
}

static struct record *find(const struct rtc *rtc, const char *meeting, const char *room)
{
    g_autofree char *key = room_key(meeting, room);
    return g_hash_table_lookup(rtc->records, key);
}

/* All there are. What is told of one may bring others, so that nobody walks the table itself
 * meanwhile; only record_tick() frees some. */
static GPtrArray *records_of(const struct rtc *rtc)
{
    GPtrArray *list = g_ptr_array_sized_new(g_hash_table_size(rtc->records));
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, rtc->records);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_ptr_array_add(list, value);
    return list;
}

static struct room *room_of(const struct record *record)
{
    return g_hash_table_lookup(record->rtc->rooms, record->key);
}

/* --- telling */

static void tell(struct record *record, enum told told, const char *error)
{
    static const enum rtc_recording states[] = {RTC_RECORDING_OFF, RTC_RECORDING_OFF,
                                                RTC_RECORDING_ON, RTC_RECORDING_FAILED};
    const struct rtc *rtc = record->rtc;
    if (record->told == told && g_strcmp0(record->error, error) == 0)
        return;
    record->told = told;
    record->error = error;
    if (told == TOLD_FAILED)
        log_warn("rtc", "%s: nothing is recorded: %s", record->key, error);
    rtc->ops->recording(record->meeting, record->room, states[told], error, rtc->user);
}

static guint64 free_bytes(const char *folder)
{
    struct statvfs about;
    return statvfs(folder, &about) == 0 ? (guint64)about.f_bavail * about.f_frsize : 0;
}

static guint64 folder_bytes(const char *folder)
{
    guint64 sum = 0;
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        struct stat about;
        if (g_str_has_suffix(name, ".mjr") && stat(path, &about) == 0)
            sum += (guint64)about.st_size;
    }
    g_clear_pointer(&dir, g_dir_close);
    return sum;
}

/* Does anybody in the room send what may pass? */
static bool somebody_sends(const struct record *record)
{
    const struct room *room = room_of(record);
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, record->rtc->stays);
    while (g_hash_table_iter_next(&iter, &value, NULL)) {
        const struct stay *stay = value;
        for (guint i = 0; stay->room == room && stay->media && i < stay->own->len; i++)
            if (!g_array_index(stay->own, struct own, i).muted)
                return true;
    }
    return false;
}

static const char *why_still(const struct record *record)
{
    if (!record->rtc->janus || !janus_ready(record->rtc->janus))
        return "media_away";
    if (free_bytes(record->folder) < LEAST_FREE_BYTES)
        return "disk_full";
    return somebody_sends(record) ? "not_written" : "nobody_sends";
}

/* --- asking Janus */

static void ask(struct record *record, bool on);
static void start(struct record *record);

static void on_answer(const struct janus_message *answer, gpointer user)
{
    struct record *record = user;
    record->asked = false;
    if (!answer)
        return; /* record_lost() follows */
    if (answer->code && !record->asked_on)
        return; /* it may go on recording, nobody is told that it ended: record_tick() asks again */
    if (answer->code) {
        record->running = false;
        tell(record, TOLD_FAILED, "not_written");
        return;
    }
    record->running = json_is_true(json_object_get(answer->data, "record"));
    if (record->running && !record->wanted)
        ask(record, false);
    else if (!record->running && record->wanted)
        start(record); /* wanted again while the stop was on its way */
    else if (!record->wanted)
        tell(record, TOLD_OFF, NULL);
}

static void ask(struct record *record, bool on)
{
    const struct room *room = room_of(record);
    if (record->asked || !room || room->phase != ROOM_READY)
        return;
    record->asked = true;
    record->asked_on = on;
    record->tried_us = g_get_monotonic_time();
    json_t *body = room_request(room, "enable_recording");
    json_object_set_new(body, "record", json_boolean(on));
    janus_ask(record->rtc->control, body, NULL, NULL, on_answer, record);
}

static void start(struct record *record)
{
    record->bytes = folder_bytes(record->folder);
    record->grown_us = g_get_monotonic_time();
    if (free_bytes(record->folder) < LEAST_FREE_BYTES) {
        record->tried_us = record->grown_us;
        tell(record, TOLD_FAILED, "disk_full");
        return;
    }
    ask(record, true);
}

/* --- what the rooms do */

char *record_folder(struct rtc *rtc, const char *meeting, const char *room)
{
    struct record *record = find(rtc, meeting, room);
    if (record)
        return g_strdup(record->folder);
    record = g_new0(struct record, 1);
    g_autofree char *name = rtc_tape_name(meeting, clock_wall_us(), rtc_random_id());
    *record = (struct record){.rtc = rtc,
                              .key = room_key(meeting, room),
                              .meeting = g_strdup(meeting),
                              .room = g_strdup(room),
                              .folder = g_build_filename(rtc->recordings, name, NULL)};
    g_hash_table_insert(rtc->records, record->key, record);
    return g_strdup(record->folder);
}

void record_seat(struct rtc *rtc, const struct stay *stay)
{
    const struct record *record = find(rtc, stay->room->meeting, stay->room->name);
    if (record && record->ever)
        rtc_tape_note(record->folder, stay->feed, stay->seat->id);
}

/* The folder is made when it is needed: most rooms are never recorded. */
static void prepare(struct record *record)
{
    if (record->ever)
        return;
    if (!rtc_tape_begin(record->folder, record->meeting, record->room)) {
        tell(record, TOLD_FAILED, "no_folder");
        return;
    }
    record->ever = true;
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, record->rtc->stays);
    while (g_hash_table_iter_next(&iter, &value, NULL)) {
        const struct stay *stay = value;
        if (stay->seat && stay->room == room_of(record))
            rtc_tape_note(record->folder, stay->feed, stay->seat->id);
    }
}

static void begin(struct record *record)
{
    record->tried_us = g_get_monotonic_time();
    prepare(record);
    if (record->ever)
        start(record);
}

void record_room_ready(struct room *room)
{
    struct record *record = find(room->rtc, room->meeting, room->name);
    if (record && record->wanted)
        start(record);
}

void record_room_gone(struct room *room)
{
    struct record *record = find(room->rtc, room->meeting, room->name);
    if (record)
        record->running = false;
}

void record_lost(struct rtc *rtc)
{
    g_autoptr(GPtrArray) list = records_of(rtc);
    for (guint i = 0; i < list->len; i++) {
        struct record *record = list->pdata[i];
        record->running = record->asked = false;
        if (record->wanted)
            tell(record, TOLD_FAILED, "media_away");
        record->wanted = false; /* who agreed may not do so any more when Janus is back */
    }
}

void rtc_record(struct rtc *rtc, const char *meeting, const char *room, bool on)
{
    struct record *record = find(rtc, meeting, room);
    if (!record) {
        if (!on)
            return;
        g_free(record_folder(rtc, meeting, room));
        record = find(rtc, meeting, room);
    }
    record->wanted = on;
    if (on) {
        record->told = TOLD_NOTHING;
        begin(record);
        return;
    }
    if (record->running || record->asked)
        ask(record, false);
    else
        tell(record, TOLD_OFF, NULL);
}

void record_close(struct rtc *rtc, const char *meeting)
{
    g_autoptr(GPtrArray) list = records_of(rtc);
    for (guint i = 0; i < list->len; i++) {
        struct record *record = list->pdata[i];
        if (strcmp(record->meeting, meeting) != 0)
            continue;
        if (record->wanted || record->running)
            rtc_record(rtc, meeting, record->room, false);
        record->closing = true;
    }
}

/* --- is it true? */

static void look(struct record *record, gint64 now_us)
{
    guint64 bytes = folder_bytes(record->folder);
    bool grown = bytes > record->bytes;
    record->bytes = bytes;
    if (grown)
        record->grown_us = now_us;
    if (record->running && free_bytes(record->folder) < LEAST_FREE_BYTES) {
        tell(record, TOLD_FAILED, "disk_full");
        record->tried_us = now_us;
        ask(record, false);
    } else if (record->running && grown) {
        tell(record, TOLD_ON, NULL);
    } else if (now_us - record->grown_us > STILL_US) {
        tell(record, TOLD_FAILED, why_still(record));
    }
    if (!record->running && !record->asked && now_us - record->tried_us > AGAIN_US)
        start(record);
}

static gboolean is_over(gpointer key, gpointer value, gpointer user)
{
    struct record *record = value;
    struct rtc *rtc = user;
    (void)key;
    if (!record->closing || record->asked || room_of(record))
        return FALSE;
    if (record->ever)
        rtc_tape_make(rtc, record->folder);
    return TRUE;
}

void record_tick(struct rtc *rtc)
{
    gint64 now = g_get_monotonic_time();
    g_autoptr(GPtrArray) list = records_of(rtc);
    for (guint i = 0; i < list->len; i++) {
        struct record *record = list->pdata[i];
        if (record->wanted && record->ever)
            look(record, now);
        else if (record->wanted && now - record->tried_us > AGAIN_US)
            begin(record); /* there was no folder for it */
        else if (record->running && !record->asked && now - record->tried_us > AGAIN_US)
            ask(record, false);
    }
    g_hash_table_foreach_remove(rtc->records, is_over, rtc);
}

guint record_count(const struct rtc *rtc)
{
    guint count = 0;
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, rtc->records);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        count += ((const struct record *)value)->told == TOLD_ON;
    return count;
}
