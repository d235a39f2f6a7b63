#include "common/clock.h"
#include "net/private.h"
#include <string.h>

struct net_stream {
    struct conn *conn; /* NULL once the client left */
    GQueue pieces;     /* GBytes */
    size_t offset;     /* written of the first piece */
    size_t pending_bytes;
    bool ended;
    void (*drained)(gpointer user);
    void (*closed)(gpointer user);
    gpointer user;
};

struct net_stream *net_stream_begin(struct net_request *request, const char *content_type,
                                    void (*drained)(gpointer user), void (*closed)(gpointer user),
                                    gpointer user)
{
    struct conn *conn = request->conn;
    if (!conn || request->answered)
        return NULL;
    if (request->session_ended) {
        net_reply_error(request, 401, "no_session", "请先登录", "Please log in first");
        return NULL;
    }
    if (request->session_renewed) {
        net_reply_error(request, 503, "rights_changed", "您的权限刚刚变更，请重试",
                        "your rights have just changed: try again");
        return NULL;
    }
    conn->keep_alive = false;
    if (request->head) {
        net_reply_bytes(request, 200, content_type, NULL);
        return NULL;
    }
    request->answered = true;
    metric_add(request->net->requests_total, 1, request->method, "200");
    struct net_stream *stream = g_new0(struct net_stream, 1);
    stream->conn = conn;
    stream->drained = drained;
    stream->closed = closed;
    stream->user = user;
    GString *head = reply_head(request, 200, content_type, false);
    g_string_append(head, "Connection: close\r\n\r\n");
    conn->stream = stream;
    g_free(conn->stream_session);
    conn->stream_session = request->session ? g_strdup(request->session->id) : NULL;
    conn_answer(conn, head, NULL, 0, 0);
    return stream;
}

bool net_stream_write(struct net_stream *stream, GBytes *piece)
{
    size_t size = g_bytes_get_size(piece);
    if (!stream->conn || stream->pending_bytes + size > NET_STREAM_BYTES)
        return false;
    if (!stream->pending_bytes)
        stream->conn->progress_us = clock_mono_us();
    g_queue_push_tail(&stream->pieces, g_bytes_ref(piece));
    stream->pending_bytes += size;
    lws_callback_on_writable(stream->conn->wsi);
    return true;
}

size_t net_stream_pending_bytes(const struct net_stream *stream)
{
    return stream->pending_bytes;
}

static void stream_free(struct net_stream *stream)
{
    g_queue_clear_full(&stream->pieces, (GDestroyNotify)g_bytes_unref);
    g_free(stream);
}

void net_stream_end(struct net_stream *stream)
{
    if (!stream)
        return;
    if (!stream->conn) {
        stream_free(stream);
        return;
    }
    stream->ended = true;
    lws_callback_on_writable(stream->conn->wsi);
}

int stream_writable(struct conn *conn)
{
    struct net_stream *stream = conn->stream;
    GBytes *piece = g_queue_peek_head(&stream->pieces);
    if (!piece)
        return stream->ended ? -1 : 0;
    gsize size;
    const uint8_t *data = g_bytes_get_data(piece, &size);
    size_t part = MIN(size - stream->offset, NET_PART_BYTES);
    /* on HTTP/1 libwebsockets reads the buffer only, and copies what the socket does not take */
    if (lws_write(conn->wsi, (unsigned char *)(uintptr_t)data + stream->offset, part,
                  LWS_WRITE_HTTP) < 0)
        return -1;
    conn->progress_us = clock_mono_us();
    metric_add(conn->net->sent_bytes, (double)part);
    stream->offset += part;
    stream->pending_bytes -= part;
    if (stream->offset == size) {
        g_bytes_unref(g_queue_pop_head(&stream->pieces));
        stream->offset = 0;
    }
    if (!g_queue_is_empty(&stream->pieces) || stream->ended)
        lws_callback_on_writable(conn->wsi);
    else if (stream->drained)
        stream->drained(stream->user);
    return 0;
}

void stream_gone(struct conn *conn)
{
    struct net_stream *stream = conn->stream;
    conn->stream = NULL;
    stream->conn = NULL;
    if (stream->ended)
        stream_free(stream);
    else if (stream->closed)
        stream->closed(stream->user);
}

bool stream_stalled(const struct conn *conn, gint64 now_us)
{
    return conn->stream->pending_bytes > 0 && now_us - conn->progress_us > conn->net->stall_us;
}
