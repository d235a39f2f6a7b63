/* Sends pictures: copies the shared packets of a clip, puts each receiver's own fields in, and
 * writes a picture at once (TCP) or as a batch of datagrams (UDP). */
#pragma once
#include "simcams/clip.h"
#include <netinet/in.h>
#include <sys/socket.h>

struct server;
struct client;

enum {
    UDP_BATCH = 256,
    TRAIN_PACKETS = 64, /* UDP_MAX_SEGMENTS of older kernels */
    TRAIN_BYTES = 60000,
};

/* A packet that waits for its turn's end. */
struct datagram {
    const struct client *client;
    size_t size_bytes;
};

struct media {
    /* the picture being built for one TCP client */
    uint8_t *frame;
    size_t frame_bytes;
    size_t frame_size;
    /* datagrams of this turn, for all UDP clients */
    uint8_t *batch;
    size_t batch_bytes;
    unsigned batch_count;
    struct datagram datagrams[UDP_BATCH];
    struct iovec vectors[UDP_BATCH];
    struct mmsghdr messages[UDP_BATCH]; /* each carries one datagram or more */
    union {
        struct cmsghdr head; /* for its alignment */
        uint8_t bytes[CMSG_SPACE(sizeof(uint16_t))];
    } controls[UDP_BATCH];
    struct sockaddr_in6 addresses[UDP_BATCH];
    int rtp_fd;
    int rtcp_fd;
    uint16_t rtp_port;
};

/* Opens the two UDP sockets on the listening address. */
bool media_init(struct media *media, const struct sockaddr *address, socklen_t address_bytes,
                size_t largest_picture_bytes, GError **error);

void media_finish(struct media *media);

/* Sends the client the picture that its camera shows in this cycle of the wheel. */
void media_send(struct server *server, struct client *client, uint64_t cycle);

/* Puts one shared packet into what is being built, with the client's own fields; leaves it out if
 * the fault "loss" wants so. For compose.c. */
void media_put_packet(struct server *server, struct client *client, const uint8_t *packet,
                      size_t size_bytes, uint32_t timestamp);

/* Sends what was collected for UDP clients. At the end of every turn. */
void media_flush(struct server *server);

/* RTP timestamp of a camera in a cycle. */
uint32_t media_timestamp(const struct server *server, uint32_t base, uint64_t cycle);
