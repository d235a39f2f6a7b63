/* Many browsers in one process: each opens a WebSocket, follows every topic and asks for the small
 * pictures of all cameras; what comes is looked at only as far as its times.
 *
 *   viewers --port P [--cookie C] [--clients N] [--warmup S] [--seconds S] [--raw]
 *
 * --raw: plain connections that are read and thrown away, for the bare writer beside it.
 * One JSON object a line, the last one when the measured seconds are over. */
#include "client.h"
#include "viewer_frames.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { EVENTS = 64, BLOCK = 1 << 20 };

static struct {
    gint port, clients, warmup, seconds;
    char *cookie;
    gboolean raw;
} options = {0, 200, 5, 20, NULL, FALSE};

static const GOptionEntry entries[] = {
    {"port", 0, 0, G_OPTION_ARG_INT, &options.port, "of the server", "P"},
    {"cookie", 0, 0, G_OPTION_ARG_STRING, &options.cookie, "of a session", "NAME=VALUE"},
    {"clients", 0, 0, G_OPTION_ARG_INT, &options.clients, "browsers", "N"},
    {"warmup", 0, 0, G_OPTION_ARG_INT, &options.warmup, "before measuring", "S"},
    {"seconds", 0, 0, G_OPTION_ARG_INT, &options.seconds, "measured", "S"},
    {"raw", 0, 0, G_OPTION_ARG_NONE, &options.raw, "no WebSocket", NULL},
    {0},
};

static struct {
    int poller;
    struct viewer *viewers;
    struct figures figures;
    guint8 block[BLOCK];
} bench;

static void open_viewer(struct viewer *viewer)
{
    static const char *const commands[] = {
        "{\"t\":\"sub\",\"topic\":\"cameras\"}", "{\"t\":\"sub\",\"topic\":\"media\"}",
        "{\"t\":\"sub\",\"topic\":\"presence\"}",
        "{\"t\":\"thumbs\",\"cameras\":\"all\",\"why\":\"mosaic\"}"};
    viewer->fd = client_connect(options.port);
    viewer->bytes = g_byte_array_new();
    if (!options.raw) {
        websocket_upgrade(viewer->fd, options.port, options.cookie);
        for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
            websocket_send_text(viewer->fd, commands[i]);
    }
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = viewer};
    if (epoll_ctl(bench.poller, EPOLL_CTL_ADD, viewer->fd, &event) != 0)
        client_fail("epoll");
}

static void read_viewer(struct viewer *viewer)
{
    ssize_t size = recv(viewer->fd, bench.block, sizeof bench.block, MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN)
        return;
    if (size <= 0) {
        fprintf(stderr, "viewers: a connection was closed\n");
        exit(1);
    }
    bench.figures.received_bytes += (guint64)size;
    if (options.raw)
        return;
    g_byte_array_append(viewer->bytes, bench.block, (guint)size);
    viewer_take(viewer, &bench.figures);
}

static void say(const char *phase, double seconds)
{
    const struct figures *now = &bench.figures;
    printf("{\"phase\":\"%s\",\"clients\":%d,\"seconds\":%.3f,\"bytes\":%" G_GUINT64_FORMAT
           ",\"batches\":%" G_GUINT64_FORMAT ",\"pictures\":%" G_GUINT64_FORMAT
           ",\"texts\":%" G_GUINT64_FORMAT ",\"delivery_p50_ms\":%.1f,\"delivery_p99_ms\":%.1f,"
           "\"topic_p50_ms\":%.1f,\"topic_p99_ms\":%.1f}\n",
           phase, options.clients, seconds, now->received_bytes, now->batches, now->pictures,
           now->texts, figures_percentile(&now->delivery, 50),
           figures_percentile(&now->delivery, 99), figures_percentile(&now->topics, 50),
           figures_percentile(&now->topics, 99));
    fflush(stdout);
}

static void read_until(gint64 end_us)
{
    struct epoll_event events[EVENTS];
    for (gint64 now_us; (now_us = g_get_monotonic_time()) < end_us;) {
        int count =
            epoll_wait(bench.poller, events, EVENTS, (int)MIN((end_us - now_us) / 1000 + 1, 1000));
        for (int i = 0; i < count; i++)
            read_viewer(events[i].data.ptr);
    }
}

int main(int argc, char **argv)
{
    g_autoptr(GOptionContext) context = g_option_context_new(NULL);
    g_option_context_add_main_entries(context, entries, NULL);
    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        fprintf(stderr, "viewers: %s\n", error->message);
        return 2;
    }
    bench.poller = epoll_create1(0);
    bench.viewers = g_new0(struct viewer, options.clients);
    for (int i = 0; i < options.clients; i++)
        open_viewer(&bench.viewers[i]);
    say("warmup", 0);
    read_until(g_get_monotonic_time() + options.warmup * G_USEC_PER_SEC);
    figures_begin(&bench.figures);
    gint64 begun_us = g_get_monotonic_time();
    say("measuring", 0);
    read_until(begun_us + options.seconds * G_USEC_PER_SEC);
    say("over", (double)(g_get_monotonic_time() - begun_us) / 1e6);
    read_until(G_MAXINT64); /* until it is told to go: closing is not part of what is measured */
    return 0;
}
