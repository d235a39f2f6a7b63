/* What one server pays to send pictures to many browsers.
 *
 *   fanout [--clients N] [--streams S] [--rate R] [--bytes B] [--seconds T] [--floor]
 *
 * Each client gets S streams of R units a second, B bytes each, through server/net; readers are a
 * process of their own. --floor sends the same bytes with bare send() on the same sockets, all that
 * is due to a client at once. The last line is one JSON object. */
#include "common/clock.h"
#include "common/log.h"
#include "common/loop.h"
#include "net/net.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
    gint clients, streams, rate, bytes, seconds;
    gboolean floor;
} options = {100, 16, 25, 2400, 10, FALSE};

static const GOptionEntry entries[] = {
    {"clients", 0, 0, G_OPTION_ARG_INT, &options.clients, "browsers", "N"},
    {"streams", 0, 0, G_OPTION_ARG_INT, &options.streams, "streams of each", "S"},
    {"rate", 0, 0, G_OPTION_ARG_INT, &options.rate, "units a second of each", "R"},
    {"bytes", 0, 0, G_OPTION_ARG_INT, &options.bytes, "bytes a unit", "B"},
    {"seconds", 0, 0, G_OPTION_ARG_INT, &options.seconds, "how long", "T"},
    {"floor", 0, 0, G_OPTION_ARG_NONE, &options.floor, "bare send()", NULL},
    {0},
};

struct viewer {
    struct net_client *client;
    guint due;
};

static struct {
    struct loop *loop;
    struct net *net;
    GPtrArray *viewers; /* struct viewer */
    GArray *sockets;    /* of the floor */
    guint8 *unit;
    guint64 sent, late;
    gint64 begun_us, begun_cpu_us;
} bench;

static gint64 cpu_us(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC +
           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}

/* --- readers: a process that upgrades each connection and throws everything away */

static int connect_to(guint port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((guint16)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        exit(1);
    return fd;
}

static void upgrade(int fd, guint port)
{
    char text[600];
    int size =
        g_snprintf(text, sizeof text,
                   "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nOrigin: http://127.0.0.1:%u\r\n"
                   "Cookie: tw_session=bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                   "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                   "Sec-WebSocket-Protocol: townwall.1\r\n\r\n",
                   port, port);
    if (write(fd, text, (size_t)size) != size)
        exit(1);
}

static void read_all(guint port)
{
    int poller = epoll_create1(0);
    for (int i = 0; i < options.clients; i++) {
        int fd = connect_to(port);
        upgrade(fd, port);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
    }
    static char block[1 << 20];
    int open = options.clients;
    while (open) {
        struct epoll_event events[64];
        int count = epoll_wait(poller, events, 64, -1);
        for (int i = 0; i < count; i++)
            if (read(events[i].data.fd, block, sizeof block) <= 0) {
                close(events[i].data.fd);
                open--;
            }
    }
    exit(0);
}

/* --- through server/net */

static struct net_session *find_session(const char *token, const char *address, gpointer user)
{
    (void)token, (void)address, (void)user;
    struct net_session *session = net_session_create();
    session->id = g_strdup("bench");
    session->login = g_strdup("bench");
    return session;
}

static void on_opened(struct net_client *client, gpointer user)
{
    (void)user;
    struct viewer *viewer = g_new0(struct viewer, 1);
    viewer->client = client;
    net_client_set_user(client, viewer);
    g_ptr_array_add(bench.viewers, viewer);
}

static void on_text(struct net_client *client, json_t *message, gpointer user)
{
    (void)client, (void)message, (void)user;
}

static bool on_pull(struct net_client *client, struct net_frame *frame, gpointer user)
{
    (void)user;
    struct viewer *viewer = net_client_user(client);
    if (!viewer->due)
        return false;
    viewer->due--;
    bench.sent++;
    net_frame_append(frame, bench.unit, (size_t)options.bytes);
    return true;
}

static void on_closed(struct net_client *client, gpointer user)
{
    (void)user;
    g_ptr_array_remove_fast(bench.viewers, net_client_user(client));
}

/* --- the floor */

static void accept_all(int listener)
{
    while ((int)bench.sockets->len < options.clients) {
        int fd = accept(listener, NULL, NULL);
        char request[600];
        if (fd < 0 || read(fd, request, sizeof request) <= 0)
            exit(1);
        g_array_append_val(bench.sockets, fd);
    }
}

static void send_bare(void)
{
    size_t size = (size_t)options.streams * (size_t)options.bytes;
    for (guint i = 0; i < bench.sockets->len; i++) {
        ssize_t sent = send(g_array_index(bench.sockets, int, i), bench.unit, size, MSG_NOSIGNAL);
        bench.sent += sent > 0 ? (guint64)sent / (guint64)options.bytes : 0;
        bench.late += sent < (ssize_t)size;
    }
}

/* --- both */

static gboolean on_rate(gpointer user)
{
    (void)user;
    if (!bench.begun_us) {
        if (!options.floor && (int)bench.viewers->len < options.clients)
            return G_SOURCE_CONTINUE;
        bench.begun_us = clock_mono_us();
        bench.begun_cpu_us = cpu_us();
    }
    if (options.floor)
        send_bare();
    for (guint i = 0; i < bench.viewers->len; i++) {
        struct viewer *viewer = bench.viewers->pdata[i];
        bench.late += viewer->due > 0;
        viewer->due = (guint)options.streams; /* what was not taken is dropped */
        net_client_want_pull(viewer->client);
    }
    if (clock_mono_us() - bench.begun_us >= (gint64)options.seconds * G_USEC_PER_SEC)
        loop_quit(bench.loop);
    return G_SOURCE_CONTINUE;
}

static guint open_floor(int *listener)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(*listener, (struct sockaddr *)&address, size) != 0 || listen(*listener, 512) != 0 ||
        getsockname(*listener, (struct sockaddr *)&address, &size) != 0)
        exit(1);
    return ntohs(address.sin_port);
}

static guint open_net(void)
{
    static const struct net_gate gate = {.session_find = find_session};
    static const struct net_client_ops ops = {on_opened, on_text, on_pull, on_closed};
    g_autoptr(GError) error = NULL;
    json_t *config = json_pack("{s:{s:s, s:i, s:i}}", "server", "listen", "127.0.0.1", "port", 0,
                               "max_clients", options.clients);
    bench.net = net_create(bench.loop, config, &gate, NULL, &error);
    json_decref(config);
    if (!bench.net)
        g_error("%s", error->message);
    net_set_client_ops(bench.net, &ops, NULL);
    return net_port(bench.net);
}

static void report(void)
{
    double seconds = (double)(clock_mono_us() - bench.begun_us) / G_USEC_PER_SEC;
    double cores = (double)(cpu_us() - bench.begun_cpu_us) / G_USEC_PER_SEC / seconds;
    double asked = (double)options.clients * options.streams * options.rate;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("{\"bench\":\"fanout\",\"floor\":%s,\"clients\":%d,\"units_asked_per_s\":%.0f,"
           "\"units_sent_per_s\":%.0f,\"mbit_per_s\":%.0f,\"late\":%" G_GUINT64_FORMAT
           ",\"cpu_cores\":%.3f,\"rss_mb\":%.1f}\n",
           options.floor ? "true" : "false", options.clients, asked, (double)bench.sent / seconds,
           (double)bench.sent * options.bytes * 8 / seconds / 1e6, bench.late, cores,
           (double)usage.ru_maxrss / 1024);
}

int main(int argc, char **argv)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "fanout: %s\n", error->message);
        return 2;
    }
    log_init("fanout", LOG_LEVEL_WARN);
    bench.loop = loop_create(NULL);
    bench.viewers = g_ptr_array_new_with_free_func(g_free);
    bench.sockets = g_array_new(FALSE, FALSE, sizeof(int));
    bench.unit = g_malloc0((gsize)options.streams * (gsize)options.bytes);
    int listener = -1;
    guint port = options.floor ? open_floor(&listener) : open_net();
    pid_t readers = fork();
    if (readers == 0)
        read_all(port);
    if (options.floor)
        accept_all(listener);
    guint timer = loop_every(bench.loop, (guint)(1000 / options.rate), on_rate, NULL);
    loop_run(bench.loop);
    report();
    loop_cancel(bench.loop, &timer);
    net_destroy(bench.net);
    for (guint i = 0; i < bench.sockets->len; i++)
        close(g_array_index(bench.sockets, int, i));
    waitpid(readers, NULL, 0);
    loop_destroy(bench.loop);
    g_ptr_array_unref(bench.viewers);
    g_array_unref(bench.sockets);
    g_free(bench.unit);
    return 0;
}
