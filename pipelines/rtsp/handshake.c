#include "rtsp/handshake.h"
#include "common/log.h"
#include "rtsp/dialogue.h"
#include "rtsp/udp.h"
#include <fcntl.h>
#include <gst/rtsp/gstrtspconnection.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static bool ask_options(struct dialogue *dialogue)
{
    struct dialogue_answer answer;
    if (!dialogue_ask(dialogue, GST_RTSP_OPTIONS, dialogue->url->request, NULL, NULL, &answer))
        return false;
    if (answer.status == 401) {
        dialogue_answer_clear(&answer);
        return dialogue_fail_status(dialogue, 401, "OPTIONS");
    }
    /* a server that knows no OPTIONS may still describe */
    const char *methods = dialogue_header(&answer, GST_RTSP_HDR_PUBLIC);
    if (methods && rtsp_list_has(methods, "GET_PARAMETER"))
        dialogue->session->keep_alive = "GET_PARAMETER";
    dialogue_answer_clear(&answer);
    return true;
}

static bool is_absolute(const char *uri)
{
    return uri && (g_str_has_prefix(uri, "rtsp://") || g_str_has_prefix(uri, "rtsps://"));
}

/* Returned: the base that controls are relative to, new string; NULL on failure. */
static char *ask_describe(struct dialogue *dialogue)
{
    struct dialogue_answer answer;
    const char *uri = dialogue->url->request;
    if (!dialogue_ask(dialogue, GST_RTSP_DESCRIBE, uri, "Accept", "application/sdp", &answer))
        return NULL;
    char *base = NULL;
    if (answer.status >= 300 && answer.status < 400) {
        const char *location = dialogue_header(&answer, GST_RTSP_HDR_LOCATION);
        rtsp_set_text(&dialogue->redirect, is_absolute(location) ? location : NULL);
        dialogue_fail(dialogue, REASON_REFUSED, "redirected (%u) to %s", answer.status,
                      location ? location : "nowhere");
    } else if (answer.status != 200) {
        dialogue_fail_status(dialogue, answer.status, "DESCRIBE");
    } else if (!answer.body || !sdp_parse(answer.body, answer.body_size, &dialogue->session->sdp)) {
        dialogue_fail(dialogue, REASON_PROTOCOL, "DESCRIBE was answered without a description");
    } else if (dialogue->session->sdp.codec == CODEC_NONE) {
        dialogue_fail(dialogue, REASON_NO_VIDEO,
                      "the description has %u media sections, none of H.264 or H.265 video",
                      dialogue->session->sdp.sections);
    } else {
        const char *given = dialogue_header(&answer, GST_RTSP_HDR_CONTENT_BASE);
        base = g_strdup(is_absolute(given) ? given : uri);
        const char *id = dialogue_header(&answer, GST_RTSP_HDR_SESSION);
        if (id)
            rtsp_session_parse(id, dialogue->session->id, sizeof dialogue->session->id,
                               &dialogue->session->timeout_s);
    }
    dialogue_answer_clear(&answer);
    return base;
}

static bool take_setup(struct dialogue *dialogue, const struct dialogue_answer *answer, bool udp)
{
    struct rtsp_session *session = dialogue->session;
    const char *id = dialogue_header(answer, GST_RTSP_HDR_SESSION);
    if (id)
        rtsp_session_parse(id, session->id, sizeof session->id, &session->timeout_s);
    const char *transport = dialogue_header(answer, GST_RTSP_HDR_TRANSPORT);
    if (!transport || !rtsp_transport_parse(transport, &session->transport))
        return dialogue_fail(dialogue, REASON_PROTOCOL, "SETUP was answered without a Transport");
    if (udp == session->transport.tcp)
        return dialogue_fail(dialogue, REASON_PROTOCOL,
                             "%s was asked for and the camera chose another transport: %s",
                             udp ? "UDP" : "TCP", transport);
    if (!udp && !session->transport.interleaved) {
        session->transport.rtp_channel = 0;
        session->transport.rtcp_channel = 1;
    }
    return true;
}

enum setup_result { SETUP_OK, SETUP_OTHER_TRANSPORT, SETUP_FAILED };

static enum setup_result ask_setup(struct dialogue *dialogue, const char *uri, bool udp)
{
    struct rtsp_session *session = dialogue->session;
    g_autofree char *transport = NULL;
    if (udp) {
        uint16_t port = udp_open_pair(session->udp_fd, dialogue_is_ipv6(dialogue),
                                      dialogue->request->udp_buffer_bytes);
        if (!port) {
            dialogue_fail(dialogue, REASON_REFUSED, "no pair of free UDP ports");
            return SETUP_FAILED;
        }
        transport = g_strdup_printf("RTP/AVP;unicast;client_port=%u-%u", port, port + 1u);
    } else {
        transport = g_strdup("RTP/AVP/TCP;unicast;interleaved=0-1");
    }
    struct dialogue_answer answer;
    if (!dialogue_ask(dialogue, GST_RTSP_SETUP, uri, "Transport", transport, &answer))
        return SETUP_FAILED;
    enum setup_result result = SETUP_FAILED;
    if (answer.status == 461)
        result = SETUP_OTHER_TRANSPORT;
    else if (answer.status != 200)
        dialogue_fail_status(dialogue, answer.status, "SETUP");
    else if (take_setup(dialogue, &answer, udp))
        result = SETUP_OK;
    dialogue_answer_clear(&answer);
    return result;
}

static bool set_up(struct dialogue *dialogue, const char *base, enum rtsp_lower lower)
{
    g_autofree char *uri = rtsp_url_resolve(base, dialogue->session->sdp.control);
    enum setup_result result = SETUP_OTHER_TRANSPORT;
    if (lower != RTSP_LOWER_UDP)
        result = ask_setup(dialogue, uri, false);
    if (result == SETUP_OTHER_TRANSPORT && lower != RTSP_LOWER_TCP)
        result = ask_setup(dialogue, uri, true);
    if (result == SETUP_OTHER_TRANSPORT)
        dialogue_fail_status(dialogue, 461, "SETUP");
    return result == SETUP_OK;
}

static bool ask_play(struct dialogue *dialogue)
{
    struct dialogue_answer answer;
    if (!dialogue_ask(dialogue, GST_RTSP_PLAY, dialogue->session->uri, "Range", "npt=0.000-",
                      &answer))
        return false;
    unsigned status = answer.status;
    dialogue_answer_clear(&answer);
    return status == 200 || dialogue_fail_status(dialogue, status, "PLAY");
}

/* libgstrtsp reads heads byte by byte and bodies to their length, so that nothing of what follows
 * the answer to PLAY has left the socket. */
static bool take_socket(struct dialogue *dialogue)
{
    struct rtsp_session *session = dialogue->session;
    int fd = g_socket_get_fd(gst_rtsp_connection_get_read_socket(dialogue->connection));
    session->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (session->fd < 0)
        return dialogue_fail(dialogue, REASON_REFUSED, "no free file descriptor");
    fcntl(session->fd, F_SETFL, fcntl(session->fd, F_GETFL) | O_NONBLOCK);
    int on = 1;
    setsockopt(session->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    if (session->udp_fd[0] >= 0)
        udp_punch(session->udp_fd, session->fd, &session->transport);
    session->cseq = dialogue->requests + 1;
    dialogue_give_tls(dialogue);
    return true;
}

static bool converse(struct dialogue *dialogue, enum rtsp_lower lower)
{
    if (!dialogue_connect(dialogue) || !ask_options(dialogue))
        return false;
    g_autofree char *base = ask_describe(dialogue);
    if (!base)
        return false;
    dialogue->session->uri = rtsp_url_resolve(base, dialogue->session->sdp.session_control);
    if (!set_up(dialogue, base, lower))
        return false;
    if (!ask_play(dialogue)) {
        dialogue_tear_down(dialogue);
        return false;
    }
    return take_socket(dialogue);
}

/* Credentials go along only to the same host. */
static bool parse_redirect(const char *target, const struct rtsp_url *from, struct rtsp_url *url)
{
    if (!rtsp_url_parse(target, url, NULL))
        return false;
    if (!url->user && from->user && !g_ascii_strcasecmp(url->host, from->host)) {
        url->user = g_strdup(from->user);
        url->password = g_strdup(from->password);
        url->password_raw = g_strdup(from->password_raw);
    }
    return true;
}

static struct rtsp_session *attempt(const struct handshake_request *request,
                                    const struct rtsp_url *url, char **redirect,
                                    struct handshake_failure *failure)
{
    struct dialogue dialogue;
    dialogue_init(&dialogue, request, url);
    struct rtsp_session *session = NULL;
    if (converse(&dialogue, request->lower))
        session = g_steal_pointer(&dialogue.session);
    failure->reason = dialogue.reason;
    failure->detail = g_steal_pointer(&dialogue.detail);
    *redirect = g_steal_pointer(&dialogue.redirect);
    dialogue_finish(&dialogue);
    return session;
}

struct rtsp_session *handshake_run(const struct handshake_request *request,
                                   struct handshake_failure *failure)
{
    g_autofree char *redirect = NULL;
    struct rtsp_session *session = attempt(request, request->url, &redirect, failure);
    struct rtsp_url url;
    if (!session && redirect && parse_redirect(redirect, request->url, &url)) {
        g_clear_pointer(&failure->detail, g_free);
        g_autofree char *again = NULL; /* followed once */
        session = attempt(request, &url, &again, failure);
        rtsp_url_clear(&url);
    }
    if (failure->detail) {
        char *redacted = log_redact(failure->detail);
        g_free(failure->detail);
        failure->detail = redacted;
    }
    return session;
}
