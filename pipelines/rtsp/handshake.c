#include "rtsp/handshake.h"
#include "common/log.h"
#include "rtsp/dialogue.h"
#include "rtsp/udp.h"
#include <string.h>

enum { MAX_REDIRECTS = 5, MAX_VIDEOS = 4, QUIET_US = 500000 };

/* Presentation as it was described. */
struct description {
    char *base; /* that controls are relative to */
    char *text;
    size_t size;
};

static bool ask_options(struct dialogue *dialogue)
{
    struct dialogue_answer answer;
    if (!dialogue_ask(dialogue, "OPTIONS", dialogue->url->request, NULL, &answer))
        return false;
    if (answer.status == 401)
        return dialogue_fail_status(dialogue, 401, "OPTIONS");
    /* a server that knows no OPTIONS may still describe */
    for (unsigned i = 0;; i++) {
        g_autofree char *methods = rtsp_message_header(&answer.message, "Public", i);
        if (!methods)
            return true;
        if (rtsp_list_has(methods, "GET_PARAMETER"))
            dialogue->session->keep_alive = "GET_PARAMETER";
    }
}

static void take_base(const struct dialogue *dialogue, const struct dialogue_answer *answer,
                      struct description *description)
{
    static const char *const names[] = {"Content-Base", "Content-Location"};
    for (size_t i = 0; i < G_N_ELEMENTS(names) && !description->base; i++) {
        g_autofree char *given = dialogue_header(answer, names[i]);
        if (given && rtsp_uri_is_absolute(given))
            description->base = g_steal_pointer(&given);
    }
    if (!description->base)
        description->base = g_strdup(dialogue->url->request);
}

static void take_session(struct dialogue *dialogue, const struct dialogue_answer *answer)
{
    struct rtsp_session *session = dialogue->session;
    g_autofree char *id = dialogue_header(answer, "Session");
    if (id)
        rtsp_session_parse(id, session->id, sizeof session->id, &session->timeout_s);
}

/* The text of the answer. Without Content-Length it goes on until the camera is silent or closes;
 * then the conversation goes on over another connection. */
static bool take_text(struct dialogue *dialogue, const struct dialogue_answer *answer,
                      struct description *description)
{
    g_autofree char *length = dialogue_header(answer, "Content-Length");
    if (length) {
        description->text = g_strndup(answer->message.body, answer->message.body_size);
        description->size = answer->message.body_size;
        return true;
    }
    bool ended;
    g_autoptr(GByteArray) rest =
        peer_receive_rest(dialogue->peer, CUT_MAX_BODY_BYTES, QUIET_US, &ended);
    if (rest->len > CUT_MAX_BODY_BYTES)
        return dialogue_fail(dialogue, REASON_PROTOCOL,
                             "DESCRIBE was answered with more than %d KiB",
                             CUT_MAX_BODY_BYTES >> 10);
    description->text = rest->len ? g_strndup((const char *)rest->data, rest->len) : g_strdup("");
    description->size = rest->len;
    return !rest->len || !ended || dialogue_connect(dialogue);
}

static bool ask_describe(struct dialogue *dialogue, struct description *description)
{
    struct dialogue_answer answer;
    struct sdp *sdp = &dialogue->session->sdp;
    if (!dialogue_ask(dialogue, "DESCRIBE", dialogue->url->request, "Accept: application/sdp",
                      &answer))
        return false;
    if (answer.status != 200)
        return dialogue_fail_status(dialogue, answer.status, "DESCRIBE");
    take_base(dialogue, &answer, description);
    take_session(dialogue, &answer);
    if (!take_text(dialogue, &answer, description))
        return false;
    /* whatever Content-Type says, or none: the text itself tells what it is */
    if (!sdp_parse(description->text, description->size, 0, sdp))
        return dialogue_fail(dialogue, REASON_PROTOCOL,
                             "DESCRIBE was answered without a description");
    if (sdp->codec == CODEC_NONE)
        return dialogue_fail(dialogue, REASON_NO_VIDEO,
                             "the description has %u media sections, none of H.264 or H.265 video",
                             sdp->sections);
    dialogue->session->uri = rtsp_url_resolve(description->base, sdp->session_control);
    return true;
}

enum setup_result { SETUP_OK, SETUP_OTHER_TRANSPORT, SETUP_OTHER_VIDEO, SETUP_FAILED };

static enum setup_result take_setup(struct dialogue *dialogue, const struct dialogue_answer *answer,
                                    bool udp)
{
    struct rtsp_session *session = dialogue->session;
    take_session(dialogue, answer);
    g_autofree char *transport = dialogue_header(answer, "Transport");
    if (!transport || !rtsp_transport_parse(transport, &session->transport)) {
        if (udp) {
            dialogue_fail(dialogue, REASON_PROTOCOL, "SETUP was answered without a Transport");
            return SETUP_FAILED;
        }
        session->transport = (struct rtsp_transport){.tcp = true}; /* as it was asked for */
    }
    if (udp == session->transport.tcp) {
        dialogue_fail(dialogue, REASON_PROTOCOL,
                      "%s was asked for and the camera chose another transport: %s",
                      udp ? "UDP" : "TCP", transport);
        return SETUP_OTHER_TRANSPORT;
    }
    if (!udp && !session->transport.interleaved) {
        session->transport.rtp_channel = 0;
        session->transport.rtcp_channel = 1;
    }
    return SETUP_OK;
}

static enum setup_result ask_setup(struct dialogue *dialogue, const char *uri, bool udp)
{
    struct rtsp_session *session = dialogue->session;
    g_autofree char *transport = NULL;
    if (udp) {
        uint16_t port = udp_open_pair(session->udp_fd, peer_is_ipv6(dialogue->peer),
                                      dialogue->request->udp_buffer_bytes);
        if (!port) {
            dialogue_fail(dialogue, REASON_REFUSED, "no pair of free UDP ports");
            return SETUP_FAILED;
        }
        transport =
            g_strdup_printf("Transport: RTP/AVP;unicast;client_port=%u-%u", port, port + 1u);
    } else {
        transport = g_strdup("Transport: RTP/AVP/TCP;unicast;interleaved=0-1");
    }
    struct dialogue_answer answer;
    enum setup_result result = SETUP_FAILED;
    if (!dialogue_ask(dialogue, "SETUP", uri, transport, &answer))
        return SETUP_FAILED;
    if (answer.status == 200) {
        result = take_setup(dialogue, &answer, udp);
    } else {
        dialogue_fail_status(dialogue, answer.status, "SETUP");
        if (answer.status == 461)
            result = SETUP_OTHER_TRANSPORT;
        else if (dialogue->reason == REASON_REFUSED)
            result = SETUP_OTHER_VIDEO;
    }
    if (udp && result != SETUP_OK)
        udp_close_pair(session->udp_fd);
    return result;
}

/* One video section, in the order of transports that is asked for. */
static enum setup_result set_up_one(struct dialogue *dialogue, const char *base)
{
    const struct handshake_request *request = dialogue->request;
    enum rtsp_lower lower = request->lower;
    if (dialogue->url->lower != RTSP_LOWER_AUTO)
        lower = dialogue->url->lower;
    g_autofree char *uri = rtsp_url_resolve(base, dialogue->session->sdp.control);
    bool udp = lower == RTSP_LOWER_UDP || (lower == RTSP_LOWER_AUTO && request->udp_first);
    enum setup_result result = ask_setup(dialogue, uri, udp);
    if (result == SETUP_OTHER_TRANSPORT && lower == RTSP_LOWER_AUTO)
        result = ask_setup(dialogue, uri, !udp);
    return result;
}

/* A server that refuses its first video may let the next one through. */
static bool set_up(struct dialogue *dialogue, const struct description *description)
{
    struct sdp *sdp = &dialogue->session->sdp;
    unsigned videos = MIN(sdp->videos, MAX_VIDEOS);
    for (unsigned nth = 0; nth < videos; nth++) {
        if (nth) {
            sdp_clear(sdp);
            sdp_parse(description->text, description->size, nth, sdp);
        }
        enum setup_result result = set_up_one(dialogue, description->base);
        if (result != SETUP_OTHER_VIDEO)
            return result == SETUP_OK;
    }
    return false;
}

static bool ask_play(struct dialogue *dialogue)
{
    struct dialogue_answer answer;
    const char *uri = dialogue->session->uri;
    dialogue->keep_media = true;
    if (!dialogue_ask(dialogue, "PLAY", uri, "Range: npt=0.000-", &answer))
        return false;
    if (answer.status == 457 && !dialogue_ask(dialogue, "PLAY", uri, NULL, &answer))
        return false;
    return answer.status == 200 || dialogue_fail_status(dialogue, answer.status, "PLAY");
}

static bool hand_over(struct dialogue *dialogue)
{
    struct rtsp_session *session = dialogue->session;
    if (!dialogue_hand_over(dialogue))
        return false;
    if (session->udp_fd[0] >= 0)
        udp_punch(session->udp_fd, session->fd, &session->transport);
    return true;
}

static bool converse(struct dialogue *dialogue)
{
    struct description description = {0};
    bool done =
        dialogue_connect(dialogue) && ask_options(dialogue) && ask_describe(dialogue, &description);
    if (done) {
        done = set_up(dialogue, &description) && ask_play(dialogue) && hand_over(dialogue);
        if (!done)
            dialogue_tear_down(dialogue);
    }
    g_free(description.base);
    g_free(description.text);
    return done;
}

static struct rtsp_session *attempt(const struct handshake_request *request,
                                    const struct rtsp_url *url, char **redirect,
                                    struct handshake_failure *failure)
{
    struct dialogue dialogue;
    dialogue_init(&dialogue, request, url);
    struct rtsp_session *session = NULL;
    if (converse(&dialogue))
        session = g_steal_pointer(&dialogue.session);
    g_clear_pointer(&failure->detail, g_free);
    failure->reason = dialogue.reason;
    failure->detail = g_steal_pointer(&dialogue.detail);
    failure->retry_after_s = dialogue.retry_after_s;
    *redirect = g_steal_pointer(&dialogue.redirect);
    dialogue_finish(&dialogue);
    return session;
}

static void refuse_redirect(struct handshake_failure *failure, const char *location,
                            const char *why)
{
    g_clear_pointer(&failure->detail, g_free);
    failure->reason = REASON_REFUSED;
    failure->detail = g_strdup_printf("redirected to %s: %s", location, why);
}

static void redact(struct handshake_failure *failure)
{
    if (!failure->detail)
        return;
    char *redacted = log_redact(failure->detail);
    g_free(failure->detail);
    failure->detail = redacted;
}

struct rtsp_session *handshake_run(const struct handshake_request *request,
                                   struct handshake_failure *failure)
{
    char *location = NULL;
    struct rtsp_url here = {0};
    struct rtsp_session *session = attempt(request, request->url, &location, failure);
    for (int hops = 1; !session && location; hops++) {
        struct rtsp_url there;
        g_autoptr(GError) error = NULL;
        if (hops > MAX_REDIRECTS ||
            !rtsp_url_redirect(here.host ? &here : request->url, location, &there, &error)) {
            refuse_redirect(failure, location, error ? error->message : "too many redirects");
            break;
        }
        rtsp_url_clear(&here);
        here = there;
        g_clear_pointer(&location, g_free);
        session = attempt(request, &here, &location, failure);
    }
    g_free(location);
    rtsp_url_clear(&here);
    redact(failure);
    return session;
}
