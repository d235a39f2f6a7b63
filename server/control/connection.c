#include "control/connection.h"
#include <errno.h>
#include <glib-unix.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES 65536

struct control_call {
    struct connection *connection; /* NULL: the client left */
    unsigned uid;
};

struct connection {
    int fd;
    unsigned uid;
    GMainContext *context;
    const struct connection_ops *ops;
    gpointer user;
    GSource *in, *out; /* `out` only while something waits to be written */
    GByteArray *input, *output;
    struct control_call *call; /* being worked on */
    bool ended;                /* the client will say no more */
    bool busy;                 /* inside this file's own callbacks */
    bool destroyed;
};

static void stop(GSource **source)
{
    if (!*source)
        return;
    g_source_destroy(*source);
    g_source_unref(*source);
    *source = NULL;
}

static void connection_free(struct connection *c)
{
    close(c->fd);
    g_byte_array_unref(c->input);
    g_byte_array_unref(c->output);
    g_free(c);
}

void connection_destroy(struct connection *c)
{
    if (!c || c->destroyed)
        return;
    c->destroyed = true;
    stop(&c->in);
    stop(&c->out);
    if (c->call)
        c->call->connection = NULL;
    if (!c->busy)
        connection_free(c);
}

/* Takes whole lines off the input, one call at a time. */
static void take_lines(struct connection *c)
{
    while (!c->call && !c->destroyed) {
        const char *end = memchr(c->input->data, '\n', c->input->len);
        if (!end)
            break;
        guint size = (guint)(end - (const char *)c->input->data);
        g_autofree char *line = g_strndup((const char *)c->input->data, size);
        g_byte_array_remove_range(c->input, 0, size + 1);
        c->ops->request(c, line, size, c->user);
    }
}

static bool write_out(struct connection *c)
{
    while (c->output->len) {
        ssize_t sent = send(c->fd, c->output->data, c->output->len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0)
            return errno == EAGAIN || errno == EINTR;
        g_byte_array_remove_range(c->output, 0, (guint)sent);
    }
    return true;
}

/* After anything happened: closes what is over, frees what was destroyed meanwhile. */
static gboolean settle(struct connection *c, bool fine)
{
    bool over = c->ended && !c->call && !c->output->len;
    if (!c->destroyed && (!fine || over))
        c->ops->closed(c, c->user);
    c->busy = false;
    if (!c->destroyed)
        return G_SOURCE_CONTINUE;
    connection_free(c);
    return G_SOURCE_REMOVE;
}

static gboolean on_out(gint fd, GIOCondition condition, gpointer user)
{
    struct connection *c = user;
    (void)fd;
    (void)condition;
    c->busy = true;
    bool fine = write_out(c);
    if (!c->output->len)
        stop(&c->out);
    return settle(c, fine);
}

static bool read_in(struct connection *c)
{
    uint8_t block[READ_BYTES];
    ssize_t size = recv(c->fd, block, sizeof block, MSG_DONTWAIT);
    if (size < 0)
        return errno == EAGAIN || errno == EINTR;
    c->ended = size == 0;
    if (c->ended)
        stop(&c->in);
    g_byte_array_append(c->input, block, (guint)size);
    return c->input->len <= CONTROL_LINE_BYTES;
}

static gboolean on_in(gint fd, GIOCondition condition, gpointer user)
{
    struct connection *c = user;
    (void)fd;
    (void)condition;
    c->busy = true;
    bool fine = read_in(c);
    if (fine)
        take_lines(c);
    return settle(c, fine);
}

static GSource *watch(struct connection *c, GIOCondition condition, GUnixFDSourceFunc fn)
{
    GSource *source = g_unix_fd_source_new(c->fd, condition);
    g_source_set_callback(source, (GSourceFunc)(void (*)(void))fn, c, NULL);
    g_source_attach(source, c->context);
    return source;
}

struct connection *connection_create(int fd, unsigned uid, GMainContext *context,
                                     const struct connection_ops *ops, gpointer user)
{
    struct connection *c = g_new0(struct connection, 1);
    *c = (struct connection){.fd = fd, .uid = uid, .context = context, .ops = ops, .user = user};
    c->input = g_byte_array_new();
    c->output = g_byte_array_new();
    c->in = watch(c, G_IO_IN | G_IO_HUP | G_IO_ERR, on_in);
    return c;
}

void connection_send(struct connection *c, json_t *message)
{
    g_autofree char *text = json_dumps(message, JSON_COMPACT);
    json_decref(message);
    if (c->destroyed)
        return;
    g_byte_array_append(c->output, (const guint8 *)text, (guint)strlen(text));
    g_byte_array_append(c->output, (const guint8 *)"\n", 1);
    if (!c->out)
        c->out = watch(c, G_IO_OUT | G_IO_HUP | G_IO_ERR, on_out);
}

struct control_call *connection_call(struct connection *c)
{
    g_assert(!c->call);
    c->call = g_new(struct control_call, 1);
    *c->call = (struct control_call){.connection = c, .uid = c->uid};
    return c->call;
}

static void call_end(struct control_call *call, json_t *message)
{
    struct connection *c = call->connection;
    g_free(call);
    if (!c) {
        json_decref(message);
        return;
    }
    c->call = NULL;
    connection_send(c, message);
    if (!c->busy)
        take_lines(c);
}

void control_reply(struct control_call *call, json_t *data)
{
    call_end(call, json_pack("{s:b,s:o}", "ok", 1, "data", data ? data : json_null()));
}

void control_reply_error(struct control_call *call, const char *code, const char *message)
{
    call_end(call, json_pack("{s:b,s:s,s:s}", "ok", 0, "code", code, "message", message));
}

void control_reply_refused(struct control_call *call, const char *code, const char *message,
                           json_t *data)
{
    call_end(call, json_pack("{s:b,s:s,s:s,s:o}", "ok", 0, "code", code, "message", message, "data",
                             data));
}

void control_reply_partly(struct control_call *call, const char *message, json_t *data)
{
    control_reply_refused(call, "partly", message, data);
}

void control_progress(struct control_call *call, json_t *progress)
{
    json_t *message = json_pack("{s:o}", "progress", progress);
    if (call->connection)
        connection_send(call->connection, message);
    else
        json_decref(message);
}

unsigned control_uid(const struct control_call *call)
{
    return call->uid;
}
