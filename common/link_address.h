/* Private to common: "unix:PATH" and "tcp:HOST:PORT". */
#pragma once
#include <gio/gio.h>
#include <stdbool.h>

struct link_address {
    char *path;   /* of a Unix socket, or NULL */
    char *host;   /* without brackets */
    guint16 port; /* 0: the listener chooses */
};
/* Pure. */
bool link_address_parse(const char *text, struct link_address *address, GError **error);
void link_address_clear(struct link_address *address);
/* "localhost" or an address of the loopback network. */
bool link_address_is_loopback(const struct link_address *address);
