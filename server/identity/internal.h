/* What the files of this folder share. Loop thread only, but for functions that take a
 * struct store_tx *. */
#pragma once
#include "identity/departments.h"
#include "identity/hasher.h"
#include "identity/identity.h"
#include "identity/limiter.h"
#include "identity/problem.h"
#include "identity/vault.h"
#include "net/session.h"

/* --- people */

enum grant_state { GRANT_WAITS, GRANT_HOLDS, GRANT_OVER };

struct grant {
    const struct role *role;
    char area[16];          /* code, "" everywhere */
    gint64 from_us;         /* holds from then on, 0: from the beginning */
    gint64 until_us;        /* … and until then, 0: without an end */
    enum grant_state state; /* grants_turn() keeps it */
    enum grant_state told;  /* as the audit log says */
};

/* One user as loaded; replaced as a whole, never changed in place. */
struct account {
    char *id, *login, *name;
    char *department; /* id, NULL: none */
    char *unit;       /* name of the department, or as written; "" unknown */
    char *hash;       /* of the password */
    bool enabled;
    gint64 version;
    GArray *grants; /* struct grant */
    unsigned turns; /* how often one of them began or ended */
    unsigned failures;
    gint64 locked_until_us;
    char *person;               /* id, NULL: none */
    GBytes *totp;               /* sealed key of the second factor; NULL: none */
    gint64 totp_us;             /* confirmed when; 0: not in force */
    gint64 totp_step;           /* of the last code that was taken */
    struct identity_user shown; /* what others see; points into this one */
};

struct account *account_new(void);
struct account *account_copy(const struct account *account);
void account_free(struct account *account);
/* What it may by the grants that hold now. */
rights_t account_rights(const struct account *account);
/* … and by those too that are to come or are over. */
rights_t account_rights_ever(const struct account *account);
/* The role that names the person: the first of the table among the grants that hold. */
const struct role *account_role(const struct account *account);
/* Grants as [{"role","area","from_us","until_us","state"}], returned. */
json_t *account_grants_json(const struct account *account);
/* As they go on record: without times that they have not, returned. */
json_t *account_grants_record(const struct account *account);
/* What others see of it (identity_user), after it changed. */
void account_show(struct account *account);
/* Everything but the hash, returned. */
json_t *account_json(const struct account *account);

/* Inside a store_fn. `people` owns its struct account *. */
/* Is it a code of 9, 12 or 15 digits, or ""? */
bool area_valid(const char *area);
bool accounts_load(struct store_tx *tx, GPtrArray *people, GError **error);
bool account_insert(struct store_tx *tx, const struct account *account, gint64 now_us,
                    GError **error);
/* Fails with STORE_ERROR_CONFLICT when the stored version is not the one before person->version. */
bool account_update(struct store_tx *tx, const struct account *account, gint64 now_us,
                    GError **error);

/* Fields of a person in JSON that were given are checked and put into `account`; NULL: fine. A
 * grant whose end has passed is taken only as it was there before. */
const struct problem *account_read(struct account *account, const json_t *fields, gint64 now_us);
const struct problem *password_check(const char *password, const char *login);

/* --- grants for a time (grants.c) */

enum grant_state grant_state_at(const struct grant *grant, gint64 now_us);
const char *grant_state_name(enum grant_state state); /* "waits", "holds", "over" */
/* Is it the same role, area and time? */
bool grant_same(const struct grant *a, const struct grant *b);
/* The same one of that account (NULL is fine), borrowed; NULL: it has none. */
struct grant *grant_find(const struct account *account, const struct grant *like);
json_t *grant_record_json(const struct grant *grant); /* returned */
/* Inside a store_fn: writes what differs, each grant given or taken on record (grant.give,
 * grant.end). `before` NULL: a new account. */
bool grants_write(struct store_tx *tx, const struct identity_actor *actor,
                  const struct account *before, const struct account *after, gint64 now_us,
                  GError **error);
/* Lets begin and end what does so by now: its sessions go on with the rights that hold, or end
 * where none does, and it is on record (grant.begin, grant.end). Sets the timer of the next. */
void grants_turn(struct identity *identity, gint64 now_us);
/* The same if one is due: before rights are asked for. */
void grants_look(struct identity *identity, gint64 now_us);
void grants_disarm(struct identity *identity);

/* --- departments */

void department_free(gpointer department);
struct department *department_copy(const struct department *department);
bool departments_load(struct identity *identity, GError **error);
/* Inside a store_fn; the update fails with STORE_ERROR_CONFLICT like account_update(). */
bool department_insert(struct store_tx *tx, const struct department *department, gint64 now_us,
                       GError **error);
bool department_update(struct store_tx *tx, const struct department *department, gint64 now_us,
                       GError **error);
/* `department` borrowed, NULL with a problem. */
typedef void (*department_fn)(const struct problem *problem, const struct department *department,
                              gpointer user);
/* From {"id","name","name_en"?,"kind"?,"parent"?,"area"?,"leader"?:{"name","phone"},"enabled"?}.
 * Take `actor`; `fn` is called once, maybe inside the call. The change needs "version". */
void identity_department_add(struct identity *identity, struct identity_actor *actor,
                             const json_t *fields, department_fn fn, gpointer user);
void identity_department_change(struct identity *identity, struct identity_actor *actor,
                                const char *id, const json_t *fields, department_fn fn,
                                gpointer user);

/* --- the second factor (second_factor.c) */

/* `secret`: base 32, borrowed, only of an enrolment. */
typedef void (*factor_fn)(const struct problem *problem, const char *secret, gpointer user);
/* A new key for the session's own account; in force once it is confirmed with a code. `fn` is
 * called once, maybe inside the call; so with the others. */
void identity_factor_enrol(struct identity *identity, const struct net_session *session,
                           const char *password, factor_fn fn, gpointer user);
void identity_factor_confirm(struct identity *identity, const struct net_session *session,
                             const char *code, factor_fn fn, gpointer user);
void identity_factor_off(struct identity *identity, const struct net_session *session,
                         const char *password, factor_fn fn, gpointer user);
/* By who manages users, when the phone is lost. Takes `actor`. */
void identity_factor_reset(struct identity *identity, struct identity_actor *actor, const char *id,
                           factor_fn fn, gpointer user);
/* Is it a good code of that account? *step: which. */
bool factor_holds(struct identity *identity, const struct account *account, const char *code,
                  gint64 now_us, gint64 *step);

/* --- signed heads (heads.c) */

/* What is signed, returned (docs/audit.md). */
char *head_text(const char *chain, gint64 seq, const char *hash_hex, gint64 signed_us);
char *hex_of(const void *data, size_t size); /* returned */
/* Inside a store_fn: signs the audit log's newest record, if it is not. */
bool audit_sign(struct store_tx *tx, const struct vault *vault, gint64 now_us, GError **error);
/* The same later, as a job. */
void heads_sign(struct identity *identity, gint64 now_us);

/* --- sessions */

struct session {
    struct net_session *net;
    char *key;   /* SHA-256 of the token, hex */
    char *agent; /* what the browser calls itself; NULL: unknown */
    gint64 created_us, seen_us;
    gint64 saved_us; /* seen_us as the store has it */
};

void session_free(gpointer session);
/* A session of `person`, with what the network asks of it. `id` and `csrf` are taken. */
struct session *session_new(const struct account *account, char *id, char *csrf,
                            const char *address);
/* Hex SHA-256 of a token; returned. */
char *session_key(const char *token);
bool sessions_load(struct identity *identity, GError **error);
/* Ends it in memory at once (the callback is told), and in the store. */
void session_end(struct identity *identity, const char *session_id);
void sessions_end_of(struct identity *identity, const char *person_id, const char *but_session_id);
/* They go on with the rights that the account has now; without any they end. */
void sessions_renew_of(struct identity *identity, const struct account *account);
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

struct person_gate;

struct identity {
    /* --- immutable */
    struct store *store;
    struct identity_options options; /* defaults filled in */
    struct hasher *hasher;
    GSource *tick;
    struct vault *vault;
    /* --- loop thread */
    struct limiter *by_address, *by_login, *refusals;
    GHashTable *people;      /* id → struct account (owned) */
    GHashTable *logins;      /* login → struct account */
    GHashTable *departments; /* id → struct department (owned) */
    struct retention *retention;
    const struct person_gate *person_gate; /* NULL: none */
    gpointer person_gate_user;
    GHashTable *attempts; /* unknown login → struct attempts: they lock like known ones */
    GHashTable *sessions; /* key → struct session (owned) */
    GHashTable *by_id;    /* session id → struct session */
    GHashTable *reasons;  /* person id → struct view_reason (owned) */
    GHashTable *views;    /* number → id of the open view (owned) */
    guint64 last_view;
    unsigned ticks;
    gint64 signed_us; /* when a head was last signed */
    gint64 ahead_us;  /* wall clock before the monotonic one, as seen last */
    bool ahead_known;
    gint64 grants_due_us;  /* when the next grant begins or ends */
    GSource *grants_timer; /* NULL: that is far away */
    identity_ended_fn ended, changed;
    gpointer ended_user, changed_user;
};

/* The wall clock. Notices when it was set, and moves every span that runs with it (step.c). */
gint64 identity_now(struct identity *identity);
/* Puts a person into the tables, replacing the one with the same id. Takes `person`. */
void identity_put_account(struct identity *identity, struct account *account);
/* Likewise; users of that department get its name as their unit. */
void identity_put_department(struct identity *identity, struct department *department);

/* --- retention (retention.c) */

struct retention *retention_create(const json_t *days);
void retention_destroy(struct retention *retention); /* NULL is fine; the store is drained */
/* Looks for what is due, for each kind. Nothing while the last round goes on. */
void retention_run(struct identity *identity);
/* Days by kind, returned. */
json_t *retention_days_json(struct identity *identity);
/* view_log, view_reason, person. */
void retention_add_own(struct identity *identity);

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

struct login_attempt { /* borrowed */
    const char *login, *password;
    const char *code; /* of the second factor; NULL: none was given */
    const char *address, *agent;
};
/* `fn` is called exactly once, maybe inside the call. */
void identity_login(struct identity *identity, const struct login_attempt *attempt, login_fn fn,
                    gpointer user);

/* --- changing people (users.c) */

/* `person` borrowed, NULL with a problem. */
typedef void (*user_fn)(const struct problem *problem, const struct account *account,
                        gpointer user);

/* Adds a person from {"login","name","grants":[{"role","area"}],"department"?,"unit"?,"password"}.
 * Takes `actor`; `fn` is called once, maybe inside the call. */
void identity_user_add(struct identity *identity, struct identity_actor *actor,
                       const json_t *fields, user_fn fn, gpointer user);
/* Changes the fields that are given, "enabled" and "password" (a reset) among them; "version" must
 * be the stored one. Sessions of that person end. Takes `actor`. */
void identity_user_change(struct identity *identity, struct identity_actor *actor, const char *id,
                          const json_t *fields, user_fn fn, gpointer user);
/* Opens a login that wrong passwords locked. Takes `actor`. */
void identity_user_unlock(struct identity *identity, struct identity_actor *actor, const char *id,
                          user_fn fn, gpointer user);
/* May this actor make or change such an account? From the network only within the areas in which
 * they manage users, and never an auditor's. NULL: yes. */
const struct problem *account_reach(struct identity *identity, const struct identity_actor *actor,
                                    const struct account *account);
/* Does this actor manage users and departments there? From the command line everywhere. */
bool actor_manages(struct identity *identity, const struct identity_actor *actor, const char *area);
/* A person's own new password; other sessions of that person end. */
void identity_password_change(struct identity *identity, const struct net_session *session,
                              const char *old, const char *new, user_fn fn, gpointer user);
/* All people, by login; returned: an array of borrowed persons. */
GPtrArray *identity_people(struct identity *identity);

/* Gives a reason for viewing for the coming shift. */
typedef void (*reason_fn)(const struct problem *problem, gint64 until_us, gpointer user);
void identity_reason_give(struct identity *identity, const struct net_session *session,
                          const char *reason, reason_fn fn, gpointer user);
