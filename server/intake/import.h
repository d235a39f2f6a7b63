/* Past events from a CSV file: each row is held against the feed's mapping (the shipped "csv" when
 * it has none), good ones go on the stream marked late, a thousand at a time, so that nobody else
 * waits. Loop thread only. */
#pragma once
#include "intake/intake_private.h"

struct import_result {
    enum writer_outcome outcome; /* not WRITER_DONE: it stopped after `accepted` */
    guint rows, accepted, refused;
    json_t *errors; /* [{"line","column","message":{"zh","en"}}], at most IMPORT_ERRORS; borrowed */
};
#define IMPORT_ERRORS 1000

typedef void (*import_done_fn)(const struct import_result *result, gpointer user);
/* `feed` is an id. Takes a reference of `csv` (UTF-8). A dry run puts nothing on the stream. `done`
 * is called once, later, unless the intake is destroyed meanwhile and it is a dry run. */
void import_start(struct intake *intake, const char *feed, GBytes *csv, bool dry_run,
                  import_done_fn done, gpointer user);
/* Those under way end as if Redis were away; after the writer is gone. */
void import_end_all(struct intake *intake);
/* {"dry_run","rows","accepted","refused","errors"}; owned by the caller. */
json_t *import_json(const struct import_result *result, bool dry_run);
