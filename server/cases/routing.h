/* Which department a case goes to, and which workflow it has: a table of conditions as data
 * (docs/cases.md). Pure; any thread: nothing changes after routing_read(). */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

#define ROUTING_ERROR (g_quark_from_static_string("townwall-routing"))
enum routing_error { ROUTING_ERROR_BAD };

struct routing;

/* What is known of a case; borrowed, NULL unknown. */
struct routed {
    const char *dimension, *type, *category, *channel, *ledger, *area;
    const char *about; /* department that is complained about: nothing goes there */
};
struct route {
    const char *lead;      /* department; NULL: none fits */
    const char *const *co; /* ended by NULL; may name `about`: the caller leaves it out */
    const char *workflow;
    int rule; /* its place in the table; −1: none */
};

/* Returned: owned by the caller; NULL + error with the place. */
struct routing *routing_read(const char *text, gsize size, const char *name, GError **error);
/* Do its rules speak of things that there are? `known` asks of a value of "category", "channel",
 * "ledger" and "workflow". */
bool routing_check(const struct routing *routing, const char *name,
                   bool (*known)(const char *field, const char *value, gpointer user),
                   gpointer user, GError **error);
void routing_destroy(struct routing *routing); /* NULL is fine */

/* The rule that says most wins: a smaller area first, then type, category, channel, ledger and
 * dimension together, then the first. */
struct route routing_find(const struct routing *routing, const struct routed *about);
