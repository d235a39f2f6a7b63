#include "rtc/janus_pipe.h"
#include "rtc/janus_message.h"
#include <gio/gunixsocketaddress.h>
#include <libsoup/soup.h>
#include <string.h>

enum { CONNECT_S = 10 };

struct janus_pipe {
    int refs;                         /* the owner, a connect under way */
    const struct janus_pipe_ops *ops; /* NULL: destroyed or told closed */
    gpointer user;
    SoupSession *session;
    SoupMessage *hello;
    SoupWebsocketConnection *socket;
    GCancellable *cancel;
};

static void pipe_unref(struct janus_pipe *pipe)
{
    if (--pipe->refs > 0)
        return;
    g_clear_object(&pipe->hello);
    g_clear_object(&pipe->session);
    g_clear_object(&pipe->cancel);
    g_free(pipe);
}

static void tell_closed(struct janus_pipe *pipe, const char *why)
{
    const struct janus_pipe_ops *ops = g_steal_pointer(&pipe->ops);
    if (ops)
        ops->closed(why, pipe->user);
}

static void on_text(SoupWebsocketConnection *socket, gint type, GBytes *bytes, gpointer user)
{
    (void)socket;
    struct janus_pipe *pipe = user;
    gsize size;
    const char *text = g_bytes_get_data(bytes, &size);
    if (type == SOUP_WEBSOCKET_DATA_TEXT && pipe->ops)
        pipe->ops->text(text, size, pipe->user);
}

static void on_closed(SoupWebsocketConnection *socket, gpointer user)
{
    (void)socket;
    tell_closed(user, "Janus closed the connection");
}

static void on_connected(GObject *source, GAsyncResult *result, gpointer user)
{
    struct janus_pipe *pipe = user;
    g_autoptr(GError) error = NULL;
    SoupWebsocketConnection *socket =
        soup_session_websocket_connect_finish(SOUP_SESSION(source), result, &error);
    if (!pipe->ops) { /* destroyed meanwhile */
        g_clear_object(&socket);
    } else if (!socket) {
        tell_closed(pipe, error->message);
    } else {
        pipe->socket = socket;
        soup_websocket_connection_set_max_incoming_payload_size(socket, JANUS_MESSAGE_BYTES);
        g_signal_connect(socket, "message", G_CALLBACK(on_text), pipe);
        g_signal_connect(socket, "closed", G_CALLBACK(on_closed), pipe);
        pipe->ops->opened(pipe->user);
    }
    pipe_unref(pipe);
}

static bool is_unix(const char *url)
{
    return g_str_has_prefix(url, "unix:/");
}

bool janus_url_check(const char *url, GError **error)
{
    bool web = g_str_has_prefix(url, "ws://") || g_str_has_prefix(url, "wss://");
    if (is_unix(url) || (web && g_uri_is_valid(url, G_URI_FLAGS_NONE, NULL)))
        return true;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                "expected unix:PATH, ws://HOST[:PORT][/PATH] or wss://…, got \"%s\"", url);
    return false;
}

static SoupSession *open_session(const char *url)
{
    g_autoptr(GSocketAddress) local =
        is_unix(url) ? g_unix_socket_address_new(url + strlen("unix:")) : NULL;
    SoupSession *session =
        soup_session_new_with_options("remote-connectable", local, "timeout", CONNECT_S, NULL);
    soup_session_set_proxy_resolver(session, NULL); /* whatever the environment says */
    return session;
}

struct janus_pipe *janus_pipe_create(const char *url, GMainContext *context,
                                     const struct janus_pipe_ops *ops, gpointer user,
                                     GError **error)
{
    static const char *const protocols[] = {"janus-protocol", NULL};
    if (!janus_url_check(url, error))
        return NULL;
    struct janus_pipe *pipe = g_new0(struct janus_pipe, 1);
    *pipe = (struct janus_pipe){.refs = 2, .ops = ops, .user = user};
    pipe->cancel = g_cancellable_new();
    g_main_context_push_thread_default(context);
    pipe->session = open_session(url);
    pipe->hello = soup_message_new("GET", is_unix(url) ? "ws://janus/" : url);
    soup_session_websocket_connect_async(pipe->session, pipe->hello, NULL, (char **)protocols,
                                         G_PRIORITY_DEFAULT, pipe->cancel, on_connected, pipe);
    g_main_context_pop_thread_default(context);
    return pipe;
}

void janus_pipe_destroy(struct janus_pipe *pipe)
{
    if (!pipe)
        return;
    pipe->ops = NULL;
    g_cancellable_cancel(pipe->cancel);
    if (pipe->socket) {
        g_signal_handlers_disconnect_by_data(pipe->socket, pipe);
        if (soup_websocket_connection_get_state(pipe->socket) == SOUP_WEBSOCKET_STATE_OPEN)
            soup_websocket_connection_close(pipe->socket, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
        g_clear_object(&pipe->socket);
    }
    pipe_unref(pipe);
}

void janus_pipe_send(struct janus_pipe *pipe, const char *text)
{
    if (pipe->socket && pipe->ops &&
        soup_websocket_connection_get_state(pipe->socket) == SOUP_WEBSOCKET_STATE_OPEN)
        soup_websocket_connection_send_text(pipe->socket, text);
}
