#include "rtsp/dialogue.h"
#include "rtsp/headers.h"
#include "rtsp/tunnel.h"
#include <string.h>

enum { MAX_STRAY_MESSAGES = 10000, MAX_TRIES = 4, MAX_MEDIA_BYTES = 1 << 20 };

bool dialogue_fail(struct dialogue *dialogue, enum reason reason, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_free(dialogue->detail);
    dialogue->detail = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    dialogue->reason = reason;
    return false;
}

bool dialogue_fail_error(struct dialogue *dialogue, GError *error)
{
    enum reason reason =
        error->domain == RTSP_REASON_ERROR ? (enum reason)error->code : REASON_PROTOCOL;
    dialogue_fail(dialogue, reason, "%s", error->message);
    g_error_free(error);
    return false;
}

static enum reason status_reason(unsigned status)
{
    switch (status) {
    case 401:
    case 403:
        return REASON_WRONG_PASSWORD;
    case 453:
    case 503:
        return REASON_LIMIT_REACHED;
    default:
        return status < 400 ? REASON_PROTOCOL : REASON_REFUSED;
    }
}

bool dialogue_fail_status(struct dialogue *dialogue, unsigned status, const char *question)
{
    const char *text = rtsp_status_text(status);
    if (status == 401 && !dialogue->url->user)
        return dialogue_fail(dialogue, REASON_WRONG_PASSWORD,
                             "%s was answered 401: a password is asked for, none is configured",
                             question);
    return dialogue_fail(dialogue, status_reason(status), "%s was answered %u%s%s", question,
                         status, *text ? " " : "", text);
}

void dialogue_init(struct dialogue *dialogue, const struct handshake_request *request,
                   const struct rtsp_url *url)
{
    *dialogue = (struct dialogue){.request = request, .url = url};
    dialogue->session = rtsp_session_create();
    dialogue->media = g_byte_array_new();
    dialogue->peer = peer_create(&(struct peer_options){.url = url,
                                                        .trust = request->trust,
                                                        .answer_us = request->answer_us,
                                                        .cancel = request->cancel,
                                                        .trace = request->trace});
    struct rtsp_auth *auth = &dialogue->session->auth;
    g_snprintf(auth->cnonce, sizeof auth->cnonce, "%08x%08x", g_random_int(), g_random_int());
}

void dialogue_finish(struct dialogue *dialogue)
{
    peer_destroy(dialogue->peer);
    rtsp_session_destroy(dialogue->session);
    g_byte_array_unref(dialogue->media);
    g_free(dialogue->redirect);
    g_free(dialogue->detail);
}

bool dialogue_connect(struct dialogue *dialogue)
{
    if (dialogue->url->tunnel)
        return tunnel_open(dialogue);
    GError *error = NULL;
    return peer_connect(dialogue->peer, &error) || dialogue_fail_error(dialogue, error);
}

/* --- asking */

static char *write_request(struct dialogue *dialogue, const char *method, const char *uri,
                           const char *header)
{
    struct rtsp_session *session = dialogue->session;
    g_autofree char *authorization = rtsp_auth_header(&session->auth, method, uri);
    GString *text = g_string_new(NULL);
    g_string_append_printf(text, "%s %s RTSP/1.0\r\nCSeq: %u\r\n%s", method, uri, session->cseq++,
                           authorization);
    if (header)
        g_string_append_printf(text, "%s\r\n", header);
    if (session->id[0])
        g_string_append_printf(text, "Session: %s\r\n", session->id);
    g_string_append(text, "User-Agent: townwall\r\n\r\n");
    return g_string_free(text, FALSE);
}

static void keep_media(struct dialogue *dialogue, const struct cut *frame)
{
    if (dialogue->keep_media && dialogue->media->len + frame->used <= MAX_MEDIA_BYTES)
        g_byte_array_append(dialogue->media, frame->data - 4, (guint)frame->used);
}

/* Media that a stale session sends, and requests of the server, may come before the answer. */
static bool receive_answer(struct dialogue *dialogue, const char *method,
                           struct dialogue_answer *answer)
{
    GError *error = NULL;
    peer_begin_wait(dialogue->peer);
    for (unsigned stray = 0; stray < MAX_STRAY_MESSAGES; stray++) {
        struct cut cut;
        enum cut_kind kind;
        if (!peer_receive(dialogue->peer, &cut, &kind, method, &error))
            return dialogue_fail_error(dialogue, error);
        if (kind == CUT_FRAME) {
            keep_media(dialogue, &cut);
        } else if (!rtsp_message_parse(cut.data, cut.size, &answer->message)) {
            return dialogue_fail(dialogue, REASON_PROTOCOL,
                                 "%s was answered with something that is not RTSP", method);
        } else if (answer->message.status >= 200) {
            answer->status = answer->message.status;
            return true;
        } else if (!answer->message.status) {
            g_autofree char *text = rtsp_session_answer(&answer->message);
            if (!peer_send(dialogue->peer, text, &error))
                return dialogue_fail_error(dialogue, error);
        }
    }
    return dialogue_fail(dialogue, REASON_PROTOCOL, "media came instead of an answer");
}

bool dialogue_take_challenge(struct dialogue *dialogue, const struct rtsp_message *message)
{
    const struct rtsp_url *url = dialogue->url;
    struct rtsp_auth *auth = &dialogue->session->auth;
    struct rtsp_challenge asked = {0};
    g_autofree char *value = NULL;
    for (unsigned i = 0; (value = rtsp_message_header(message, "WWW-Authenticate", i)); i++) {
        rtsp_challenge_read(value, &asked);
        g_clear_pointer(&value, g_free);
    }
    bool again = url->user && asked.kind != RTSP_AUTH_NONE;
    if (again && dialogue->auth_sent && !asked.stale) {
        again = !dialogue->raw_password && url->password_raw;
        dialogue->raw_password = true;
    }
    if (!again) {
        rtsp_challenge_clear(&asked);
        return false;
    }
    dialogue->auth_sent = true;
    rtsp_challenge_clear(&auth->challenge);
    auth->challenge = asked;
    auth->count = 0;
    rtsp_set_text(&auth->user, url->user);
    rtsp_set_text(&auth->password,
                  dialogue->raw_password && url->password_raw ? url->password_raw : url->password);
    return true;
}

static bool take_redirect(struct dialogue *dialogue, const struct dialogue_answer *answer)
{
    g_autofree char *location = dialogue_header(answer, "Location");
    if (location && *location)
        rtsp_set_text(&dialogue->redirect, location);
    return dialogue_fail(dialogue, REASON_REFUSED, "redirected (%u) to %s", answer->status,
                         dialogue->redirect ? location : "nowhere");
}

char *dialogue_header(const struct dialogue_answer *answer, const char *name)
{
    return rtsp_message_header(&answer->message, name, 0);
}

/* What a camera's maker wants to know: the status and what it says of itself. */
static void note_answer(struct dialogue *dialogue, const char *method, bool again,
                        const struct dialogue_answer *answer)
{
    static const char *const names[] = {"Server",       "Public",   "WWW-Authenticate",
                                        "Content-Type", "Session",  "Transport",
                                        "RTP-Info",     "Location", "Retry-After"};
    if (!dialogue->request->trace)
        return;
    g_autoptr(GString) said = g_string_new(NULL);
    g_string_printf(said, "%u %s", answer->status, rtsp_status_text(answer->status));
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *value = dialogue_header(answer, names[i]);
        if (value)
            g_string_append_printf(said, " · %s: %s", names[i], value);
    }
    rtsp_trace_note(dialogue->request->trace, method, again || answer->status < 400, "%s",
                    said->str);
}

bool dialogue_ask(struct dialogue *dialogue, const char *method, const char *uri,
                  const char *header, struct dialogue_answer *answer)
{
    *answer = (struct dialogue_answer){0};
    for (int tries = 0; tries < MAX_TRIES; tries++) {
        GError *error = NULL;
        g_autofree char *text = write_request(dialogue, method, uri, header);
        if (!peer_send(dialogue->peer, text, &error))
            return dialogue_fail_error(dialogue, error);
        if (!receive_answer(dialogue, method, answer))
            return false;
        bool again = answer->status == 401 && dialogue_take_challenge(dialogue, &answer->message);
        note_answer(dialogue, method, again, answer);
        if (!again)
            break;
    }
    if (answer->status == 453 || answer->status == 503) {
        g_autofree char *after = dialogue_header(answer, "Retry-After");
        dialogue->retry_after_s = after ? rtsp_retry_after_s(after) : 0;
    }
    return answer->status < 300 || answer->status >= 400 || take_redirect(dialogue, answer);
}

/* --- the end */

void dialogue_tear_down(struct dialogue *dialogue)
{
    if (!dialogue->session->id[0] || !dialogue->session->uri)
        return;
    g_autofree char *text = rtsp_session_request(dialogue->session, "TEARDOWN");
    peer_say_goodbye(dialogue->peer, text);
}

bool dialogue_hand_over(struct dialogue *dialogue)
{
    struct rtsp_session *session = dialogue->session;
    GError *error = NULL;
    const char *certificate = peer_certificate(dialogue->peer);
    session->manner =
        g_strdup_printf("%s%s%s%s; %s", session->udp_fd[0] >= 0 ? "UDP" : "TCP",
                        dialogue->url->tunnel ? " inside of HTTP" : "", certificate ? "; " : "",
                        certificate ? certificate : "", rtsp_auth_name(&session->auth));
    if (!peer_hand_over(dialogue->peer, session, &error))
        return dialogue_fail_error(dialogue, error);
    if (dialogue->media->len) {
        if (session->pending)
            g_byte_array_append(dialogue->media, session->pending->data, session->pending->len);
        g_clear_pointer(&session->pending, g_byte_array_unref);
        session->pending = g_byte_array_ref(dialogue->media);
    }
    return true;
}
