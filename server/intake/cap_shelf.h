/* A watched folder of warnings (docs/feeds.md): its files one after the other, and out of the way.
 * Everything blocks as long as the file system does: one thread at a time, never the loop. */
#pragma once
#include "event/event.h"

struct cap_shelf;

/* `feed`, `path` (absolute) are copied; `file_roots` (of intake/file_roots.h) is borrowed. */
struct cap_shelf *cap_shelf_create(const char *feed, const char *path, char *const *file_roots);
void cap_shelf_destroy(struct cap_shelf *shelf); /* NULL is fine */

/* A file, which still lies where it was. */
struct cap_file {
    char *name;
    uint64_t inode;
    int64_t changed_us;
    struct event *event; /* NULL: nothing to tell */
    const char *zh;      /* it is refused because; static; NULL: it is not */
    char *why;           /* refused because, or why there is nothing to tell, in English; or NULL */
};
void cap_file_free(struct cap_file *file); /* NULL is fine */

/* Something that a person has to mend; both owned by the caller, NULL: nothing. */
struct cap_trouble {
    char *zh, *en;
};
void cap_trouble_clear(struct cap_trouble *trouble);

/* The next file that nobody has written to for a second, in the order of names. Returned: owned by
 * the caller; NULL: there is none. `now_us` by the wall clock. */
struct cap_file *cap_shelf_next(struct cap_shelf *shelf, int64_t now_us,
                                struct cap_trouble *trouble);
/* Moves it into `to` ("done", "failed"; static) below the folder, with `reason` beside it (NULL:
 * none). One that cannot be moved is not read again; it is tried to move it again every 10 s. */
void cap_shelf_put(struct cap_shelf *shelf, const struct cap_file *file, const char *to,
                   const char *reason, struct cap_trouble *trouble);
