#include "rtsp/session.h"
#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct rtsp_session *rtsp_session_create(void)
{
    struct rtsp_session *session = g_new0(struct rtsp_session, 1);
    session->fd = session->write_fd = session->udp_fd[0] = session->udp_fd[1] = -1;
    session->timeout_s = 60;
    session->keep_alive = "OPTIONS";
    session->cseq = 1;
    return session;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Without waiting for a peer that does not read. */
static void close_stream(GIOStream **stream)
{
    if (*stream) {
        g_autoptr(GIOStream) base = NULL;
        g_object_get(*stream, "base-io-stream", &base, NULL);
        g_io_stream_close(base, NULL, NULL);
    }
    g_clear_object(stream);
}

void rtsp_session_destroy(struct rtsp_session *session)
{
    if (!session)
        return;
    close_fd(&session->write_fd);
    close_fd(&session->fd);
    close_fd(&session->udp_fd[0]);
    close_fd(&session->udp_fd[1]);
    close_stream(&session->tls_write);
    close_stream(&session->tls);
    g_clear_pointer(&session->pending, g_byte_array_unref);
    rtsp_auth_clear(&session->auth);
    g_free(session->uri);
    g_free(session->manner);
    sdp_clear(&session->sdp);
    g_free(session);
}

char *rtsp_session_request(struct rtsp_session *session, const char *method)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s %s RTSP/1.0\r\nCSeq: %u\r\n", method, session->uri,
                           session->cseq++);
    if (session->id[0])
        g_string_append_printf(text, "Session: %s\r\n", session->id);
    g_autofree char *authorization = rtsp_auth_header(&session->auth, method, session->uri);
    g_string_append_printf(text, "%sUser-Agent: townwall\r\n\r\n", authorization);
    return g_string_free(text, FALSE);
}

bool rtsp_session_send(struct rtsp_session *session, const char *text)
{
    g_autofree char *coded =
        session->base64 ? g_base64_encode((const guchar *)text, strlen(text)) : NULL;
    const char *bytes = coded ? coded : text;
    size_t size = strlen(bytes);
    if (session->tls_write) {
        GOutputStream *out = g_io_stream_get_output_stream(session->tls_write);
        return g_pollable_output_stream_write_nonblocking(G_POLLABLE_OUTPUT_STREAM(out), bytes,
                                                          size, NULL, NULL) == (gssize)size;
    }
    int fd = session->write_fd >= 0 ? session->write_fd : session->fd;
    return send(fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)size;
}

static ssize_t read_tls(struct rtsp_session *session, void *buffer, size_t size)
{
    g_autoptr(GError) error = NULL;
    GInputStream *in = g_io_stream_get_input_stream(session->tls);
    gssize count = g_pollable_input_stream_read_nonblocking(G_POLLABLE_INPUT_STREAM(in), buffer,
                                                            size, NULL, &error);
    if (count < 0)
        errno = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) ? EAGAIN : EPROTO;
    return count;
}

ssize_t rtsp_session_read(struct rtsp_session *session, void *buffer, size_t size)
{
    if (session->tls)
        return read_tls(session, buffer, size);
    return recv(session->fd, buffer, size, MSG_DONTWAIT);
}

bool rtsp_session_new_nonce(struct rtsp_session *session, const struct rtsp_message *message)
{
    struct rtsp_challenge *known = &session->auth.challenge, asked = {0};
    g_autofree char *value = NULL;
    for (unsigned i = 0; (value = rtsp_message_header(message, "WWW-Authenticate", i)); i++) {
        rtsp_challenge_read(value, &asked);
        g_clear_pointer(&value, g_free);
    }
    bool another = known->kind == RTSP_AUTH_DIGEST && asked.kind == RTSP_AUTH_DIGEST &&
                   (asked.stale || strcmp(asked.nonce, known->nonce) != 0);
    if (another) {
        rtsp_challenge_clear(known);
        *known = asked;
        session->auth.count = 0;
    } else {
        rtsp_challenge_clear(&asked);
    }
    return another;
}

char *rtsp_session_answer(const struct rtsp_message *request)
{
    static const char *const heard[] = {"OPTIONS",       "ANNOUNCE", "GET_PARAMETER",
                                        "SET_PARAMETER", "REDIRECT", "TEARDOWN"};
    unsigned status = 501;
    for (size_t i = 0; i < G_N_ELEMENTS(heard); i++)
        if (!strcmp(request->method, heard[i]))
            status = 200;
    g_autofree char *require = rtsp_message_header(request, "Require", 0);
    if (require)
        status = 551;
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "RTSP/1.0 %u %s\r\n", status, rtsp_status_text(status));
    g_autofree char *cseq = rtsp_message_header(request, "CSeq", 0);
    if (cseq)
        g_string_append_printf(text, "CSeq: %.32s\r\n", cseq);
    g_autofree char *session = rtsp_message_header(request, "Session", 0);
    if (session)
        g_string_append_printf(text, "Session: %.127s\r\n", session);
    if (require)
        g_string_append_printf(text, "Unsupported: %.127s\r\n", require);
    if (!strcmp(request->method, "OPTIONS"))
        g_string_append(text, "Public: OPTIONS, ANNOUNCE, GET_PARAMETER, SET_PARAMETER, REDIRECT, "
                              "TEARDOWN\r\n");
    g_string_append(text, "\r\n");
    return g_string_free(text, FALSE);
}
