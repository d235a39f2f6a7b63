/* What the files of this folder share. Loop thread only, but for functions that take a
 * struct store_tx *. */
#pragma once
#include "identity/hasher.h"
#include "identity/identity.h"
#include "identity/limiter.h"
#include "identity/problem.h"
#include "net/session.h"

/* --- people */

struct grant {
    const struct role *role;
    char area[16]; /* code, "" everywhere */
};

/* One user as loaded; replaced as a whole, never changed in place. */
struct person {
    char *id, *login, *name;
    char *department; /* id, NULL: none */
    char *unit;       /* name of the department, or as written; "" unknown */
    char *hash;       /* of the password */
    bool enabled;
    gint64 version;
    GArray *grants; /* struct grant */
    unsigned failures;
    gint64 locked_until_us;
};

struct person *person_new(void);
struct person *person_copy(const struct person *person);
void person_free(struct person *person);
rights_t person_rights(const struct person *person);
/* The role that names the person: the first of the table among the grants. */
const struct role *person_role(const struct person *person);
/* Grants as [{"role","area"}], returned. */
json_t *person_grants_json(const struct person *person);
/* Everything but the hash, returned. */
json_t *person_json(const struct person *person);

/* Inside a store_fn. `people` owns its struct person *. */
bool people_load(struct store_tx *tx, GPtrArray *people, GError **error);
bool person_insert(struct store_tx *tx, const struct person *person, gint64 now_us, GError **error);
/* Fails with STORE_ERROR_CONFLICT when the stored version is not the one before person->version. */
bool person_update(struct store_tx *tx, const struct person *person, gint64 now_us, GError **error);

/* Fields of a person in JSON that were given are checked and put into `person`; NULL: fine. */
const struct problem *person_read(struct person *person, const json_t *fields);
const struct problem *password_check(const char *password, const char *login);

/* --- sessions */

struct session {
    struct net_session *net;
    char *key; /* SHA-256 of the token, hex */
    gint64 created_us, seen_us;
    gint64 saved_us; /* seen_us as the store has it */
};

void session_free(gpointer session);
/* A session of `person`, with what the network asks of it. `id` and `csrf` are taken. */
struct session *session_new(const struct person *person, char *id, char *csrf, const char *address);
/* Hex SHA-256 of a token; returned. */
char *session_key(const char *token);
bool sessions_load(struct identity *identity, GError **error);
/* Ends it in memory at once (the callback is told), and in the store. */
void session_end(struct identity *identity, const char *session_id);
void sessions_end_of(struct identity *identity, const char *person_id, const char *but_session_id);
void sessions_expire(struct identity *identity, gint64 now_us);
/* Writes when each session was last used, and that the server lives. */
void sessions_save(struct identity *identity, gint64 now_us);
/* Inside a store_fn. */
bool session_insert(struct store_tx *tx, const struct session *session, const char *agent,
                    GError **error);

/* --- views */

struct view_reason {
    char *text;
    gint64 until_us;
};
void view_reason_free(gpointer reason);
bool views_load(struct identity *identity, GError **error);
void views_end_all(struct identity *identity, const char *reason);

/* --- the whole */

struct identity {
    /* --- immutable */
    struct store *store;
    struct identity_options options; /* defaults filled in */
    struct hasher *hasher;
    GSource *tick;
    /* --- loop thread */
    struct limiter *by_address, *by_login, *refusals;
    GHashTable *people;   /* id → struct person (owned) */
    GHashTable *logins;   /* login → struct person */
    GHashTable *attempts; /* unknown login → struct attempts: they lock like known ones */
    GHashTable *sessions; /* key → struct session (owned) */
    GHashTable *by_id;    /* session id → struct session */
    GHashTable *reasons;  /* person id → struct view_reason (owned) */
    GHashTable *views;    /* number → id of the open view (owned) */
    guint64 last_view;
    unsigned ticks;
    gint64 ahead_us; /* wall clock before the monotonic one, as seen last */
    bool ahead_known;
    identity_ended_fn ended;
    gpointer ended_user;
};

/* The wall clock. Notices when it was set, and moves every span that runs with it (step.c). */
gint64 identity_now(struct identity *identity);
/* Puts a person into the tables, replacing the one with the same id. Takes `person`. */
void identity_put_person(struct identity *identity, struct person *person);
/* What the timer does. */
void identity_tick(struct identity *identity);

/* --- logging in (login.c) */

/* The clock was set by so much: locks of unknown logins move with it. */
void attempts_shift(struct identity *identity, gint64 by_us);

struct login_result {
    const struct problem *problem; /* NULL: logged in */
    unsigned retry_after_s;        /* with PROBLEM_LIMIT */
    const struct session *session; /* borrowed */
    const char *token;             /* for the cookie, borrowed */
};
typedef void (*login_fn)(const struct login_result *result, gpointer user);

/* `fn` is called exactly once, maybe inside the call. */
void identity_login(struct identity *identity, const char *login, const char *password,
                    const char *address, const char *agent, login_fn fn, gpointer user);

/* --- changing people (users.c) */

/* `person` borrowed, NULL with a problem. */
typedef void (*user_fn)(const struct problem *problem, const struct person *person, gpointer user);

/* Adds a person from {"login","name","grants":[{"role","area"}],"department"?,"unit"?,"password"}.
 * Takes `actor`; `fn` is called once, maybe inside the call. */
void identity_user_add(struct identity *identity, struct identity_actor *actor,
                       const json_t *fields, user_fn fn, gpointer user);
/* Changes the fields that are given, "enabled" and "password" (a reset) among them; "version" must
 * be the stored one. Sessions of that person end. Takes `actor`. */
void identity_user_change(struct identity *identity, struct identity_actor *actor, const char *id,
                          const json_t *fields, user_fn fn, gpointer user);
/* A person's own new password; other sessions of that person end. */
void identity_password_change(struct identity *identity, const struct net_session *session,
                              const char *old, const char *new, user_fn fn, gpointer user);
/* All people, by login; returned: an array of borrowed persons. */
GPtrArray *identity_people(struct identity *identity);

/* Gives a reason for viewing for the coming shift. */
typedef void (*reason_fn)(const struct problem *problem, gint64 until_us, gpointer user);
void identity_reason_give(struct identity *identity, const struct net_session *session,
                          const char *reason, reason_fn fn, gpointer user);
