/* The texts of one meeting as a value, and the rules of what still holds. Pure; any thread. */
#pragma once
#include "accord/accord.h"

enum accord_kind { ACCORD_MINUTES, ACCORD_FACT, ACCORD_KINDS };
/* "minutes", "fact"; static; find: -1 none (also for NULL). */
const char *accord_kind_name(int kind);
int accord_kind_find(const char *name);

struct accord_entry { /* as it is worded now */
    gint64 n, version, seq, said_us;
    bool struck;
    char *text;
};
struct accord_word {                         /* what somebody said of entries */
    gint64 seq, person, n, version, time_us; /* n: up to, of a confirmation; version: of a fact */
    char *seat;
    bool yes;
};
struct accord_note {
    gint64 seq, time_us;
    char *seat, *kind, *text; /* none, related, objection */
};
struct accord_signature {
    gint64 person, time_us;
    char *seat, *name, *strokes; /* strokes: JSON */
};
struct accord_draft {
    gint64 n, deadline_us, time_us;
    char *how, *template, *title, *fields, *text, *sha256;
    bool offered;
};
struct accord_force { /* an agreement in force */
    gint64 draft, effective_us, court_due_us, court_us, perform_due_us, perform_us;
    char *file, *case_state, *case_why, *court, *perform, *perform_note;
};
struct accord_texts {
    GPtrArray *entries[ACCORD_KINDS]; /* struct accord_entry, by n from 1, none missing */
    GPtrArray *confirms, *answers;    /* struct accord_word, oldest first */
    GPtrArray *notes;                 /* struct accord_note, oldest first */
    struct accord_draft *draft;       /* the newest; NULL: none */
    GPtrArray *signatures;            /* struct accord_signature, of that draft */
    struct accord_force *force;       /* NULL: none */
};
/* Returned: empty, owned by the caller. */
struct accord_texts *accord_texts_new(void);
void accord_texts_free(struct accord_texts *texts); /* NULL is fine */

/* NULL: there is none. Borrowed. */
struct accord_entry *accord_entry_find(const struct accord_texts *texts, enum accord_kind kind,
                                       gint64 n);
/* SHA-256 of the minutes up to each entry, in their order: an array of owned texts. Each covers the
 * one before, number, version and words. */
GPtrArray *accord_chain(const GPtrArray *entries);
/* How far that person's word on the minutes still holds: nothing up to there was worded anew since;
 * 0: nothing. `time_us` (may be NULL): when it was given. */
gint64 accord_confirmed(const struct accord_texts *texts, const char *seat, gint64 person,
                        gint64 *time_us);
/* -1 no answer to the fact as it is worded now, 0 no, 1 yes. */
int accord_answer(const struct accord_texts *texts, const struct accord_entry *fact,
                  const char *seat, gint64 person);
bool accord_undisputed(const struct accord_texts *texts, const struct accord_meeting *meeting,
                       const struct accord_entry *fact);

/* Has this seat to sign? Everybody of the sides, and the chair. */
bool accord_signs(const struct accord_seat *seat);
/* Are two sides there, at least? */
bool accord_has_sides(const struct accord_meeting *meeting);
/* NULL: not signed. Borrowed. */
const struct accord_signature *accord_signed(const struct accord_texts *texts, const char *seat,
                                             gint64 person);
/* Has everybody signed who has to? */
bool accord_complete(const struct accord_texts *texts, const struct accord_meeting *meeting);

/* Strokes as they may be stored and printed: [[[x,y],…],…] within 1000 × 400, at most 200 strokes
 * and 5,000 points, at least two points apart from each other. */
bool accord_strokes_good(const json_t *strokes);

/* When people are reminded of the end of a term: 7, 3, 1 days before, and at the end. Returned: the
 * next moment, 0: no further one; `reminded`: how many there were. */
gint64 accord_next_us(gint64 due_us, gint64 reminded);
/* The same of the day of performance: three days before, on the day, three days after. */
gint64 accord_perform_next_us(gint64 due_us, gint64 reminded);
/* The end of the term for judicial confirmation: 24:00, eight hours east of Greenwich, of the 30th
 * day after the one on which the agreement took effect (People's Mediation Law art. 33; Civil Code
 * art. 201, 202). */
gint64 accord_court_due_us(gint64 effective_us);
