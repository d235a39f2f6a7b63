#include "net_fixture.h"
#include <glib/gstdio.h>
#include <stdarg.h>
#include <string.h>

#define WAIT_S 20

static struct net_session *find_session(const char *token, const char *address, gpointer user)
{
    struct net_fixture *fixture = user;
    (void)address;
    return strcmp(token, "good") == 0 ? net_session_ref(fixture->session) : NULL;
}

static guint retry_after(const char *method, const char *path, const char *address,
                         const struct net_session *session, gpointer user)
{
    struct net_fixture *fixture = user;
    (void)method, (void)path, (void)address, (void)session;
    return fixture->retry_after_s;
}

static void refused(const struct net_session *session, const char *method, const char *path,
                    const char *right, const char *address, gpointer user)
{
    struct net_fixture *fixture = user;
    (void)session, (void)method, (void)path, (void)right, (void)address;
    fixture->refused++;
}

static const struct net_gate gate = {find_session, retry_after, refused};

static void make_session(struct net_fixture *fixture)
{
    struct net_session *session = net_session_create();
    session->id = g_strdup("session-1");
    session->user_id = g_strdup("17");
    session->login = g_strdup("wang");
    session->name = g_strdup("王小明");
    session->role = g_strdup("dispatcher");
    session->csrf = g_strdup("csrf-1");
    session->address = g_strdup("127.0.0.1");
    net_session_allow(session, "camera.list");
    net_session_add_area(session, "330106");
    fixture->session = session;
}

void net_fixture_start(struct net_fixture *fixture, bool tls)
{
    g_autoptr(GError) error = NULL;
    fixture->tls = tls;
    fixture->dir = g_dir_make_tmp("townwall-net-XXXXXX", &error);
    g_assert_no_error(error);
    g_autofree char *web = g_build_filename(fixture->dir, "web", NULL);
    g_autofree char *assets = g_build_filename(web, "assets", NULL);
    g_assert_cmpint(g_mkdir_with_parents(assets, 0700), ==, 0);
    make_session(fixture);
    fixture->loop = loop_create(NULL);
    json_t *config =
        json_pack("{s:s, s:{s:s, s:i, s:{s:s}, s:s, s:s}}", "data_dir", fixture->dir, "server",
                  "listen", "127.0.0.1", "port", 0, "tls", "mode", tls ? "on" : "auto", "web_dir",
                  "web", "metrics_token", "metrics-secret-1");
    fixture->net = net_create(fixture->loop, config, &gate, fixture, &error);
    json_decref(config);
    g_assert_no_error(error);
    fixture->port = net_port(fixture->net);
    g_assert_cmpuint(fixture->port, >, 0);
}

static gpointer script_thread(gpointer user)
{
    struct net_fixture *fixture = user;
    fixture->script(fixture);
    loop_quit(fixture->loop);
    return NULL;
}

void net_fixture_run(struct net_fixture *fixture, void (*script)(struct net_fixture *fixture))
{
    fixture->script = script;
    GThread *thread = g_thread_new("script", script_thread, fixture);
    loop_run(fixture->loop);
    g_thread_join(thread);
}

static void remove_tree(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;
    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *child = g_build_filename(path, name, NULL);
        remove_tree(child);
    }
    g_remove(path);
}

void net_fixture_stop(struct net_fixture *fixture)
{
    net_destroy(fixture->net);
    loop_destroy(fixture->loop);
    g_assert_cmpuint(fixture->session->refs, ==, 1);
    net_session_unref(fixture->session);
    remove_tree(fixture->dir);
    g_free(fixture->dir);
}

struct errand {
    struct net_fixture *fixture;
    void (*fn)(struct net_fixture *fixture);
    GMutex lock;
    GCond done_cond;
    bool done;
};

static gboolean run_errand(gpointer user)
{
    struct errand *errand = user;
    errand->fn(errand->fixture);
    g_mutex_lock(&errand->lock);
    errand->done = true;
    g_cond_signal(&errand->done_cond);
    g_mutex_unlock(&errand->lock);
    return G_SOURCE_REMOVE;
}

void net_fixture_on_loop(struct net_fixture *fixture, void (*fn)(struct net_fixture *fixture))
{
    struct errand errand = {.fixture = fixture, .fn = fn};
    g_mutex_init(&errand.lock);
    g_cond_init(&errand.done_cond);
    GSource *source = g_idle_source_new();
    g_source_set_callback(source, run_errand, &errand, NULL);
    g_source_attach(source, loop_context(fixture->loop));
    g_source_unref(source);
    g_mutex_lock(&errand.lock);
    while (!errand.done)
        g_cond_wait(&errand.done_cond, &errand.lock);
    g_mutex_unlock(&errand.lock);
    g_mutex_clear(&errand.lock);
    g_cond_clear(&errand.done_cond);
}

/* --- client */

static gboolean trust(GTlsConnection *connection, GTlsCertificate *certificate,
                      GTlsCertificateFlags errors, gpointer user)
{
    (void)connection, (void)certificate, (void)user;
    return (errors & ~(guint)G_TLS_CERTIFICATE_UNKNOWN_CA) == 0; /* name and dates must fit */
}

static void on_client_event(GSocketClient *client, GSocketClientEvent event,
                            GSocketConnectable *connectable, GIOStream *connection, gpointer user)
{
    (void)client, (void)connectable, (void)user;
    if (event == G_SOCKET_CLIENT_TLS_HANDSHAKING)
        g_signal_connect(connection, "accept-certificate", G_CALLBACK(trust), NULL);
}

struct peer *peer_open(struct net_fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_socket_client_set_enable_proxy(client, FALSE);
    g_socket_client_set_timeout(client, WAIT_S);
    g_socket_client_set_tls(client, fixture->tls);
    g_signal_connect(client, "event", G_CALLBACK(on_client_event), NULL);
    GSocketConnection *connection =
        g_socket_client_connect_to_host(client, "127.0.0.1", (guint16)fixture->port, NULL, &error);
    g_assert_no_error(error);
    struct peer *peer = g_new0(struct peer, 1);
    peer->stream = G_IO_STREAM(connection);
    peer->in = g_io_stream_get_input_stream(peer->stream);
    peer->out = g_io_stream_get_output_stream(peer->stream);
    peer->spare = g_byte_array_new();
    return peer;
}

void peer_close(struct peer *peer)
{
    if (!peer)
        return;
    g_io_stream_close(peer->stream, NULL, NULL);
    g_object_unref(peer->stream);
    g_byte_array_unref(peer->spare);
    g_free(peer);
}

void peer_write(struct peer *peer, const void *data, size_t size)
{
    g_output_stream_write_all(peer->out, data, size, NULL, NULL, NULL);
}

void peer_print(struct peer *peer, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *text = g_strdup_vprintf(format, args);
    va_end(args);
    peer_write(peer, text, strlen(text));
}

/* false: the end. A connection that stays silent too long fails the test. */
static bool fill(struct peer *peer)
{
    guint8 block[65536];
    g_autoptr(GError) error = NULL;
    gssize got = g_input_stream_read(peer->in, block, sizeof block, NULL, &error);
    g_assert_false(g_error_matches(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT));
    if (got <= 0)
        return false;
    g_byte_array_append(peer->spare, block, (guint)got);
    return true;
}

bool peer_read(struct peer *peer, void *data, size_t size)
{
    while (peer->spare->len < size)
        if (!fill(peer))
            return false;
    if (size) {
        memcpy(data, peer->spare->data, size);
        g_byte_array_remove_range(peer->spare, 0, (guint)size);
    }
    return true;
}

bool peer_at_end(struct peer *peer)
{
    return peer->spare->len == 0 && !fill(peer);
}

struct answer *peer_answer(struct peer *peer, bool no_body)
{
    struct answer *answer = g_new0(struct answer, 1);
    answer->body = g_byte_array_new();
    g_autoptr(GString) head = g_string_new(NULL);
    char c;
    while (!g_str_has_suffix(head->str, "\r\n\r\n") && peer_read(peer, &c, 1))
        g_string_append_c(head, c);
    answer->head = g_strdup(head->str);
    if (g_str_has_prefix(answer->head, "HTTP/1.1 "))
        answer->status = (guint)g_ascii_strtoull(answer->head + 9, NULL, 10);
    g_autofree char *length = answer_header(answer, "Content-Length");
    if (length && !no_body) {
        guint size = (guint)g_ascii_strtoull(length, NULL, 10);
        g_byte_array_set_size(answer->body, size);
        g_assert_true(peer_read(peer, answer->body->data, size));
    }
    return answer;
}

void answer_free(struct answer *answer)
{
    g_free(answer->head);
    g_byte_array_unref(answer->body);
    g_free(answer);
}

char *answer_header(const struct answer *answer, const char *name)
{
    g_auto(GStrv) lines = g_strsplit(answer->head, "\r\n", -1);
    size_t size = strlen(name);
    for (char **line = lines; *line; line++)
        if (g_ascii_strncasecmp(*line, name, size) == 0 && (*line)[size] == ':')
            return g_strdup(g_strstrip(*line + size + 1));
    return NULL;
}

bool answer_has_body(const struct answer *answer, const char *text)
{
    return answer->body->len == strlen(text) &&
           memcmp(answer->body->data, text, answer->body->len) == 0;
}

bool answer_has_code(const struct answer *answer, const char *code)
{
    json_t *body = json_loadb((const char *)answer->body->data, answer->body->len, 0, NULL);
    const char *zh = NULL, *en = NULL, *found = NULL;
    json_unpack(body, "{s:{s:s, s:{s:s, s:s}}}", "error", "code", &found, "message", "zh", &zh,
                "en", &en);
    bool same = found && zh && en && strcmp(found, code) == 0;
    json_decref(body);
    return same;
}

struct answer *ask(struct net_fixture *fixture, const char *line, const char *headers,
                   const char *body)
{
    struct peer *peer = peer_open(fixture);
    g_autofree char *length =
        body ? g_strdup_printf("Content-Length: %zu\r\n", strlen(body)) : g_strdup("");
    peer_print(peer, "%s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s%s\r\n%s", line, fixture->port, length,
               headers ? headers : "", body ? body : "");
    struct answer *answer = peer_answer(peer, g_str_has_prefix(line, "HEAD "));
    peer_close(peer);
    return answer;
}

/* --- WebSocket */

struct peer *peer_upgrade(struct net_fixture *fixture, guint *status)
{
    struct peer *peer = peer_open(fixture);
    peer_print(peer,
               "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nOrigin: %s://127.0.0.1:%u\r\n"
               "Cookie: tw_session=good\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
               "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
               "Sec-WebSocket-Protocol: townwall.1\r\n\r\n",
               fixture->port, fixture->tls ? "https" : "http", fixture->port);
    struct answer *answer = peer_answer(peer, true);
    *status = answer->status;
    answer_free(answer);
    return peer;
}

void peer_frame(struct peer *peer, guint8 first_byte, const void *data, size_t size)
{
    static const guint8 mask[4] = {1, 2, 3, 4};
    g_autoptr(GByteArray) frame = g_byte_array_new();
    g_byte_array_append(frame, &first_byte, 1);
    guint8 head[9];
    guint head_size = size < 126 ? 1 : size < 65536 ? 3 : 9;
    head[0] = (guint8)(0x80 | (size < 126 ? size : size < 65536 ? 126 : 127));
    for (guint i = 1; i < head_size; i++)
        head[i] = (guint8)((guint64)size >> (8 * (head_size - 1 - i)));
    g_byte_array_append(frame, head, head_size);
    g_byte_array_append(frame, mask, 4);
    for (size_t i = 0; i < size; i++) {
        guint8 byte = ((const guint8 *)data)[i] ^ mask[i & 3];
        g_byte_array_append(frame, &byte, 1);
    }
    peer_write(peer, frame->data, frame->len);
}

void peer_text(struct peer *peer, const char *text)
{
    peer_frame(peer, 0x81, text, strlen(text));
}

GByteArray *peer_next(struct peer *peer, guint8 *first_byte)
{
    guint8 head[2], more[8];
    if (!peer_read(peer, head, 2))
        return NULL;
    g_assert_cmpuint(head[1] & 0x80, ==, 0);
    guint64 size = head[1];
    guint count = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (count) {
        size = 0;
        g_assert_true(peer_read(peer, more, count));
        for (guint i = 0; i < count; i++)
            size = size << 8 | more[i];
        g_assert_cmpuint(size, >=, count == 2 ? 126 : 65536); /* shortest form only */
    }
    *first_byte = head[0];
    GByteArray *payload = g_byte_array_new();
    g_byte_array_set_size(payload, (guint)size);
    g_assert_true(peer_read(peer, payload->data, size));
    return payload;
}
