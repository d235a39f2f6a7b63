/* Browsers that follow the topic `alerts`; what comes is searched for the probes' titles. */
#include "client.h"
#include "load.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { BLOCK = 1 << 20 };

struct client {
    struct watched watched;
    int fd;
    GByteArray *bytes;
    guint64 newest; /* probe */
};

static struct client *clients;
static GString *mark; /* that a probe's title begins with */
struct watch_figures watch_figures;

/* Titles are "@RUN NUMBER SENT_US ": the first time that this client sees one counts. */
static void find_probes(struct client *client, const guint8 *data, size_t size)
{
    const char *at = (const char *)data, *end = at + size;
    gint64 now_us = 0;
    while ((at = memmem(at, (size_t)(end - at), mark->str, mark->len))) {
        char *rest;
        at += mark->len;
        guint64 probe = g_ascii_strtoull(at, &rest, 10);
        gint64 sent_us = g_ascii_strtoll(rest, NULL, 10);
        watch_figures.alerts++;
        if (probe <= client->newest)
            continue;
        if (!now_us)
            now_us = g_get_monotonic_time();
        spread_add(watch_figures.deltas, now_us - sent_us);
        client->newest = probe;
    }
}

static void take_frames(struct client *client)
{
    const guint8 *data = client->bytes->data, *payload;
    size_t size = client->bytes->len, at = 0, frame, length;
    while ((frame = websocket_frame(data + at, size - at, &payload, &length))) {
        if (data[at] == WEBSOCKET_TEXT) {
            watch_figures.messages++;
            find_probes(client, payload, length);
        } else if (data[at] == WEBSOCKET_PING) {
            websocket_pong(client->fd, payload, length);
        } else {
            fprintf(stderr, "events_load: frame of kind 0x%02x: %.*s\n", data[at], (int)length,
                    (const char *)payload);
            exit(1);
        }
        at += frame;
    }
    g_byte_array_remove_range(client->bytes, 0, (guint)at);
}

static void read_client(struct watched *watched, guint32 events)
{
    static guint8 block[BLOCK];
    struct client *client = (struct client *)watched;
    (void)events;
    ssize_t size = recv(client->fd, block, sizeof block, MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN)
        return;
    if (size <= 0)
        client_fail("a watching connection was closed");
    watch_figures.bytes += (guint64)size;
    g_byte_array_append(client->bytes, block, (guint)size);
    take_frames(client);
}

void watch_open(void)
{
    mark = g_string_new(NULL);
    g_string_printf(mark, "\"title\":\"@%s ", options.run);
    watch_figures.deltas = spread_new();
    clients = g_new0(struct client, options.clients + 1);
    for (int i = 0; i < options.clients; i++) {
        struct client *client = &clients[i];
        *client =
            (struct client){{read_client}, client_connect(options.port), g_byte_array_new(), 0};
        websocket_upgrade(client->fd, options.port, options.cookie);
        websocket_send_text(client->fd, "{\"t\":\"sub\",\"topic\":\"alerts\"}");
        load_watch(client->fd, &client->watched, false, true);
    }
}

bool watch_has(guint64 probe)
{
    for (int i = 0; i < options.clients; i++) {
        if (clients[i].newest < probe)
            return false;
    }
    return true;
}
