#include "rtsp/tunnel.h"
#include "rtsp/dialogue.h"
#include <string.h>

enum { MAX_TRIES = 4 };

/* The path of the address, with its query. */
static const char *path_of(const struct rtsp_url *url)
{
    const char *authority = strstr(url->request, "://") + 3;
    return authority + strcspn(authority, "/");
}

static char *write_head(struct dialogue *dialogue, const char *method, const char *cookie,
                        const char *more)
{
    const struct rtsp_url *url = dialogue->url;
    const char *path = path_of(url);
    bool brackets = strchr(url->host, ':');
    g_autofree char *authorization = rtsp_auth_header(&dialogue->session->auth, method, path);
    return g_strdup_printf("%s %s HTTP/1.0\r\nHost: %s%s%s:%u\r\nUser-Agent: townwall\r\n"
                           "x-sessioncookie: %s\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n"
                           "%s%s\r\n",
                           method, path, brackets ? "[" : "", url->host, brackets ? "]" : "",
                           url->port, cookie, authorization, more);
}

/* Opens the connection that is read. Returned: status of the answer, 0: none, the failure is set.
 */
static unsigned get(struct dialogue *dialogue, const char *cookie, struct rtsp_message *message)
{
    GError *error = NULL;
    struct cut cut;
    enum cut_kind kind;
    g_autofree char *head =
        write_head(dialogue, "GET", cookie, "Accept: application/x-rtsp-tunnelled\r\n");
    if (!peer_connect(dialogue->peer, &error) || !peer_send(dialogue->peer, head, &error)) {
        dialogue_fail_error(dialogue, error);
        return 0;
    }
    peer_begin_wait(dialogue->peer);
    if (!peer_receive(dialogue->peer, &cut, &kind, "GET of the HTTP tunnel", &error)) {
        dialogue_fail_error(dialogue, error);
        return 0;
    }
    if (kind == CUT_MESSAGE && rtsp_message_parse(cut.data, cut.size, message) && message->status)
        return message->status;
    dialogue_fail(dialogue, REASON_PROTOCOL, "GET of the HTTP tunnel was not answered by HTTP");
    return 0;
}

static bool post(struct dialogue *dialogue, const char *cookie)
{
    GError *error = NULL;
    g_autofree char *head = write_head(dialogue, "POST", cookie,
                                       "Content-Type: application/x-rtsp-tunnelled\r\n"
                                       "Content-Length: 32767\r\n"
                                       "Expires: Sun, 9 Jan 1972 00:00:00 GMT\r\n");
    if (!peer_connect_writing(dialogue->peer, &error) || !peer_send(dialogue->peer, head, &error))
        return dialogue_fail_error(dialogue, error);
    peer_begin_tunnel(dialogue->peer);
    return true;
}

bool tunnel_open(struct dialogue *dialogue)
{
    g_autofree char *cookie = g_strdup_printf("%08x%08x", g_random_int(), g_random_int());
    struct rtsp_message message;
    unsigned status = 0;
    for (int tries = 0; tries < MAX_TRIES; tries++) {
        status = get(dialogue, cookie, &message);
        if (!status)
            return false;
        bool again = status == 401 && dialogue_take_challenge(dialogue, &message);
        rtsp_trace_note(dialogue->request->trace, "GET", again || status == 200,
                        "HTTP tunnel: %u %s", status, rtsp_status_text(status));
        if (!again)
            break;
    }
    if (status != 200)
        return dialogue_fail_status(dialogue, status, "GET of the HTTP tunnel");
    return post(dialogue, cookie);
}
