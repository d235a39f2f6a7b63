/* Who may be where, hear what, be recorded: values in, decision out. Pure; any thread. */
#pragma once
#include "mediation/meeting.h"

/* What still keeps a seat out of a room; bits. */
enum room_why {
    WHY_NOTICE = 1 << 0,
    WHY_SCREENING = 1 << 1,
    WHY_CONSENT = 1 << 2, /* to mediation */
    WHY_IDENTITY = 1 << 3,
    WHY_OBSERVER_CONSENT = 1 << 4, /* of the parties, to an observer */
    WHY_SPLIT_CONSENT = 1 << 5,
    WHY_OTHER_SIDE = 1 << 6, /* the room is another side's, or another side is there (split) */
    WHY_STATE = 1 << 7,      /* the meeting is not open, the seat removed or not yet bound */
    WHY_DISCLOSURE = 1 << 8, /* a co-mediator has not said how it stands to the parties */
};
/* Returned: an array of names ("notice" …), owned by the caller. */
json_t *room_why_json(unsigned why);

/* Is it a name of a room: joint, of one of the sides, or where one seat is looked at? */
bool room_is(const char *room);
bool room_is_private(const char *room); /* of a side */
bool room_is_check(const char *room);
/* Everybody at that seat has answered yes to it, and not withdrawn. */
bool room_agreed(const struct seat *seat, enum consent_kind kind);

/* Has that seat said how it stands to the parties (利益冲突申报)? True for a talk and where no
 * texts are kept: nothing is asked there. */
bool room_disclosed(const struct meeting *meeting, const struct seat *seat);

/* Why that seat may not go into that room now; 0: it may. */
unsigned room_keeps_out(const struct meeting *meeting, const struct seat *seat, const char *room);
/* Where a seat goes that is let in. g_free(). */
char *room_for(const struct meeting *meeting, const struct seat *seat);
/* Seats that may not stay where they are, since somebody took a consent back: puts each into the
 * lobby. Returned: how many. */
guint room_clear(struct meeting *meeting, gint64 now_us);
/* Puts a seat into a room (lobby too), with all that ends by that. */
void room_put(struct meeting *meeting, struct seat *seat, const char *room, gint64 now_us);

/* Who is looked at there by the one who leads waits in the lobby again. */
void room_end_check(struct meeting *meeting, const char *room, gint64 now_us);

/* Minutes, facts, agreement: those who lead, and whoever was let in or whose identity was checked;
 * never an observer, nor who was removed. */
bool room_sees_texts(const struct seat *seat);
/* Is the seat in a room with its media, now? */
bool room_is_there(const struct meeting *meeting, const struct seat *seat);
struct room_may {
    bool talk, camera, screen, chat;
};
struct room_may room_may(const struct meeting *meeting, const struct seat *seat);

/* May the joint room be recorded now? false: *waiting (an array of ids of seats, owned by the
 * caller; NULL when not wanted) holds who has not agreed; empty: nobody of the mediators is there.
 */
bool room_may_record(const struct meeting *meeting, json_t **waiting);
