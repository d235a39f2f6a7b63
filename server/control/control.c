#include "control/control.h"
#include "common/log.h"
#include "control/connection.h"
#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG         16
#define MAX_CONNECTIONS 64

struct control {
    char *path;
    GMainContext *context;
    int fd;
    GSource *accepting;
    GHashTable *commands;    /* name → struct command */
    GHashTable *connections; /* set */
};

struct command {
    control_fn fn;
    gpointer user;
};

static void refuse(struct connection *connection, const char *code, const char *message)
{
    connection_send(connection,
                    json_pack("{s:b,s:s,s:s}", "ok", 0, "code", code, "message", message));
}

static void on_request(struct connection *connection, const char *line, size_t size, gpointer user)
{
    struct control *control = user;
    json_t *request = json_loadb(line, size, 0, NULL);
    const char *name = json_string_value(json_object_get(request, "cmd"));
    json_t *args = json_object_get(request, "args");
    const struct command *command = name ? g_hash_table_lookup(control->commands, name) : NULL;
    json_t *none = json_object();
    if (!name || (args && !json_is_object(args)))
        refuse(connection, "usage", "a request is {\"cmd\":…,\"args\":{…}}");
    else if (!command)
        refuse(connection, "usage", "no such command");
    else
        command->fn(connection_call(connection), args ? args : none, command->user);
    json_decref(none);
    json_decref(request);
}

static void on_closed(struct connection *connection, gpointer user)
{
    struct control *control = user;
    g_hash_table_remove(control->connections, connection);
}

static const struct connection_ops ops = {.request = on_request, .closed = on_closed};

/* Beside the file's mode: the kernel says who connected. */
static bool may_connect(int fd, struct ucred *peer)
{
    socklen_t size = sizeof *peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, peer, &size) == 0 &&
           (peer->uid == geteuid() || peer->uid == 0);
}

static gboolean on_accept(gint listener, GIOCondition condition, gpointer user)
{
    struct control *control = user;
    struct ucred peer;
    (void)condition;
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return G_SOURCE_CONTINUE;
    if (!may_connect(fd, &peer) || g_hash_table_size(control->connections) >= MAX_CONNECTIONS) {
        log_warn("control", "a connection was refused");
        close(fd);
        return G_SOURCE_CONTINUE;
    }
    g_hash_table_add(control->connections,
                     connection_create(fd, peer.uid, control->context, &ops, control));
    return G_SOURCE_CONTINUE;
}

static bool is_served(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool served = connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;
    close(fd);
    return served;
}

/* Binds with a mask, so that there is no moment in which others could open it. */
static bool bind_private(int fd, const struct sockaddr_un *address)
{
    mode_t before = umask(0177);
    bool bound = bind(fd, (const struct sockaddr *)address, sizeof *address) == 0;
    int why = errno;
    umask(before);
    errno = why;
    return bound && chmod(address->sun_path, 0600) == 0 && listen(fd, BACKLOG) == 0;
}

static int listen_at(const char *path, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (g_strlcpy(address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path) {
        g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_FAILED,
                    "%s: the path of a socket has at most %zu bytes", path,
                    sizeof address.sun_path - 1);
        return -1;
    }
    if (is_served(&address)) {
        g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_BUSY, "%s: another townwalld serves it",
                    path);
        return -1;
    }
    unlink(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && bind_private(fd, &address))
        return fd;
    g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_FAILED, "%s: %s", path, g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

struct control *control_create(const char *path, GMainContext *context, GError **error)
{
    int fd = listen_at(path, error);
    if (fd < 0)
        return NULL;
    struct control *control = g_new0(struct control, 1);
    control->path = g_strdup(path);
    control->context = context;
    control->fd = fd;
    control->commands = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    control->connections =
        g_hash_table_new_full(NULL, NULL, (GDestroyNotify)connection_destroy, NULL);
    control->accepting = g_unix_fd_source_new(fd, G_IO_IN);
    g_source_set_callback(control->accepting, (GSourceFunc)(void (*)(void))on_accept, control,
                          NULL);
    g_source_attach(control->accepting, context);
    return control;
}

void control_destroy(struct control *control)
{
    if (!control)
        return;
    g_source_destroy(control->accepting);
    g_source_unref(control->accepting);
    g_hash_table_destroy(control->connections);
    g_hash_table_destroy(control->commands);
    close(control->fd);
    unlink(control->path);
    g_free(control->path);
    g_free(control);
}

void control_register(struct control *control, const char *command, control_fn fn, gpointer user)
{
    struct command *entry = g_new(struct command, 1);
    *entry = (struct command){fn, user};
    bool is_new = g_hash_table_insert(control->commands, (gpointer)command, entry);
    g_assert(is_new);
}
