/* Heads of messages, and what is answered to requests: whole lines, bounded, ended by an empty one.
 */
#include "rtsp/message.h"
#include "rtsp/session.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_header(const struct rtsp_message *message, const char *name)
{
    for (unsigned nth = 0; nth < 4; nth++) {
        g_autofree char *value = rtsp_message_header(message, name, nth);
        if (!value)
            return;
        for (const char *c = value; *c; c++)
            g_assert_cmpuint((guchar)*c, >=, ' ');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"CSeq",    "Session",  "Transport",       "Public",
                                        "Require", "Location", "WWW-Authenticate"};
    struct rtsp_message message;
    if (!rtsp_message_parse(data, size, &message))
        return 0;
    g_assert_cmpuint(message.head_size + message.body_size, <=, size);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        check_header(&message, names[i]);
    struct rtsp_session *session = rtsp_session_create();
    session->uri = g_strdup("rtsp://h/");
    session->auth.user = g_strdup("u");
    session->auth.password = g_strdup("p");
    rtsp_challenge_read("Digest realm=\"r\", nonce=\"n\"", &session->auth.challenge);
    if (message.status)
        rtsp_session_new_nonce(session, &message);
    g_autofree char *text =
        message.status ? rtsp_session_request(session, "OPTIONS") : rtsp_session_answer(&message);
    g_assert_true(strstr(text, "\r\n\r\n") == text + strlen(text) - 4);
    rtsp_session_destroy(session);
    return 0;
}
