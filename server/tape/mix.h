/* One MP4 (H.264, AAC) of many streams that janus-pp-rec has made files of: pictures side by side,
 * voices together. */
#pragma once
#include "tape/plan.h"

/* `files`: of each track of the plan, NULL: it is left out. `most_bytes`: what `out` may be long
 * (0: any), the pictures as good as that allows. Blocks until it is written. false: it was not;
 * `spoiler` then: the track that cannot be decoded (it may be tried again without it), or -1. */
bool tape_mix(const struct tape_plan *plan, char *const *files, guint64 most_bytes, const char *out,
              int *spoiler, GError **error);
