/* Inside of the engine: what rtsp.c, receiver.c and connection.c share. */
#pragma once
#include "common/mailbox.h"
#include "rtsp/assembler.h"
#include "rtsp/handshake.h"
#include "rtsp/reorder.h"
#include "rtsp/rtsp.h"
#include "rtsp/udp_batch.h"

struct receiver;
struct connection;

enum run_event_kind { RUN_PLAYING, RUN_LIVE, RUN_ENDED };

struct rtsp_run {
    atomic_int refs;
    /* --- immutable */
    struct rtsp_engine *engine;
    char *name;
    enum rtsp_lower lower;
    bool may_fall_back; /* from UDP to TCP */
    struct stream *stream;
    struct receiver *receiver;
    const struct rtsp_run_ops *ops;
    gpointer user;
    GCancellable *cancel;     /* of the conversation */
    struct rtsp_trace *trace; /* NULL: nobody asks how it goes */
    /* --- the loop's thread */
    bool destroyed;
    bool fell_back;
    unsigned redials;
    /* --- the loop's thread between conversations, a worker's in one */
    struct rtsp_url url;
    bool udp_first;
    char *redirect; /* NULL: none; "": the same address again */
    /* --- any thread, atomic */
    atomic_llong talking_since_us; /* 0: no conversation under way */
    atomic_llong clock_offset_us;
    atomic_bool clock_known, udp;
    atomic_bool silent;                  /* PLAY was answered, no packet came */
    atomic_ullong packets, lost_packets; /* of this connection */
    atomic_uint retry_after_s;           /* as in struct handshake_failure */
    /* --- the receiver's thread */
    struct connection *connection;
};

struct rtsp_run *run_ref(struct rtsp_run *run);
void run_unref(struct rtsp_run *run);
/* Any thread. Takes `detail`. */
void run_post(struct rtsp_run *run, enum run_event_kind kind, enum reason reason, char *detail);

/* --- receiver.c: one thread that reads many connections */

struct receiver_stats {
    guint64 bytes, packets, units, lost_packets, late_packets, rounds;
    double cpu_s;
    unsigned runs;
};
struct receiver *receiver_create(const struct rtsp_engine_options *options, unsigned index);
void receiver_destroy(struct receiver *receiver); /* waits for closing connections */
/* Any thread. Takes `session` and a reference of `run`. */
void receiver_add(struct receiver *receiver, struct rtsp_run *run, struct rtsp_session *session);
/* Any thread. After everything posted before, the run's connection is taken down, if it has one. */
void receiver_remove(struct receiver *receiver, struct rtsp_run *run);
void receiver_stats(struct receiver *receiver, struct receiver_stats *stats);

/* --- connection.c: one playing connection, on its receiver's thread */

enum {
    RECEIVER_READ_BYTES = 256 << 10,
    RECEIVER_REST_BYTES = 80 << 10,
    RECEIVER_READY_UNITS = 32,
};

/* Shared by the connections of one receiver. */
struct receiver_block {
    uint8_t *data; /* a connection's unfinished beginning, then what is read */
    bool hung_up;  /* the event that is served tells an end: read on until it is seen */
    size_t capacity;
    struct assembler_scratch *scratch;
    struct udp_batch *batch;
    /* whole, of the connection that is read, not yet published */
    struct unit *ready[RECEIVER_READY_UNITS];
    unsigned ready_count;
    int64_t wall_us, mono_us; /* of this round */
    /* counted by the thread, read by others */
    atomic_ullong bytes, packets, units, lost_packets, late_packets;
};
/* A figure that one thread writes and others read: no locked instruction, which would wait for all
 * that was written before. */
static inline void figure_add(atomic_ullong *figure, guint64 more)
{
    atomic_store_explicit(figure, atomic_load_explicit(figure, memory_order_relaxed) + more,
                          memory_order_relaxed);
}

struct connection *connection_create(struct rtsp_run *run, struct rtsp_session *session,
                                     const struct rtsp_engine_options *options,
                                     struct receiver_block *block);
void connection_destroy(struct connection *connection); /* NULL is fine */
struct rtsp_session *connection_session(struct connection *connection);
struct rtsp_run *connection_run(struct connection *connection);

/* Each returns false when the connection is over and must be destroyed. */
bool connection_read(struct connection *connection);
bool connection_read_rtp(struct connection *connection);
bool connection_read_rtcp(struct connection *connection);
/* What time brings: losses told, keep-alive, no data, UDP packets that waited long enough. Often.
 */
bool connection_tick(struct connection *connection);
/* Chooses between reading as data comes and, for a stream that nobody follows, at the receiver's
 * sweeps only. true: this sweep reads it. */
bool connection_pace(struct connection *connection);
/* A sweep comes to it soon: what it will touch is fetched into the cache, in two steps because the
 * second leans on what the first has fetched. */
void connection_prefetch(const struct connection *connection);
void connection_prefetch_parts(const struct connection *connection);
/* The run is not wanted any more: TEARDOWN, then what still comes is thrown away for a while. */
bool connection_stop(struct connection *connection);
