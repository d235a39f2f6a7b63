/* One RTSP connection: its dialogue and the one stream it may play. */
#pragma once
#include "simcams/rtsp_message.h"
#include "simcams/server.h"

struct client {
    struct watch watch; /* first, so that a watch is its client */
    struct server *server;
    GByteArray *in;
    GByteArray *out;       /* not yet written; empty most of the time */
    guint out_done;        /* bytes of out that are written */
    int64_t hold_until_us; /* answers wait until then (fault "slow"); 0: none */
    int64_t heard_us;      /* when the client last sent anything */
    bool close_when_written;
    bool closing;
    bool reset; /* close with RST */
    char *nonce;
    char *session; /* NULL before SETUP */
    struct sockaddr_in6 peer;
    /* the stream, from SETUP on */
    struct camera *camera; /* borrowed from the fleet */
    enum profile profile;
    struct rtsp_transport transport;
    unsigned slot;
    bool playing;
    /* sending, used by media.c */
    const struct clip *clip; /* NULL before the first picture */
    uint32_t shift;          /* pictures behind the camera's clock, until its next keyframe */
    bool waiting_keyframe;
    uint32_t ssrc;
    uint16_t seq;
    uint32_t packets_sent;
    uint32_t octets_sent;
    int64_t next_report_us;
    unsigned desyncs_done;
    /* faults change pictures from one keyframe to the next */
    enum client_show {
        SHOW_CLIP,
        SHOW_FROZEN,
        SHOW_BLACK,
    } show;
    const struct picture *frozen; /* keyframe of client->clip that a frozen camera repeats */
    uint64_t frozen_cells;
};

/* Takes the connected socket fd. */
struct client *client_create(struct server *server, int fd, const struct sockaddr_in6 *peer);

/* NULL is fine. Not while the wheel serves: use client_close(). */
void client_destroy(struct client *client);

/* Marks the client for destruction at the end of the turn. With `reset` the peer sees RST. */
void client_close(struct client *client, bool reset);

/* Writes what waits. */
void client_flush(struct client *client);

/* Queues bytes behind what waits and starts to write. */
void client_write(struct client *client, const uint8_t *bytes, size_t size_bytes);

static inline bool client_pending(const struct client *client)
{
    return client->out->len > client->out_done;
}
