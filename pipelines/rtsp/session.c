#include "rtsp/session.h"
#include <errno.h>
#include <gio/gio.h>
#include <gst/rtsp/gstrtspdefs.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct rtsp_session *rtsp_session_create(void)
{
    struct rtsp_session *session = g_new0(struct rtsp_session, 1);
    session->fd = session->udp_fd[0] = session->udp_fd[1] = -1;
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

void rtsp_session_destroy(struct rtsp_session *session)
{
    if (!session)
        return;
    close_fd(&session->fd);
    close_fd(&session->udp_fd[0]);
    close_fd(&session->udp_fd[1]);
    if (session->tls_release)
        session->tls_release(session->tls_owner);
    g_free(session->uri);
    g_free(session->auth.user);
    g_free(session->auth.password);
    g_free(session->auth.realm);
    g_free(session->auth.nonce);
    g_free(session->auth.opaque);
    sdp_clear(&session->sdp);
    g_free(session);
}

static void append_authorization(const struct rtsp_session *session, const char *method,
                                 GString *text)
{
    const struct rtsp_auth *auth = &session->auth;
    if (auth->kind == RTSP_AUTH_BASIC) {
        g_autofree char *pair = g_strconcat(auth->user, ":", auth->password, NULL);
        g_autofree char *coded = g_base64_encode((const guchar *)pair, strlen(pair));
        g_string_append_printf(text, "Authorization: Basic %s\r\n", coded);
    } else if (auth->kind == RTSP_AUTH_DIGEST && auth->realm && auth->nonce) {
        g_autofree char *response = gst_rtsp_generate_digest_auth_response(
            NULL, method, auth->realm, auth->user, auth->password, session->uri, auth->nonce);
        g_string_append_printf(text,
                               "Authorization: Digest username=\"%s\", realm=\"%s\", "
                               "nonce=\"%s\", uri=\"%s\", response=\"%s\"",
                               auth->user, auth->realm, auth->nonce, session->uri, response);
        if (auth->opaque)
            g_string_append_printf(text, ", opaque=\"%s\"", auth->opaque);
        g_string_append(text, "\r\n");
    }
}

char *rtsp_session_request(struct rtsp_session *session, const char *method)
{
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s %s RTSP/1.0\r\nCSeq: %u\r\n", method, session->uri,
                           session->cseq++);
    if (session->id[0])
        g_string_append_printf(text, "Session: %s\r\n", session->id);
    append_authorization(session, method, text);
    g_string_append(text, "User-Agent: townwall\r\n\r\n");
    return g_string_free(text, FALSE);
}

bool rtsp_session_send(struct rtsp_session *session, const char *text)
{
    size_t size = strlen(text);
    if (session->tls) {
        GOutputStream *out = g_io_stream_get_output_stream(session->tls);
        return g_pollable_output_stream_write_nonblocking(G_POLLABLE_OUTPUT_STREAM(out), text, size,
                                                          NULL, NULL) == (gssize)size;
    }
    return send(session->fd, text, size, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)size;
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

unsigned rtsp_message_status(const uint8_t *message, size_t size)
{
    if (size < 12 || memcmp(message, "RTSP/", 5) != 0)
        return 0;
    const uint8_t *space = memchr(message, ' ', MIN(size, 16));
    if (!space || space + 4 > message + size)
        return 0;
    unsigned status = 0;
    for (int i = 1; i <= 3; i++) {
        if (!g_ascii_isdigit(space[i]))
            return 0;
        status = status * 10 + (unsigned)(space[i] - '0');
    }
    return status;
}

bool rtsp_session_new_nonce(struct rtsp_session *session, const uint8_t *message, size_t size)
{
    static const char key[] = "nonce=\"";
    const char *begin = memmem(message, size, key, sizeof key - 1);
    if (!begin || session->auth.kind != RTSP_AUTH_DIGEST)
        return false;
    begin += sizeof key - 1;
    const char *limit = (const char *)message + size;
    const char *end = memchr(begin, '"', (size_t)(limit - begin));
    if (!end || end - begin > 512)
        return false;
    g_free(session->auth.nonce);
    session->auth.nonce = g_strndup(begin, (size_t)(end - begin));
    return true;
}
