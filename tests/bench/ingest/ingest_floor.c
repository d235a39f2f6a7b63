/* The least that taking cameras in can cost: shakes hands with every camera of a list, then one
 * epoll thread receives all bytes and throws them away. What townwall-media is measured against.
 *
 *   ingest-floor --cameras FILE.csv [--tick-ms N] [--udp]
 *
 * FILE has a header line and the columns id,url,sub_url; the last column is played. Prints a line
 * of JSON each second. With --tick-ms the thread rests after each round like townwall-media does.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READ_BYTES = 256 << 10, EVENTS = 512, ANSWER_BYTES = 8192 };
enum { TRAINS = 16, TRAIN_BYTES = 65536 + 2112, UDP_BUFFER_BYTES = 4 << 20 };

static int connect_to(const char *url)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    char host[64];
    unsigned port;
    if (sscanf(url, "rtsp://%63[0-9.]:%u/", host, &port) != 2)
        g_error("the floor takes rtsp://ADDRESS:PORT/…, not %s", url);
    address.sin_port = htons((uint16_t)port);
    struct addrinfo hints = {.ai_family = AF_INET, .ai_flags = AI_NUMERICHOST}, *found;
    if (getaddrinfo(host, NULL, &hints, &found) != 0)
        g_error("%s is not an address", host);
    address.sin_addr = ((struct sockaddr_in *)(void *)found->ai_addr)->sin_addr;
    freeaddrinfo(found);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
        g_error("%s: %s", url, g_strerror(errno));
    return fd;
}

/* Sends a request and reads its answer to the end of its body. Returned: the Session, new string.
 */
static char *ask(int fd, const char *request)
{
    char answer[ANSWER_BYTES + 1];
    size_t size = 0, whole = 0;
    if (send(fd, request, strlen(request), MSG_NOSIGNAL) < 0)
        g_error("send: %s", g_strerror(errno));
    while (!whole || size < whole) {
        /* heads byte by byte, so that no media is taken away */
        ssize_t count = recv(fd, answer + size, whole ? whole - size : 1, 0);
        if (count <= 0 || size + (size_t)count >= ANSWER_BYTES)
            g_error("no answer to: %s", request);
        size += (size_t)count;
        answer[size] = '\0';
        if (!whole && size >= 4 && !memcmp(answer + size - 4, "\r\n\r\n", 4)) {
            const char *length = strcasestr(answer, "content-length:");
            whole = size + (length ? (size_t)strtoul(length + 15, NULL, 10) : 0);
        }
    }
    if (!strstr(answer, " 200 "))
        g_error("refused: %s", answer);
    const char *session = strcasestr(answer, "session:");
    if (!session)
        return NULL;
    session += strlen("session:");
    session += strspn(session, " ");
    return g_strndup(session, strcspn(session, ";\r\n"));
}

/* A pair of sockets at an even port and the next one. Returned: the port. */
static unsigned open_pair(int fds[2])
{
    static unsigned next = 20000; /* all below it are taken */
    for (; next < 60000; next += 2) {
        const unsigned port = next;
        bool bound = true;
        for (unsigned i = 0; i < 2; i++) {
            struct sockaddr_in address = {.sin_family = AF_INET,
                                          .sin_port = htons((uint16_t)(port + i))};
            fds[i] = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
            bound &= bind(fds[i], (struct sockaddr *)&address, sizeof address) == 0;
        }
        if (bound) {
            int size = UDP_BUFFER_BYTES;
            setsockopt(fds[0], SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
            /* as townwall-media has it */
            setsockopt(fds[0], IPPROTO_UDP, UDP_GRO, &(int){1}, sizeof(int));
            next += 2;
            return port;
        }
        close(fds[0]);
        close(fds[1]);
    }
    g_error("no free ports");
}

/* Returned: where its media come. */
static int play(const char *url, bool udp)
{
    int fd = connect_to(url), pair[2] = {-1, -1};
    unsigned port = udp ? open_pair(pair) : 0;
    g_autofree char *transport =
        udp ? g_strdup_printf("RTP/AVP;unicast;client_port=%u-%u", port, port + 1)
            : g_strdup("RTP/AVP/TCP;unicast;interleaved=0-1");
    g_autofree char *describe = g_strdup_printf("DESCRIBE %s RTSP/1.0\r\nCSeq: 1\r\n\r\n", url);
    g_free(ask(fd, describe));
    g_autofree char *setup = g_strdup_printf("SETUP %s/trackID=0 RTSP/1.0\r\nCSeq: 2\r\n"
                                             "Transport: %s\r\n\r\n",
                                             url, transport);
    g_autofree char *session = ask(fd, setup);
    g_autofree char *start = g_strdup_printf("PLAY %s RTSP/1.0\r\nCSeq: 3\r\nSession: %s\r\n\r\n",
                                             url, session ? session : "");
    g_free(ask(fd, start));
    fcntl(fd, F_SETFL, O_NONBLOCK);
    return udp ? pair[0] : fd;
}

static unsigned play_all(const char *path, int epoll_fd, bool udp)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &text, NULL, &error))
        g_error("%s", error->message);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    unsigned count = 0;
    for (char **line = lines + 1; *line && **line; line++) {
        const char *comma = strrchr(*line, ',');
        if (!comma)
            g_error("%s: a line without commas", path);
        int fd = play(comma + 1, udp);
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
        count++;
    }
    return count;
}

static int64_t now_us(void)
{
    return g_get_monotonic_time();
}

static void rest(int64_t until_us)
{
    int64_t left_us = until_us - now_us();
    if (left_us <= 0)
        return;
    struct timespec time = {.tv_sec = left_us / 1000000, .tv_nsec = left_us % 1000000 * 1000};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
}

/* Returned: bytes thrown away. */
static uint64_t serve(int fd, char *buffer)
{
    uint64_t bytes = 0;
    for (;;) {
        ssize_t count = recv(fd, buffer, READ_BYTES, 0);
        if (count == 0)
            g_error("a camera closed the connection");
        if (count < 0 && errno != EAGAIN)
            g_error("recv: %s", g_strerror(errno));
        if (count > 0)
            bytes += (uint64_t)count;
        if (count < READ_BYTES)
            return bytes;
    }
}

static uint64_t serve_udp(int fd, char *buffer)
{
    static struct mmsghdr messages[TRAINS];
    static struct iovec vectors[TRAINS];
    for (int i = 0; i < TRAINS && !vectors[i].iov_base; i++) {
        vectors[i] = (struct iovec){buffer + i * TRAIN_BYTES, TRAIN_BYTES};
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    uint64_t bytes = 0;
    int count = recvmmsg(fd, messages, TRAINS, MSG_DONTWAIT, NULL);
    for (int i = 0; i < count; i++)
        bytes += messages[i].msg_len;
    return bytes;
}

static void receive(int epoll_fd, unsigned cameras, int64_t tick_us, bool udp)
{
    g_autofree char *buffer = g_malloc(MAX(READ_BYTES, TRAINS * TRAIN_BYTES));
    struct epoll_event events[EVENTS];
    uint64_t bytes = 0, rounds = 0;
    int64_t told_us = now_us();
    for (;;) {
        int ready = epoll_wait(epoll_fd, events, EVENTS, 250);
        int64_t begun_us = now_us();
        for (int i = 0; i < ready; i++)
            bytes += udp ? serve_udp(events[i].data.fd, buffer) : serve(events[i].data.fd, buffer);
        rounds++;
        if (begun_us - told_us >= 1000000) {
            printf("{\"cameras\":%u,\"bytes\":%" G_GUINT64_FORMAT ",\"rounds\":%" G_GUINT64_FORMAT
                   "}\n",
                   cameras, bytes, rounds);
            fflush(stdout);
            told_us = begun_us;
        }
        if (tick_us)
            rest(begun_us + tick_us);
    }
}

int main(int argc, char **argv)
{
    g_autofree char *path = NULL;
    int tick_ms = 0;
    gboolean udp = FALSE;
    const GOptionEntry entries[] = {
        {"cameras", 0, 0, G_OPTION_ARG_FILENAME, &path, "Cameras (CSV)", "FILE"},
        {"tick-ms", 0, 0, G_OPTION_ARG_INT, &tick_ms, "Rest between rounds", "N"},
        {"udp", 0, 0, G_OPTION_ARG_NONE, &udp, "RTP over UDP instead of TCP", NULL},
        {0},
    };
    GOptionContext *context = g_option_context_new("– receives and throws away");
    g_option_context_add_main_entries(context, entries, NULL);
    bool parsed = g_option_context_parse(context, &argc, &argv, NULL) && path;
    g_option_context_free(context);
    if (!parsed) {
        fprintf(stderr, "usage: ingest-floor --cameras FILE.csv [--tick-ms N] [--udp]\n");
        return 2;
    }
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    receive(epoll_fd, play_all(path, epoll_fd, udp), (int64_t)tick_ms * 1000, udp);
    return 0;
}
