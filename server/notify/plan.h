/* Who is told outside of the browser, and how: config/notify.json (docs/notifications.md). Pure but
 * for plan_load(). Immutable once read; any thread. */
#pragma once
#include "notify/backoff.h"
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

#define PLAN_ERROR (g_quark_from_static_string("townwall-notify-plan"))
enum plan_error { PLAN_ERROR_BAD };

enum channel_kind { CHANNEL_JSON, CHANNEL_WECOM_ROBOT, CHANNEL_WECOM_APP, CHANNEL_SMS };

struct pair {
    const char *name, *value;
};
struct channel { /* texts are the plan's */
    const char *id;
    enum channel_kind kind;
    bool enabled, form;
    bool persons; /* goes to persons' own telephones, with person_text */
    const char *url, *secret, *corp, *ca_file; /* secret, ca_file NULL: none */
    gint64 agent;
    gint64 timeout_ms;
    const char *text, *person_text;     /* of its templates */
    const json_t *departments, *roles;  /* arrays of text */
    const json_t *kinds;                /* empty: the usual ones */
    GArray *to, *headers, *body;        /* struct pair */
    const char *good_name, *good_value; /* NULL: the status alone says it */
};

struct plan {
    json_t *json; /* holds the texts */
    struct backoff backoff;
    gint64 undelivered_us;
    GPtrArray *channels; /* struct channel, owned */
};

/* The shipped plan, and in its place the file at `path` where there is one (NULL: none); secrets
 * are read. NULL: `error` names file, place and reason, never a secret. */
struct plan *plan_load(const char *path, GError **error);
/* The same of a text whose secrets stand in it; `name` stands for the file. */
struct plan *plan_read(const char *text, gsize size, const char *name, GError **error);
void plan_destroy(struct plan *plan); /* NULL is fine */

/* NULL: no such channel. */
const struct channel *plan_channel(const struct plan *plan, const char *id);
/* Does it take messages of that kind for that department (NULL: none) or role (NULL: none)? */
bool channel_takes(const struct channel *channel, const char *kind, const char *department,
                   const char *role);
/* Does it take messages of that kind to persons? */
bool channel_takes_persons(const struct channel *channel, const char *kind);
/* The address of a department or role; NULL: it has none. */
const char *channel_address(const struct channel *channel, const char *of);
/* "json", "wecom_robot", … */
const char *channel_kind_name(enum channel_kind kind);
