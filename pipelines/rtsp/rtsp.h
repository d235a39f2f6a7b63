/* RTSP cameras: many of them on few threads. A conversation (connect … PLAY) runs on one of a pool
 * of worker threads; then the socket belongs to one receiver thread, which publishes units to a
 * stream. One run is one unbroken connection: it ends once, and whoever wants more begins another.
 */
#pragma once
#include "rtsp/url.h"
#include "stream/reason.h"
#include "stream/stream.h"

struct rtsp_engine;
struct rtsp_run;
struct rtsp_trace;

/* Whose certificate is believed on an encrypted connection. */
enum trust_policy {
    TRUST_FIRST_USE, /* remembered when first seen, refused when it is another one later */
    TRUST_ANY,       /* encrypted, whoever it is */
    TRUST_CA,        /* an authority that this machine trusts must vouch for it */
};

struct rtsp_engine_options {
    unsigned receivers; /* threads that read sockets, ≥ 1 */
    unsigned workers;   /* conversations at once, ≥ 1 */
    int64_t tick_us;    /* least time between two rounds of a busy receiver; 0: none */
    /* Streams that nobody follows are read so seldom, several pictures at once; 0: as data comes.
     */
    int64_t unwatched_us;
    int64_t answer_us;  /* connecting, and each answer, may take so long */
    int64_t no_data_us; /* a run without packets for so long ends with no_data */
    size_t max_unit_bytes;
    enum trust_policy trust;
    const char *trust_path;   /* where TRUST_FIRST_USE remembers; NULL: until the end. Copied */
    const char *manners_path; /* where it is kept which cameras want UDP; NULL: nowhere. Copied */
    size_t udp_buffer_bytes;  /* of each socket, asked of the kernel */
    int64_t udp_wait_us;      /* for a packet that is missing, while others wait behind it */
};
/* 1 receiver, 16 workers, 5 ms, 100 ms, 5 s, 10 s, 8 MiB, 4 MiB, 60 ms. */
extern const struct rtsp_engine_options rtsp_engine_defaults;

/* `context`: of the owner's loop; callbacks of runs are called there. */
struct rtsp_engine *rtsp_engine_create(const struct rtsp_engine_options *options,
                                       GMainContext *context);
/* The loop's thread. Runs must have been destroyed; waits until their TEARDOWNs are out, at most
 * 1.5 s. NULL is fine. */
void rtsp_engine_destroy(struct rtsp_engine *engine);

struct rtsp_engine_stats {
    guint64 bytes, packets, units, lost_packets; /* received ever */
    double cpu_s;                                /* receiver threads */
    double handshake_cpu_s;                      /* conversations */
    unsigned runs;                               /* playing now */
    guint64 rounds;                              /* wake-ups of receivers */
    guint64 late_packets;                        /* UDP: came twice, or after they were given up */
    size_t udp_buffer_bytes;                     /* the least that the kernel gave; 0: no UDP yet */
};
/* Any thread. */
void rtsp_engine_stats(struct rtsp_engine *engine, struct rtsp_engine_stats *stats);

/* Called on the loop's thread, never after rtsp_run_destroy(). */
struct rtsp_run_ops {
    void (*playing)(gpointer user); /* PLAY was answered */
    void (*live)(gpointer user);    /* the first unit was published */
    /* It is over; `detail` is borrowed, says what was tried and answered, has no credentials. */
    void (*ended)(enum reason reason, const char *detail, gpointer user);
};

struct rtsp_run_config {
    const char *name; /* for logs: "c0007/sub" */
    const char *url;  /* may carry credentials */
    enum rtsp_lower lower;
    struct stream *stream; /* reference taken; the run is its only publisher */
    unsigned affinity;     /* runs of the same number share a receiver, one after the other */
    const struct rtsp_run_ops *ops; /* static */
    gpointer user;
    struct rtsp_trace *trace; /* reference taken; NULL: nobody asks how it goes */
};

/* The loop's thread. Begins at once. NULL: the URL cannot be used, `error` says why. */
struct rtsp_run *rtsp_run_create(struct rtsp_engine *engine, const struct rtsp_run_config *config,
                                 GError **error);
/* The loop's thread. Stops it at any stage; a TEARDOWN is sent behind our back. NULL is fine. */
void rtsp_run_destroy(struct rtsp_run *run);

struct rtsp_run_info {
    bool clock_known;
    int64_t clock_offset_us;       /* camera's clock − ours */
    guint64 packets, lost_packets; /* of its connection; told five times a second */
    bool udp;
    unsigned retry_after_s; /* ended: a full camera asked to be left alone so long; 0: no */
};
/* Any thread. */
void rtsp_run_info(struct rtsp_run *run, struct rtsp_run_info *info);
