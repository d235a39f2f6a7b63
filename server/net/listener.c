#include "common/log.h"
#include "net/private.h"
#include <arpa/inet.h>
#include <errno.h>
#include <glib-unix.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ACCEPTS_A_TURN 64

bool address_is_loopback(const char *address)
{
    return g_str_has_prefix(address, "127.") || strcmp(address, "::1") == 0;
}

bool address_is_valid(const char *address)
{
    unsigned char ip[16];
    return inet_pton(AF_INET, address, ip) == 1 || inet_pton(AF_INET6, address, ip) == 1;
}

bool host_is_loopback(const char *host)
{
    return address_is_loopback(host) || strcmp(host, "localhost") == 0;
}

static void set_option(int fd, int level, int option, int value)
{
    if (setsockopt(fd, level, option, &value, sizeof value) != 0)
        log_warn(NET_OBJECT, "socket option %d/%d: %s", level, option, g_strerror(errno));
}

/* The client's address as text; an IPv4 one also when it came through an IPv6 socket. */
static void write_address(const struct sockaddr_storage *from, char *out, socklen_t size)
{
    const char *text = NULL;
    if (from->ss_family == AF_INET6) {
        const struct in6_addr *ip = &((const struct sockaddr_in6 *)from)->sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(ip))
            text = inet_ntop(AF_INET, &ip->s6_addr[12], out, size);
        else
            text = inet_ntop(AF_INET6, ip, out, size);
    } else if (from->ss_family == AF_INET) {
        text = inet_ntop(AF_INET, &((const struct sockaddr_in *)from)->sin_addr, out, size);
    }
    if (!text)
        g_strlcpy(out, "unknown", size);
}

/* false: nothing more to accept now. */
static bool accept_one(struct door *door)
{
    struct sockaddr_storage from = {0};
    socklen_t size = sizeof from;
    int fd = accept4(door->fd, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
            log_error(NET_OBJECT, "cannot accept more connections: %s", g_strerror(errno));
            door->paused = true;
        }
        return errno == ECONNABORTED || errno == EINTR;
    }
    if (door->net->conns.length >= NET_CONNECTIONS) {
        close(fd);
        return true;
    }
    set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    set_option(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, NET_UNSENT_BYTES);
    set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    char address[INET6_ADDRSTRLEN];
    write_address(&from, address, sizeof address);
    conn_accept(door, fd, address);
    return true;
}

static gboolean on_readable(gint fd, GIOCondition condition, gpointer user)
{
    (void)fd;
    (void)condition;
    struct door *door = user;
    for (guint i = 0; i < ACCEPTS_A_TURN && accept_one(door); i++)
        ;
    if (!door->paused)
        return G_SOURCE_CONTINUE;
    g_source_unref(door->source);
    door->source = NULL;
    return G_SOURCE_REMOVE;
}

static void watch(struct door *door)
{
    door->source = g_unix_fd_source_new(door->fd, G_IO_IN);
    g_source_set_callback(door->source, G_SOURCE_FUNC(on_readable), door, NULL);
    g_source_attach(door->source, loop_context(door->net->loop));
}

void listener_resume(struct door *door)
{
    if (!door->paused)
        return;
    door->paused = false;
    watch(door);
}

static int open_socket(const struct addrinfo *info)
{
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    set_option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (info->ai_family == AF_INET6)
        set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, 512) == 0)
        return fd;
    int code = errno;
    close(fd);
    errno = code;
    return -1;
}

static guint bound_port(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } bound;
    socklen_t size = sizeof bound;
    memset(&bound, 0, sizeof bound);
    if (getsockname(fd, &bound.any, &size) != 0)
        return 0;
    return ntohs(bound.any.sa_family == AF_INET6 ? bound.v6.sin6_port : bound.v4.sin_port);
}

bool listener_open(struct door *door, const char *host, guint port, GError **error)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    char service[8];
    g_snprintf(service, sizeof service, "%u", port);
    int code = getaddrinfo(host, service, &hints, &list);
    if (code != 0) {
        g_set_error(error, NET_ERROR, NET_ERROR_ADDRESS, "cannot listen on \"%s\": %s", host,
                    gai_strerror(code));
        return false;
    }
    door->fd = open_socket(list);
    int why = errno;
    freeaddrinfo(list);
    if (door->fd < 0) {
        bool busy = why == EADDRINUSE;
        g_set_error(error, NET_ERROR, busy ? NET_ERROR_BUSY : NET_ERROR_ADDRESS,
                    busy ? "port %u on %s is in use by another program"
                         : "cannot listen on port %u of %s: %s",
                    port, host, g_strerror(why));
        return false;
    }
    door->port = bound_port(door->fd);
    watch(door);
    return true;
}

void listener_close(struct door *door)
{
    if (door->source) {
        g_source_destroy(door->source);
        g_source_unref(door->source);
        door->source = NULL;
    }
    if (door->fd >= 0)
        close(door->fd);
    door->fd = -1;
}
