/* What a case owes people reaches them: notifications in the browser, messages to gateways, and a
 * word to the supervisor when nobody was reached (docs/notifications.md). Loop thread only. */
#pragma once
#include "common/loop.h"
#include "control/control.h"
#include "identity/identity.h"
#include "net/net.h"
#include "net/topic.h"
#include "store/store.h"

struct notify;

struct case_who;

/* What cases do for it; inside a store_fn but for `who`, `item` and `clock`. */
struct notify_cases {
    /* Who asks; freed with `who_free`. */
    struct case_who *(*who)(struct identity *identity, const struct net_session *session);
    void (*who_free)(struct case_who *who); /* NULL is fine */
    /* The order was seen, where it is one for this person, who sees the case. */
    bool (*seen)(struct store_tx *tx, const struct case_who *who, const char *order, gint64 now_us,
                 GError **error);
    /* Puts a record of the machine on the case and announces it. */
    bool (*note)(struct store_tx *tx, const char *case_id, const char *action,
                 const json_t *details, gint64 now_us, GError **error);
    /* What a case (C of docs/cases.md) is about in words of closed lists; g_free(). Any thread. */
    char *(*item)(const json_t *file);
    /* "11月23日 16:30" by the town's clock, "" for 0; g_free(). Any thread. */
    char *(*clock)(gint64 time_us);
};

/* Who is on duty now, [{"role","user"|null}]: of who leads a shift those are told, and every leader
 * of the area where there is none. Borrowed until the next turn of the loop; NULL: nobody. */
typedef const json_t *(*notify_duty_fn)(gpointer user);

struct notify_options { /* borrowed; they outlive the notify */
    struct loop *loop;
    struct store *store;
    struct identity *identity;
    struct net *net;
    struct control *control;
    const struct notify_cases *cases;
    const char *plan_path;  /* of the town's notify.json; read at once; NULL: the shipped one */
    notify_duty_fn on_duty; /* NULL: there is no roster */
    gpointer user;
    const char *url; /* what links begin with: "https://wall.example.org"; copied */
};

/* Reads plan and boxes, goes on with the change log where it stood, registers routes and commands.
 * NULL: `error` names file, place and reason of a plan that is wrong. */
struct notify *notify_create(const struct notify_options *options, GError **error);
void notify_destroy(struct notify *notify); /* NULL is fine; waits for tries that are under way */

/* Topic `notifications`; borrowed. */
struct topic *notify_topic(struct notify *notify);
