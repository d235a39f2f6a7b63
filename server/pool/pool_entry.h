/* One entry of the lists of rooms, teams and mediators, as a value. Pure; any thread. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

enum pool_kind { POOL_ROOM, POOL_TEAM, POOL_MEDIATOR, POOL_KINDS };
/* "room", "team", "mediator": static. */
const char *pool_kind_name(enum pool_kind kind);

/* ASCII letters, digits, '-' and '_', 1 to 64. */
bool pool_id_good(const char *id);

/* What stands in `body`, with the usual values for what is missing and nothing else. Owned by the
 * caller. NULL: *path is the field that is wrong, static. */
json_t *pool_entry_read(enum pool_kind kind, const json_t *body, const char **path);

/* Is a room with this entry open from `starts_us` to `ends_us` (microseconds since 1970) by the
 * clock of `zone`: within one of the hours of that weekday, on no closed day, on one day? A room
 * without hours is open at any time; one that is not active never. */
bool pool_room_open(const json_t *room, gint64 starts_us, gint64 ends_us, GTimeZone *zone);
