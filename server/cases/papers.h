/* What stands in the papers of a case (docs/cases.md "Papers"). */
#pragma once
#include "cases/case_row.h"
#include "cases/case_who.h"
#include "identity/persons.h"
#include "paper/paper.h"

struct papers_job;
struct papers_kind {
    const char *id, *title; /* "order", 交办单 */
    /* Inside a store_fn: adds the fields, notes and signatures. */
    bool (*fill)(struct store_tx *tx, struct papers_job *job, GError **error);
};
/* "receipt", "order", "card"; NULL: no such paper. */
const struct papers_kind *papers_kind(const char *id);

struct papers_job {
    /* --- what is asked; owned but for vault and kind */
    const struct papers_kind *kind;
    struct case_who *who;
    const struct vault *vault;
    char *id, *object; /* of an order or card; NULL: the newest */
    char *reason;      /* why the reporter is revealed; NULL: masked */
    char *area;        /* of the case when it was asked whether persons are shown there */
    bool knows;        /* may be shown who reported it */
    gint64 now_us;
    /* --- what came of it */
    struct case_row row;
    struct person_known *reporter; /* NULL: none, or not shown */
    struct paper *paper;
};
/* Inside a write store_fn: makes the paper, and puts the print (and the revealing) on the audit
 * record. STORE_ERROR_NOT_FOUND: there is no such case, order or card, or
 * `who` does not see it; STORE_ERROR_CONFLICT: it is elsewhere by now; STORE_ERROR_REFUSED: with a
 * reason, but the reporter may not be shown. */
bool papers_gather(struct store_tx *tx, struct papers_job *job, GError **error);

/* --- papers_text.c: words and times as papers have them; g_free() */
char *papers_time(gint64 time_us); /* "2026年11月22日 21:30"; midnight is 24:00 of the day before */
char *papers_day(gint64 time_us); /* "2026年11月22日" */
/* 0 is said to be open until the calendar of that year is there. */
char *papers_limit(gint64 due_us);
/* "11月22日 21:30"; "" for 0. */
char *papers_short(gint64 time_us);
