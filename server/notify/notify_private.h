/* Shared by the files of this folder. Loop thread only, except what takes a struct store_tx. */
#pragma once
#include "notify/kinds.h"
#include "notify/notify.h"
#include "notify/plan.h"

struct boxes;
struct follow;
struct post;
struct watch;

struct notify {
    struct notify_options options;
    char *url;
    struct plan *plan;
    struct boxes *boxes;
    struct follow *follow;
    struct post *post;
    struct watch *watch;
};

/* --- roster.c: who there is, as a value for the store's threads */
struct roster_grant {
    char *user, *department; /* department NULL: none */
    char *role, *area;
};
struct roster {
    GArray *grants;          /* struct roster_grant */
    GHashTable *departments; /* id → name, owned */
    GHashTable *leading;     /* ids of who leads the shift, owned */
    gint64 made_us;          /* monotonic */
};
struct roster *roster_new(const struct notify_options *options);
void roster_free(struct roster *roster); /* NULL is fine */
/* Ids of users of the department who work on its orders, "grid": grid workers of that area. Adds
 * to `users`, a set of borrowed ids. */
void roster_department(const struct roster *roster, const char *department, const char *area,
                       GHashTable *users);
/* Ids of users with that role in that area. */
void roster_role(const struct roster *roster, const char *role, const char *area,
                 GHashTable *users);
/* Who leads the shift; with nobody on the roster all leaders of that area. */
void roster_leaders(const struct roster *roster, const char *area, GHashTable *users);
bool roster_has(const struct roster *roster, const char *user, const char *role, const char *area);
/* Takes out whoever belongs to the department that a complaint is about, but for who supervises in
 * that area. */
void roster_spare(const struct roster *roster, const char *about, const char *area,
                  GHashTable *users);
/* Its name, or the id; borrowed. */
const char *roster_name(const struct roster *roster, const char *department);

/* --- tell.c: one thing that happened, in the transaction that writes who is told */
struct telling {                 /* borrowed */
    const struct notify *notify; /* its plan, options and url alone: they never change */
    const struct roster *roster;
    gint64 now_us;
};
struct told_case {      /* borrowed, of an announcement */
    const json_t *file; /* C */
    const char *id, *code, *area, *about;
};
struct tell {
    const char *kind;
    guint groups;
    const char *department; /* of the order or item; NULL: none */
    const char *person;     /* one user beside the groups; NULL: none */
    const char *object;     /* "" none */
    const char *actor;      /* is not told; NULL: the machine */
    const char *timer;      /* that ran out; NULL: none */
    gint64 due_us;
    char *once;
};
/* Writes notifications and deliveries and announces them. */
bool tell_people(struct store_tx *tx, const struct telling *telling, const struct told_case *about,
                 const struct tell *tell, GError **error);

/* --- reading.c: what an announcement of a case means */
bool tell_change(struct store_tx *tx, const struct telling *telling, const char *change_json,
                 const char *number, GError **error);
/* Orders that wait and of which nobody was told: after a log that does not reach back. */
bool tell_waiting(struct store_tx *tx, const struct telling *telling, GError **error);

/* --- boxes.c: what each user has, and the topic */
struct boxes *boxes_create(struct notify *notify, GError **error);
void boxes_destroy(struct boxes *boxes); /* NULL is fine */
struct topic *boxes_topic(struct boxes *boxes);
/* N of docs/notifications.md from a row (id, kind, case_id, object, about, time_us, read_us). */
json_t *boxes_row_json(struct store_rows *rows);

/* --- follow.c: the change log, from where it stood */
struct follow *follow_create(struct notify *notify, GError **error);
void follow_destroy(struct follow *follow); /* NULL is fine */

/* --- post.c: messages to gateways */
struct post *post_create(struct notify *notify);
void post_destroy(struct post *post); /* NULL is fine; waits for what is under way */
/* Something may be due sooner. */
void post_look(struct post *post);

/* --- watch.c: orders that reach nobody */
struct watch *watch_create(struct notify *notify);
void watch_destroy(struct watch *watch); /* NULL is fine */

/* --- faces */
void notify_add_routes(struct notify *notify);
void delivery_add_routes(struct notify *notify);
void notify_add_commands(struct notify *notify);

/* --- deliveries.c: their table */
struct delivery_query { /* texts NULL: any */
    char *state, *channel, *before;
    gint64 limit;
};
/* {"deliveries":[…],"next"}; owned by the caller; NULL + error. */
json_t *deliveries_json(struct store_tx *tx, const struct delivery_query *query, GError **error);
/* Given up or failed ones are tried at once; id NULL: all of the channel (NULL: of every one) that
 * were given up. *count: how many. */
bool deliveries_retry(struct store_tx *tx, const char *id, const char *channel, gint64 now_us,
                      gint64 *count, GError **error);
/* Queues a test; *id: g_free(). */
bool deliveries_test(struct store_tx *tx, const struct notify *notify,
                     const struct channel *channel, gint64 now_us, char **id, GError **error);
/* {"channels":[…]} without addresses and secrets; owned by the caller; NULL + error. */
json_t *channels_json(struct store_tx *tx, const struct plan *plan, GError **error);

/* --- small things */
json_t *notify_time_json(gint64 time_us); /* 0: null */
gint64 notify_time_of(const json_t *value);
