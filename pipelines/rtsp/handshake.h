/* The conversation that makes a camera play: connect, OPTIONS, DESCRIBE, SETUP, PLAY, following
 * redirects. Blocking; runs on a worker thread. */
#pragma once
#include "rtsp/rtsp.h"
#include "rtsp/session.h"
#include "rtsp/trace.h"
#include "rtsp/trust.h"
#include "rtsp/url.h"
#include <gio/gio.h>

struct handshake_request {
    const struct rtsp_url *url;
    enum rtsp_lower lower; /* the only one; AUTO: first decides */
    bool udp_first;        /* of AUTO: UDP is tried before TCP */
    struct trust *trust;
    int64_t answer_us;
    size_t udp_buffer_bytes;  /* asked for */
    GCancellable *cancel;     /* any thread may cancel */
    struct rtsp_trace *trace; /* NULL: nobody asks */
};

struct handshake_failure {
    enum reason reason;
    char *detail;           /* owned by the receiver of it; no credentials */
    unsigned retry_after_s; /* what a full camera asked for; 0: nothing */
};

/* Returned: a playing session, or NULL with `failure` filled. Whatever was set up is taken down on
 * failure. */
struct rtsp_session *handshake_run(const struct handshake_request *request,
                                   struct handshake_failure *failure);
