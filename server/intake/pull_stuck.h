/* Files of a folder that are dealt with and cannot be moved away: they are passed over, so that
 * they hold up no others, and moved as soon as that is possible. Kept in the cursor of their feed,
 * so that a restart does not read them again. Any thread; asks the file system. */
#pragma once
#include <jansson.h>
#include <stdbool.h>

enum { PULL_STUCK_MOST = 256 };

/* Moves `name` of folder `dir` into `folder` below it, which is made; an older one of that name is
 * replaced. Returned: 0, else an errno. */
int pull_stuck_move(const char *dir, const char *name, const char *folder);
/* `kept`: {name: {"inode","changed_us","to"}} of the cursor, NULL is fine. Returned: those of them
 * that are still there as they were and still cannot be moved; owned by the caller. */
json_t *pull_stuck_look(const json_t *kept, const char *dir);
/* One more, as it is now. false: there are PULL_STUCK_MOST. */
bool pull_stuck_add(json_t *stuck, const char *dir, const char *name, const char *folder);
/* Sets both texts (owned by the caller) to how many and which they are; none: leaves them. */
void pull_stuck_tell(const json_t *stuck, char **zh, char **en);
