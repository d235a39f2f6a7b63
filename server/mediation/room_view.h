/* What one seat may be told of its meeting (V of docs/mediation.md): membership decides, nothing
 * else. Pure; any thread; JSON returned is owned by the caller. */
#pragma once
#include "mediation/media_ops.h"
#include "mediation/room_rules.h"

/* What is not in the tables. */
struct room_now {
    enum mediation_recording recording; /* of the joint room, as the media said */
    gint64 recording_us;                /* since */
    const char *recording_error;        /* NULL: none */
};

json_t *room_view(const struct meeting *meeting, const struct seat *seat,
                  const struct room_now *now);
/* Those keys of `view` that are other ones in `before` (an object); empty: nothing. Of a chat that
 * only grew the new lines alone, as "chat_add". */
json_t *room_view_delta(const json_t *before, const json_t *view);

/* M and S of docs/mediation.md, for who has a seat. `plain`: names as they are. */
json_t *meeting_json(const struct meeting *meeting, bool plain);
json_t *seat_json_of(const struct meeting *meeting, const struct seat *seat, bool plain);

/* May that seat see this file, this line, now? */
bool room_sees_paper(const struct meeting *meeting, const struct seat *seat,
                     const struct meeting_paper *paper);
bool room_sees_line(const struct seat *seat, const struct meeting_line *line);
