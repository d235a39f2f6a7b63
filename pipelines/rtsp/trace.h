/* What a conversation with a camera tried and was answered, note by note, for somebody who looks
 * for a fault. Only a diagnosis has one. Any thread. */
#pragma once
#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

struct rtsp_trace;

struct rtsp_note {
    const char *step; /* static: "dns", "tcp", "tls", "GET", an RTSP method, "packet" */
    bool ok;
    int64_t at_us; /* monotonic, when it was known */
    char *detail;  /* without credentials; may be NULL */
};

/* Returned with one reference. */
struct rtsp_trace *rtsp_trace_create(void);
struct rtsp_trace *rtsp_trace_ref(struct rtsp_trace *trace); /* NULL is fine */
void rtsp_trace_unref(struct rtsp_trace *trace);             /* NULL is fine */

/* Adds a note; the detail (NULL: none) is redacted here. `trace` NULL does nothing. */
void rtsp_trace_note(struct rtsp_trace *trace, const char *step, bool ok, const char *format, ...)
    G_GNUC_PRINTF(4, 5);

/* Notes how this client resolves and connects. `trace` NULL does nothing; it must outlive the
 * client's connecting. */
void rtsp_trace_watch(struct rtsp_trace *trace, GSocketClient *client);

/* Notes one by one, in order; `fn` may not call back. */
void rtsp_trace_each(struct rtsp_trace *trace,
                     void (*fn)(const struct rtsp_note *note, gpointer user), gpointer user);
