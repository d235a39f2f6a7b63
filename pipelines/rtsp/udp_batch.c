#include "rtsp/udp_batch.h"
#include <glib.h>

enum { PACKET_BYTES = 4096 };

struct udp_batch {
    struct mmsghdr messages[UDP_BATCH_PACKETS];
    struct iovec vectors[UDP_BATCH_PACKETS];
    struct sockaddr_storage from[UDP_BATCH_PACKETS];
    uint8_t data[UDP_BATCH_PACKETS * PACKET_BYTES];
};

struct udp_batch *udp_batch_create(void)
{
    struct udp_batch *batch = g_new0(struct udp_batch, 1);
    for (int i = 0; i < UDP_BATCH_PACKETS; i++) {
        batch->vectors[i] =
            (struct iovec){.iov_base = batch->data + i * PACKET_BYTES, .iov_len = PACKET_BYTES};
        batch->messages[i].msg_hdr = (struct msghdr){.msg_iov = &batch->vectors[i],
                                                     .msg_iovlen = 1,
                                                     .msg_name = &batch->from[i],
                                                     .msg_namelen = sizeof batch->from[i]};
    }
    return batch;
}

void udp_batch_destroy(struct udp_batch *batch)
{
    g_free(batch);
}

int udp_batch_read(struct udp_batch *batch, int fd)
{
    int count = recvmmsg(fd, batch->messages, UDP_BATCH_PACKETS, MSG_DONTWAIT, NULL);
    for (int i = 0; i < count; i++) /* the kernel wrote what it filled */
        batch->messages[i].msg_hdr.msg_namelen = sizeof batch->from[i];
    return count;
}

size_t udp_batch_get(const struct udp_batch *batch, int index, const uint8_t **data)
{
    *data = batch->vectors[index].iov_base;
    const struct mmsghdr *message = &batch->messages[index];
    return message->msg_hdr.msg_flags & MSG_TRUNC ? 0 : message->msg_len;
}

bool udp_batch_is_from(const struct udp_batch *batch, int index, const struct udp_peer *peer)
{
    return udp_is_peer(&batch->from[index], peer);
}

bool udp_batch_has(const struct udp_batch *batch, const uint8_t *data)
{
    return data >= batch->data && data < batch->data + sizeof batch->data;
}
