#include "simcams/media.h"
#include "simcams/client.h"
#include "simcams/compose.h"
#include "simcams/server.h"
#include <errno.h>
#include <gio/gio.h>
#include <math.h>
#include <netinet/udp.h>
#include <string.h>
#include <unistd.h>

enum {
    BATCH_BYTES = UDP_BATCH * (PACKET_HEAD_BYTES + PAYLOAD_MAX_BYTES),
    REPORT_EVERY_US = 5 * G_USEC_PER_SEC,
    REPORT_BYTES = 28 + 20,
    RTCP_PORT_TRIES = 200,
    UDP_SEND_BUFFER_BYTES = 8 << 20,
    CLOCK_RATE = 90000,
    NTP_UNIX_SECONDS = 2208988800u, /* 1900 to 1970 */
};

/* --- sockets */

static int bind_udp(const struct sockaddr *address, socklen_t address_bytes, uint16_t port)
{
    struct sockaddr_in6 copy = {0};
    memcpy(&copy, address, MIN(address_bytes, sizeof copy));
    /* the port stands at the same place in both families */
    ((struct sockaddr_in *)&copy)->sin_port = GUINT16_TO_BE(port);
    const int fd = socket(address->sa_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&copy, address_bytes) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static uint16_t bound_port(int fd)
{
    struct sockaddr_in6 address = {0};
    socklen_t size = sizeof address;
    getsockname(fd, (struct sockaddr *)&address, &size);
    return GUINT16_FROM_BE(((struct sockaddr_in *)&address)->sin_port);
}

bool media_init(struct media *media, const struct sockaddr *address, socklen_t address_bytes,
                size_t largest_picture_bytes, GError **error)
{
    media->frame_bytes = largest_picture_bytes + 65536;
    media->frame = g_malloc(media->frame_bytes);
    media->batch = g_malloc(BATCH_BYTES);
    for (int tries = 0; tries < RTCP_PORT_TRIES; tries++) {
        media->rtp_fd = bind_udp(address, address_bytes, 0);
        if (media->rtp_fd < 0)
            break;
        media->rtp_port = bound_port(media->rtp_fd);
        /* RFC 3550 section 11: RTP on an even port, RTCP on the next */
        if (media->rtp_port % 2 == 0)
            media->rtcp_fd = bind_udp(address, address_bytes, (uint16_t)(media->rtp_port + 1));
        if (media->rtp_port % 2 == 0 && media->rtcp_fd >= 0) {
            setsockopt(media->rtp_fd, SOL_SOCKET, SO_SNDBUF, &(int){UDP_SEND_BUFFER_BYTES},
                       sizeof(int));
            return true;
        }
        close(media->rtp_fd);
        media->rtp_fd = -1;
    }
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_FAILED, "no pair of UDP ports: %s",
                g_strerror(errno));
    return false;
}

void media_finish(struct media *media)
{
    g_free(media->frame);
    g_free(media->batch);
    if (media->rtp_fd >= 0)
        close(media->rtp_fd);
    if (media->rtcp_fd >= 0)
        close(media->rtcp_fd);
}

/* --- building */

uint32_t media_timestamp(const struct server *server, uint32_t base, uint64_t cycle)
{
    const double ticks = (double)cycle * CLOCK_RATE / server->options->rate;
    return base + (uint32_t)(uint64_t)llround(ticks);
}

static void put_u32(uint8_t *at, uint32_t value)
{
    value = GUINT32_TO_BE(value);
    memcpy(at, &value, sizeof value);
}

/* The client's socket address with another port. */
static struct sockaddr_in6 peer_at(const struct client *client, uint16_t port)
{
    struct sockaddr_in6 address = client->peer;
    ((struct sockaddr_in *)&address)->sin_port = GUINT16_TO_BE(port);
    return address;
}

static socklen_t address_size(const struct sockaddr_in6 *address)
{
    return address->sin6_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof *address;
}

/* Packets from `first` on that one system call of one message can send: of one receiver, of one
 * size but for the last, which may be shorter. */
static unsigned train_length(const struct media *media, unsigned first)
{
    const struct datagram *head = &media->datagrams[first];
    size_t bytes = head->size_bytes;
    unsigned count = 1;
    while (count < TRAIN_PACKETS && first + count < media->batch_count) {
        const struct datagram *next = &media->datagrams[first + count];
        bytes += next->size_bytes;
        if (next->client != head->client || next->size_bytes > head->size_bytes ||
            bytes > TRAIN_BYTES)
            break;
        count++;
        if (next->size_bytes < head->size_bytes)
            break;
    }
    return count;
}

/* Fills message `i` with `count` packets from `first` on. */
static void build_message(struct media *media, unsigned i, unsigned first, unsigned count)
{
    const struct datagram *head = &media->datagrams[first];
    struct msghdr *message = &media->messages[i].msg_hdr;
    media->addresses[i] = peer_at(head->client, head->client->transport.client_port);
    *message = (struct msghdr){
        .msg_name = &media->addresses[i],
        .msg_namelen = address_size(&media->addresses[i]),
        .msg_iov = &media->vectors[first],
        .msg_iovlen = count,
    };
    if (count == 1)
        return;
    message->msg_control = &media->controls[i];
    message->msg_controllen = sizeof media->controls[i].bytes;
    struct cmsghdr *control = CMSG_FIRSTHDR(message);
    control->cmsg_level = IPPROTO_UDP;
    control->cmsg_type = UDP_SEGMENT;
    control->cmsg_len = CMSG_LEN(sizeof(uint16_t));
    const uint16_t size_bytes = (uint16_t)head->size_bytes;
    memcpy(CMSG_DATA(control), &size_bytes, sizeof size_bytes);
}

/* Returned: messages built. */
static unsigned build_messages(struct media *media, bool apart)
{
    unsigned messages = 0;
    for (unsigned at = 0; at < media->batch_count; messages++) {
        const unsigned count = apart ? 1 : train_length(media, at);
        build_message(media, messages, at, count);
        at += count;
    }
    return messages;
}

/* A way whose packets are smaller than ours, or a device that cannot cut: each goes by itself. */
static void send_apart(const struct media *media, const struct msghdr *train)
{
    for (size_t i = 0; i < train->msg_iovlen; i++)
        (void)sendto(media->rtp_fd, train->msg_iov[i].iov_base, train->msg_iov[i].iov_len,
                     MSG_DONTWAIT, train->msg_name, train->msg_namelen);
}

static void send_batch(struct server *server)
{
    struct media *media = &server->media;
    const unsigned messages = build_messages(media, server->options->packets_apart);
    unsigned done = 0;
    while (done < messages) {
        const int sent =
            sendmmsg(media->rtp_fd, media->messages + done, messages - done, MSG_DONTWAIT);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0 && media->messages[done].msg_hdr.msg_iovlen > 1 &&
            (errno == EINVAL || errno == EMSGSIZE || errno == EIO))
            send_apart(media, &media->messages[done].msg_hdr);
        /* a full buffer or an unreachable peer loses that message, as a network does */
        done += sent > 0 ? (unsigned)sent : 1;
    }
    media->batch_count = 0;
    media->batch_bytes = 0;
}

static uint8_t *batch_room(struct server *server, const struct client *client, size_t size_bytes)
{
    struct media *media = &server->media;
    if (media->batch_count == UDP_BATCH)
        send_batch(server);
    const unsigned i = media->batch_count++;
    uint8_t *room = media->batch + media->batch_bytes;
    media->batch_bytes += size_bytes;
    media->datagrams[i] = (struct datagram){client, size_bytes - INTERLEAVED_BYTES};
    media->vectors[i] = (struct iovec){room + INTERLEAVED_BYTES, size_bytes - INTERLEAVED_BYTES};
    return room;
}

static uint8_t *frame_room(struct media *media, size_t size_bytes)
{
    if (media->frame_size + size_bytes > media->frame_bytes) {
        media->frame_bytes = (media->frame_size + size_bytes) * 2;
        media->frame = g_realloc(media->frame, media->frame_bytes);
    }
    uint8_t *room = media->frame + media->frame_size;
    media->frame_size += size_bytes;
    return room;
}

void media_put_packet(struct server *server, struct client *client, const uint8_t *packet,
                      size_t size_bytes, uint32_t timestamp)
{
    const struct faults *faults = &client->camera->faults;
    const struct packet_head head = {client->transport.channel, client->seq++, timestamp,
                                     client->ssrc};
    if (fault_active(faults, FAULT_LOSS) &&
        g_rand_double(server->random) < faults->value[FAULT_LOSS]) {
        server->packets_lost++;
        return;
    }
    uint8_t *room = client->transport.kind == TRANSPORT_TCP
                        ? frame_room(&server->media, size_bytes)
                        : batch_room(server, client, size_bytes);
    memcpy(room, packet, size_bytes);
    packet_patch(room, &head);
    client->packets_sent++;
    client->octets_sent += (uint32_t)(size_bytes - PACKET_HEAD_BYTES);
}

/* Fault "desync": some bytes in the middle of the interleaved stream are missing. */
static void lose_bytes(struct media *media, struct client *client)
{
    enum { LOST_BYTES = 7 };
    if (client->desyncs_done == client->camera->desyncs ||
        media->frame_size < (size_t)4 * LOST_BYTES)
        return;
    client->desyncs_done = client->camera->desyncs;
    const size_t at = media->frame_size / 2;
    memmove(media->frame + at, media->frame + at + (size_t)LOST_BYTES,
            media->frame_size - at - LOST_BYTES);
    media->frame_size -= LOST_BYTES;
}

/* RFC 3550 section 6.4.1: sender report, and 6.5: the source's name. */
static void build_report(const struct server *server, const struct client *client,
                         uint32_t timestamp, uint8_t report[REPORT_BYTES])
{
    int64_t wall_us = server->wall_us;
    if (fault_active(&client->camera->faults, FAULT_CLOCK))
        wall_us += (int64_t)(client->camera->faults.value[FAULT_CLOCK] * 1000);
    const uint64_t fraction = ((uint64_t)(wall_us % G_USEC_PER_SEC) << 32) / G_USEC_PER_SEC;
    memcpy(report, (const uint8_t[]){0x80, 200, 0, 6}, 4);
    put_u32(report + 4, client->ssrc);
    put_u32(report + 8, (uint32_t)(wall_us / G_USEC_PER_SEC) + NTP_UNIX_SECONDS);
    put_u32(report + 12, (uint32_t)fraction);
    put_u32(report + 16, timestamp);
    put_u32(report + 20, client->packets_sent);
    put_u32(report + 24, client->octets_sent);
    memcpy(report + 28, (const uint8_t[]){0x81, 202, 0, 4}, 4);
    put_u32(report + 32, client->ssrc);
    static const uint8_t cname[12] = {1, 7, 's', 'i', 'm', 'c', 'a', 'm', 's'};
    memcpy(report + 36, cname, sizeof cname); /* CNAME, end, padding */
}

static void put_report(struct server *server, struct client *client, uint32_t timestamp)
{
    if (client->next_report_us > server->now_us)
        return;
    client->next_report_us = server->now_us + REPORT_EVERY_US;
    uint8_t report[REPORT_BYTES];
    build_report(server, client, timestamp, report);
    if (client->transport.kind == TRANSPORT_TCP) {
        uint8_t *room = frame_room(&server->media, INTERLEAVED_BYTES + REPORT_BYTES);
        memcpy(room,
               (const uint8_t[]){'$', (uint8_t)(client->transport.channel + 1), 0, REPORT_BYTES},
               INTERLEAVED_BYTES);
        memcpy(room + INTERLEAVED_BYTES, report, REPORT_BYTES);
        return;
    }
    const struct sockaddr_in6 address = peer_at(client, client->transport.client_rtcp_port);
    (void)sendto(server->media.rtcp_fd, report, sizeof report, MSG_DONTWAIT,
                 (const struct sockaddr *)&address, address_size(&address));
}

/* --- sending */

/* Writes the frame; what the socket does not take waits in client->out. */
static void write_frame(struct server *server, struct client *client)
{
    const struct media *media = &server->media;
    size_t done = 0;
    while (done < media->frame_size) {
        size_t part = media->frame_size - done;
        if (server->options->packets_apart) {
            const uint8_t *head = media->frame + done;
            part = MIN(part, INTERLEAVED_BYTES + (((size_t)head[2] << 8) | head[3]));
        }
        const ssize_t sent =
            send(client->watch.fd, media->frame + done, part, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR) {
            client_close(client, true);
            return;
        }
        done += sent > 0 ? (size_t)sent : 0;
        if (sent < (ssize_t)part)
            break;
    }
    if (done < media->frame_size)
        client_write(client, media->frame + done, media->frame_size - done);
}

static void drop_unit(struct server *server, struct client *client)
{
    client->shift = 0;
    client->waiting_keyframe = true;
    client->camera->units_dropped++;
    server->units_dropped++;
}

/* The clip that the camera shows now; a change waits for a keyframe. */
static const struct clip *wanted_clip(const struct client *client)
{
    enum profile profile = client->profile;
    if (fault_active(&client->camera->faults, FAULT_RESOLUTION))
        profile = profile == PROFILE_SUB ? PROFILE_MAIN : PROFILE_SUB;
    return client->camera->clips[profile];
}

/* The picture to send in this cycle, NULL for none. A client that joins between keyframes gets the
 * last keyframe at once and what follows it, late by `shift` pictures, until the camera's clock
 * reaches its next keyframe: as a camera that begins a group of pictures for a new client. */
static const struct picture *choose_picture(struct client *client, uint64_t cycle)
{
    const struct clip *wanted = wanted_clip(client);
    const uint64_t now = client->camera->offset + cycle;
    const struct picture *picture = clip_picture(wanted, now);
    if (!client->clip) {
        client->clip = wanted;
        client->shift = (uint32_t)(now % wanted->pictures->len) - picture->gop_start;
        client->waiting_keyframe = false;
    }
    if (picture->keyframe) {
        if (client->clip != wanted)
            client->show = SHOW_CLIP;
        client->clip = wanted;
        client->shift = 0;
    }
    picture = clip_picture(client->clip, now % client->clip->pictures->len +
                                             client->clip->pictures->len - client->shift);
    if (client->waiting_keyframe && !picture->keyframe)
        return NULL;
    return picture;
}

void media_send(struct server *server, struct client *client, uint64_t cycle)
{
    struct camera *camera = client->camera;
    if (client->closing || client->hold_until_us > server->now_us)
        return;
    if (fault_active(&camera->faults, FAULT_STALL)) {
        client->shift = 0;
        client->waiting_keyframe = true;
        return;
    }
    const struct picture *picture = choose_picture(client, cycle);
    if (!picture || client_pending(client)) {
        drop_unit(server, client);
        return;
    }
    client->waiting_keyframe = false;
    const uint32_t timestamp = media_timestamp(server, camera->timestamp_base,
                                               cycle + (uint64_t)(int64_t)picture->reorder);
    server->media.frame_size = 0;
    const size_t size_bytes = compose_picture(server, client, picture, timestamp);
    put_report(server, client, timestamp);
    if (client->transport.kind == TRANSPORT_TCP) {
        lose_bytes(&server->media, client);
        write_frame(server, client);
    }
    camera->units_sent++;
    camera->bytes_sent += size_bytes;
    server->units_sent++;
    server->bytes_sent += size_bytes;
}

void media_flush(struct server *server)
{
    if (server->media.batch_count)
        send_batch(server);
}
