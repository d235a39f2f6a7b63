/* What people and programs say of a feed, checked. Asks the
 * file system which local files they name (intake/file_roots.h, `file_roots`). */
#pragma once
#include "intake/feeds.h"

/* From JSON as feeds_add() has it. Returned: owned by the caller; NULL with *problem, whose
 * `detail` then is the caller's. */
struct feed *feed_fields_new(const json_t *fields, char *const *file_roots,
                             struct feeds_problem *problem);
/* Changes what `fields` names. false: *problem as above, and the feed is of no more use. */
bool feed_fields_apply(struct feed *feed, const json_t *fields, char *const *file_roots,
                       struct feeds_problem *problem);
/* Returned: the definition again, without numbers. */
struct feed *feed_fields_copy(const struct feed *feed);
