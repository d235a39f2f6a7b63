/* Datagrams read many at once. One for a receiver thread; what it gives lies in its memory until
 * the next read. */
#pragma once
#include "rtsp/udp.h"

struct udp_batch;

struct udp_batch *udp_batch_create(void);
void udp_batch_destroy(struct udp_batch *batch); /* NULL is fine */

/* Without waiting. Returned: how many trains were read, each of which must be taken before the next
 * read; -1 with errno. */
int udp_batch_read(struct udp_batch *batch, int fd);
/* Did a read of `count` trains end because the batch was full, not because the socket was empty? */
bool udp_batch_is_full(const struct udp_batch *batch, int count);

/* What came from one sender without a break; a datagram by itself is one, too. */
struct udp_train {
    const uint8_t *data;   /* borrowed */
    size_t size;           /* of all of them; 0: was cut off */
    size_t datagram_bytes; /* of each but the last, which has the rest */
    const struct sockaddr_storage *from;
};
/* Once for each that was read. */
struct udp_train udp_batch_take(struct udp_batch *batch, int index);
/* Does `data` lie in the batch? */
bool udp_batch_has(const struct udp_batch *batch, const uint8_t *data);
