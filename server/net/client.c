/* One WebSocket. Frames are written by us, many of them into one write; libwebsockets parses what
 * comes in and carries out the closing handshake. */
#include "common/clock.h"
#include "common/log.h"
#include "net/private.h"
#include <string.h>

struct net_client {
    struct conn *conn;
    struct net_session *session;
    char *address;
    gpointer user;
    char id[24];
    bool guest;     /* of net->guests */
    bool open;      /* `opened` ran, `closed` has not */
    bool want_pull; /* something may be there */
    bool writing;   /* in net->writers */
    bool ping_due;
    guint close_code; /* not 0: to be closed */
    char close_reason[124];
    gint64 close_by_us; /* killed then */
    bool close_sent;
    GBytes *last_words; /* sent before the close; NULL: none */

    GQueue texts; /* GBytes */
    size_t waiting_text_bytes;
    gint64
        waiting_since_us; /* something waits, and the socket has taken nothing since; 0: nothing */
    gint64 pinged_us;
    gint64 heard_us; /* a pong or a message */

    GByteArray *message; /* fragments so far */
    bool binary, too_long;
    gint64 second;
    guint second_messages;
    struct net_client_stats stats;
};

struct net_frame {
    GByteArray *buffer;
    guint start;    /* of the payload */
    GBytes *shared; /* reference: the frame itself, head and all; the buffer has nothing of it */
    bool last;      /* shared: nothing more is there for now */
};

void net_frame_append(struct net_frame *frame, const void *data, size_t size)
{
    memcpy(net_frame_reserve(frame, size), data, size);
}

uint8_t *net_frame_reserve(struct net_frame *frame, size_t size)
{
    guint at = frame->buffer->len;
    g_assert(size <= NET_FRAME_BYTES && at - frame->start + size <= NET_FRAME_BYTES);
    g_byte_array_set_size(frame->buffer, at + (guint)size);
    return frame->buffer->data + at;
}

size_t net_frame_size(const struct net_frame *frame)
{
    return frame->buffer->len - frame->start;
}

uint8_t *net_frame_data(struct net_frame *frame)
{
    return frame->buffer->data + frame->start;
}

/* Who is told of it; NULL: nobody (any more). */
static const struct net_client_ops *ops_of(const struct net_client *client, gpointer *user)
{
    const struct net *net = client->conn->net;
    *user = client->guest ? net->guests_user : net->client_user;
    if (client->guest)
        return net->guests ? &net->guests->clients : NULL;
    return net->client_ops;
}

/* --- frames (RFC 6455 §5.2, never masked from a server) */

enum { OPCODE_TEXT = 1, OPCODE_BINARY = 2, OPCODE_PING = 9, FRAME_FINAL = 0x80 };
#define USUAL_HEAD 4 /* for payloads of 126 to 65535 bytes; others are moved into place */

/* Leaves room for a head and begins a payload. */
static struct net_frame frame_begin(GByteArray *buffer)
{
    guint start = buffer->len + USUAL_HEAD;
    g_byte_array_set_size(buffer, start);
    return (struct net_frame){.buffer = buffer, .start = start};
}

static guint frame_head_bytes(guint64 size)
{
    return size < 126 ? 2 : size < 65536 ? 4 : 10;
}

static void write_frame_head(uint8_t *head, guint64 size, uint8_t opcode)
{
    guint head_size = frame_head_bytes(size);
    head[0] = (uint8_t)(FRAME_FINAL | opcode);
    head[1] = (uint8_t)(head_size == 2 ? size : head_size == 4 ? 126 : 127);
    for (guint i = 2; i < head_size; i++)
        head[i] = (uint8_t)(size >> (8 * (head_size - 1 - i)));
}

static void frame_end(struct net_frame *frame, uint8_t opcode)
{
    guint64 size = net_frame_size(frame);
    guint head_size = frame_head_bytes(size);
    guint at = frame->start - USUAL_HEAD;
    GByteArray *buffer = frame->buffer;
    if (head_size > USUAL_HEAD)
        g_byte_array_set_size(buffer, buffer->len + head_size - USUAL_HEAD);
    if (head_size != USUAL_HEAD)
        memmove(buffer->data + at + head_size, buffer->data + frame->start, size);
    if (head_size < USUAL_HEAD)
        g_byte_array_set_size(buffer, at + head_size + (guint)size);
    write_frame_head(buffer->data + at, size, opcode);
}

static void frame_cancel(struct net_frame *frame)
{
    g_byte_array_set_size(frame->buffer, frame->start - USUAL_HEAD);
}

GBytes *net_message_new(GBytes *payload)
{
    gsize size;
    const void *data = g_bytes_get_data(payload, &size);
    guint head_size = frame_head_bytes(size);
    uint8_t *message = g_malloc(head_size + size);
    write_frame_head(message, size, OPCODE_BINARY);
    memcpy(message + head_size, data, size);
    return g_bytes_new_take(message, head_size + size);
}

void net_frame_share(struct net_frame *frame, GBytes *message, bool last)
{
    g_assert(!frame->shared && net_frame_size(frame) == 0);
    frame->shared = g_bytes_ref(message);
    frame->last = last;
}

/* --- writing */

static void want_write(struct net_client *client)
{
    if (!client->waiting_since_us)
        client->waiting_since_us = clock_mono_us();
    struct net *net = client->conn->net;
    if (client->writing)
        return;
    client->writing = true;
    if (net->writers->len == 0)
        g_source_set_ready_time(net->flush, 0);
    g_ptr_array_add(net->writers, client);
}

/* `ready`: the socket takes more. */
static void write_now(struct net_client *client, bool ready)
{
    struct lws *wsi = client->conn->wsi;
    /* closing is libwebsockets' own, and what it still holds goes first */
    if (client->close_code || client->conn->killed || lws_partial_buffered(wsi) || !ready)
        lws_callback_on_writable(wsi);
    else if (client_writable(client) < 0)
        conn_kill(client->conn);
}

/* Asks for all at once, which is one call for a turn instead of one for each socket. */
static void poll_writers(const GPtrArray *writers, GArray *polled)
{
    g_array_set_size(polled, writers->len);
    for (guint i = 0; i < writers->len; i++) {
        const struct net_client *client = writers->pdata[i];
        int fd = client ? lws_get_socket_fd(client->conn->wsi) : -1; /* −1 is passed over */
        g_array_index(polled, GPollFD, i) = (GPollFD){.fd = fd, .events = G_IO_OUT};
    }
    if (g_poll((GPollFD *)(gpointer)polled->data, polled->len, 0) < 0)
        for (guint i = 0; i < polled->len; i++)
            g_array_index(polled, GPollFD, i).revents = 0; /* each is told when it is ready */
}

struct flush_source {
    GSource source;
    struct net *net;
};

static gboolean flush(GSource *source, GSourceFunc unused, gpointer unused_too)
{
    struct net *net = ((struct flush_source *)source)->net;
    GPtrArray *writers = net->writers;
    guint count = writers->len;
    (void)unused;
    (void)unused_too;
    g_source_set_ready_time(source, -1);
    poll_writers(writers, net->polled);
    for (guint i = 0; i < count; i++) {
        struct net_client *client = g_steal_pointer(&writers->pdata[i]);
        if (!client) /* gone meanwhile */
            continue;
        client->writing = false;
        write_now(client, g_array_index(net->polled, GPollFD, i).revents & G_IO_OUT);
    }
    /* who has more to write has joined again behind the others: the next turn is theirs */
    g_ptr_array_remove_range(writers, 0, count);
    if (writers->len > 0)
        g_source_set_ready_time(source, 0);
    return G_SOURCE_CONTINUE;
}

GSource *client_flush_create(struct net *net)
{
    static GSourceFuncs functions = {.dispatch = flush};
    GSource *source = g_source_new(&functions, sizeof(struct flush_source));
    ((struct flush_source *)source)->net = net;
    g_source_attach(source, loop_context(net->loop));
    return source;
}

static void drop_texts(struct net_client *client)
{
    g_queue_clear_full(&client->texts, (GDestroyNotify)g_bytes_unref);
    client->waiting_text_bytes = 0;
}

void net_client_close(struct net_client *client, guint code, const char *reason)
{
    if (client->close_code)
        return;
    client->close_code = code;
    g_strlcpy(client->close_reason, reason, sizeof client->close_reason);
    client->close_by_us = clock_mono_us() + NET_US(NET_CLOSE_S);
    drop_texts(client);
    char text[8];
    g_snprintf(text, sizeof text, "%u", code);
    metric_add(client->conn->net->closed_total, 1, text);
    log_info(NET_OBJECT, "client %s of %s at %s closed: %u %s", client->id, client->session->login,
             client->address, code, reason);
    want_write(client);
}

void net_client_send(struct net_client *client, GBytes *text)
{
    if (client->close_code)
        return;
    size_t size = g_bytes_get_size(text);
    /* one message longer than the bound may pass an idle socket: a snapshot of a county */
    if (client->waiting_text_bytes && client->waiting_text_bytes + size > NET_TEXT_BYTES) {
        net_client_close(client, NET_CLOSE_RESYNC, "resync");
        return;
    }
    g_queue_push_tail(&client->texts, g_bytes_ref(text));
    client->waiting_text_bytes += size;
    want_write(client);
}

void net_client_send_json(struct net_client *client, json_t *message)
{
    char *text = json_dumps(message, JSON_COMPACT);
    json_decref(message);
    g_assert(text);
    g_autoptr(GBytes) bytes = g_bytes_new_with_free_func(text, strlen(text), free, text);
    net_client_send(client, bytes);
}

void net_client_send_last(struct net_client *client, json_t *message)
{
    char *text = json_dumps(message, JSON_COMPACT);
    json_decref(message);
    g_assert(text);
    g_clear_pointer(&client->last_words, g_bytes_unref);
    client->last_words = g_bytes_new_with_free_func(text, strlen(text), free, text);
}

void net_client_send_error(struct net_client *client, const char *code, const char *zh,
                           const char *en, json_t *re)
{
    json_t *message = json_pack("{s:s, s:s, s:{s:s, s:s}}", "t", "error", "code", code, "message",
                                "zh", zh, "en", en);
    g_assert(message);
    if (re)
        json_object_set(message, "re", re);
    net_client_send_json(client, message);
}

void net_client_want_pull(struct net_client *client)
{
    if (client->want_pull || client->close_code)
        return;
    client->want_pull = true;
    want_write(client);
}

static void gather_texts(struct net_client *client, GByteArray *buffer)
{
    struct net *net = client->conn->net;
    while (buffer->len < NET_WRITE_BYTES && !g_queue_is_empty(&client->texts)) {
        g_autoptr(GBytes) text = g_queue_pop_head(&client->texts);
        gsize size;
        const void *data = g_bytes_get_data(text, &size);
        struct net_frame frame = frame_begin(buffer);
        g_byte_array_append(buffer, data, (guint)size);
        frame_end(&frame, OPCODE_TEXT);
        client->waiting_text_bytes -= size;
        client->stats.text_messages++;
        client->stats.text_bytes += size;
        net->counters.text_messages++;
        net->counters.text_bytes += size;
    }
}

static void count_binary(struct net_client *client, size_t size)
{
    struct net *net = client->conn->net;
    client->stats.binary_messages++;
    client->stats.binary_bytes += size;
    net->counters.binary_messages++;
    net->counters.binary_bytes += size;
}

/* Returned: a shared message that goes out behind the buffer, and ends this turn; or NULL. */
static GBytes *gather_pictures(struct net_client *client, GByteArray *buffer)
{
    gpointer user;
    const struct net_client_ops *ops = ops_of(client, &user);
    while (client->want_pull && buffer->len < NET_WRITE_BYTES) {
        struct net_frame frame = frame_begin(buffer);
        if (!ops || !ops->pull || !ops->pull(client, &frame, user)) {
            g_assert(net_frame_size(&frame) == 0);
            frame_cancel(&frame);
            client->want_pull = false;
            break;
        }
        if (!frame.shared) {
            count_binary(client, net_frame_size(&frame));
            frame_end(&frame, OPCODE_BINARY);
            continue;
        }
        frame_cancel(&frame);
        count_binary(client, g_bytes_get_size(frame.shared));
        client->want_pull = !frame.last;
        return frame.shared;
    }
    return NULL;
}

/* LWS_WRITE_HTTP on a WebSocket sends the bytes as they are: our frames, one system call. What the
 * socket does not take is copied, so the bytes are free again. */
static bool write_out(struct net_client *client, const uint8_t *data, size_t size)
{
    return !size || lws_write(client->conn->wsi, (unsigned char *)(uintptr_t)data, size,
                              LWS_WRITE_HTTP) >= 0;
}

/* A socket that does not take them closes without. */
static void send_last_words(struct net_client *client)
{
    GByteArray *buffer = client->conn->net->frame_buffer;
    if (!client->last_words)
        return;
    gsize size;
    const void *data = g_bytes_get_data(client->last_words, &size);
    g_byte_array_set_size(buffer, 0);
    struct net_frame frame = frame_begin(buffer);
    g_byte_array_append(buffer, data, (guint)size);
    frame_end(&frame, OPCODE_TEXT);
    write_out(client, buffer->data, buffer->len);
}

int client_writable(struct net_client *client)
{
    GByteArray *buffer = client->conn->net->frame_buffer;
    client->waiting_since_us = 0;
    if (client->close_code) {
        client->close_sent = true;
        send_last_words(client);
        lws_close_reason(client->conn->wsi, (enum lws_close_status)client->close_code,
                         (unsigned char *)client->close_reason, strlen(client->close_reason));
        return -1;
    }
    g_byte_array_set_size(buffer, 0);
    if (client->ping_due) {
        /* libwebsockets 4.1 tells nothing of a pong without payload */
        struct net_frame frame = frame_begin(buffer);
        net_frame_append(&frame, "ping", 4);
        frame_end(&frame, OPCODE_PING);
        client->ping_due = false;
        client->pinged_us = clock_mono_us();
    }
    gather_texts(client, buffer);
    g_autoptr(GBytes) shared = NULL;
    if (g_queue_is_empty(&client->texts))
        shared = gather_pictures(client, buffer);
    gsize size = 0;
    const uint8_t *data = shared ? g_bytes_get_data(shared, &size) : NULL;
    if (!write_out(client, buffer->data, buffer->len) || !write_out(client, data, size))
        return -1;
    if (!g_queue_is_empty(&client->texts) || client->want_pull || client->close_code)
        want_write(client);
    else if (lws_partial_buffered(client->conn->wsi))
        client->waiting_since_us = clock_mono_us();
    return 0;
}

/* --- reading */

static void refuse_message(struct net_client *client, const char *zh, const char *en, json_t *re)
{
    net_client_send_error(client, "bad_message", zh, en, re);
}

static void deliver(struct net_client *client)
{
    gpointer user;
    const struct net_client_ops *ops = ops_of(client, &user);
    if (client->binary) {
        refuse_message(client, "不接受二进制消息", "Binary messages are not taken", NULL);
        return;
    }
    json_error_t why;
    json_t *message = json_loadb((const char *)client->message->data, client->message->len,
                                 JSON_REJECT_DUPLICATES, &why);
    if (!message || !json_is_string(json_object_get(message, "t")))
        refuse_message(client, "消息应为含有 t 的 JSON 对象",
                       "A message must be a JSON object with \"t\"",
                       json_object_get(message, "re"));
    else if (ops)
        ops->text(client, message, user);
    json_decref(message);
}

/* Counts messages by the second; false when there are too many. */
static bool count_message(struct net_client *client)
{
    gint64 second = clock_mono_us() / G_USEC_PER_SEC;
    if (second != client->second) {
        client->second = second;
        client->second_messages = 0;
    }
    client->stats.received_messages++;
    return ++client->second_messages <= NET_MESSAGES_A_S;
}

int client_received(struct net_client *client, const uint8_t *data, size_t size)
{
    struct lws *wsi = client->conn->wsi;
    client->heard_us = clock_mono_us();
    if (client->close_code)
        return 0;
    if (lws_is_first_fragment(wsi)) {
        g_byte_array_set_size(client->message, 0);
        client->binary = lws_frame_is_binary(wsi);
    }
    if (client->message->len + size + lws_remaining_packet_payload(wsi) > NET_MESSAGE_BYTES) {
        net_client_close(client, NET_CLOSE_POLICY, "message too long");
        return 0;
    }
    g_byte_array_append(client->message, data, (guint)size);
    if (!lws_is_final_fragment(wsi))
        return 0;
    if (!count_message(client)) {
        net_client_close(client, NET_CLOSE_POLICY, "too many messages");
        return 0;
    }
    deliver(client);
    return 0;
}

void client_pong(struct net_client *client)
{
    client->heard_us = clock_mono_us();
}

/* --- life */

struct net_client *client_create(struct conn *conn, const struct net_request *request)
{
    struct net_client *client = g_new0(struct net_client, 1);
    client->conn = conn;
    client->session = net_session_ref(request->session);
    client->guest = request->guest;
    client->address = g_strdup(request->address);
    client->message = g_byte_array_new();
    client->stats.opened_us = clock_wall_us();
    g_snprintf(client->id, sizeof client->id, "s%" G_GUINT64_FORMAT, ++conn->net->clients_ever);
    return client;
}

int client_opened(struct net_client *client)
{
    struct net *net = client->conn->net;
    client->open = true;
    client->heard_us = client->pinged_us = clock_mono_us();
    net->client_count++;
    gpointer user;
    const struct net_client_ops *ops = ops_of(client, &user);
    if (ops)
        ops->opened(client, user);
    return 0;
}

void client_tick(struct net_client *client, gint64 now_us)
{
    if (!client->open)
        return;
    if (client->close_code) {
        if (now_us > client->close_by_us)
            conn_kill(client->conn);
        return;
    }
    gint64 stall_us = client->conn->net->stall_us;
    bool blocked = client->waiting_since_us && now_us - client->waiting_since_us > stall_us;
    bool silent = client->pinged_us > client->heard_us && now_us - client->heard_us > stall_us;
    if (blocked || silent) {
        net_client_close(client, NET_CLOSE_STALLED, "stalled");
    } else if (now_us - client->pinged_us >= client->conn->net->ping_us && !client->ping_due) {
        client->ping_due = true;
        want_write(client);
    }
}

void client_gone(struct net_client *client)
{
    struct net *net = client->conn->net;
    if (client->open) {
        client->open = false;
        net->client_count--;
        client->close_code = NET_CLOSE_GOING_AWAY; /* sending in `closed` does nothing */
        gpointer user;
        const struct net_client_ops *ops = ops_of(client, &user);
        if (ops)
            ops->closed(client, user);
    }
    guint place;
    if (client->writing && g_ptr_array_find(net->writers, client, &place))
        net->writers->pdata[place] = NULL;
    drop_texts(client);
    g_byte_array_unref(client->message);
    net_session_unref(client->session);
    g_clear_pointer(&client->last_words, g_bytes_unref);
    g_free(client->address);
    client->conn->client = NULL;
    g_free(client);
}

struct net_session *net_client_session(const struct net_client *client)
{
    return client->session;
}

const char *net_client_id(const struct net_client *client)
{
    return client->id;
}

const char *net_client_address(const struct net_client *client)
{
    return client->address;
}

void net_client_set_user(struct net_client *client, gpointer user)
{
    client->user = user;
}

gpointer net_client_user(const struct net_client *client)
{
    return client->user;
}

void net_client_stats(const struct net_client *client, struct net_client_stats *stats)
{
    *stats = client->stats;
    stats->waiting_text_bytes = client->waiting_text_bytes;
}
