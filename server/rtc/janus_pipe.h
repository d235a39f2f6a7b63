/* One WebSocket to Janus ("janus-protocol"), over a Unix socket or TCP with or without TLS. Not
 * Janus's own transport over Unix sockets: that one cuts what it is sent after 8,192 bytes, which
 * an answer for a room of five is longer than (janus_pfunix.c, BUFFER_SIZE). Loop thread only. */
#pragma once
#include <glib.h>
#include <stdbool.h>

struct janus_pipe;

struct janus_pipe_ops {
    void (*opened)(gpointer user);
    void (*text)(const char *text, size_t size, gpointer user);
    /* Not opened, or open no more; once, nothing comes after it. The pipe must still be destroyed,
     * which is allowed inside this call. */
    void (*closed)(const char *why, gpointer user);
};

/* `url`: "unix:/PATH", "ws://HOST[:PORT][/PATH]" or wss://, whose certificate must be good. */
bool janus_url_check(const char *url, GError **error);

/* Begins to connect. NULL: the URL is wrong. */
struct janus_pipe *janus_pipe_create(const char *url, GMainContext *context,
                                     const struct janus_pipe_ops *ops, gpointer user,
                                     GError **error);
/* Nothing is called any more. NULL is fine. */
void janus_pipe_destroy(struct janus_pipe *pipe);
/* Borrowed text; lost where the pipe is not open. */
void janus_pipe_send(struct janus_pipe *pipe, const char *text);
