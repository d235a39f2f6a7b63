/* Ways in, behind one table: an address decides which one opens it. A source is one attempt to
 * bring media: it ends once, and whoever wants more opens another. Everything runs on the loop's
 * thread, except that units are published by the way's own thread. */
#pragma once
#include "rtsp/rtsp.h"
#include "stream/reason.h"
#include "stream/stream.h"

struct source;
struct pipelines;

/* What the ways stand on. Borrowed by every source. */
struct source_ways {
    struct rtsp_engine *rtsp;
    enum rtsp_lower rtsp_lower;
    struct pipelines *pipelines; /* NULL: no GStreamer, only RTSP */
    char **file_roots;           /* folders whose files may be played; NULL: none */
};

/* Never called after source_close(). */
struct source_events {
    void (*playing)(gpointer user); /* connected; what follows is data or an end */
    void (*live)(gpointer user);    /* the first unit was published */
    void (*ended)(enum reason reason, const char *detail,
                  gpointer user); /* close it now or later */
};

struct source_config {
    const char *name; /* for logs: "c0007/sub" */
    const char *url;
    struct stream *stream;              /* reference taken; the source is its only publisher */
    unsigned affinity;                  /* sources of one stream have the same one */
    const struct source_events *events; /* static */
    gpointer user;
    struct rtsp_trace *trace; /* reference taken; NULL: nobody asks how it goes. RTSP only */
};

/* Begins at once. NULL: it cannot begin; *reason (bad_url as a rule) and `error` say why. */
struct source *source_open(const struct source_ways *ways, const struct source_config *config,
                           enum reason *reason, GError **error);
void source_close(struct source *source); /* NULL is fine */

/* Camera's clock − ours. false: not known. */
bool source_clock_offset(struct source *source, int64_t *offset_us);

/* Packets that came, and that never came, since it was opened. false: not known. */
bool source_packets(struct source *source, guint64 *packets, guint64 *lost);

/* Inside of `ended`: how long the camera asked to be left alone; 0: it did not. */
int64_t source_retry_after_ms(struct source *source);

/* The host that an address leads to, new string; NULL when there is none (a file, a bad address).
 * *loopback tells whether it is this machine. Pure. */
char *source_host(const char *url, bool *loopback);

/* "HOST:PORT" of an address, new string: what is one platform to us; NULL when there is no host.
 * Pure. */
char *source_platform(const char *url);

/* What stands for host, port, user and password of an address, new string that tells none of them;
 * NULL when there is no host. Pure. */
char *source_login(const char *url);
