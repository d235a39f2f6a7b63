/* One record of a case's chain as it is stored and hashed: for case_log and its export alone. */
#pragma once
#include "store/store.h"

#define CASE_LINE_FIRST_HASH "0000000000000000000000000000000000000000000000000000000000000000"

/* Everything that a hash covers; all texts borrowed. */
struct case_line {
    gint64 seq, time_us;
    const char *case_id, *user, *login, *action, *from, *to, *note, *details;
};
/* The canonical JSON that is hashed: g_free(); NULL: `details` is no JSON. */
char *case_line_json(const struct case_line *line);

/* Records of a case, oldest first; column CASE_LINE_HASH is the record's own hash. */
struct store_rows *case_line_rows(struct store_tx *tx, const char *case_id, GError **error);
enum { CASE_LINE_HASH = 10 };
struct case_line case_line_of(struct store_rows *rows, const char *case_id);

/* Number (0: none) and hash of the newest; *hash: g_free(). */
bool case_line_last(struct store_tx *tx, const char *case_id, gint64 *seq, char **hash,
                    GError **error);
