/* The media side of the link (docs/link.md): keeps connecting to townwalld, greets, and hands on
 * what it says. Loop thread. */
#pragma once
#include "common/link.h"

struct uplink;

struct uplink_ops {
    json_t *(*hello)(gpointer user);                     /* what to greet with; taken */
    void (*connected)(struct link *link, gpointer user); /* greeted; `link` stays until `lost` */
    void (*control)(const char *type, json_t *message, gpointer user);
    void (*credit)(uint32_t channel, uint32_t bytes, gpointer user);
    void (*writable)(gpointer user);
    void (*lost)(gpointer user); /* the link is dead and goes after this call */
};

/* `trust` is a PEM file or NULL. */
struct uplink *uplink_create(const char *address, const char *trust, GMainContext *context,
                             const struct uplink_ops *ops, gpointer user, GError **error);
void uplink_destroy(struct uplink *uplink); /* no `lost` call; NULL is fine */
