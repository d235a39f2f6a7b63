#include "common/clock.h"
#include "common/log.h"
#include "rtsp/arrival.h"
#include "rtsp/engine.h"
#include "rtsp/interleaved.h"
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

enum {
    READS_A_ROUND = 4,       /* then the others get their turn */
    TLS_READS_A_ROUND = 64,  /* each brings one record, 16 KiB at most */
    UDP_READS_A_ROUND = 32,  /* where nothing joins datagrams, each brings few of them */
    UDP_SILENT_US = 3000000, /* then TCP is tried */
    CLOSING_US = 1000000,
    RTCP_A_ROUND = 64,
    TICK_US = 200000,
    ROOMY_BYTES = 1 << 20,
    WAITING_BYTES = 32 << 10, /* so much tells of itself, long before the window is full */
    NO_KEYFRAME_US = 30000000,
};

struct connection {
    struct rtsp_run *run;
    struct rtsp_session *session;
    struct stream *stream; /* of the run */
    struct assembler *assembler;
    const struct rtsp_engine_options *options;
    struct receiver_block *block;
    uint8_t *rest; /* the beginning of a frame whose end has not come */
    size_t rest_size;
    int64_t begun_us, last_packet_us, last_unit_us, next_keep_alive_us, next_tick_us;
    int64_t last_read_us; /* monotonic: all that comes now came since */
    struct arrival arrival;
    int64_t closing_until_us; /* 0: not closing */
    guint64 lost_told;
    bool heard, live, nonce_renewed;
    bool waits; /* for the sweep of its receiver: its socket tells only of much, and of an end */
    struct rtsp_trace *trace; /* the run's, until its first packet */
    struct reorder *reorder;  /* UDP only */
    struct udp_peer peer;
    bool roomy; /* its socket holds what comes between two sweeps */
    guint64 late_told;
};

static void publish_ready(struct connection *connection)
{
    struct receiver_block *block = connection->block;
    if (!block->ready_count)
        return;
    connection->last_unit_us = block->mono_us;
    figure_add(&block->units, block->ready_count);
    stream_publish_all(connection->stream, block->ready, block->ready_count);
    block->ready_count = 0;
    if (!connection->live) {
        connection->live = true;
        run_post(connection->run, RUN_LIVE, REASON_NONE, NULL);
    }
}

static void take_unit(struct unit *unit, gpointer user)
{
    struct connection *connection = user;
    struct receiver_block *block = connection->block;
    block->ready[block->ready_count++] = unit;
    if (block->ready_count == RECEIVER_READY_UNITS)
        publish_ready(connection);
}

/* All that was read has been looked at: whole units are published, the rest is copied. */
static void settle(struct connection *connection)
{
    publish_ready(connection);
    assembler_settle(connection->assembler, connection->block->scratch);
}

struct connection *connection_create(struct rtsp_run *run, struct rtsp_session *session,
                                     const struct rtsp_engine_options *options,
                                     struct receiver_block *block)
{
    struct connection *connection = g_new0(struct connection, 1);
    connection->run = run_ref(run);
    connection->stream = run->stream;
    connection->session = session;
    connection->options = options;
    connection->block = block;
    connection->trace = run->trace;
    int64_t now = clock_mono_us();
    connection->begun_us = connection->last_packet_us = connection->last_unit_us = now;
    connection->next_keep_alive_us = now + (int64_t)session->timeout_s * 500000;
    bool udp = session->udp_fd[0] >= 0;
    if (udp) {
        connection->reorder = g_new0(struct reorder, 1);
        connection->reorder->wait_us = options->udp_wait_us;
        connection->peer = udp_peer_of(session->fd, &session->transport);
        connection->roomy = udp_room_bytes(session->udp_fd[0]) >= ROOMY_BYTES;
    }
    atomic_store(&run->udp, udp);
    connection->assembler = assembler_create(&(struct assembler_config){
        .codec = session->sdp.codec,
        .payload_type = session->sdp.payload_type,
        .clock_hz = session->sdp.clock_hz,
        .parameters = session->sdp.parameters,
        .max_unit_bytes = options->max_unit_bytes,
        .ssrc_known = session->transport.ssrc_known,
        .ssrc = session->transport.ssrc,
        .unit = take_unit,
        .user = connection,
    });
    return connection;
}

void connection_destroy(struct connection *connection)
{
    if (!connection)
        return;
    assembler_destroy(connection->assembler);
    if (connection->reorder)
        reorder_clear(connection->reorder);
    g_free(connection->reorder);
    rtsp_session_destroy(connection->session);
    run_unref(connection->run);
    g_free(connection->rest);
    g_free(connection);
}

struct rtsp_session *connection_session(struct connection *connection)
{
    return connection->session;
}

struct rtsp_run *connection_run(struct connection *connection)
{
    return connection->run;
}

static void send_request(struct connection *connection, const char *method)
{
    g_autofree char *text = rtsp_session_request(connection->session, method);
    rtsp_session_send(connection->session, text);
}

/* Always false. Takes `detail`. */
static bool end(struct connection *connection, enum reason reason, char *detail)
{
    if (connection->closing_until_us) {
        g_free(detail);
        return false;
    }
    publish_ready(connection);
    send_request(connection, "TEARDOWN");
    stream_break(connection->stream);
    run_post(connection->run, RUN_ENDED, reason, detail);
    return false;
}

/* --- what comes */

static void take_rtp(struct connection *connection, const uint8_t *data, size_t size)
{
    struct rtp rtp;
    if (!rtp_parse(data, size, &rtp))
        return;
    connection->last_packet_us = connection->block->mono_us;
    connection->heard = true;
    if (G_UNLIKELY(connection->trace)) {
        rtsp_trace_note(connection->trace, "packet", true, NULL);
        connection->trace = NULL;
    }
    figure_add(&connection->block->packets, 1);
    const struct receiver_block *block = connection->block;
    int64_t came_us = block->mono_us;
    if (connection->waits)
        came_us = arrival_next(&connection->arrival, connection->session->sdp.clock_hz,
                               rtp.timestamp, connection->last_read_us, came_us);
    int64_t ahead_us = block->wall_us - block->mono_us;
    assembler_set_ahead(connection->assembler, ahead_us);
    assembler_push(connection->assembler, block->scratch, &rtp, came_us + ahead_us);
}

/* A report tells the camera's clock of the moment it was sent. RTP times say nothing of the clock:
 * they jump by themselves. */
static void take_rtcp(struct connection *connection, const uint8_t *data, size_t size)
{
    struct rtcp_sender_report report;
    if (!rtcp_find_sender_report(data, size, &report) ||
        !assembler_is_source(connection->assembler, report.ssrc))
        return;
    atomic_store(&connection->run->clock_offset_us, report.unix_us - connection->block->wall_us);
    atomic_store(&connection->run->clock_known, true);
}

/* What a server asks in mid-stream is answered; most of it changes nothing. */
static bool take_request(struct connection *connection, const struct rtsp_message *request)
{
    g_autofree char *text = rtsp_session_answer(request);
    rtsp_session_send(connection->session, text);
    if (!strcmp(request->method, "TEARDOWN"))
        return end(connection, REASON_NO_DATA, g_strdup("the camera ended the session"));
    if (strcmp(request->method, "REDIRECT") != 0)
        return true;
    char *location = rtsp_message_header(request, "Location", 0);
    char *detail =
        g_strdup_printf("redirected in mid-stream to %s", location ? location : "itself");
    g_free(connection->run->redirect);
    connection->run->redirect = location ? location : g_strdup("");
    return end(connection, REASON_REFUSED, detail);
}

/* Answers to keep-alives. */
static bool take_message(struct connection *connection, const uint8_t *data, size_t size)
{
    static const unsigned unknown[] = {400, 404, 405, 451, 455, 501, 551};
    struct rtsp_session *session = connection->session;
    struct rtsp_message message;
    if (!rtsp_message_parse(data, size, &message))
        return true;
    if (!message.status)
        return take_request(connection, &message);
    if (message.status == 401 && !connection->nonce_renewed &&
        rtsp_session_new_nonce(session, &message)) {
        connection->nonce_renewed = true; /* until the next keep-alive */
        send_request(connection, session->keep_alive);
    } else if (message.status == 454) {
        return end(connection, REASON_PROTOCOL, g_strdup("the camera forgot the session (454)"));
    }
    for (size_t i = 0; i < G_N_ELEMENTS(unknown); i++)
        if (message.status == unknown[i])
            session->keep_alive = "OPTIONS";
    return true;
}

static bool desync(struct connection *connection, const uint8_t *at, size_t size)
{
    GString *bytes = g_string_new(NULL);
    for (size_t i = 0; i < size && i < 8; i++)
        g_string_append_printf(bytes, "%s%02x", i ? " " : "", at[i]);
    char *detail = g_strdup_printf("the stream lost its framing: %s", bytes->str);
    g_string_free(bytes, TRUE);
    return end(connection, REASON_PROTOCOL, detail);
}

/* Returned: bytes used up, -1 when the connection is over. */
static ssize_t take_block(struct connection *connection, const uint8_t *data, size_t size)
{
    const struct rtsp_transport *transport = &connection->session->transport;
    size_t at = 0;
    for (;;) {
        struct cut cut;
        switch (interleaved_cut(data + at, size - at, &cut)) {
        case CUT_MORE:
            return (ssize_t)at;
        case CUT_FRAME: /* channels that nobody asked for are passed over */
            if (connection->reorder)
                break;
            if (cut.channel == transport->rtp_channel)
                take_rtp(connection, cut.data, cut.size);
            else if (cut.channel == transport->rtcp_channel)
                take_rtcp(connection, cut.data, cut.size);
            break;
        case CUT_MESSAGE:
            if (!take_message(connection, cut.data, cut.size))
                return -1;
            break;
        case CUT_SKIP:
            break;
        case CUT_DESYNC:
            desync(connection, data + at, size - at);
            return -1;
        }
        at += cut.used;
    }
}

static void keep_rest(struct connection *connection, const uint8_t *data, size_t size)
{
    if (!size) {
        g_clear_pointer(&connection->rest, g_free);
        connection->rest_size = 0;
        return;
    }
    uint8_t *rest = g_memdup2(data, size);
    g_free(connection->rest);
    connection->rest = rest;
    connection->rest_size = size;
}

static bool over(struct connection *connection, ssize_t count)
{
    if (count == 0)
        return end(connection, REASON_NO_DATA, g_strdup("the camera closed the connection"));
    if (errno == EAGAIN || errno == EINTR)
        return true;
    return end(connection, REASON_NO_DATA,
               g_strdup_printf("the connection broke: %s", g_strerror(errno)));
}

/* What the conversation had read behind its last answer. false: the connection is over. */
static bool take_pending(struct connection *connection)
{
    g_autoptr(GByteArray) pending = g_steal_pointer(&connection->session->pending);
    ssize_t used = take_block(connection, pending->data, pending->len);
    settle(connection);
    if (used >= 0)
        keep_rest(connection, pending->data + used, pending->len - (size_t)used);
    return used >= 0;
}

/* Reads till the socket is empty, or the others' turn comes. false: it is over. */
static bool read_all(struct connection *connection)
{
    struct receiver_block *block = connection->block;
    if (G_UNLIKELY(connection->session->pending) && !connection->closing_until_us &&
        !take_pending(connection))
        return false;
    int reads = connection->session->tls ? TLS_READS_A_ROUND : READS_A_ROUND;
    for (int i = 0; i < reads || block->hung_up; i++) {
        size_t had = connection->rest_size;
        if (had)
            memcpy(block->data, connection->rest, had);
        ssize_t count =
            rtsp_session_read(connection->session, block->data + had, RECEIVER_READ_BYTES);
        if (count <= 0)
            return over(connection, count);
        figure_add(&block->bytes, (guint64)count);
        if (connection->closing_until_us)
            continue;
        size_t size = had + (size_t)count;
        ssize_t used = take_block(connection, block->data, size);
        /* also when it is over: the next connection begins with an empty scratch */
        settle(connection);
        if (used < 0)
            return false;
        keep_rest(connection, block->data + used, size - (size_t)used);
        /* a short read has drained the socket, and more will be told; an encrypted connection may
         * hold bytes that no descriptor tells of, an end is told only once */
        if (count < RECEIVER_READ_BYTES && !connection->session->tls && !block->hung_up)
            break;
    }
    return true;
}

bool connection_read(struct connection *connection)
{
    bool alive = read_all(connection);
    connection->last_read_us = connection->block->mono_us;
    return alive;
}

bool connection_pace(struct connection *connection)
{
    const struct rtsp_session *session = connection->session;
    bool wait = connection->options->unwatched_us > 0 && connection->live && !session->tls &&
                (!connection->reorder || connection->roomy) && !connection->closing_until_us &&
                !stream_is_followed(connection->stream);
    if (wait == connection->waits)
        return wait;
    int least = wait ? WAITING_BYTES : 1;
    /* lowered, it tells of what has gathered */
    if (!connection->reorder &&
        setsockopt(session->fd, SOL_SOCKET, SO_RCVLOWAT, &least, sizeof least) < 0)
        return false;
    connection->waits = wait;
    connection->arrival.known = false;
    return wait;
}

void connection_prefetch(const struct connection *connection)
{
    for (size_t at = 0; at < sizeof *connection; at += 64)
        __builtin_prefetch((const char *)connection + at, 1);
}

void connection_prefetch_parts(const struct connection *connection)
{
    __builtin_prefetch(connection->session);
    __builtin_prefetch(connection->run, 1);
    assembler_prefetch(connection->assembler);
    stream_prefetch(connection->stream);
}

/* --- UDP */

static void deliver_in_order(const uint8_t *packet, size_t size, gpointer user)
{
    struct connection *connection = user;
    take_rtp(connection, packet, size);
    /* one that waited for its turn is gone after this call */
    if (!udp_batch_has(connection->block->batch, packet))
        settle(connection);
}

static void take_datagram(struct connection *connection, const uint8_t *packet, size_t size)
{
    struct rtp rtp;
    if (!rtp_parse(packet, size, &rtp))
        return;
    reorder_push(connection->reorder,
                 &(struct reorder_packet){rtp.ssrc, rtp.sequence, packet, size},
                 connection->block->mono_us, deliver_in_order, connection);
}

static void take_train(struct connection *connection, const struct udp_train *train)
{
    figure_add(&connection->block->bytes, train->size);
    if (connection->closing_until_us || !udp_is_peer(train->from, &connection->peer))
        return;
    for (size_t at = 0; at < train->size; at += train->datagram_bytes)
        take_datagram(connection, train->data + at, MIN(train->datagram_bytes, train->size - at));
}

bool connection_read_rtp(struct connection *connection)
{
    struct receiver_block *block = connection->block;
    bool more = true;
    for (int i = 0; i < UDP_READS_A_ROUND && more; i++) {
        int count = udp_batch_read(block->batch, connection->session->udp_fd[0]);
        more = udp_batch_is_full(block->batch, count);
        for (int train = 0; train < count; train++) {
            struct udp_train taken = udp_batch_take(block->batch, train);
            take_train(connection, &taken);
        }
        settle(connection);
    }
    connection->last_read_us = block->mono_us;
    if (!connection->closing_until_us)
        reorder_expire(connection->reorder, block->mono_us, deliver_in_order, connection);
    return true;
}

bool connection_read_rtcp(struct connection *connection)
{
    uint8_t packet[2048];
    struct sockaddr_storage from;
    /* told once per arrival: one that stayed behind would make every later report an old one */
    for (int i = 0; i < RTCP_A_ROUND; i++) {
        socklen_t from_size = sizeof from;
        ssize_t size = recvfrom(connection->session->udp_fd[1], packet, sizeof packet, MSG_DONTWAIT,
                                (struct sockaddr *)&from, &from_size);
        if (size < 0)
            break;
        if (!connection->closing_until_us && udp_is_peer(&from, &connection->peer))
            take_rtcp(connection, packet, (size_t)size);
    }
    return true;
}

/* --- time */

static void tell_losses(struct connection *connection)
{
    guint64 late = connection->reorder ? connection->reorder->late : 0;
    atomic_fetch_add(&connection->block->late_packets, late - connection->late_told);
    connection->late_told = late;
    const struct assembler_counts *counts = assembler_counts(connection->assembler);
    guint64 lost = counts->lost_packets;
    atomic_store_explicit(&connection->run->packets, counts->packets, memory_order_relaxed);
    atomic_store_explicit(&connection->run->lost_packets, lost, memory_order_relaxed);
    if (lost == connection->lost_told)
        return;
    figure_add(&connection->block->lost_packets, lost - connection->lost_told);
    connection->lost_told = lost;
}

/* UDP that a firewall swallows is given up earlier, when there is another way. */
static int64_t patience_us(const struct connection *connection)
{
    int64_t no_data_us = connection->options->no_data_us;
    bool another_way = connection->reorder && connection->run->may_fall_back;
    return another_way && !connection->heard ? MIN(no_data_us, UDP_SILENT_US) : no_data_us;
}

/* Always false. */
static bool end_silence(struct connection *connection)
{
    const char *what = connection->live ? "no packets" : "PLAY was answered, no packets";
    atomic_store(&connection->run->silent, !connection->heard);
    return end(connection, REASON_NO_DATA,
               g_strdup_printf("%s over %s for %d s", what, connection->reorder ? "UDP" : "TCP",
                               (int)(patience_us(connection) / 1000000)));
}

/* Returned: new string. */
static char *why_no_keyframe(const struct connection *connection)
{
    const struct assembler_counts *counts = assembler_counts(connection->assembler);
    if (counts->oversized)
        return g_strdup_printf("pictures are larger than %zu MiB",
                               connection->options->max_unit_bytes >> 20);
    return g_strdup_printf("packets come, but no whole keyframe for 30 s (%" G_GUINT64_FORMAT
                           " packets lost, %" G_GUINT64_FORMAT " not understood)",
                           counts->lost_packets, counts->malformed);
}

bool connection_tick(struct connection *connection)
{
    int64_t now = connection->block->mono_us;
    if (connection->closing_until_us)
        return now < connection->closing_until_us;
    if (connection->reorder)
        reorder_expire(connection->reorder, now, deliver_in_order, connection);
    if (now < connection->next_tick_us)
        return true;
    connection->next_tick_us = now + TICK_US;
    tell_losses(connection);
    if (now - connection->last_packet_us > patience_us(connection))
        return end_silence(connection);
    if (now - connection->last_unit_us > NO_KEYFRAME_US)
        return end(connection, REASON_NO_DATA, why_no_keyframe(connection));
    if (now >= connection->next_keep_alive_us) {
        connection->next_keep_alive_us = now + (int64_t)connection->session->timeout_s * 500000;
        connection->nonce_renewed = false;
        send_request(connection, connection->session->keep_alive);
    }
    return true;
}

bool connection_stop(struct connection *connection)
{
    stream_break(connection->stream);
    send_request(connection, "TEARDOWN");
    connection->closing_until_us = clock_mono_us() + CLOSING_US;
    /* in a tunnel the one that is read stays open until the other one has been heard */
    const struct rtsp_session *session = connection->session;
    if (!session->tls)
        shutdown(session->write_fd >= 0 ? session->write_fd : session->fd, SHUT_WR);
    return true;
}
