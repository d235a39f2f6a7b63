#include "simcams/control.h"
#include "simcams/client.h"
#include "simcams/control_request.h"
#include <errno.h>
#include <gio/gio.h>
#include <jansson.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 65536 };

struct control {
    struct watch watch; /* first, so that the watch is the control */
    struct server *server;
    char *path;
    GPtrArray *peers; /* struct peer* */
};

struct peer {
    struct watch watch;
    struct control *control;
    GByteArray *in;
};

static void peer_free(gpointer item)
{
    struct peer *peer = item;
    close(peer->watch.fd);
    g_byte_array_unref(peer->in);
    g_free(peer);
}

static void peer_destroy(struct peer *peer)
{
    g_ptr_array_remove_fast(peer->control->peers, peer);
}

/* --- answers */

static json_t *describe_faults(const struct faults *faults)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < FAULT_COUNT; i++)
        if (fault_active(faults, (enum fault)i))
            json_array_append_new(list, json_string(fault_kinds[i].name));
    return list;
}

static json_t *describe_camera(const struct camera *camera)
{
    return json_pack("{s:i, s:s, s:s, s:s, s:i, s:I, s:I, s:I, s:o}", "number", (int)camera->number,
                     "id", camera->id, "scene", camera->scene, "codec",
                     codec_name(camera->clips[PROFILE_SUB]->codec), "playing", (int)camera->playing,
                     "units_sent", (json_int_t)camera->units_sent, "units_dropped",
                     (json_int_t)camera->units_dropped, "bytes_sent",
                     (json_int_t)camera->bytes_sent, "faults", describe_faults(&camera->faults));
}

/* Whether the request means this camera. */
static bool is_meant(const struct server *server, const struct control_request *request,
                     const struct camera *camera)
{
    if (request->all)
        return true;
    if (request->share > 0) {
        /* a well-spread order of the cameras: the fractional parts of multiples of the golden
         * ratio, begun by the seed */
        const double place = camera->number * 0.6180339887498949 + server->options->seed * 0.324;
        return place - (double)(gint64)place < request->share;
    }
    for (guint i = 0; request->cameras && i < request->cameras->len; i++)
        if (g_array_index(request->cameras, unsigned, i) == camera->number)
            return true;
    return false;
}

static json_t *answer_stats(const struct server *server, const struct control_request *request)
{
    json_t *answer =
        json_pack("{s:b, s:I, s:I, s:I, s:I, s:i, s:i, s:I, s:i}", "ok", 1, "units_sent",
                  (json_int_t)server->units_sent, "bytes_sent", (json_int_t)server->bytes_sent,
                  "units_dropped", (json_int_t)server->units_dropped, "packets_lost",
                  (json_int_t)server->packets_lost, "clients", (int)server->clients->len, "playing",
                  (int)g_hash_table_size(server->by_ssrc), "late_slots",
                  (json_int_t)server->wheel.skipped, "cameras", (int)server->fleet->cameras->len);
    json_t *list = json_array();
    for (guint i = 0; i < server->fleet->cameras->len; i++) {
        const struct camera *camera = server->fleet->cameras->pdata[i];
        if (request->command == CONTROL_CAMERAS || is_meant(server, request, camera))
            json_array_append_new(list, describe_camera(camera));
    }
    if (json_array_size(list))
        json_object_set_new(answer, "list", list);
    else
        json_decref(list);
    return answer;
}

static void end_connections(struct server *server, const struct camera *camera)
{
    for (guint i = 0; i < server->clients->len; i++) {
        struct client *client = server->clients->pdata[i];
        if (client->camera == camera)
            client_close(client, true);
    }
}

static void apply_fault(struct server *server, struct camera *camera,
                        const struct control_request *request)
{
    const int64_t until_us =
        request->seconds > 0 ? server->now_us + (int64_t)(request->seconds * G_USEC_PER_SEC) : 0;
    if (request->kind == FAULT_DROP || request->kind == FAULT_REFUSE)
        end_connections(server, camera);
    if (request->kind == FAULT_DROP)
        return; /* happens once */
    if (request->kind == FAULT_DESYNC)
        camera->desyncs++;
    fault_set(&camera->faults, request->kind, request->value, until_us);
    if (request->kind == FAULT_DESYNC)
        fault_clear(&camera->faults, FAULT_DESYNC);
}

static json_t *answer_fault(struct server *server, const struct control_request *request)
{
    int touched = 0;
    for (guint i = 0; i < server->fleet->cameras->len; i++) {
        struct camera *camera = server->fleet->cameras->pdata[i];
        if (!is_meant(server, request, camera))
            continue;
        touched++;
        if (request->command == CONTROL_FAULT)
            apply_fault(server, camera, request);
        else if (request->kind == FAULT_COUNT)
            camera->faults.active = 0;
        else
            fault_clear(&camera->faults, request->kind);
    }
    return json_pack("{s:b, s:i}", "ok", 1, "cameras", touched);
}

static json_t *answer_line(struct server *server, const char *line, size_t size_bytes)
{
    struct control_request request;
    g_autoptr(GError) error = NULL;
    if (!control_request_parse(line, size_bytes, &request, &error))
        return json_pack("{s:b, s:s}", "ok", 0, "error", error->message);
    json_t *answer = request.command == CONTROL_STATS || request.command == CONTROL_CAMERAS
                         ? answer_stats(server, &request)
                         : answer_fault(server, &request);
    control_request_clear(&request);
    return answer;
}

/* --- the socket */

/* A peer that does not read its answer is closed; nothing waits for it. */
static bool send_answer(int fd, json_t *answer)
{
    g_autoptr(GString) text = g_string_new(NULL);
    char *dump = json_dumps(answer, JSON_COMPACT);
    g_string_append(text, dump);
    g_string_append_c(text, '\n');
    free(dump);
    json_decref(answer);
    return send(fd, text->str, text->len, MSG_NOSIGNAL) == (ssize_t)text->len;
}

static void peer_ready(struct watch *watch, uint32_t events)
{
    (void)events;
    struct peer *peer = (struct peer *)watch;
    uint8_t bytes[4096];
    const ssize_t got = recv(watch->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0 || peer->in->len > LINE_MAX_BYTES) {
        peer_destroy(peer);
        return;
    }
    g_byte_array_append(peer->in, bytes, (guint)got);
    const uint8_t *end;
    while (peer->in->len && (end = memchr(peer->in->data, '\n', peer->in->len))) {
        const guint size = (guint)(end - peer->in->data);
        json_t *answer = answer_line(peer->control->server, (const char *)peer->in->data, size);
        g_byte_array_remove_range(peer->in, 0, size + 1);
        if (!send_answer(watch->fd, answer)) {
            peer_destroy(peer);
            return;
        }
    }
}

static void control_ready(struct watch *watch, uint32_t events)
{
    (void)events;
    struct control *control = (struct control *)watch;
    const int fd = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    /* the list of all cameras is one line of some 300 kB */
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &(int){2 << 20}, sizeof(int));
    struct peer *peer = g_new0(struct peer, 1);
    peer->watch = (struct watch){fd, peer_ready};
    peer->control = control;
    peer->in = g_byte_array_new();
    g_ptr_array_add(control->peers, peer);
    if (!server_watch(control->server, &peer->watch, EPOLLIN))
        peer_destroy(peer);
}

struct control *control_create(struct server *server, const char *path, GError **error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct control *control = g_new0(struct control, 1);
    control->server = server;
    control->path = g_strdup(path);
    control->peers = g_ptr_array_new_with_free_func(peer_free);
    control->watch = (struct watch){-1, control_ready};
    if (g_strlcpy(address.sun_path, path, sizeof address.sun_path) >= sizeof address.sun_path) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG,
                    "control socket %s: the path is longer than %zu bytes", path,
                    sizeof address.sun_path - 1);
        goto fail;
    }
    unlink(path);
    control->watch.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const mode_t mask = umask(0177);
    const bool bound = bind(control->watch.fd, (struct sockaddr *)&address, sizeof address) == 0 &&
                       listen(control->watch.fd, 16) == 0;
    const int why = errno;
    umask(mask);
    if (bound && server_watch(server, &control->watch, EPOLLIN))
        return control;
    g_set_error(error, G_IO_ERROR, (gint)g_io_error_from_errno(why), "control socket %s: %s", path,
                g_strerror(why));
fail:
    control_destroy(control);
    return NULL;
}

void control_destroy(struct control *control)
{
    if (!control)
        return;
    if (control->watch.fd >= 0) {
        close(control->watch.fd);
        unlink(control->path);
    }
    g_ptr_array_unref(control->peers); /* closes the connections */
    g_free(control->path);
    g_free(control);
}
