/* Watched folders of warnings: each feed of kind "cap" with a `folder` in its settings. A file is
 * moved to done/ when its event is on the stream, to failed/ with the reason beside it when it
 * never can be (docs/feeds.md). Loop thread only. */
#pragma once
#include "common/loop.h"
#include "intake/feeds.h"
#include "intake/intake.h"

struct cap_folders;

struct cap_folders_options { /* borrowed; they outlive it */
    struct loop *loop;
    struct intake *intake; /* only handed on to intake_submit() */
    struct feeds *feeds;
    char *const *file_roots; /* of intake/file_roots.h */
};
struct cap_folders *cap_folders_create(const struct cap_folders_options *options);
void cap_folders_destroy(struct cap_folders *folders); /* before the feeds; NULL is fine */

/* Are these settings of a feed of kind "cap"? NULL: yes; else what is wrong, in English, owned by
 * the caller. */
char *cap_settings_fault(const json_t *settings, char *const *file_roots);
