#include "rtsp/udp_batch.h"
#include <glib.h>
#include <netinet/udp.h>
#include <string.h>

/* A train takes what a datagram takes at most. Rooms begin at different places of their pages, so
 * that the beginnings, which are all that most of them hold, do not contend for the same lines of
 * the cache. */
enum { ROOM_BYTES = 65536, STAGGER_BYTES = 2112, MESSAGES = 16 };

union control {
    struct cmsghdr head; /* for its alignment */
    uint8_t bytes[CMSG_SPACE(sizeof(int))];
};

struct udp_batch {
    struct mmsghdr messages[MESSAGES];
    struct iovec vectors[MESSAGES];
    struct sockaddr_storage from[MESSAGES];
    union control controls[MESSAGES];
    size_t size;
    uint8_t *data;
};

struct udp_batch *udp_batch_create(void)
{
    struct udp_batch *batch = g_new0(struct udp_batch, 1);
    batch->size = MESSAGES * (ROOM_BYTES + STAGGER_BYTES);
    batch->data = g_malloc(batch->size);
    for (int i = 0; i < MESSAGES; i++) {
        batch->vectors[i] = (struct iovec){
            .iov_base = batch->data + (size_t)i * (ROOM_BYTES + STAGGER_BYTES),
            .iov_len = ROOM_BYTES,
        };
        batch->messages[i].msg_hdr = (struct msghdr){
            .msg_iov = &batch->vectors[i],
            .msg_iovlen = 1,
            .msg_name = &batch->from[i],
            .msg_namelen = sizeof batch->from[i],
            .msg_control = &batch->controls[i],
            .msg_controllen = sizeof batch->controls[i].bytes,
        };
    }
    return batch;
}

void udp_batch_destroy(struct udp_batch *batch)
{
    if (!batch)
        return;
    g_free(batch->data);
    g_free(batch);
}

int udp_batch_read(struct udp_batch *batch, int fd)
{
    return recvmmsg(fd, batch->messages, MESSAGES, MSG_DONTWAIT, NULL);
}

bool udp_batch_is_full(const struct udp_batch *batch, int count)
{
    (void)batch;
    return count == MESSAGES;
}

/* How the kernel tells that it put several datagrams together: the size of each but the last. */
static size_t datagram_bytes(struct msghdr *message)
{
    const struct cmsghdr *control = CMSG_FIRSTHDR(message);
    int size = 0;
    if (control && control->cmsg_level == IPPROTO_UDP && control->cmsg_type == UDP_GRO)
        memcpy(&size, CMSG_DATA(control), sizeof size);
    return size > 0 ? (size_t)size : ROOM_BYTES;
}

struct udp_train udp_batch_take(struct udp_batch *batch, int index)
{
    struct msghdr *message = &batch->messages[index].msg_hdr;
    struct udp_train train = {
        .data = batch->vectors[index].iov_base,
        .size = message->msg_flags & MSG_TRUNC ? 0 : batch->messages[index].msg_len,
        .datagram_bytes = datagram_bytes(message),
        .from = &batch->from[index],
    };
    /* the kernel wrote what it filled */
    message->msg_namelen = sizeof batch->from[index];
    message->msg_controllen = sizeof batch->controls[index].bytes;
    return train;
}

bool udp_batch_has(const struct udp_batch *batch, const uint8_t *data)
{
    return data >= batch->data && data < batch->data + batch->size;
}
