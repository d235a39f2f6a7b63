/* Playing connections that share one receiver: what one camera does must not reach another. */
#include "bytes.h"
#include "rtsp/engine.h"
#include <arpa/inet.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static const char sps[] = "\x67\x42\xc0\x1e\xd9\x03\xc5\x68\x40\x00\x00\x03\x00\x40\x00\x00\x0c\x03"
                          "\xc5\x8b\x92";
static const char pps[] = "\x68\xcb\x8c\xb2";
static const char idr[] = "\x65\x88"
                          "iiii";

struct camera {
    struct rtsp_run *run;
    struct connection *connection;
    struct stream *stream;
    int peer;
    uint16_t sequence;
};

struct fixture {
    struct rtsp_engine *engine;
    struct rtsp_engine_options options; /* of connections */
    struct receiver_block block;
};

static void set_up(struct fixture *f)
{
    struct rtsp_engine_options options = rtsp_engine_defaults;
    options.workers = 1;
    f->engine = rtsp_engine_create(&options, NULL);
    f->options = options;
    f->block = (struct receiver_block){.capacity = RECEIVER_REST_BYTES + RECEIVER_READ_BYTES};
    f->block.data = g_malloc0(f->block.capacity);
    f->block.scratch = assembler_scratch_create();
}

static void tear_down(struct fixture *f)
{
    assembler_scratch_destroy(f->block.scratch);
    g_free(f->block.data);
    rtsp_engine_destroy(f->engine);
}

static void camera_begin(struct fixture *f, struct camera *camera)
{
    static const struct stream_limits limits = {.max_bytes = 1 << 20, .keep_gops = 1};
    int fds[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), ==, 0);
    struct rtsp_session *session = rtsp_session_create();
    session->fd = fds[0];
    session->uri = g_strdup("rtsp://camera/");
    session->transport = (struct rtsp_transport){.tcp = true, .rtcp_channel = 1};
    session->sdp.codec = CODEC_H264;
    session->sdp.payload_type = 96;
    session->sdp.clock_hz = 90000;
    *camera = (struct camera){.peer = fds[1], .stream = stream_create("c1/sub", &limits)};
    struct rtsp_run *run = camera->run = g_new0(struct rtsp_run, 1);
    atomic_init(&run->refs, 1);
    run->engine = f->engine;
    run->name = g_strdup("c1/sub");
    run->stream = stream_ref(camera->stream);
    run->cancel = g_cancellable_new();
    run->destroyed = true; /* nobody hears its events */
    camera->connection = connection_create(run, session, &f->options, &f->block);
}

static void camera_end(struct camera *camera)
{
    connection_destroy(camera->connection);
    run_unref(camera->run);
    stream_unref(camera->stream);
    close(camera->peer);
}

static void send_bytes(struct camera *camera, const void *data, size_t size)
{
    g_assert_cmpint(write(camera->peer, data, size), ==, (gssize)size);
}

/* One NAL unit in one packet. */
static void send_nal(struct camera *camera, const char *nal, size_t size, bool marker)
{
    uint8_t frame[256] = {'$', 0, 0, (uint8_t)(12 + size), 0x80, (uint8_t)(marker ? 0xe0 : 0x60)};
    frame[7] = (uint8_t)camera->sequence++;
    frame[15] = 1;
    memcpy(frame + 16, nal, size);
    send_bytes(camera, frame, 16 + size);
}

static void send_keyframe(struct camera *camera)
{
    send_nal(camera, sps, sizeof sps - 1, false);
    send_nal(camera, pps, sizeof pps - 1, false);
    send_nal(camera, idr, sizeof idr - 1, true);
}

static struct unit *newest(struct camera *camera)
{
    struct unit *unit = stream_newest_keyframe(camera->stream);
    g_assert_nonnull(unit);
    return unit;
}

/* A camera ends in the middle of a picture; the next one's picture is all its own. */
static void test_end_inside_a_picture(void)
{
    static const char *const ends[] = {"garbage that is no frame",
                                       "RTSP/1.0 454 Session Not Found\r\n\r\n"};
    for (guint i = 0; i < G_N_ELEMENTS(ends); i++) {
        struct fixture f;
        struct camera alone, bad, good;
        set_up(&f);
        camera_begin(&f, &alone);
        camera_begin(&f, &bad);
        camera_begin(&f, &good);
        send_keyframe(&alone);
        g_assert_true(connection_read(alone.connection));
        send_nal(&bad, sps, sizeof sps - 1, false);
        send_bytes(&bad, ends[i], strlen(ends[i]));
        g_assert_false(connection_read(bad.connection));
        send_keyframe(&good);
        g_assert_true(connection_read(good.connection));
        struct unit *expected = newest(&alone), *unit = newest(&good);
        assert_bytes(unit->data, unit->size, expected->data, expected->size);
        unit_unref(expected);
        unit_unref(unit);
        camera_end(&alone);
        camera_end(&bad);
        camera_end(&good);
        tear_down(&f);
    }
}

static void ignore(gpointer user)
{
    (void)user;
}

/* A stream that nobody follows waits for the sweep; one that is followed is read as data comes. */
static void test_pace(void)
{
    struct fixture f;
    struct camera camera;
    set_up(&f);
    camera_begin(&f, &camera);
    g_assert_false(connection_pace(camera.connection)); /* nothing came yet */
    send_keyframe(&camera);
    f.block.wall_us = 5000000;
    g_assert_true(connection_read(camera.connection));
    g_assert_true(connection_pace(camera.connection));
    f.block.wall_us += 100000;
    g_assert_true(connection_read(camera.connection));
    struct reader *keyframes = reader_create(camera.stream, READER_KEYFRAMES, ignore, NULL);
    g_assert_true(connection_pace(camera.connection));
    struct reader *reader = reader_create(camera.stream, READER_FROM_GOP, ignore, NULL);
    g_assert_false(connection_pace(camera.connection));
    reader_destroy(reader);
    g_assert_true(connection_pace(camera.connection));
    reader_destroy(keyframes);
    connection_stop(camera.connection);
    connection_pace(camera.connection);
    g_assert_false(connection_pace(camera.connection));
    camera_end(&camera);
    tear_down(&f);
}

/* One keyframe as a single NAL unit of so many bytes, in fragments; the second gets lost if `torn`.
 */
static void send_large_keyframe(struct camera *camera, size_t size, bool torn)
{
    enum { PIECE = 60000 };
    static uint8_t frame[4 + 12 + 2 + PIECE];
    send_nal(camera, sps, sizeof sps - 1, false);
    send_nal(camera, pps, sizeof pps - 1, false);
    for (size_t at = 0; at < size; at += PIECE) {
        bool first = at == 0, last = at + PIECE >= size;
        size_t payload = 12 + 2 + PIECE;
        const uint8_t head[] = {'$',
                                0,
                                (uint8_t)(payload >> 8),
                                (uint8_t)payload,
                                0x80,
                                (uint8_t)(last ? 0xe0 : 0x60),
                                0,
                                (uint8_t)camera->sequence++};
        memset(frame, 0x88, sizeof frame);
        memcpy(frame, head, sizeof head);
        memset(frame + 8, 0, 8);
        frame[15] = 1;
        frame[16] = 0x7c;
        frame[17] = (uint8_t)((first ? 0x80 : 0) | (last ? 0x40 : 0) | 5);
        if (torn && at == PIECE)
            continue;
        send_bytes(camera, frame, sizeof frame);
        g_assert_true(connection_read(camera->connection));
    }
}

static void note_end(enum reason reason, const char *detail, gpointer user)
{
    char **said = user;
    *said = g_strdup_printf("%s: %s", reason_code(reason), detail);
}

/* What 31 s without a picture are told as. Returned: new string. */
static char *end_without_keyframe(struct fixture *f, struct camera *camera)
{
    static const struct rtsp_run_ops ops = {ignore, ignore, note_end};
    char *said = NULL;
    while (g_main_context_iteration(NULL, FALSE))
        ; /* that it was live concerns nobody */
    camera->run->ops = &ops;
    camera->run->user = &said;
    camera->run->destroyed = false;
    int64_t now_us = f->block.mono_us;
    f->block.mono_us = now_us + 29000000;
    g_assert_true(connection_tick(camera->connection));
    f->block.mono_us = now_us + 31000000;
    g_assert_false(connection_tick(camera->connection));
    while (!said)
        g_main_context_iteration(NULL, TRUE);
    camera->run->destroyed = true;
    return said;
}

/* Pictures come, but none that is whole or of a size that anybody needs: which of both is told. */
static void test_no_keyframe(void)
{
    static const struct {
        size_t bytes;
        bool torn;
        const char *says;
    } table[] = {
        {1200000, false, "no_data: pictures are larger than 1 MiB"},
        {600000, true,
         "no_data: packets come, but no whole keyframe for 30 s (3 packets lost, 0 not "
         "understood)"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        struct fixture f;
        struct camera camera;
        set_up(&f);
        f.options.max_unit_bytes = 1 << 20;
        f.options.no_data_us = INT64_C(60000000);
        camera_begin(&f, &camera);
        f.block.mono_us = g_get_monotonic_time();
        send_large_keyframe(&camera, 300000, false);
        struct unit *unit = newest(&camera); /* one that fits is one */
        unit_unref(unit);
        for (int picture = 0; picture < 3; picture++)
            send_large_keyframe(&camera, table[i].bytes, table[i].torn);
        g_autofree char *said = end_without_keyframe(&f, &camera);
        g_assert_cmpstr(said, ==, table[i].says);
        camera_end(&camera);
        tear_down(&f);
    }
}

/* A sender report on the RTCP channel. */
static void send_interleaved_report(struct camera *camera, uint8_t ssrc, uint8_t hour)
{
    const uint8_t frame[32] = {'$', 1, 0, 28, 0x80, 200, 0, 6, 0, 0, 0, ssrc, 0xe8, hour};
    send_bytes(camera, frame, sizeof frame);
}

/* RTCP of somebody else, before and between our own: dropped, and the stream goes on. */
static void test_reports_of_strangers(void)
{
    struct fixture f;
    struct camera camera;
    set_up(&f);
    camera_begin(&f, &camera);
    send_keyframe(&camera); /* of source 1 */
    send_interleaved_report(&camera, 9, 1);
    g_assert_true(connection_read(camera.connection));
    g_assert_false(atomic_load(&camera.run->clock_known));
    send_interleaved_report(&camera, 1, 2);
    g_assert_true(connection_read(camera.connection));
    g_assert_true(atomic_load(&camera.run->clock_known));
    int64_t offset_us = atomic_load(&camera.run->clock_offset_us);
    send_interleaved_report(&camera, 9, 200);
    send_keyframe(&camera);
    g_assert_true(connection_read(camera.connection));
    g_assert_cmpint(atomic_load(&camera.run->clock_offset_us), ==, offset_us);
    struct stream_stats stats;
    stream_stats(camera.stream, &stats);
    g_assert_cmpuint(stats.keyframes, ==, 2);
    camera_end(&camera);
    tear_down(&f);
}

/* Both ends of a TCP connection over loopback. */
static void connect_loopback(int fds[2])
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    g_assert_cmpint(bind(listener, (struct sockaddr *)&address, size), ==, 0);
    g_assert_cmpint(listen(listener, 1), ==, 0);
    g_assert_cmpint(getsockname(listener, (struct sockaddr *)&address, &size), ==, 0);
    fds[0] = socket(AF_INET, SOCK_STREAM, 0);
    g_assert_cmpint(connect(fds[0], (struct sockaddr *)&address, size), ==, 0);
    fds[1] = accept(listener, NULL, NULL);
    close(listener);
}

/* A sender report; `hour` makes its clock another one. */
static void send_report(int fd, uint16_t port, uint8_t hour)
{
    uint8_t report[28] = {0x80, 200, 0, 6, 0, 0, 0, 0, 0xe8, hour};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    g_assert_cmpint(sendto(fd, report, sizeof report, 0, (struct sockaddr *)&to, sizeof to), ==,
                    sizeof report);
}

/* A camera over UDP, its dialogue over TCP. */
struct udp_camera {
    struct camera over_tcp; /* its run and stream */
    struct connection *connection;
    uint16_t port;
    int sender, dialogue;
    const struct rtsp_session *session;
};

static void udp_camera_begin(struct fixture *f, struct udp_camera *camera)
{
    int tcp[2], udp[2] = {-1, -1};
    connect_loopback(tcp);
    *camera = (struct udp_camera){.sender = socket(AF_INET, SOCK_DGRAM, 0), .dialogue = tcp[1]};
    camera->port = udp_open_pair(udp, false, 128 << 10);
    g_assert_cmpuint(camera->port, >, 0);
    camera_begin(f, &camera->over_tcp);
    struct rtsp_session *session = rtsp_session_create();
    camera->session = session;
    session->fd = tcp[0];
    session->udp_fd[0] = udp[0];
    session->udp_fd[1] = udp[1];
    session->uri = g_strdup("rtsp://camera/");
    session->sdp = connection_session(camera->over_tcp.connection)->sdp;
    camera->connection =
        connection_create(camera->over_tcp.run, session, &rtsp_engine_defaults, &f->block);
}

static void udp_camera_end(struct udp_camera *camera)
{
    connection_destroy(camera->connection);
    camera_end(&camera->over_tcp);
    close(camera->dialogue);
    close(camera->sender);
}

/* Sockets are told by edges: of two reports that came together the newer one counts. */
static void test_reports_that_gathered(void)
{
    struct fixture f;
    struct udp_camera camera;
    set_up(&f);
    udp_camera_begin(&f, &camera);
    send_report(camera.sender, (uint16_t)(camera.port + 1), 1);
    send_report(camera.sender, (uint16_t)(camera.port + 1), 2);
    struct pollfd waiting = {.fd = camera.session->udp_fd[1], .events = POLLIN};
    g_assert_cmpint(poll(&waiting, 1, 5000), ==, 1);
    g_assert_true(connection_read_rtcp(camera.connection));
    struct rtcp_sender_report newest;
    const uint8_t wanted[28] = {0x80, 200, 0, 6, 0, 0, 0, 0, 0xe8, 2};
    g_assert_true(rtcp_find_sender_report(wanted, sizeof wanted, &newest));
    g_assert_cmpint(atomic_load(&camera.over_tcp.run->clock_offset_us), ==,
                    newest.unix_us - f.block.wall_us);
    g_assert_cmpint(poll(&waiting, 1, 0), ==, 0);
    udp_camera_end(&camera);
    tear_down(&f);
}

enum { TRAIN_PACKET_BYTES = 200 };

/* One RTP packet of a fragmented IDR picture, or of what goes before it. */
static size_t write_packet(uint8_t *out, uint16_t sequence, const void *payload, size_t size,
                           bool marker)
{
    memset(out, 0, 12);
    out[0] = 0x80;
    out[1] = marker ? 0xe0 : 0x60;
    out[2] = (uint8_t)(sequence >> 8);
    out[3] = (uint8_t)sequence;
    out[11] = 1;
    memcpy(out + 12, payload, size);
    return 12 + size;
}

/* Sends `size` bytes, cut into datagrams by the kernel, which on loopback stay together. */
static void send_train(const struct udp_camera *camera, const uint8_t *data, size_t size)
{
    uint16_t each = TRAIN_PACKET_BYTES;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(camera->port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    g_assert_cmpint(setsockopt(camera->sender, IPPROTO_UDP, UDP_SEGMENT, &(int){each}, sizeof(int)),
                    ==, 0);
    g_assert_cmpint(sendto(camera->sender, data, size, 0, (const struct sockaddr *)&to, sizeof to),
                    ==, (gssize)size);
}

/* A keyframe in packets that the kernel hands over in one piece, twice over, and one by itself. */
static void test_trains(void)
{
    enum { FRAGMENTS = 20, BODY = TRAIN_PACKET_BYTES - 12 - 2, LAST = 50 };
    struct fixture f;
    struct udp_camera camera;
    set_up(&f);
    f.block.batch = udp_batch_create();
    udp_camera_begin(&f, &camera);
    uint8_t train[TRAIN_PACKET_BYTES * FRAGMENTS], single[TRAIN_PACKET_BYTES];
    uint16_t sequence = 65530; /* wraps in the middle */
    for (unsigned picture = 0; picture < 2; picture++) {
        send_train(&camera, single, write_packet(single, sequence++, sps, sizeof sps - 1, false));
        send_train(&camera, single, write_packet(single, sequence++, pps, sizeof pps - 1, false));
        size_t size = 0;
        for (unsigned i = 0; i < FRAGMENTS; i++) {
            bool last = i == FRAGMENTS - 1;
            uint8_t body[BODY + 2] = {0x7c, (uint8_t)((i ? 0 : 0x80) | (last ? 0x40 : 0) | 5)};
            memset(body + 2, (int)(0x80 + i), BODY);
            size += write_packet(train + size, sequence++, body, last ? LAST + 2 : BODY + 2, last);
        }
        send_train(&camera, train, size);
    }
    struct pollfd waiting = {.fd = camera.session->udp_fd[0], .events = POLLIN};
    g_assert_cmpint(poll(&waiting, 1, 5000), ==, 1);
    g_assert_true(connection_read_rtp(camera.connection));
    g_assert_cmpuint(atomic_load(&f.block.packets), ==, (guint64)2 * (FRAGMENTS + 2));
    g_assert_cmpuint(atomic_load(&f.block.units), ==, 2);
    struct unit *unit = newest(&camera.over_tcp);
    size_t front = 4 + sizeof sps - 1 + 4 + sizeof pps - 1 + 4 + 1;
    g_assert_cmpuint(unit->size, ==, front + (FRAGMENTS - 1) * BODY + LAST);
    for (size_t i = 0; i < unit->size - front; i++)
        g_assert_cmphex(unit->data[front + i], ==, 0x80 + i / BODY);
    g_assert_false(unit->gap);
    unit_unref(unit);
    udp_camera_end(&camera);
    udp_batch_destroy(f.block.batch);
    tear_down(&f);
}

/* As short a time between two sweeps as anybody may configure. */
static void test_shortest_sweep(void)
{
    struct rtsp_engine_options options = rtsp_engine_defaults;
    options.workers = 1;
    options.unwatched_us = 1;
    rtsp_engine_destroy(rtsp_engine_create(&options, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/connection/no-keyframe", test_no_keyframe);
    g_test_add_func("/connection/reports-of-strangers", test_reports_of_strangers);
    g_test_add_func("/rtsp/connection/end-inside-a-picture", test_end_inside_a_picture);
    g_test_add_func("/rtsp/connection/pace", test_pace);
    g_test_add_func("/rtsp/connection/reports-that-gathered", test_reports_that_gathered);
    g_test_add_func("/rtsp/connection/trains", test_trains);
    g_test_add_func("/rtsp/connection/shortest-sweep", test_shortest_sweep);
    return g_test_run();
}
