/* A wire between two network namespaces that can be slow, narrow, lossy or cut, for tests: a TUN
 * device at each end, and this program between them. Needs root; addresses are given by whoever
 * starts it.
 *
 *   wire NAME_A SPACE_A NAME_B SPACE_B      names of devices and namespaces; "" is this one
 *
 * Prints "ready". Each line of standard input is "DELAY_MS JITTER_MS LOSS KBITS QUEUE_MS UDP": LOSS
 * a share (1 cuts); KBITS of each way, 0: any; QUEUE_MS: what would wait longer for its turn is
 * lost; UDP 0: none passes, as behind some firewalls. Ends when that ends. */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { PACKET_BYTES = 2048, MOST_WAITING = 8192 };

struct packet {
    gint64 due_us;
    ssize_t size;
    guint8 data[PACKET_BYTES];
};

struct end {
    int fd;
    GQueue *waiting; /* struct packet * on their way to this end */
    gint64 last_due_us;
    gint64 busy_until_us; /* packets before are on the narrow line until then */
};

struct shape {
    double delay_ms, jitter_ms, loss, kbits, queue_ms;
    int udp;
};

static void die(const char *what)
{
    fprintf(stderr, "wire: %s: %s\n", what, g_strerror(errno));
    exit(1);
}

static void enter(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
        die(path);
    close(fd);
}

/* A device stays in the namespace in which it was made, its descriptor works everywhere. */
static int open_device(const char *name, const char *space)
{
    g_autofree char *path = g_strdup_printf("/var/run/netns/%s", space);
    int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    if (*space)
        enter(path);
    int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
    g_strlcpy(request.ifr_name, name, sizeof request.ifr_name);
    if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0)
        die(name);
    if (home < 0 || setns(home, CLONE_NEWNET) < 0)
        die("own namespace");
    close(home);
    return fd;
}

static bool is_udp(const guint8 *data, ssize_t size)
{
    bool six = size > 6 && data[0] >> 4 == 6;
    return six ? data[6] == IPPROTO_UDP : size > 9 && data[9] == IPPROTO_UDP;
}

/* When the last bit of a packet is through; 0: there is no room for it. */
static gint64 through(struct end *to, const struct shape *shape, ssize_t size)
{
    gint64 now_us = g_get_monotonic_time();
    if (shape->kbits <= 0)
        return now_us;
    gint64 free_us = MAX(to->busy_until_us, now_us);
    if (free_us - now_us > (gint64)(shape->queue_ms * 1000))
        return 0;
    to->busy_until_us = free_us + (gint64)((double)size * 8000.0 / shape->kbits);
    return to->busy_until_us;
}

/* What came out of one end, to the other. */
static void take(int fd, struct end *to, const struct shape *shape)
{
    guint8 data[PACKET_BYTES];
    ssize_t size;
    while ((size = read(fd, data, sizeof data)) > 0) {
        if (g_random_double() < shape->loss || g_queue_get_length(to->waiting) >= MOST_WAITING)
            continue;
        gint64 through_us = shape->udp || !is_udp(data, size) ? through(to, shape, size) : 0;
        if (!through_us)
            continue;
        struct packet *packet = g_new(struct packet, 1);
        double delay_ms = shape->delay_ms + shape->jitter_ms * g_random_double();
        packet->due_us =
            MAX(to->last_due_us, through_us + (gint64)(delay_ms * 1000)); /* in order */
        packet->size = size;
        memcpy(packet->data, data, (size_t)size);
        to->last_due_us = packet->due_us;
        g_queue_push_tail(to->waiting, packet);
    }
}

/* Returned: milliseconds until the next one is due, -1: none waits. */
static int deliver(struct end *end)
{
    gint64 now_us = g_get_monotonic_time();
    struct packet *packet;
    while ((packet = g_queue_peek_head(end->waiting)) && packet->due_us <= now_us) {
        /* a full device loses it, as a network does */
        if (write(end->fd, packet->data, (size_t)packet->size) < 0 && errno != EAGAIN)
            errno = 0;
        g_free(g_queue_pop_head(end->waiting));
    }
    return packet ? (int)((packet->due_us - now_us) / 1000) + 1 : -1;
}

/* false: standard input has ended. */
static bool obey(struct shape *shape)
{
    char line[256];
    if (!fgets(line, sizeof line, stdin))
        return false;
    struct shape next;
    if (sscanf(line, "%lf %lf %lf %lf %lf %d", &next.delay_ms, &next.jitter_ms, &next.loss,
               &next.kbits, &next.queue_ms, &next.udp) == 6)
        *shape = next;
    puts("shaped");
    return true;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fputs("usage: wire NAME_A SPACE_A NAME_B SPACE_B\n", stderr);
        return 2;
    }
    struct end ends[2];
    for (int i = 0; i < 2; i++)
        ends[i] = (struct end){.fd = open_device(argv[1 + 2 * i], argv[2 + 2 * i]),
                               .waiting = g_queue_new()};
    struct shape shape = {.udp = 1};
    setvbuf(stdout, NULL, _IOLBF, 0);
    setvbuf(stdin, NULL, _IONBF, 0);
    puts("ready");
    for (bool going = true; going;) {
        int a = deliver(&ends[0]), b = deliver(&ends[1]);
        int wait_ms = a < 0 ? b : b < 0 ? a : MIN(a, b);
        struct pollfd fds[3] = {{.fd = ends[0].fd, .events = POLLIN},
                                {.fd = ends[1].fd, .events = POLLIN},
                                {.events = POLLIN}};
        if (poll(fds, 3, wait_ms) < 0 && errno != EINTR)
            die("poll");
        take(ends[0].fd, &ends[1], &shape);
        take(ends[1].fd, &ends[0], &shape);
        if (fds[2].revents)
            going = obey(&shape);
    }
    for (int i = 0; i < 2; i++)
        g_queue_free_full(ends[i].waiting, g_free);
    return 0;
}
