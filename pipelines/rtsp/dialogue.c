#include "rtsp/dialogue.h"
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

enum { MAX_BODY_BYTES = 1 << 20, MAX_STRAY_MESSAGES = 10000 };

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
    const char *text = gst_rtsp_status_as_text((GstRTSPStatusCode)status);
    if (status == 401 && !dialogue->url->user)
        return dialogue_fail(dialogue, REASON_WRONG_PASSWORD,
                             "%s was answered 401: a password is asked for, none is configured",
                             question);
    return dialogue_fail(dialogue, status_reason(status), "%s was answered %u %s", question, status,
                         text ? text : "");
}

static void on_cancel(GCancellable *cancel, gpointer user)
{
    (void)cancel;
    gst_rtsp_connection_flush(user, TRUE);
}

void dialogue_init(struct dialogue *dialogue, const struct handshake_request *request,
                   const struct rtsp_url *url)
{
    *dialogue = (struct dialogue){.request = request, .url = url};
    dialogue->session = rtsp_session_create();
}

void dialogue_finish(struct dialogue *dialogue)
{
    if (dialogue->cancel_id)
        g_cancellable_disconnect(dialogue->request->cancel, dialogue->cancel_id);
    if (dialogue->connection) {
        gst_rtsp_connection_close(dialogue->connection);
        gst_rtsp_connection_free(dialogue->connection);
    }
    rtsp_session_destroy(dialogue->session);
    g_free(dialogue->redirect);
    g_free(dialogue->detail);
}

/* --- connecting */

static bool fail_connect(struct dialogue *dialogue, const char *why)
{
    return dialogue_fail(dialogue, REASON_UNREACHABLE, "%s port %u: %s", dialogue->url->host,
                         dialogue->url->port, why);
}

/* Connected by GIO, which says what went wrong; libgstrtsp would keep it to itself. */
static bool connect_plain(struct dialogue *dialogue)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_socket_client_set_enable_proxy(client, FALSE);
    g_socket_client_set_timeout(client, (guint)((dialogue->request->answer_us + 999999) / 1000000));
    rtsp_trace_watch(dialogue->request->trace, client);
    g_autoptr(GSocketConnection) connection = g_socket_client_connect_to_host(
        client, dialogue->url->host, dialogue->url->port, dialogue->request->cancel, &error);
    if (!connection)
        return fail_connect(dialogue, error->message);
    /* a descriptor of its own, because the connection closes what it has */
    int fd = g_socket_get_fd(g_socket_connection_get_socket(connection));
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    g_autoptr(GSocket) socket = own >= 0 ? g_socket_new_from_fd(own, &error) : NULL;
    if (!socket)
        return fail_connect(dialogue, error ? error->message : "no free file descriptor");
    g_socket_set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
    GstRTSPResult result = gst_rtsp_connection_create_from_socket(
        socket, dialogue->url->host, dialogue->url->port, NULL, &dialogue->connection);
    return result == GST_RTSP_OK || fail_connect(dialogue, "the connection broke at once");
}

static bool connect_tls(struct dialogue *dialogue)
{
    GstRTSPUrl *url = NULL;
    if (gst_rtsp_url_parse(dialogue->url->request, &url) != GST_RTSP_OK)
        return dialogue_fail(dialogue, REASON_BAD_URL, "not understood: %s",
                             dialogue->url->request);
    GstRTSPResult result = gst_rtsp_connection_create(url, &dialogue->connection);
    gst_rtsp_url_free(url);
    if (result != GST_RTSP_OK)
        return fail_connect(dialogue, "no connection");
    /* cameras sign their own certificates: encrypted, not authenticated */
    gst_rtsp_connection_set_tls_validation_flags(dialogue->connection, 0);
    result = gst_rtsp_connection_connect_usec(dialogue->connection, dialogue->request->answer_us);
    if (result == GST_RTSP_OK)
        return true;
    g_autofree char *why = gst_rtsp_strresult(result);
    return fail_connect(dialogue, why);
}

bool dialogue_connect(struct dialogue *dialogue)
{
    if (!(dialogue->url->tls ? connect_tls(dialogue) : connect_plain(dialogue)))
        return false;
    gst_rtsp_connection_set_remember_session_id(dialogue->connection, FALSE);
    gst_rtsp_connection_set_content_length_limit(dialogue->connection, MAX_BODY_BYTES);
    dialogue->cancel_id = g_cancellable_connect(dialogue->request->cancel, G_CALLBACK(on_cancel),
                                                dialogue->connection, NULL);
    return true;
}

bool dialogue_is_ipv6(const struct dialogue *dialogue)
{
    GSocket *socket = gst_rtsp_connection_get_read_socket(dialogue->connection);
    return g_socket_get_family(socket) == G_SOCKET_FAMILY_IPV6;
}

/* --- asking */

static bool fail_result(struct dialogue *dialogue, GstRTSPResult result, const char *question)
{
    if (g_cancellable_is_cancelled(dialogue->request->cancel))
        return dialogue_fail(dialogue, REASON_NO_DATA, "%s took too long", question);
    if (result == GST_RTSP_ETIMEOUT)
        return dialogue_fail(dialogue, REASON_NO_DATA, "%s was not answered for %d s", question,
                             (int)(dialogue->request->answer_us / 1000000));
    if (result == GST_RTSP_EEOF)
        return dialogue_fail(dialogue, REASON_PROTOCOL,
                             "the connection was closed instead of answering %s", question);
    g_autofree char *why = gst_rtsp_strresult(result);
    return dialogue_fail(dialogue, REASON_PROTOCOL, "%s: %s", question, why);
}

static bool send_request(struct dialogue *dialogue, GstRTSPMethod method, const char *uri,
                         const char *header, const char *value)
{
    GstRTSPMessage message = {0};
    gst_rtsp_message_init_request(&message, method, uri);
    gst_rtsp_message_add_header(&message, GST_RTSP_HDR_USER_AGENT, "townwall");
    if (header)
        gst_rtsp_message_add_header_by_name(&message, header, value);
    if (dialogue->session->id[0])
        gst_rtsp_message_add_header(&message, GST_RTSP_HDR_SESSION, dialogue->session->id);
    GstRTSPResult result =
        gst_rtsp_connection_send_usec(dialogue->connection, &message, dialogue->request->answer_us);
    gst_rtsp_message_unset(&message);
    dialogue->requests++;
    return result == GST_RTSP_OK || fail_result(dialogue, result, gst_rtsp_method_as_text(method));
}

/* Media that a stale session sends, and requests of the server, may come before the answer. */
static bool receive_answer(struct dialogue *dialogue, GstRTSPMethod method, GstRTSPMessage *message)
{
    for (unsigned stray = 0; stray < MAX_STRAY_MESSAGES; stray++) {
        memset(message, 0, sizeof *message);
        gst_rtsp_message_init(message);
        GstRTSPResult result = gst_rtsp_connection_receive_usec(dialogue->connection, message,
                                                                dialogue->request->answer_us);
        if (result != GST_RTSP_OK) {
            gst_rtsp_message_unset(message);
            return fail_result(dialogue, result, gst_rtsp_method_as_text(method));
        }
        if (gst_rtsp_message_get_type(message) == GST_RTSP_MESSAGE_RESPONSE)
            return true;
        gst_rtsp_message_unset(message);
    }
    return dialogue_fail(dialogue, REASON_PROTOCOL, "media came instead of an answer");
}

static void keep_auth(struct dialogue *dialogue, enum rtsp_auth_kind kind,
                      const GstRTSPAuthCredential *challenge)
{
    struct rtsp_auth *auth = &dialogue->session->auth;
    auth->kind = kind;
    rtsp_set_text(&auth->user, dialogue->url->user);
    rtsp_set_text(&auth->password,
                  dialogue->raw_password ? dialogue->url->password_raw : dialogue->url->password);
    gst_rtsp_connection_clear_auth_params(dialogue->connection);
    for (GstRTSPAuthParam **param = challenge->params; param && *param; param++) {
        gst_rtsp_connection_set_auth_param(dialogue->connection, (*param)->name, (*param)->value);
        if (!g_ascii_strcasecmp((*param)->name, "realm"))
            rtsp_set_text(&auth->realm, (*param)->value);
        else if (!g_ascii_strcasecmp((*param)->name, "nonce"))
            rtsp_set_text(&auth->nonce, (*param)->value);
        else if (!g_ascii_strcasecmp((*param)->name, "opaque"))
            rtsp_set_text(&auth->opaque, (*param)->value);
    }
    gst_rtsp_connection_set_auth(
        dialogue->connection, kind == RTSP_AUTH_DIGEST ? GST_RTSP_AUTH_DIGEST : GST_RTSP_AUTH_BASIC,
        auth->user, auth->password);
}

static const char *challenge_param(const GstRTSPAuthCredential *challenge, const char *name)
{
    for (GstRTSPAuthParam **param = challenge->params; param && *param; param++)
        if (!g_ascii_strcasecmp((*param)->name, name))
            return (*param)->value;
    return NULL;
}

/* Digest with MD5 before Basic, whatever order the camera names them in. */
static const GstRTSPAuthCredential *choose_challenge(GstRTSPAuthCredential **challenges,
                                                     enum rtsp_auth_kind *kind)
{
    const GstRTSPAuthCredential *basic = NULL;
    for (GstRTSPAuthCredential **next = challenges; next && *next; next++) {
        const char *algorithm = challenge_param(*next, "algorithm");
        if ((*next)->scheme == GST_RTSP_AUTH_DIGEST && challenge_param(*next, "nonce") &&
            challenge_param(*next, "realm") &&
            (!algorithm || !g_ascii_strcasecmp(algorithm, "MD5"))) {
            *kind = RTSP_AUTH_DIGEST;
            return *next;
        }
        if ((*next)->scheme == GST_RTSP_AUTH_BASIC && !basic)
            basic = *next;
    }
    *kind = RTSP_AUTH_BASIC;
    return basic;
}

/* Another try with credentials is right: the first one, one whose nonce had grown old, or one with
 * the password as it is written after its decoded form was refused. Never more: cameras lock
 * accounts. */
static bool take_challenge(struct dialogue *dialogue, GstRTSPMessage *message)
{
    if (!dialogue->url->user)
        return false;
    enum rtsp_auth_kind kind;
    GstRTSPAuthCredential **challenges =
        gst_rtsp_message_parse_auth_credentials(message, GST_RTSP_HDR_WWW_AUTHENTICATE);
    const GstRTSPAuthCredential *challenge = choose_challenge(challenges, &kind);
    bool again = false;
    if (challenge) {
        const char *stale = challenge_param(challenge, "stale");
        again = !dialogue->auth_sent || (stale && !g_ascii_strcasecmp(stale, "true"));
        if (!again && !dialogue->raw_password && dialogue->url->password_raw)
            again = dialogue->raw_password = true;
        if (again)
            keep_auth(dialogue, kind, challenge);
        dialogue->auth_sent = true;
    }
    if (challenges)
        gst_rtsp_auth_credentials_free(challenges);
    return again;
}

const char *dialogue_header(const struct dialogue_answer *answer, GstRTSPHeaderField field)
{
    char *value = NULL;
    if (gst_rtsp_message_get_header(&answer->message, field, &value, 0) != GST_RTSP_OK)
        return NULL;
    return value;
}

/* What a camera's maker wants to know: the status and what it says of itself. */
static void note_answer(struct dialogue *dialogue, GstRTSPMethod method, bool again,
                        const struct dialogue_answer *answer)
{
    static const GstRTSPHeaderField fields[] = {
        GST_RTSP_HDR_SERVER,       GST_RTSP_HDR_PUBLIC,  GST_RTSP_HDR_WWW_AUTHENTICATE,
        GST_RTSP_HDR_CONTENT_TYPE, GST_RTSP_HDR_SESSION, GST_RTSP_HDR_TRANSPORT,
        GST_RTSP_HDR_RTP_INFO,     GST_RTSP_HDR_LOCATION};
    if (!dialogue->request->trace)
        return;
    const char *text = gst_rtsp_status_as_text((GstRTSPStatusCode)answer->status);
    g_autoptr(GString) said = g_string_new(NULL);
    g_string_printf(said, "%u %s", answer->status, text ? text : "");
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        const char *value = dialogue_header(answer, fields[i]);
        if (value)
            g_string_append_printf(said, " · %s: %s", gst_rtsp_header_as_text(fields[i]), value);
    }
    rtsp_trace_note(dialogue->request->trace, gst_rtsp_method_as_text(method),
                    again || answer->status < 400, "%s", said->str);
}

bool dialogue_ask(struct dialogue *dialogue, GstRTSPMethod method, const char *uri,
                  const char *header, const char *value, struct dialogue_answer *answer)
{
    *answer = (struct dialogue_answer){0};
    for (int tries = 0; tries < 4; tries++) {
        if (!send_request(dialogue, method, uri, header, value) ||
            !receive_answer(dialogue, method, &answer->message))
            return false;
        GstRTSPStatusCode status = GST_RTSP_STS_INVALID;
        gst_rtsp_message_parse_response(&answer->message, &status, NULL, NULL);
        answer->status = (unsigned)status;
        bool again =
            status == GST_RTSP_STS_UNAUTHORIZED && take_challenge(dialogue, &answer->message);
        note_answer(dialogue, method, again, answer);
        if (!again)
            break;
        gst_rtsp_message_unset(&answer->message);
    }
    guint8 *body = NULL;
    guint body_size = 0;
    gst_rtsp_message_get_body(&answer->message, &body, &body_size);
    answer->body = (const char *)body;
    answer->body_size = body_size;
    return true;
}

void dialogue_answer_clear(struct dialogue_answer *answer)
{
    gst_rtsp_message_unset(&answer->message);
}

void dialogue_tear_down(struct dialogue *dialogue)
{
    g_autofree char *detail = g_steal_pointer(&dialogue->detail);
    enum reason reason = dialogue->reason;
    send_request(dialogue, GST_RTSP_TEARDOWN, dialogue->session->uri, NULL, NULL);
    g_free(dialogue->detail);
    dialogue->detail = g_steal_pointer(&detail);
    dialogue->reason = reason;
}

static void release_connection(gpointer connection)
{
    gst_rtsp_connection_close(connection);
    gst_rtsp_connection_free(connection);
}

void dialogue_give_tls(struct dialogue *dialogue)
{
    GTlsConnection *tls =
        dialogue->url->tls ? gst_rtsp_connection_get_tls(dialogue->connection, NULL) : NULL;
    if (!tls)
        return;
    if (dialogue->cancel_id)
        g_cancellable_disconnect(dialogue->request->cancel, dialogue->cancel_id);
    dialogue->cancel_id = 0;
    dialogue->session->tls = G_IO_STREAM(tls);
    dialogue->session->tls_owner = g_steal_pointer(&dialogue->connection);
    dialogue->session->tls_release = release_connection;
}
