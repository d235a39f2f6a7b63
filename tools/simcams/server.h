/* The simulator's one thread: an epoll loop that accepts clients, answers RTSP and sends pictures
 * when they are due. Everything here runs on that thread. */
#pragma once
#include "simcams/fleet.h"
#include "simcams/media.h"
#include "simcams/wheel.h"

struct client;
struct control;

/* Something with a file descriptor in the epoll set. */
struct watch {
    int fd;
    void (*ready)(struct watch *watch, uint32_t events);
};

struct server {
    const struct options *options; /* borrowed */
    struct fleet *fleet;           /* borrowed */
    int epoll_fd;
    struct watch listener;
    struct watch signals;
    struct watch rtcp; /* what UDP clients report */
    uint16_t port;
    GPtrArray *clients;  /* struct client* */
    GPtrArray *closing;  /* those to be destroyed at the end of this turn */
    GPtrArray *held;     /* those whose answer is held back */
    GHashTable *by_ssrc; /* playing clients */
    struct wheel wheel;
    struct media media;
    struct control *control; /* NULL without --control; owned */
    GRand *random;           /* seeded: losses and SSRCs repeat */
    int64_t now_us;          /* monotonic, once a turn */
    int64_t wall_us;         /* real time, once a turn */
    int64_t next_housekeeping_us;
    bool stopping;
    uint64_t units_sent;
    uint64_t units_dropped;
    uint64_t bytes_sent;
    uint64_t packets_lost; /* by the fault "loss" */
};

/* Listens. Both arguments must outlive the server. NULL and `error` on failure. */
struct server *server_create(const struct options *options, struct fleet *fleet, GError **error);

/* Serves until SIGINT or SIGTERM. */
void server_run(struct server *server);

/* NULL is fine. */
void server_destroy(struct server *server);

bool server_watch(struct server *server, struct watch *watch, uint32_t events);

void server_change(struct server *server, struct watch *watch, uint32_t events);
