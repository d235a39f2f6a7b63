/* One client of the control socket: lines in, lines out. */
#pragma once
#include "control/control.h"

struct connection;

struct connection_ops {
    /* One request; `line` is borrowed and ends at `size`. Starts a call or answers at once. */
    void (*request)(struct connection *connection, const char *line, size_t size, gpointer user);
    /* It ended and is to be destroyed by its owner (allowed inside this call). */
    void (*closed)(struct connection *connection, gpointer user);
};

/* Takes the non-blocking descriptor. */
struct connection *connection_create(int fd, unsigned uid, GMainContext *context,
                                     const struct connection_ops *ops, gpointer user);
/* A running call is orphaned: its answer will be dropped. */
void connection_destroy(struct connection *connection);

/* Queues one line of JSON; takes `message`. */
void connection_send(struct connection *connection, json_t *message);

/* Begins a call: no further line is read until it is answered. */
struct control_call *connection_call(struct connection *connection);
