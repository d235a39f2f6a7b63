/* Cases worked on in a test: people with roles, acts at any time, what became of them. */
#pragma once
#include "cases/case_job.h"
#include "cases/cases.h"
#include "fixture.h"

#define MINUTE_US (INT64_C(60) * G_USEC_PER_SEC)
#define HOUR_US   (60 * MINUTE_US)
/* Monday 2026-03-02, 09:00 in China. */
#define NOW_US (INT64_C(1772413200) * G_USEC_PER_SEC)

/* What most cases begin with: a neighbour's noise, told over the telephone. */
#define NOISE_FORM "{\"title\":\"邻居装修噪音\",\"area\":\"330106001002\",\"channel\":\"hotline\"}"
#define NOISE_TRIAGE                                                                               \
    "{\"act\":\"triage\",\"form\":{\"category\":\"livelihood\",\"grade\":\"annoyance\"}}"

extern struct case_who *operator_seat, *supervisor, *verifier, *mediator, *police, *green, *taker;
void desk_open_people(void);
/* Somebody with a role in the town; owned by the caller. */
struct case_who *desk_person(const char *user, const char *role, const char *department);

/* A store with departments and the case k1, taken by the call taker. */
struct fixture *desk_begin(const char *form);
/* The same with k1 about noise, given to the police, who lead, and to the green department. */
struct fixture *desk_dispatched(void);
/* The record of k1 is whole; frees. */
void desk_end(struct fixture *f);
void desk_open(struct fixture *f, struct case_who *who, const char *id, const char *form);

/* "" done, "again", "bad", "conflict", "not_found", else the code of the refusal. `text`: the body
 * without version and key. */
const char *desk_act_with(struct fixture *f, struct case_who *who, const char *id, gint64 now_us,
                          gint64 version, const char *key, const char *text);
const char *desk_act(struct fixture *f, struct case_who *who, const char *id, gint64 now_us,
                     const char *text);
gint64 desk_version(struct fixture *f, const char *id);
/* To be cleared. */
struct case_row desk_row(struct fixture *f, const char *id);
char *desk_state(struct fixture *f, const char *id);
/* First value of a query, g_free(). */
char *desk_text(struct fixture *f, const char *sql);
/* What is due at that time is done; how many. */
int desk_clock(struct fixture *f, gint64 now_us);

#define ACT(who, text)        g_assert_cmpstr(desk_act(f, who, "k1", NOW_US, text), ==, "")
#define ACT_AT(who, at, text) g_assert_cmpstr(desk_act(f, who, "k1", at, text), ==, "")
#define REFUSED(who, expected, text)                                                               \
    g_assert_cmpstr(desk_act(f, who, "k1", NOW_US, text), ==, expected)
#define STATE(expected)                                                                            \
    do {                                                                                           \
        g_autofree char *now = desk_state(f, "k1");                                                \
        g_assert_cmpstr(now, ==, expected);                                                        \
    } while (0)
