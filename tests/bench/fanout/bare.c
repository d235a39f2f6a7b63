/* The least that sending the same bytes to many can cost: a buffer, a timer, and send() on each
 * socket in turn.
 *
 *   bare --bytes B [--clients N] [--period MS] [--seconds S]
 *
 * Every period each client gets B bytes. Prints {"port":…}, then one line when all came and one
 * when the seconds are over, with the CPU it took. */
#include <arpa/inet.h>
#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>

static struct {
    gint clients, bytes, period_ms, seconds;
} options = {200, 0, 100, 20};

static const GOptionEntry entries[] = {
    {"clients", 0, 0, G_OPTION_ARG_INT, &options.clients, "sockets", "N"},
    {"bytes", 0, 0, G_OPTION_ARG_INT, &options.bytes, "to each, every period", "B"},
    {"period", 0, 0, G_OPTION_ARG_INT, &options.period_ms, "between two writes", "MS"},
    {"seconds", 0, 0, G_OPTION_ARG_INT, &options.seconds, "how long", "S"},
    {0},
};

static double cpu_s(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

static int listen_somewhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, 512) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        exit(1);
    printf("{\"port\":%d}\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

/* Sends to each what is due to it; a socket that is full gets the rest with the next round. */
static guint64 send_round(struct pollfd *sockets, size_t *due, const guint8 *block)
{
    guint64 sent_bytes = 0;
    for (int i = 0; i < options.clients; i++) {
        if (!due[i] || !(sockets[i].revents & POLLOUT))
            continue;
        size_t part = MIN(due[i], (size_t)options.bytes);
        ssize_t sent = send(sockets[i].fd, block, part, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno != EAGAIN)
            exit(1);
        due[i] -= (size_t)MAX(sent, 0);
        sent_bytes += (guint64)MAX(sent, 0);
    }
    return sent_bytes;
}

static guint64 send_for(struct pollfd *sockets, gint64 seconds)
{
    g_autofree guint8 *block = g_malloc0((gsize)options.bytes);
    g_autofree size_t *due = g_new0(size_t, options.clients);
    gint64 next_us = g_get_monotonic_time(), end_us = next_us + seconds * G_USEC_PER_SEC;
    guint64 sent_bytes = 0;
    for (gint64 now_us; (now_us = g_get_monotonic_time()) < end_us;) {
        bool waiting = false;
        for (int i = 0; i < options.clients; i++) {
            if (now_us >= next_us)
                due[i] += (size_t)options.bytes;
            sockets[i].events = due[i] ? POLLOUT : 0;
            waiting |= due[i] > 0;
        }
        if (now_us >= next_us)
            next_us += (gint64)options.period_ms * 1000;
        int limit_ms = (int)CLAMP((next_us - now_us + 999) / 1000, 0, 1000);
        if (!waiting) {
            poll(NULL, 0, limit_ms);
            continue;
        }
        poll(sockets, (nfds_t)options.clients, limit_ms);
        sent_bytes += send_round(sockets, due, block);
    }
    return sent_bytes;
}

int main(int argc, char **argv)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, &argc, &argv, &error) || options.bytes < 1) {
        fprintf(stderr, "bare: %s\n", error ? error->message : "--bytes is missing");
        return 2;
    }
    int listener = listen_somewhere();
    g_autofree struct pollfd *sockets = g_new0(struct pollfd, options.clients);
    for (int i = 0; i < options.clients; i++) {
        int on = 1, low = 128 * 1024; /* as the server sets them */
        sockets[i].fd = accept(listener, NULL, NULL);
        setsockopt(sockets[i].fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        setsockopt(sockets[i].fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &low, sizeof low);
    }
    send_for(sockets, 2); /* buffers grow to what they will be */
    double begun_s = cpu_s();
    gint64 begun_us = g_get_monotonic_time();
    guint64 bytes = send_for(sockets, options.seconds);
    double seconds = (double)(g_get_monotonic_time() - begun_us) / 1e6;
    printf("{\"seconds\":%.3f,\"bytes\":%" G_GUINT64_FORMAT ",\"cpu_s\":%.3f}\n", seconds, bytes,
           cpu_s() - begun_s);
    return 0;
}
