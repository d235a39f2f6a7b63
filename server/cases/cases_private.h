/* Shared by the files of this folder that serve people. Loop thread only. */
#pragma once
#include "cases/case_book.h"
#include "cases/case_form.h"
#include "cases/case_job.h"
#include "cases/cases.h"
#include "common/loop.h"
#include "control/control.h"
#include "net/topic.h"
#include "paper/paper.h"

struct case_clock;

struct cases {
    struct cases_options options;
    struct case_book *book;
    struct case_clock *clock;
    char *boot;
    struct paper_press *press;
    struct ledger_map *ledger_map; /* immutable */
    char *export_dir;
    GPtrArray *indicators;  /* const struct indicator, as they are shown; immutable */
    guint exports, imports; /* under way */
    bool ending;            /* those ask for no further job */
    /* --- topic */
    GHashTable *open; /* id → json_t of its announcement, owned: what is not over */
    struct topic *topic;
    guint changes; /* subscription */
    void (*course)(const struct case_about *about, gpointer user);
    gpointer course_user;
};

/* --- each registers its own routes */
void cases_list_routes(struct cases *cases);      /* list, similar, board */
void cases_detail_routes(struct cases *cases);    /* one case */
void cases_record_routes(struct cases *cases);    /* its record as a file */
void cases_act_routes(struct cases *cases);       /* acts */
void cases_open_routes(struct cases *cases);      /* opening */
void cases_draft_routes(struct cases *cases);     /* draft, similar */
void cases_words_routes(struct cases *cases);     /* words, workflows, calendar */
void cases_paper_routes(struct cases *cases);     /* papers to print */
void cases_quality_routes(struct cases *cases);   /* data quality */
void cases_indicator_routes(struct cases *cases); /* indicators */
void cases_export_routes(struct cases *cases);    /* tables to take along */
void cases_import_routes(struct cases *cases);    /* ledgers from elsewhere */
/* Whoever holds the server's socket works as an operator everywhere; owned by the caller. */
struct case_who *cases_who_of_call(struct control_call *call);
/* The same at the command line (docs/wallctl.md). */
void cases_import_command(struct control_call *call, const json_t *args, gpointer user);
void cases_export_command(struct control_call *call, const json_t *args, gpointer user);
void cases_file_routes(struct cases *cases); /* attachments, and their retention */

/* store_fn's part: what runs by rules that are other ones now, or by a year that was not known. */
bool cases_reckon(struct store_tx *tx, const struct case_book *book, gint64 now_us, GError **error);

/* --- cases_files.c */
/* A retention_fn. The keys of files whose case was closed before `before_us`. */
bool cases_files_purge(struct store_tx *tx, gint64 before_us, gint64 now_us, unsigned limit,
                       gint64 *deleted, gint64 *held, gpointer user, GError **error);

/* --- cases_topic.c */
bool cases_topic_open(struct cases *cases, GError **error);
void cases_topic_close(struct cases *cases);

/* --- cases_face.c: answers */
/* Why a job of the store was undone: 404, 409 refused, 507, 503. */
void cases_reply_error(struct net_request *request, const GError *error);
/* Of a job that ended because the server does: owned by the caller. */
GError *cases_ending_error(void);
void cases_reply_refusal(struct net_request *request, const struct case_refusal *refusal);
gint64 cases_now(const struct cases *cases);

/* --- cases_list.c: what a list asks for, also for who takes it along */
struct cases_query;
/* Of the request's query. NULL: the request was answered. Owned by the caller. */
struct cases_query *cases_query_new(struct cases *cases, struct net_request *request);
/* Of texts by name, which have to outlive it. Takes `who`. */
struct cases_query *cases_query_of(struct cases *cases, struct case_who *who, const json_t *given);
void cases_query_free(struct cases_query *query);
/* A filter as it was given; NULL: none. Borrowed. */
const char *cases_query_value(const struct cases_query *query, const char *name);
/* Inside a store_fn: the next rows, newest first, at most `most`. *rows (struct case_row) is
 * borrowed until the next call; *more: there may be further ones. */
bool cases_query_rows(struct store_tx *tx, struct cases_query *query, guint most, GArray **rows,
                      bool *more, GError **error);
/* Borrowed. */
const struct case_who *cases_query_who(const struct cases_query *query);

/* --- cases_rows.c: tables as JSON */
struct cases_field {
    const char *name;
    char kind; /* s text, i whole, t time, b 0 or 1 */
};
/* Rows of a query with one `?`; owned by the caller; NULL + error. */
json_t *cases_rows_json(struct store_tx *tx, const char *sql, const char *id,
                        const struct cases_field *fields, guint count, GError **error);

/* --- case_clock.c: what time brings */
/* Sets identity's person_gate. */
void cases_guard_persons(struct cases *cases);
struct case_clock *case_clock_create(struct cases *cases);
void case_clock_destroy(struct case_clock *clock); /* NULL is fine */
/* Some timer may be due sooner now. */
void case_clock_look(struct case_clock *clock);
/* store_fn's part: does what is due at `now_us`, at most `limit`; *done: how many. */
bool case_clock_run(struct store_tx *tx, const struct case_book *book, gint64 now_us, int limit,
                    int *done, GError **error);
