#include "simcams/server.h"
#include "simcams/client.h"
#include "simcams/control.h"
#include <errno.h>
#include <gio/gio.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
    EVENTS_A_TURN = 256,
    ACCEPTS_A_TURN = 64,
    BACKLOG = 4096,
    HOUSEKEEPING_US = G_USEC_PER_SEC,
};

bool server_watch(struct server *server, struct watch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};
    return epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, watch->fd, &event) == 0;
}

void server_change(struct server *server, struct watch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};
    (void)epoll_ctl(server->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event);
}

static void accept_clients(struct watch *watch, uint32_t events)
{
    (void)events;
    struct server *server =
        (struct server *)((char *)watch - G_STRUCT_OFFSET(struct server, listener));
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        struct sockaddr_in6 peer = {0};
        socklen_t size = sizeof peer;
        const int fd =
            accept4(watch->fd, (struct sockaddr *)&peer, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        client_create(server, fd, &peer);
    }
}

static void stop(struct watch *watch, uint32_t events)
{
    (void)events;
    struct server *server =
        (struct server *)((char *)watch - G_STRUCT_OFFSET(struct server, signals));
    server->stopping = true;
}

/* Receiver reports of UDP clients: a sign of life (RFC 2326 leaves keep-alive to RTCP). */
static void read_reports(struct watch *watch, uint32_t events)
{
    (void)events;
    struct server *server = (struct server *)((char *)watch - G_STRUCT_OFFSET(struct server, rtcp));
    uint8_t report[1500];
    ssize_t got;
    while ((got = recv(watch->fd, report, sizeof report, MSG_DONTWAIT)) >= 0) {
        if (got < 12 || report[1] != 201)
            continue;
        const uint32_t ssrc = (uint32_t)report[8] << 24 | (uint32_t)report[9] << 16 |
                              (uint32_t)report[10] << 8 | report[11];
        struct client *client = g_hash_table_lookup(server->by_ssrc, GUINT_TO_POINTER(ssrc));
        if (client)
            client->heard_us = server->now_us;
    }
}

static bool fail(GError **error, const struct options *options, const char *what)
{
    g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(errno), "%s on %s port %d: %s", what,
                options->listen, options->port, g_strerror(errno));
    return false;
}

static bool listen_on(struct server *server, GError **error)
{
    const struct options *options = server->options;
    g_autoptr(GSocketAddress) address =
        g_inet_socket_address_new_from_string(options->listen, (guint)options->port);
    if (!address) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "--listen %s: not an address",
                    options->listen);
        return false;
    }
    struct sockaddr_in6 native = {0};
    const socklen_t size = (socklen_t)g_socket_address_get_native_size(address);
    if (!g_socket_address_to_native(address, &native, sizeof native, error))
        return false;
    const int fd = socket(native.sin6_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    server->listener = (struct watch){fd, accept_clients};
    if (fd < 0)
        return fail(error, options, "cannot listen");
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (bind(fd, (struct sockaddr *)&native, size) < 0 || listen(fd, BACKLOG) < 0)
        return fail(error, options, "cannot listen");
    socklen_t bound_size = sizeof native;
    struct sockaddr_in6 bound = {0};
    getsockname(fd, (struct sockaddr *)&bound, &bound_size);
    server->port = GUINT16_FROM_BE(((struct sockaddr_in *)&bound)->sin_port);
    return media_init(&server->media, (struct sockaddr *)&native, size,
                      fleet_largest_picture_bytes(server->fleet), error);
}

static bool watch_all(struct server *server, GError **error)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    server->signals = (struct watch){signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC), stop};
    server->rtcp = (struct watch){server->media.rtcp_fd, read_reports};
    if (server_watch(server, &server->listener, EPOLLIN) &&
        server_watch(server, &server->signals, EPOLLIN) &&
        server_watch(server, &server->rtcp, EPOLLIN))
        return true;
    return fail(error, server->options, "cannot watch");
}

/* A client and its camera's session need a descriptor each. */
static void raise_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

struct server *server_create(const struct options *options, struct fleet *fleet, GError **error)
{
    struct server *server = g_new0(struct server, 1);
    server->options = options;
    server->fleet = fleet;
    server->listener.fd = server->signals.fd = -1;
    server->media.rtp_fd = server->media.rtcp_fd = -1;
    server->clients = g_ptr_array_new();
    server->closing = g_ptr_array_new();
    server->held = g_ptr_array_new();
    server->by_ssrc = g_hash_table_new(NULL, NULL);
    server->random = g_rand_new_with_seed((guint32)options->seed);
    server->now_us = g_get_monotonic_time();
    wheel_init(&server->wheel, G_USEC_PER_SEC / options->rate, server->now_us);
    raise_limit();
    server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    bool ok = listen_on(server, error) && watch_all(server, error);
    if (ok && options->control) {
        server->control = control_create(server, options->control, error);
        ok = server->control != NULL;
    }
    if (ok)
        return server;
    server_destroy(server);
    return NULL;
}

static void serve_client(gpointer item, uint64_t cycle, gpointer user)
{
    media_send(user, item, cycle);
}

/* Once a second: sessions that fell silent, faults that have had their time. */
static void keep_house(struct server *server)
{
    if (server->next_housekeeping_us > server->now_us)
        return;
    server->next_housekeeping_us = server->now_us + HOUSEKEEPING_US;
    /* a little longer than promised, as cameras do */
    const int64_t silence_us = (int64_t)server->options->session_timeout_s * G_USEC_PER_SEC * 5 / 4;
    for (guint i = 0; i < server->clients->len; i++) {
        struct client *client = server->clients->pdata[i];
        if (server->now_us - client->heard_us > silence_us)
            client_close(client, false);
    }
    for (guint i = 0; i < server->fleet->cameras->len; i++) {
        struct camera *camera = server->fleet->cameras->pdata[i];
        faults_expire(&camera->faults, server->now_us);
    }
}

static void release_held(struct server *server)
{
    for (guint i = 0; i < server->held->len;) {
        struct client *client = server->held->pdata[i];
        if (client->hold_until_us > server->now_us) {
            i++;
            continue;
        }
        client->hold_until_us = 0;
        g_ptr_array_remove_index_fast(server->held, i);
        client_flush(client);
    }
}

static void read_clocks(struct server *server)
{
    server->now_us = g_get_monotonic_time();
    server->wall_us = g_get_real_time();
}

void server_run(struct server *server)
{
    struct epoll_event events[EVENTS_A_TURN];
    while (!server->stopping) {
        read_clocks(server);
        const int count = epoll_wait(server->epoll_fd, events, EVENTS_A_TURN,
                                     wheel_wait_ms(&server->wheel, server->now_us));
        read_clocks(server);
        for (int i = 0; i < count; i++) {
            struct watch *watch = events[i].data.ptr;
            watch->ready(watch, events[i].events);
        }
        wheel_run(&server->wheel, server->now_us, serve_client, server);
        media_flush(server);
        release_held(server);
        keep_house(server);
        for (guint i = 0; i < server->closing->len; i++)
            client_destroy(server->closing->pdata[i]);
        g_ptr_array_set_size(server->closing, 0);
    }
}

void server_destroy(struct server *server)
{
    if (!server)
        return;
    control_destroy(server->control);
    while (server->clients->len)
        client_destroy(server->clients->pdata[0]);
    wheel_finish(&server->wheel);
    media_finish(&server->media);
    for (size_t i = 0; i < 3; i++) {
        const int fd = (int[]){server->listener.fd, server->signals.fd, server->epoll_fd}[i];
        if (fd >= 0)
            close(fd);
    }
    g_ptr_array_unref(server->clients);
    g_ptr_array_unref(server->closing);
    g_ptr_array_unref(server->held);
    g_hash_table_unref(server->by_ssrc);
    g_rand_free(server->random);
    g_free(server);
}
