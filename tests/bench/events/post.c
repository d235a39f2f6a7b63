/* Connections that post batches: composed, signed, sent, answered. */
#include "client.h"
#include "load.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_BYTES = 1 << 20, PAUSE_US = 100000 };

struct connection {
    struct watched watched;
    int fd;
    GString *request; /* under way */
    size_t sent;
    bool waiting; /* for the answer */
    gint64 since_us, not_before_us;
    GString *answer;
};

static struct {
    GPtrArray *items; /* after {"id":" */
    guint next, round;
    struct connection *connections;
    gint64 begun_us;
    guint64 given;  /* events */
    guint64 probes; /* made so far */
} all;

struct post_figures post_figures;

static void read_items(void)
{
    static const char head[] = "{\"id\":\"";
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    if (!options.file || !g_file_get_contents(options.file, &text, NULL, &error)) {
        fprintf(stderr, "events_load: %s\n", error ? error->message : "--file is missing");
        exit(2);
    }
    all.items = g_ptr_array_new();
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (guint i = 0; lines[i]; i++) {
        if (g_str_has_prefix(lines[i], head))
            g_ptr_array_add(all.items, g_strdup(lines[i] + sizeof head - 1));
    }
    if (!all.items->len)
        client_fail("no events in the file");
}

/* {"id":"RUN.ROUND.…","occurred_us":NOW,… as one element of the batch. */
static void add_item(GString *body, gint64 wall_us)
{
    const char *item = all.items->pdata[all.next];
    const char *rest = strchr(item, '"');
    g_string_append_printf(body, "%s{\"id\":\"%s.%u.%.*s\",\"occurred_us\":%" G_GINT64_FORMAT "%s",
                           body->len > 1 ? "," : "", options.run, all.round, (int)(rest - item),
                           item, wall_us, rest + 1);
    if (++all.next == all.items->len) {
        all.next = 0;
        all.round++;
    }
}

/* An alert of its own, whose title tells when it was sent. */
static void add_probe(GString *body, gint64 now_us, gint64 wall_us)
{
    guint64 probe = ++all.probes;
    g_string_append_printf(
        body,
        "%s{\"id\":\"%s.probe.%" G_GUINT64_FORMAT "\",\"kind\":\"raised\","
        "\"dimension\":\"sensor\",\"type\":\"door\",\"device\":\"%s-%" G_GUINT64_FORMAT
        "\",\"title\":\"@%s %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT
        " \",\"occurred_us\":%" G_GINT64_FORMAT "}",
        body->len > 1 ? "," : "", options.run, probe, options.run, probe, options.run, probe,
        now_us, wall_us);
}

static void sign(GString *request, const GString *body, gint64 wall_us)
{
    g_autofree char *hash =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)body->str, body->len);
    g_autofree char *time = g_strdup_printf("%" G_GINT64_FORMAT ".%06d", wall_us / G_USEC_PER_SEC,
                                            (int)(wall_us % G_USEC_PER_SEC));
    g_autofree char *text = g_strdup_printf("POST\n/api/v1/events\n%s\n%s\n", time, hash);
    g_autofree char *signature =
        g_compute_hmac_for_string(G_CHECKSUM_SHA256, (const guchar *)options.key,
                                  strlen(options.key), text, (gssize)strlen(text));
    g_string_printf(request,
                    "POST /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nX-Townwall-Feed: %s\r\n"
                    "X-Townwall-Time: %s\r\nX-Townwall-Signature: %s\r\n"
                    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
                    options.port, options.feed, time, signature, body->len);
    g_string_append_len(request, body->str, (gssize)body->len);
}

static guint compose(struct connection *connection, gint64 now_us)
{
    g_autoptr(GString) body = g_string_new("[");
    gint64 wall_us = g_get_real_time();
    guint64 due = (guint64)((now_us - all.begun_us) * options.probes / G_USEC_PER_SEC);
    guint count = 0;
    if (options.probes && due > all.probes) {
        add_probe(body, now_us, wall_us);
        count++;
    }
    for (; count < (guint)options.batch; count++)
        add_item(body, wall_us);
    g_string_append_c(body, ']');
    sign(connection->request, body, wall_us);
    return count;
}

static void write_more(struct connection *connection)
{
    const GString *request = connection->request;
    while (connection->sent < request->len) {
        ssize_t size = send(connection->fd, request->str + connection->sent,
                            request->len - connection->sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (size < 0 && errno == EAGAIN) {
            load_watch(connection->fd, &connection->watched, true, false);
            return;
        }
        if (size < 0)
            client_fail("send");
        connection->sent += (size_t)size;
    }
    load_watch(connection->fd, &connection->watched, false, false);
}

static void post(struct connection *connection, gint64 now_us)
{
    connection->since_us = now_us;
    connection->sent = 0;
    connection->waiting = true;
    post_figures.posts++;
    write_more(connection);
}

/* The answer is whole: what became of the batch. */
static void take_answer(struct connection *connection, gint64 now_us)
{
    int status = 0;
    sscanf(connection->answer->str, "HTTP/1.1 %d", &status);
    const char *accepted = strstr(connection->answer->str, "\"accepted\":");
    connection->waiting = false;
    if (status == 202 && accepted) {
        guint64 count = g_ascii_strtoull(accepted + strlen("\"accepted\":"), NULL, 10);
        post_figures.accepted += count;
        post_figures.refused += (guint64)options.batch - MIN(count, (guint64)options.batch);
        spread_add(post_figures.answers, now_us - connection->since_us);
        g_string_truncate(connection->request, 0);
    } else if (status == 429 || status == 503) {
        post_figures.busy++;
        connection->not_before_us = now_us + PAUSE_US;
    } else {
        fprintf(stderr, "events_load: refused: %.600s\n", connection->answer->str);
        exit(1);
    }
    g_string_truncate(connection->answer, 0);
}

/* Nobody used it for a while, and the server closed it, as servers do. */
static void open_again(struct connection *connection)
{
    close(connection->fd);
    connection->fd = client_connect(options.port);
    load_watch(connection->fd, &connection->watched, false, true);
}

static void read_answer(struct watched *watched, guint32 events)
{
    struct connection *connection = (struct connection *)watched;
    static char block[ANSWER_BYTES];
    if (events & EPOLLOUT)
        write_more(connection);
    ssize_t size = recv(connection->fd, block, sizeof block, MSG_DONTWAIT);
    if (size < 0 && errno == EAGAIN)
        return;
    if (size == 0 && !connection->waiting) {
        open_again(connection);
        return;
    }
    if (size <= 0)
        client_fail("a posting connection was closed before it was answered");
    g_string_append_len(connection->answer, block, size);
    const char *text = connection->answer->str, *end = strstr(text, "\r\n\r\n");
    const char *length = end ? strcasestr(text, "\r\ncontent-length:") : NULL;
    if (!length)
        return;
    size_t whole = (size_t)(end + 4 - text) + g_ascii_strtoull(length + 17, NULL, 10);
    if (connection->answer->len >= whole)
        take_answer(connection, g_get_monotonic_time());
}

void post_open(void)
{
    if (!options.key) {
        fprintf(stderr, "events_load: --key is missing\n");
        exit(2);
    }
    read_items();
    post_figures.answers = spread_new();
    all.connections = g_new0(struct connection, options.connections);
    for (int i = 0; i < options.connections; i++) {
        struct connection *connection = &all.connections[i];
        *connection = (struct connection){.watched = {read_answer},
                                          .fd = client_connect(options.port),
                                          .request = g_string_new(NULL),
                                          .answer = g_string_new(NULL)};
        load_watch(connection->fd, &connection->watched, false, true);
    }
}

static struct connection *free_connection(gint64 now_us)
{
    for (int i = 0; i < options.connections; i++) {
        struct connection *one = &all.connections[i];
        if (!one->waiting && one->not_before_us <= now_us)
            return one;
    }
    return NULL;
}

gint64 post_turn(gint64 now_us)
{
    struct connection *connection;
    if (!all.begun_us)
        all.begun_us = now_us;
    while ((connection = free_connection(now_us))) {
        bool again = connection->request->len > 0; /* was told to wait */
        gint64 due_us = options.rate
                            ? all.begun_us + (gint64)(all.given * G_USEC_PER_SEC) / options.rate
                            : now_us;
        if (!again && due_us > now_us)
            return due_us - now_us;
        if (!again)
            all.given += compose(connection, now_us);
        post(connection, now_us);
    }
    return 10000;
}

void post_stop(void)
{
    for (int i = 0; i < options.connections; i++) {
        if (!all.connections[i].waiting)
            g_string_truncate(all.connections[i].request, 0);
    }
}

bool post_idle(void)
{
    for (int i = 0; i < options.connections; i++) {
        if (all.connections[i].waiting)
            return false;
    }
    return true;
}

guint64 post_probes(void)
{
    return all.probes;
}
