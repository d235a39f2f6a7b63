/* People: users, logins, sessions, rights in areas, view reasons, the log of views and the audit
 * log. Passwords are hashed on a thread of their own; sessions are looked up in memory (each is
 * also in the store, so that a restart keeps people logged in). Loop thread only, except where a
 * comment says otherwise. */
#pragma once
#include "identity/rights.h"
#include "store/store.h"
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

struct identity;
struct net_session;
struct vault;

#define IDENTITY_COOKIE "tw_session"

/* Of the configuration: server.session and server.login. */
struct identity_options {
    struct store *store;          /* borrowed, outlives the identity */
    GMainContext *context;        /* of the loop (NULL: default) */
    int64_t idle_us;              /* a session ends so long after its last use, 0: 12 h */
    int64_t absolute_us;          /* … and after its login, 0: 24 h */
    int64_t reason_us;            /* a view reason is good for, 0: 12 h (a shift) */
    unsigned login_failures;      /* wrong passwords in a row lock the login, 0: 10 */
    int64_t lock_us;              /* for so long, 0: 15 min */
    unsigned logins_per_min;      /* tries of one address, 0: 30 */
    unsigned login_tries_per_min; /* tries of one login, 0: 5 */
    const char *key_file;         /* of the master key (docs/identity.md); NULL: one in memory */
    int64_t head_us;              /* the audit log's head is signed so often, 0: 1 h */
    const json_t *retention_days; /* kind → days, 0 for ever (retention.h); NULL: nothing ends */
    bool cheap_hash;              /* tests only: smallest Argon2id parameters */
    int64_t (*now_us)(void);      /* wall clock, NULL: the real one */
    int64_t (*mono_us)(void);     /* with now_us: tells when that was set; NULL: it never is */
};

/* Loads users and sessions (blocking: start-up), closes views left open by the last run with the
 * end reason `server_stopped`. NULL + error. */
struct identity *identity_create(const struct identity_options *options, GError **error);

/* Ends open views as `server_stopped`, drains the store. NULL is fine. */
void identity_destroy(struct identity *identity);

/* --- sessions. identity_face.h wires them to server/net and to the command line. */

/* The session of a cookie's token, and its use noted. Returned: a reference, or NULL. Never blocks.
 */
struct net_session *identity_session_find(struct identity *identity, const char *token);

/* Notes that the session is in use: for a WebSocket that lives on without requests (each ping). */
void identity_session_touch(struct identity *identity, const struct net_session *session);

/* May this session do it somewhere? `session` NULL: never. */
bool identity_may(const struct net_session *session, enum right right);

/* May this session do it in that area (code prefix rule, area_within())? */
bool identity_may_in(const struct net_session *session, enum right right, const char *area_code);

/* May it see that area on the map (right place.see there)? */
bool identity_may_see_area(const struct net_session *session, const char *area_code);

/* Names of all rights of the session. Returned: a JSON array of strings. */
json_t *identity_rights_json(const struct net_session *session);

/* The reason for viewing that this person gave for the current shift; NULL: none, ask for it
 * (`reason_required`). Borrowed until the next turn of the loop. */
const char *identity_view_reason(struct identity *identity, const struct net_session *session);

/* Tells when a session is over (logout, password change, time, user disabled), so that its
 * WebSocket is closed with 4003. `session_id` is borrowed. */
typedef void (*identity_ended_fn)(const char *session_id, gpointer user);
void identity_on_session_ended(struct identity *identity, identity_ended_fn fn, gpointer user);
/* Likewise when a session goes on with other rights, because a grant began or ended: whoever holds
 * it has the old ones, so its WebSockets are closed with 4004 and its streams are cut. */
void identity_on_session_changed(struct identity *identity, identity_ended_fn fn, gpointer user);

/* --- who somebody is */

/* One account; borrowed until the next turn of the loop. */
struct identity_user {
    const char *id, *login, *name;
    const char *department; /* id, NULL: none */
    const char *unit;       /* its name, or as written; "" unknown */
    const char *role;       /* the first of the table among the grants, "" none */
    const char *person;     /* id of the person with the phone; NULL: none */
    bool enabled;
};
/* NULL: no such user, or no session. */
const struct identity_user *identity_user_of(struct identity *identity,
                                             const struct net_session *session);
const struct identity_user *identity_user_by_id(struct identity *identity, const char *id);
const struct identity_user *identity_user_by_login(struct identity *identity, const char *login);
/* Does this session hold that role (or grant of deputies) in that area? */
bool identity_has_role_in(const struct net_session *session, const char *role,
                          const char *area_code);

/* Each grant that holds of each enabled account: for who has to be told of something. Deputies'
 * grants come with their own role. Everything is borrowed during the call. */
void identity_each_grant(struct identity *identity,
                         void (*fn)(const struct identity_user *user, const char *role,
                                    const char *area, gpointer data),
                         gpointer data);

/* The keys (identity/vault.h), for persons; any thread as long as the identity lives. */
const struct vault *identity_vault(const struct identity *identity);

/* --- log of views (public video regulation art. 16): one record an opened camera */

/* What is shown. */
struct identity_view {
    const char *camera;  /* id; "" for a set (then `content` names it) */
    const char *profile; /* "main", "sub"; "" when it does not apply */
    const char *kind;    /* "live", "key", "snapshot", "mp4", "mosaic", "replay", "export" */
    const char *content; /* NULL, or JSON: the camera set of a mosaic, the span of a replay */
    const char *seat;    /* NULL, or the seat of the WebSocket's greeting */
};

/* Records that a view began; everything is copied. Returned: its number for identity_view_end(),
 * never 0. The record is written at once. */
guint64 identity_view_begin(struct identity *identity, const struct net_session *session,
                            const struct identity_view *view);

/* `reason` of the end: "stopped", "replaced", "closed", "ended" … An unknown or 0 number is fine.
 */
void identity_view_end(struct identity *identity, guint64 view, const char *reason);

/* --- audit log (docs/audit.md): append-only, each record chained to the one before */

struct identity_actor {
    const char *user;    /* id, NULL: the system itself */
    const char *login;   /* as typed, for failed logins */
    const char *address; /* NULL: local */
};

/* Inside a store_fn: the record is part of that change's own transaction. `details` may be NULL, is
 * borrowed, and must hold no secret. */
bool identity_audit(struct store_tx *tx, const struct identity_actor *actor, const char *action,
                    const char *object, const json_t *details, int64_t now_us, GError **error);

/* Inside a write store_fn: signs that record of a chain (docs/audit.md "Heads"); once for each.
 * `hash`: 32 bytes. `chain`: "audit", "case/ID". */
bool identity_sign_head(struct store_tx *tx, const struct vault *vault, const char *chain,
                        gint64 seq, const void *hash, gint64 now_us, GError **error);

/* identity_audit() from the loop, as a job of its own: takes `details`. `session` may be NULL
 * (system). */
void identity_audit_later(struct identity *identity, const struct net_session *session,
                          const char *action, const char *object, json_t *details);

/* Who acts, for identity_audit() in a job: owned copies, because a session may end meanwhile. */
struct identity_actor *identity_actor_new(const struct net_session *session);
void identity_actor_free(struct identity_actor *actor);

/* Checks the whole chain inside a store_fn. false + error NULL: broken at record *broken. */
bool identity_audit_verify(struct store_tx *tx, gint64 *records, gint64 *broken, GError **error);
