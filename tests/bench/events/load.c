/* events_load --port P --key K --file ITEMS [--rate R] [--clients N --cookie C] …
 *
 * ITEMS: one event a line as POST /api/v1/events takes it, beginning with {"id":". Ids get a prefix
 * in each round through the file, times are those of sending. Without a rate each connection sends
 * as soon as it was answered. One JSON object at the end. */
#include "load.h"
#include "client.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { EVENTS = 256, SLOTS = 6000000, QUIET_S = 20 };

struct load_options options = {
    .connections = 4, .batch = 500, .seconds = 10, .feed = "bench", .run = "r"};

static const GOptionEntry entries[] = {
    {"port", 0, 0, G_OPTION_ARG_INT, &options.port, "of the server", "P"},
    {"key", 0, 0, G_OPTION_ARG_STRING, &options.key, "of the feed", "K"},
    {"feed", 0, 0, G_OPTION_ARG_STRING, &options.feed, "its id", "ID"},
    {"file", 0, 0, G_OPTION_ARG_FILENAME, &options.file, "events, one a line", "F"},
    {"run", 0, 0, G_OPTION_ARG_STRING, &options.run, "prefix of ids", "TEXT"},
    {"connections", 0, 0, G_OPTION_ARG_INT, &options.connections, "that post", "N"},
    {"batch", 0, 0, G_OPTION_ARG_INT, &options.batch, "events in a POST", "N"},
    {"rate", 0, 0, G_OPTION_ARG_INT, &options.rate, "events a second, 0: all that go", "R"},
    {"seconds", 0, 0, G_OPTION_ARG_INT, &options.seconds, "of sending", "S"},
    {"probes", 0, 0, G_OPTION_ARG_INT, &options.probes, "timed alerts a second", "N"},
    {"clients", 0, 0, G_OPTION_ARG_INT, &options.clients, "WebSockets on `alerts`", "N"},
    {"cookie", 0, 0, G_OPTION_ARG_STRING, &options.cookie, "of a session", "NAME=VALUE"},
    {0},
};

static int poller;

void load_watch(int fd, struct watched *watched, bool waits, bool first)
{
    struct epoll_event event = {.events = waits ? EPOLLIN | EPOLLOUT : EPOLLIN,
                                .data.ptr = watched};
    if (epoll_ctl(poller, first ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &event) != 0)
        client_fail("epoll");
}

/* --- times */

struct spread {
    guint64 count;
    guint32 slots[SLOTS];
};

struct spread *spread_new(void)
{
    return g_new0(struct spread, 1);
}

void spread_add(struct spread *spread, gint64 us)
{
    spread->slots[CLAMP(us / 100, 0, SLOTS - 1)]++;
    spread->count++;
}

guint64 spread_count(const struct spread *spread)
{
    return spread->count;
}

double spread_percentile_ms(const struct spread *spread, double percent)
{
    guint64 want = (guint64)((double)spread->count * percent / 100), sum = 0;
    for (guint i = 0; spread->count && i < SLOTS; i++) {
        sum += spread->slots[i];
        if (sum > want || sum == spread->count)
            return (i + 1) / 10.0;
    }
    return 0;
}

/* --- */

static void turn(gint64 wait_us)
{
    static int timer = -1;
    static struct watched nobody = {NULL};
    struct epoll_event events[EVENTS];
    if (timer < 0) {
        timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
        load_watch(timer, &nobody, false, true);
    }
    wait_us = CLAMP(wait_us, 1, 100000);
    struct itimerspec when = {.it_value = {0, wait_us * 1000}};
    timerfd_settime(timer, 0, &when, NULL);
    int count = epoll_wait(poller, events, EVENTS, 1000);
    for (int i = 0; i < count; i++) {
        struct watched *watched = events[i].data.ptr;
        if (watched->ready) {
            watched->ready(watched, events[i].events);
        } else {
            guint64 times;
            if (read(timer, &times, sizeof times) < 0 && errno != EAGAIN)
                client_fail("timer");
        }
    }
}

static void say(double seconds)
{
    const struct post_figures *post = &post_figures;
    const struct watch_figures *seen = &watch_figures;
    printf("{\"seconds\":%.3f,\"posts\":%" G_GUINT64_FORMAT ",\"accepted\":%" G_GUINT64_FORMAT
           ",\"refused\":%" G_GUINT64_FORMAT ",\"busy\":%" G_GUINT64_FORMAT
           ",\"answer_p50_ms\":%.1f,\"answer_p99_ms\":%.1f,\"deltas\":%" G_GUINT64_FORMAT
           ",\"latency_p50_ms\":%.1f,\"latency_p99_ms\":%.1f,\"watched_bytes\":%" G_GUINT64_FORMAT
           ",\"watched_messages\":%" G_GUINT64_FORMAT "}\n",
           seconds, post->posts, post->accepted, post->refused, post->busy,
           spread_percentile_ms(post->answers, 50), spread_percentile_ms(post->answers, 99),
           spread_count(seen->deltas), spread_percentile_ms(seen->deltas, 50),
           spread_percentile_ms(seen->deltas, 99), seen->bytes, seen->messages);
}

int main(int argc, char **argv)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "events_load: %s\n", error->message);
        return 2;
    }
    poller = epoll_create1(0);
    watch_open();
    post_open();
    printf("{\"phase\":\"sending\"}\n");
    fflush(stdout);
    gint64 begun_us = g_get_monotonic_time(), now_us;
    while ((now_us = g_get_monotonic_time()) < begun_us + options.seconds * G_USEC_PER_SEC)
        turn(post_turn(now_us));
    post_stop();
    while (!post_idle())
        turn(100000);
    double seconds = (double)(g_get_monotonic_time() - begun_us) / 1e6;
    gint64 end_us = g_get_monotonic_time() + QUIET_S * G_USEC_PER_SEC;
    while (!watch_has(post_probes()) && g_get_monotonic_time() < end_us)
        turn(100000); /* what is under way still counts */
    say(seconds);
    return watch_has(post_probes()) ? 0 : 3;
}
