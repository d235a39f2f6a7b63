/* One act on a case (docs/cases.md "Acts"): read on the loop, done in one transaction. */
#pragma once
#include "cases/case_book.h"
#include "cases/case_log.h"
#include "cases/case_row.h"
#include "cases/case_who.h"

struct attachment_new;

/* Why an act was refused, beside what the store says. */
struct case_refusal {
    const char *code, *zh, *en; /* static */
};

struct case_job {
    /* --- what is asked; owned */
    char *case_id, *key;
    enum case_act act;
    gint64 version; /* −1: none */
    json_t *body;   /* checked by case_job_read() */
    struct case_who *who;
    const struct case_book *book; /* borrowed */
    const struct vault *vault;    /* borrowed; NULL: no persons here */
    const struct attachment_new
        *file; /* borrowed: what `attach` adds; NULL: nothing was uploaded */
    gint64 now_us;
    /* --- while it runs, on the writer's thread */
    struct case_row row;
    const char *outcome; /* of the act; NULL: it has none */
    json_t *details;     /* for the record */
    guint32 roles;       /* by which one has to do with the case */
    bool moved;
    /* --- the answer */
    struct case_refusal refusal;
    json_t *answer, *current, *by;
    gint64 seq;
    bool again; /* the same key: nothing was changed */
};

/* Reads {"act","version","key",…}. Takes `who`. `faults`: what is wrong, as net_reply_invalid()
 * wants it; the job is to be freed all the same. */
struct case_job *case_job_read(const char *case_id, const json_t *body, struct case_who *who,
                               gint64 now_us, json_t *faults);
void case_job_free(struct case_job *job); /* NULL is fine */

/* store_fn: would case_job_run() be allowed, as things stand? Changes nothing; errors as there.
 * `again`: it was done with that key. */
bool case_job_try(struct store_tx *tx, gpointer job, GError **error);
/* store_fn. Errors: NOT_FOUND, CONFLICT (somebody was faster: `current`, `by`), REFUSED (see
 * `refusal`; its code "no_right" is a 403). */
bool case_job_run(struct store_tx *tx, gpointer job, GError **error);

/* --- for its parts, inside the transaction */

/* Sets `refusal`; false. */
bool case_job_refuse(struct case_job *job, const char *code, const char *zh, const char *en,
                     GError **error);
const char *case_job_text(const struct case_job *job, const char *field); /* NULL: not given */
gint64 case_job_time(const struct case_job *job, const char *field);      /* 0: not given */

/* What an act does to the row and its tables before the case moves. */
typedef bool (*case_effect_fn)(struct store_tx *tx, struct case_job *job, GError **error);
/* NULL: nothing beside its record. */
case_effect_fn case_effect(enum case_act act);
/* The files of effects, each: NULL, not one of these. */
case_effect_fn case_effect_order(enum case_act act);
case_effect_fn case_effect_mediation(enum case_act act);
case_effect_fn case_effect_ask(enum case_act act);
case_effect_fn case_effect_verify(enum case_act act);
case_effect_fn case_effect_merge(enum case_act act);
case_effect_fn case_effect_note(enum case_act act);
case_effect_fn case_effect_file(enum case_act act);
/* Are the files that an act names there, and of this case? */
bool case_files_check(struct store_tx *tx, struct case_job *job, GError **error);

/* Refuses a department that there is none of, or that the case is a complaint about. NULL is fine.
 */
bool case_job_check_department(struct store_tx *tx, struct case_job *job, const char *department,
                               GError **error);

/* Did this person handle the case? */
bool case_job_handled(struct store_tx *tx, const struct case_job *job, bool *handled,
                      GError **error);
/* The order of the grid workers goes to those of the case's new cell, as a new one. `*moved`: there
 * was one. */
bool case_order_move_grid(struct store_tx *tx, struct case_job *job, bool *moved, GError **error);
/* The row names the departments that see the case: those with an order that holds (one that was
 * given back does not), those that a resolution or an instruction is for, and those that work on
 * what was merged into it. */
bool case_departments_show(struct store_tx *tx, struct case_row *row, GError **error);

/* The reporter of a form becomes a person, or corrects the one that there is. */
bool case_reporter_write(struct store_tx *tx, const struct vault *vault, struct case_row *row,
                         const json_t *form, gint64 now_us, GError **error);
/* Writes the row, its words, its record and its announcement; timers are made to fit. */
bool case_save(struct store_tx *tx, const struct case_book *book, struct case_row *row,
               const struct case_record *record, const struct identity_actor *who, gint64 now_us,
               GError **error);
/* To the next level of mediation by the machine, or by a person; *few: with fewer than 3 attempts.
 */
void case_next_level(struct case_row *row, bool *few);
#define CASE_LEVELS   4
#define CASE_ATTEMPTS 3
