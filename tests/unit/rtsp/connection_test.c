/* Playing connections that share one receiver: what one camera does must not reach another. */
#include "bytes.h"
#include "rtsp/engine.h"
#include <arpa/inet.h>
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
    struct receiver_block block;
};

static void set_up(struct fixture *f)
{
    struct rtsp_engine_options options = rtsp_engine_defaults;
    options.workers = 1;
    f->engine = rtsp_engine_create(&options, NULL);
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
    camera->connection = connection_create(run, session, &rtsp_engine_defaults, &f->block);
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

/* Sockets are told by edges: of two reports that came together the newer one counts. */
static void test_reports_that_gathered(void)
{
    struct fixture f;
    int tcp[2], udp[2] = {-1, -1}, sender = socket(AF_INET, SOCK_DGRAM, 0);
    set_up(&f);
    connect_loopback(tcp);
    uint16_t port = udp_open_pair(udp, false, 0);
    g_assert_cmpuint(port, >, 0);
    struct camera camera;
    camera_begin(&f, &camera);
    struct rtsp_session *session = connection_session(camera.connection);
    struct rtsp_session *over_udp = rtsp_session_create();
    over_udp->fd = tcp[0];
    over_udp->udp_fd[0] = udp[0];
    over_udp->udp_fd[1] = udp[1];
    over_udp->uri = g_strdup("rtsp://camera/");
    over_udp->sdp = session->sdp;
    struct connection *connection =
        connection_create(camera.run, over_udp, &rtsp_engine_defaults, &f.block);
    send_report(sender, (uint16_t)(port + 1), 1);
    send_report(sender, (uint16_t)(port + 1), 2);
    struct pollfd waiting = {.fd = udp[1], .events = POLLIN};
    g_assert_cmpint(poll(&waiting, 1, 5000), ==, 1);
    g_assert_true(connection_read_rtcp(connection));
    struct rtcp_sender_report newest;
    const uint8_t wanted[28] = {0x80, 200, 0, 6, 0, 0, 0, 0, 0xe8, 2};
    g_assert_true(rtcp_find_sender_report(wanted, sizeof wanted, &newest));
    g_assert_cmpint(atomic_load(&camera.run->clock_offset_us), ==,
                    newest.unix_us - f.block.wall_us);
    g_assert_cmpint(poll(&waiting, 1, 0), ==, 0);
    connection_destroy(connection);
    camera_end(&camera);
    close(tcp[1]);
    close(sender);
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
    g_test_add_func("/rtsp/connection/end-inside-a-picture", test_end_inside_a_picture);
    g_test_add_func("/rtsp/connection/pace", test_pace);
    g_test_add_func("/rtsp/connection/reports-that-gathered", test_reports_that_gathered);
    g_test_add_func("/rtsp/connection/shortest-sweep", test_shortest_sweep);
    return g_test_run();
}
