/* Asking a source that can only be read: one question, on a thread of its own, with nothing of the
 * program in hand but what stands here. One file for each kind of source. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

enum {
    PULL_ROWS = 500,        /* at most so many items are taken at once */
    PULL_TIMEOUT_S = 30,    /* for connecting and answering */
    PULL_BYTES = 16 << 20,  /* longest answer, and longest file that is dropped … */
    PULL_TEXT_BYTES = 4096, /* longest address, query, cursor */
};

struct pull_job {
    /* --- in */
    json_t *settings;        /* own copy, checked */
    char *secret;            /* NULL: none */
    json_t *cursor;          /* where to go on; NULL: at the beginning */
    gint *cancel;            /* atomic: give up soon */
    char *const *file_roots; /* of intake/file_roots.h; immutable */
    /* --- out */
    json_t *rows;      /* array of objects, for the mapping */
    json_t *next;      /* cursor after them; NULL: as it was */
    bool more;         /* ask again at once */
    GPtrArray *faults; /* struct reject: what of it was bad, though it worked; NULL: nothing */
    char *trouble_zh, *trouble_en; /* what is wrong with the source though it worked, told until it
                                      is not; NULL: nothing */
};

/* Settings say where (docs/feeds.md); `run` fills the answer. false: *zh and *en (owned) say why.
 */
struct pull_source {
    const char *type; /* of settings */
    const char *file; /* setting that is a local file or folder, NULL: none */
    bool (*check)(const json_t *settings, const char **field);
    bool (*run)(struct pull_job *job, char **zh, char **en);
};
extern const struct pull_source pull_http, pull_sqlite, pull_postgresql, pull_drop;

/* NULL: there is none of that type. */
const struct pull_source *pull_source_find(const char *type);
/* Are these settings good, "every_s" and all? NULL: yes; else which is wrong, in English, owned by
 * the caller. */
char *pull_settings_fault(const json_t *settings, char *const *file_roots);
/* Asks. Local files are looked up again, since links change. As pull_source.run. */
bool pull_source_run(const struct pull_source *source, struct pull_job *job, char **zh, char **en);

/* For sources: text of `settings`, NULL when absent. */
const char *pull_text(const json_t *settings, const char *name);
/* Present, and not longer than PULL_TEXT_BYTES? */
bool pull_has(const json_t *settings, const char *name, const char **field);
/* Is it given up? */
bool pull_cancelled(const struct pull_job *job);
/* After the rows: sets the cursor from field `name` of the last one, and whether there is more.
 * `full`: as many came as are taken at once. false + words: it could not go on from there. */
bool pull_go_on(struct pull_job *job, const char *name, bool full, char **zh, char **en);
/* Is the cursor after these rows another one than before? */
bool pull_has_moved(const struct pull_job *job);
/* The cursor as text, owned by the caller; "" at the beginning. */
char *pull_cursor_text(const struct pull_job *job);
/* false, with both texts; for `return pull_fail(…)`. */
bool pull_fail(char **zh, char **en, const char *zh_what, const char *en_what, const char *detail);
