/* One accepted connection: reads a request, lets it be admitted and run, writes its answer, and
 * again. libwebsockets does TLS and the parsing of heads and frames. */
#include "common/clock.h"
#include "common/log.h"
#include "net/private.h"
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

/* A refused body up to so many bytes is read and thrown away, so that the client can read why; of
 * more the connection is closed at once. Neither goes on to a next request: a client that has its
 * answer would send that right behind the rest of the body, see input_waits(). */
#define DISCARD_BYTES ((guint64)32 * 1024 * 1024)

void conn_accept(const struct door *door, int fd, const char *address)
{
    struct conn *conn = g_new0(struct conn, 1);
    struct net *net = door->net;
    conn->net = net;
    conn->door = door;
    conn->link.data = conn;
    conn->deadline_us = clock_mono_us() + NET_US(NET_HEAD_S);
    g_strlcpy(conn->address, address, sizeof conn->address);
    g_queue_push_tail_link(&net->conns, &conn->link);
    net->adopting = conn;
    lws_adopt_desc_t adoption = {
        .vh = door->vhost,
        .type = LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP | LWS_ADOPT_ALLOW_SSL,
        .fd = {.sockfd = fd},
        .opaque = conn,
    };
    struct lws *wsi = lws_adopt_descriptor_vhost_via_info(&adoption);
    /* on failure the socket is closed, and `conn` too when libwebsockets got so far */
    if (wsi)
        conn->wsi = wsi;
    else if (net->adopting)
        conn_gone(conn);
    net->adopting = NULL;
}

void conn_pause_input(struct conn *conn, bool pause)
{
    if (conn->input_paused == pause)
        return;
    conn->input_paused = pause;
    lws_rx_flow_control(conn->wsi, pause ? 0 : 1);
}

static void drop_request(struct conn *conn)
{
    struct net_request *request = conn->request;
    conn->request = NULL;
    if (!request)
        return;
    request_cancel(request);
    net_request_unref(request);
}

static void clear_output(struct conn *conn)
{
    g_clear_pointer(&conn->out, g_bytes_unref);
    g_clear_pointer(&conn->out_next, g_bytes_unref);
    conn->out_offset = 0;
}

/* Returned: what was read of the body, owned by the caller; NULL: nothing is being read. */
static GByteArray *take_body(struct conn *conn)
{
    if (conn->body_in)
        *conn->body_pool -= conn->body_in->len;
    return g_steal_pointer(&conn->body_in);
}

static void drop_body(struct conn *conn)
{
    GByteArray *body = take_body(conn);
    if (body)
        g_byte_array_unref(body);
}

void conn_gone(struct conn *conn)
{
    struct net *net = conn->net;
    if (net->adopting == conn)
        net->adopting = NULL;
    g_queue_unlink(&net->conns, &conn->link);
    if (conn->stream)
        stream_gone(conn);
    if (conn->client)
        client_gone(conn->client);
    drop_request(conn);
    clear_output(conn);
    drop_body(conn);
    g_free(conn->stream_session);
    g_free(conn);
}

static gboolean reap(gpointer user)
{
    struct net *net = user;
    net->reaper = 0;
    for (GList *l = net->conns.head; l;) {
        struct conn *conn = l->data;
        l = l->next;
        if (!conn->killed || conn->reaped)
            continue;
        conn->reaped = true;
        lws_set_timeout(conn->wsi, 1, LWS_TO_KILL_SYNC);
        l = net->conns.head; /* callbacks may have closed any other */
    }
    return G_SOURCE_REMOVE;
}

void conn_kill(struct conn *conn)
{
    conn->killed = true;
    if (!conn->net->reaper)
        conn->net->reaper = loop_after(conn->net->loop, 0, reap, conn->net);
}

static void run(struct conn *conn)
{
    conn->state = CONN_WAIT;
    conn->deadline_us = 0;
    request_run(conn->request);
    /* input would be signalled on and on while libwebsockets does not read it */
    if (conn->state == CONN_WAIT)
        conn_pause_input(conn, true);
}

static void refuse(struct net_request *request, guint status, const char *code, const char *zh,
                   const char *en)
{
    request->conn->keep_alive = false;
    net_reply_error(request, status, code, zh, en);
}

/* Answers what cannot be taken at all. */
static bool check_head(struct net_request *request, bool chunked, bool bad_length)
{
    if (bad_length)
        refuse(request, 400, "bad_length", "Content-Length 无效", "Content-Length is not valid");
    else if (chunked)
        refuse(request, 411, "length_required", "请求正文需要 Content-Length",
               "A body needs a Content-Length");
    else if (!http_path_is_safe(request->path, strlen(request->path)))
        net_reply_error(request, 400, "bad_path", "地址无效", "The path is not valid");
    return !request->answered;
}

static size_t *pool_of(const struct net_request *request)
{
    return &request->net->bodies_bytes[request->session != NULL];
}

/* Is there room for `size` more bytes of a body of `length`? Small ones always have it: the number
 * of connections bounds them. */
static bool has_room(const struct net_request *request, guint64 length, guint64 size)
{
    return length <= NET_BODY_BYTES || *pool_of(request) + size <= request->net->max_bodies_bytes;
}

static void refuse_body(struct net_request *request)
{
    net_request_set_header(request, "Retry-After", "5");
    net_reply_error(request, 503, "busy", "服务器正在接收过多数据，请稍后再试",
                    "The server is receiving too much data, please try again later");
}

static void expect_body(struct conn *conn, guint64 length)
{
    struct net_request *request = conn->request;
    const char *expect = net_request_header(request, "expect");
    static unsigned char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    if (expect && g_ascii_strcasecmp(expect, "100-continue") == 0 &&
        lws_write(conn->wsi, go_on, sizeof go_on - 1, LWS_WRITE_HTTP) < 0)
        conn->keep_alive = false;
    conn->state = CONN_BODY;
    conn->body_expected_bytes = (size_t)length;
    conn->body_pool = pool_of(request);
    conn->body_in = g_byte_array_sized_new((guint)MIN(length, 65536));
    conn->deadline_us = clock_mono_us() + NET_US(NET_BODY_S + length / NET_BODY_RATE);
}

static void pause_others(struct conn *conn, bool pause)
{
    for (GList *l = conn->net->conns.head; l; l = l->next) {
        struct conn *other = l->data;
        if (other != conn && other->wsi && !other->input_paused)
            lws_rx_flow_control(other->wsi, pause ? 0 : 1);
    }
}

/* Whether the head of this request came from what libwebsockets had read before and kept: the
 * client sent it together with another one (pipelining). Does 4.1 see a body announced then, it
 * takes the head once more for that body, and calls for its end again and again without returning.
 * It tells only whether any connection has input waiting, so that the others are left out where one
 * has. */
static bool input_waits(struct conn *conn)
{
    if (lws_service_adjust_timeout(conn->net->context, 1, 0) != 0)
        return false;
    pause_others(conn, true);
    bool own = lws_service_adjust_timeout(conn->net->context, 1, 0) == 0;
    pause_others(conn, false);
    return own;
}

/* The answer has to leave before libwebsockets closes the connection. */
static int refuse_pipelined(struct conn *conn)
{
    static unsigned char answer[] =
        "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    if (!conn->last)
        (void)!lws_write(conn->wsi, answer, sizeof answer - 1, LWS_WRITE_HTTP);
    return -1;
}

/* Answers from the head alone; its body may still be on its way. */
static void answered_early(struct conn *conn, guint64 length)
{
    conn->keep_alive = false;
    conn->last = length <= DISCARD_BYTES;
}

int conn_http(struct conn *conn)
{
    bool chunked, bad_length;
    guint64 length;
    bool has_body = lws_hdr_total_length(conn->wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) > 0;
    if (conn->last || (has_body && input_waits(conn)))
        return refuse_pipelined(conn);
    /* ours run instead; it would cut long answers */
    lws_set_timeout(conn->wsi, NO_PENDING_TIMEOUT, 0);
    conn->deadline_us = 0;
    conn->request = request_read(conn, &chunked, &bad_length, &length);
    struct net_request *request = conn->request;
    if (!has_body && strcmp(request->method, "GET") != 0 &&
        strcmp(request->method, "DELETE") != 0 && strcmp(request->method, "OPTIONS") != 0)
        conn->keep_alive = false; /* libwebsockets waits for a body without end */
    if (!check_head(request, chunked, bad_length))
        return 0;
    bool keep_alive = conn->keep_alive;
    if (length > 0)
        answered_early(conn, length);
    size_t bound = route_admit(request, length);
    if (request->answered)
        return 0;
    if (length > bound) {
        net_reply_error(request, 413, "too_large", "请求正文过大", "The body is too large");
    } else if (!has_room(request, length, length)) {
        refuse_body(request);
    } else {
        conn->keep_alive = keep_alive;
        conn->last = false;
        if (length > 0)
            expect_body(conn, length);
        else
            run(conn);
    }
    return 0;
}

int conn_body(struct conn *conn, const uint8_t *data, size_t size)
{
    if (conn->state != CONN_BODY || !size)
        return 0; /* of a request that is already answered */
    if (conn->body_in->len + size > conn->body_expected_bytes)
        return -1;
    if (!has_room(conn->request, conn->body_expected_bytes, size)) {
        answered_early(conn, conn->body_expected_bytes);
        drop_body(conn);
        refuse_body(conn->request);
        return 0;
    }
    g_byte_array_append(conn->body_in, data, (guint)size);
    *conn->body_pool += size;
    return 0;
}

int conn_body_done(struct conn *conn)
{
    if (conn->state != CONN_BODY)
        return 0;
    g_bytes_unref(conn->request->body);
    conn->request->body = g_byte_array_free_to_bytes(take_body(conn));
    run(conn);
    return 0;
}

void conn_answer(struct conn *conn, GString *head, GBytes *body, size_t first, size_t bytes)
{
    clear_output(conn);
    conn->out = g_string_free_to_bytes(head);
    conn->out_next = body && bytes ? g_bytes_ref(body) : NULL;
    conn->out_next_first = first;
    conn->out_next_bytes = bytes;
    conn->state = conn->stream ? CONN_STREAM : CONN_WRITE;
    conn->progress_us = clock_mono_us();
    conn->deadline_us = 0;
    conn_pause_input(conn, false);
    lws_callback_on_writable(conn->wsi);
}

/* A small answer leaves in one write: head and body together. */
static void gather(struct conn *conn)
{
    gsize head_size, size;
    const uint8_t *head = g_bytes_get_data(conn->out, &head_size);
    if (!conn->out_next || conn->out_next_bytes + head_size > NET_WRITE_BYTES)
        return;
    const uint8_t *body = g_bytes_get_data(conn->out_next, &size);
    g_assert(conn->out_next_first + conn->out_next_bytes <= size);
    GByteArray *whole = g_byte_array_sized_new((guint)(head_size + conn->out_next_bytes));
    g_byte_array_append(whole, head, (guint)head_size);
    g_byte_array_append(whole, body + conn->out_next_first, (guint)conn->out_next_bytes);
    clear_output(conn);
    conn->out = g_byte_array_free_to_bytes(whole);
}

/* Writes the next part of the answer. false: the connection is broken. */
static bool write_part(struct conn *conn)
{
    if (!conn->out_offset)
        gather(conn);
    gsize size;
    const uint8_t *data = g_bytes_get_data(conn->out, &size);
    size_t part = MIN(size - conn->out_offset, NET_PART_BYTES);
    if (lws_write(conn->wsi, (unsigned char *)(uintptr_t)data + conn->out_offset, part,
                  LWS_WRITE_HTTP) < 0)
        return false;
    conn->progress_us = clock_mono_us();
    metric_add(conn->net->sent_bytes, (double)part);
    conn->out_offset += part;
    if (conn->out_offset < size)
        return true;
    GBytes *next = conn->out_next ? g_bytes_new_from_bytes(conn->out_next, conn->out_next_first,
                                                           conn->out_next_bytes)
                                  : NULL;
    clear_output(conn);
    conn->out = next;
    return true;
}

static int finish(struct conn *conn)
{
    drop_request(conn);
    conn->state = CONN_HEAD;
    conn->deadline_us = clock_mono_us() + NET_US(NET_IDLE_S);
    drop_body(conn);
    if (conn->last)
        conn->deadline_us = clock_mono_us() + NET_US(NET_BODY_S);
    else if (!conn->keep_alive)
        return -1;
    return lws_http_transaction_completed(conn->wsi) ? -1 : 0;
}

int conn_writable(struct conn *conn)
{
    if (conn->state != CONN_WRITE && conn->state != CONN_STREAM)
        return 0;
    if (conn->out) {
        if (!write_part(conn))
            return -1;
        if (conn->out || conn->stream) {
            lws_callback_on_writable(conn->wsi);
            return 0;
        }
        return finish(conn);
    }
    return conn->stream ? stream_writable(conn) : 0;
}

int conn_raw(struct conn *conn)
{
    if (conn->request)
        return 0; /* the rest of it */
    conn->request = request_unknown(conn);
    net_reply_error(conn->request, 501, "bad_method", "服务器不认识这个方法",
                    "The server does not know that method");
    return 0;
}

int conn_upgrade(struct conn *conn)
{
    bool chunked, bad_length;
    guint64 length;
    conn->request = request_read(conn, &chunked, &bad_length, &length);
    conn->keep_alive = false;
    if (route_admit_socket(conn->request)) {
        conn->client = client_create(conn, conn->request);
        conn->state = CONN_SOCKET;
        drop_request(conn);
        return 0;
    }
    /* libwebsockets wants the refusal written before this returns; it is small */
    while (conn->out && write_part(conn))
        ;
    drop_request(conn);
    conn->state = CONN_HEAD;
    conn->deadline_us = clock_mono_us() + G_USEC_PER_SEC;
    return 1;
}

/* Whether the peer has closed its side; asked only while we do not read. */
static bool peer_left(struct conn *conn, short *events)
{
    struct pollfd fd = {lws_get_socket_fd(conn->wsi), POLLIN | POLLRDHUP, 0};
    if (poll(&fd, 1, 0) < 0)
        return false;
    *events = fd.revents;
    return (fd.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

void conn_tick(struct conn *conn, gint64 now_us)
{
    bool stalled = now_us - conn->progress_us > conn->net->stall_us;
    bool slow = now_us - conn->progress_us > G_USEC_PER_SEC;
    short events = 0;
    bool over = conn->deadline_us && now_us > conn->deadline_us;
    switch (conn->state) {
    case CONN_HEAD:
    case CONN_BODY:
        break;
    case CONN_WAIT:
        over = over || peer_left(conn, &events);
        break;
    case CONN_WRITE:
        /* unread input costs a wake-up in every turn of the loop: not for a reader who is slow */
        over = over || stalled || (slow && (peer_left(conn, &events) || (events & POLLIN)));
        break;
    case CONN_STREAM:
        over =
            over || stream_stalled(conn, now_us) || peer_left(conn, &events) || (events & POLLIN);
        break;
    case CONN_SOCKET:
        if (conn->client)
            client_tick(conn->client, now_us);
        return;
    }
    if (over)
        conn_kill(conn);
}
