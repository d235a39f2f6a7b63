#include "rtsp/trace.h"
#include "common/clock.h"
#include "common/log.h"
#include <stdatomic.h>

/* A camera that redirects or asks again and again fills no memory. */
enum { MAX_NOTES = 64 };

struct rtsp_trace {
    atomic_int refs;
    GMutex lock;
    GArray *notes; /* struct rtsp_note, protected by lock */
};

static void note_clear(gpointer data)
{
    struct rtsp_note *note = data;
    g_free(note->detail);
}

struct rtsp_trace *rtsp_trace_create(void)
{
    struct rtsp_trace *trace = g_new0(struct rtsp_trace, 1);
    atomic_init(&trace->refs, 1);
    g_mutex_init(&trace->lock);
    trace->notes = g_array_new(FALSE, FALSE, sizeof(struct rtsp_note));
    g_array_set_clear_func(trace->notes, note_clear);
    return trace;
}

struct rtsp_trace *rtsp_trace_ref(struct rtsp_trace *trace)
{
    if (trace)
        atomic_fetch_add(&trace->refs, 1);
    return trace;
}

void rtsp_trace_unref(struct rtsp_trace *trace)
{
    if (!trace || atomic_fetch_sub(&trace->refs, 1) != 1)
        return;
    g_array_unref(trace->notes);
    g_mutex_clear(&trace->lock);
    g_free(trace);
}

void rtsp_trace_note(struct rtsp_trace *trace, const char *step, bool ok, const char *format, ...)
{
    if (!trace)
        return;
    g_autofree char *detail = NULL;
    if (format) {
        va_list arguments;
        va_start(arguments, format);
        detail = g_strdup_vprintf(format, arguments);
        va_end(arguments);
    }
    struct rtsp_note note = {step, ok, clock_mono_us(), detail ? log_redact(detail) : NULL};
    g_mutex_lock(&trace->lock);
    if (trace->notes->len < MAX_NOTES)
        g_array_append_val(trace->notes, note);
    else
        g_free(note.detail);
    g_mutex_unlock(&trace->lock);
}

static char *peer_of(GIOStream *stream)
{
    if (!G_IS_SOCKET_CONNECTION(stream))
        return NULL;
    g_autoptr(GSocketAddress) address =
        g_socket_connection_get_remote_address(G_SOCKET_CONNECTION(stream), NULL);
    return address ? g_socket_connectable_to_string(G_SOCKET_CONNECTABLE(address)) : NULL;
}

static void on_event(GSocketClient *client, GSocketClientEvent event, GSocketConnectable *to,
                     GIOStream *stream, gpointer user)
{
    (void)client;
    struct rtsp_trace *trace = user;
    g_autofree char *peer = peer_of(stream);
    if (event == G_SOCKET_CLIENT_RESOLVED) {
        g_autofree char *name = g_socket_connectable_to_string(to);
        rtsp_trace_note(trace, "dns", true, "%s", name);
    } else if (event == G_SOCKET_CLIENT_CONNECTED) {
        rtsp_trace_note(trace, "tcp", true, "%s", peer ? peer : "connected");
    } else if (event == G_SOCKET_CLIENT_TLS_HANDSHAKED) {
        rtsp_trace_note(trace, "tls", true, NULL);
    }
}

void rtsp_trace_watch(struct rtsp_trace *trace, GSocketClient *client)
{
    if (trace)
        g_signal_connect(client, "event", G_CALLBACK(on_event), trace);
}

void rtsp_trace_each(struct rtsp_trace *trace,
                     void (*fn)(const struct rtsp_note *note, gpointer user), gpointer user)
{
    if (!trace)
        return;
    g_mutex_lock(&trace->lock);
    for (guint i = 0; i < trace->notes->len; i++)
        fn(&g_array_index(trace->notes, struct rtsp_note, i), user);
    g_mutex_unlock(&trace->lock);
}
