/* Datagrams read many at once. One for a receiver thread; what it gives lies in its memory until
 * the next read. */
#pragma once
#include "rtsp/udp.h"

enum { UDP_BATCH_PACKETS = 64 };

struct udp_batch;

struct udp_batch *udp_batch_create(void);
void udp_batch_destroy(struct udp_batch *batch); /* NULL is fine */

/* Without waiting. Returned: how many were read, -1 with errno. */
int udp_batch_read(struct udp_batch *batch, int fd);
/* Bytes of datagram `index`, borrowed. Returned: their number, 0 for one that was cut off. */
size_t udp_batch_get(const struct udp_batch *batch, int index, const uint8_t **data);
bool udp_batch_is_from(const struct udp_batch *batch, int index, const struct udp_peer *peer);
/* Does `data` lie in the batch? */
bool udp_batch_has(const struct udp_batch *batch, const uint8_t *data);
