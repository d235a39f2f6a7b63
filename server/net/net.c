#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "net/private.h"
#include <openssl/ssl.h>
#include <string.h>
#include <sys/resource.h>

/* --- libwebsockets */

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *data,
                    size_t size)
{
    (void)user;
    struct conn *conn = lws_get_opaque_user_data(wsi);
    if (!conn)
        return 0; /* its own pipe, or not adopted yet */
    conn->wsi = wsi;
    switch (reason) {
    case LWS_CALLBACK_HTTP:
        return conn_http(conn);
    case LWS_CALLBACK_HTTP_BODY:
        return conn_body(conn, data, size);
    case LWS_CALLBACK_HTTP_BODY_COMPLETION:
        return conn_body_done(conn);
    case LWS_CALLBACK_RAW_RX:
        return conn_raw(conn);
    case LWS_CALLBACK_RAW_WRITEABLE:
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return conn_writable(conn);
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return conn_upgrade(conn);
    case LWS_CALLBACK_ESTABLISHED:
        return conn->client ? client_opened(conn->client) : -1;
    case LWS_CALLBACK_RECEIVE:
        return conn->client ? client_received(conn->client, data, size) : -1;
    case LWS_CALLBACK_RECEIVE_PONG:
        if (conn->client)
            client_pong(conn->client);
        return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return conn->client ? client_writable(conn->client) : -1;
    case LWS_CALLBACK_WSI_DESTROY:
        lws_set_opaque_user_data(wsi, NULL);
        conn_gone(conn);
        return 0;
    default:
        return 0;
    }
}

/* A message goes out in one system call, however long; the second number bounds what is read of a
 * client at once. */
static const struct lws_protocols protocols[] = {
    {"http", on_event, 0, 16384, 0, NULL, NET_SEND_BYTES},
    {NET_PROTOCOL, on_event, 0, 4096, 0, NULL, NET_SEND_BYTES},
    {NULL, NULL, 0, 0, 0, NULL, 0},
};

/* "[2026/…] W: text\n" → "text" */
static void on_log(int level, const char *line)
{
    const char *text = strstr(line, ": ");
    g_autofree char *copy = g_strchomp(g_strdup(text ? text + 2 : line));
    /* its errors are mostly what clients did wrong */
    if (level == LLL_ERR)
        log_info(NET_OBJECT, "libwebsockets: %s", copy);
    else
        log_debug(NET_OBJECT, "libwebsockets: %s", copy);
}

static bool open_vhost(struct door *door, struct lws_context_creation_info *info,
                       const char *certificate, const char *key, GError **error)
{
    info->vhost_name = door->outside ? "outside" : "townwall";
    info->ssl_cert_filepath = certificate;
    info->ssl_private_key_filepath = key;
    door->vhost = lws_create_vhost(door->net->context, info);
    if (!door->vhost)
        g_set_error(error, NET_ERROR, NET_ERROR_FAILED, "libwebsockets refuses the certificate %s",
                    certificate ? certificate : "(none)");
    return door->vhost != NULL;
}

/* The first door opens the context too. */
static bool open_context(struct door *door, const char *certificate, const char *key,
                         GError **error)
{
    struct net *net = door->net;
    void *loops[1] = {net->handle};
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN_SERVER,
        .protocols = protocols,
        .options = LWS_SERVER_OPTION_GLIB | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                   LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS |
                   LWS_SERVER_OPTION_FALLBACK_TO_APPLY_LISTEN_ACCEPT_CONFIG,
        /* a request whose method it does not know is handed to us as it came */
        .listen_accept_role = "raw-skt",
        .listen_accept_protocol = "http",
        .foreign_loops = loops,
        .gid = -1,
        .uid = -1,
        .pt_serv_buf_size = 32768,
        .max_http_header_data2 = 12288,
        .max_http_header_pool2 = 1024,
        .timeout_secs = NET_STALL_S,
        .keepalive_timeout = NET_IDLE_S,
        .alpn = "http/1.1",
        .ssl_options_set = (long)(SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_RENEGOTIATION |
                                  SSL_OP_NO_COMPRESSION),
    };
    lws_set_log_level(LLL_ERR | LLL_WARN, on_log);
    if (!net->context)
        net->context = lws_create_context(&info);
    if (!net->context) {
        g_set_error(error, NET_ERROR, NET_ERROR_FAILED,
                    "libwebsockets cannot start on the GLib loop; is the package "
                    "libwebsockets-evlib-glib installed?");
        return false;
    }
    return open_vhost(door, &info, certificate, key, error);
}

/* --- metrics */

static void collect(gpointer user)
{
    struct net *net = user;
    metric_set(net->connections, net->conns.length);
    metric_set(net->clients, net->client_count);
    metric_set(net->message_total, (double)net->counters.text_messages, "text");
    metric_set(net->message_total, (double)net->counters.binary_messages, "binary");
    metric_set(net->message_bytes, (double)net->counters.text_bytes, "text");
    metric_set(net->message_bytes, (double)net->counters.binary_bytes, "binary");
}

static void add_metrics(struct net *net)
{
    static const double bounds[] = {0.001, 0.005, 0.02, 0.1, 0.5, 2, 10};
    net->metrics = metrics_create();
    net->connections =
        metrics_gauge(net->metrics, "townwall_net_connections", "Open connections.", NULL);
    net->clients =
        metrics_gauge(net->metrics, "townwall_ws_clients", "Open WebSocket clients.", NULL);
    net->message_total = metrics_counter(net->metrics, "townwall_ws_messages_total",
                                         "WebSocket messages sent.", "kind");
    net->message_bytes = metrics_counter(net->metrics, "townwall_ws_bytes_total",
                                         "Bytes of WebSocket messages sent.", "kind");
    net->closed_total = metrics_counter(net->metrics, "townwall_ws_closed_total",
                                        "WebSockets closed by the server, by close code.", "code");
    net->requests_total = metrics_counter(net->metrics, "townwall_http_requests_total",
                                          "HTTP requests answered.", "method,code");
    net->sent_bytes = metrics_counter(net->metrics, "townwall_http_sent_bytes_total",
                                      "Bytes of HTTP answers sent.", NULL);
    net->request_seconds =
        metrics_histogram(net->metrics, "townwall_http_request_seconds",
                          "From the head of a request to the decision on its answer.", NULL, bounds,
                          G_N_ELEMENTS(bounds));
    metrics_on_collect(net->metrics, collect, net);
    net->process = process_create(net->metrics);
}

/* --- life */

static gboolean on_tick(gpointer user)
{
    struct net *net = user;
    gint64 now_us = clock_mono_us();
    for (GList *l = net->conns.head; l; l = l->next)
        conn_tick(l->data, now_us);
    listener_resume(&net->inside);
    listener_resume(&net->outer);
    /* timers set outside its own callbacks are only seen when it is woken */
    lws_cancel_service(net->context);
    return G_SOURCE_CONTINUE;
}

static const char *text_at(const json_t *config, const char *path)
{
    const char *text = json_string_value(config_get(config, path));
    return text && *text ? text : NULL;
}

/* Returned: a configured path, relative ones below data_dir; NULL when absent; to be freed. */
static char *path_at(const json_t *config, const char *path)
{
    const char *text = text_at(config, path);
    const char *dir = text_at(config, "data_dir");
    return text ? g_canonicalize_filename(text, dir) : NULL;
}

/* The host of "https://host:port"; to be freed. */
static char *host_of(const char *url)
{
    const char *host = url ? strstr(url, "://") : NULL;
    return host ? g_strndup(host + 3, strcspn(host + 3, ":/")) : NULL;
}

/* Below "server" or "server.outside"; borrowed, NULL absent. */
static const char *setting(const struct door *door, const json_t *config, const char *key)
{
    g_autofree char *path = g_strconcat(door->outside ? "server.outside." : "server.", key, NULL);
    return text_at(config, path);
}

static char *setting_path(const struct door *door, const json_t *config, const char *key)
{
    const char *text = setting(door, config, key);
    return text ? g_canonicalize_filename(text, text_at(config, "data_dir")) : NULL;
}

/* Decides whether there is TLS, and with which pair (NULL without TLS). */
static bool choose_tls(struct door *door, const json_t *config, const char *host,
                       char **certificate, char **key, GError **error)
{
    const char *mode = setting(door, config, "tls.mode");
    if (!mode)
        mode = "auto";
    if (strcmp(mode, "files") == 0) {
        *certificate = setting_path(door, config, "tls.cert");
        *key = setting_path(door, config, "tls.key");
        door->secure = door->hsts = true;
        return tls_check(*certificate, *key, error);
    }
    door->secure =
        strcmp(mode, "on") == 0 || (strcmp(mode, "auto") == 0 && !host_is_loopback(host));
    if (!door->secure)
        return true;
    g_autofree char *public_host = host_of(door->public_url);
    const char *dir = text_at(config, "data_dir");
    return tls_make(dir ? dir : ".", public_host, certificate, key, error);
}

static void write_url(struct door *door, const char *host)
{
    bool any = strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0;
    const char *name = any ? g_get_host_name() : host;
    bool literal = strchr(name, ':') != NULL;
    door->url = g_strdup_printf("%s://%s%s%s:%u", door->secure ? "https" : "http",
                                literal ? "[" : "", name, literal ? "]" : "", door->port);
}

/* A town's browsers need more descriptors than the usual soft limit. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    rlim_t wanted = MIN(limit.rlim_max, (rlim_t)65536);
    if (limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        log_warn(NET_OBJECT, "the limit of open files stays low");
}

static bool open_door(struct door *door, const json_t *config, const char *host, GError **error)
{
    g_autofree char *certificate = NULL, *key = NULL;
    door->public_url = g_strdup(setting(door, config, "public_url"));
    if (!choose_tls(door, config, host, &certificate, &key, error))
        return false;
    json_int_t port = json_integer_value(
        config_get(config, door->outside ? "server.outside.port" : "server.port"));
    if (!listener_open(door, host, (guint)port, error))
        return false;
    if (!open_context(door, certificate, key, error))
        return false;
    write_url(door, host);
    log_info(NET_OBJECT, "listening on %s%s", door->url, door->outside ? " for guests" : "");
    return true;
}

static bool start(struct net *net, const json_t *config, GError **error)
{
    const char *host = text_at(config, "server.listen");
    const char *outside = text_at(config, "server.outside.listen");
    if (!net_check_config(config, error) ||
        !open_door(&net->inside, config, host ? host : "127.0.0.1", error) ||
        (outside && !open_door(&net->outer, config, outside, error)))
        return false;
    net->tick = loop_every(net->loop, 1000, on_tick, net);
    return true;
}

static void read_config(struct net *net, const json_t *config)
{
    g_autofree char *web_dir = path_at(config, "server.web_dir");
    json_int_t clients = json_integer_value(config_get(config, "server.max_clients"));
    net->files = files_create(web_dir);
    net->max_clients = clients > 0 ? (guint)clients : NET_CLIENTS;
    net->metrics_token = g_strdup(text_at(config, "server.metrics_token"));
}

struct net *net_create(struct loop *loop, const json_t *config, const struct net_gate *gate,
                       gpointer user, GError **error)
{
    loop_assert(loop);
    struct net *net = g_new0(struct net, 1);
    net->loop = loop;
    net->gate = gate;
    net->gate_user = user;
    net->inside = (struct door){.net = net, .fd = -1};
    net->outer = (struct door){.net = net, .fd = -1, .outside = true};
    net->handle = g_main_loop_new(loop_context(loop), FALSE);
    net->routes = g_ptr_array_new_with_free_func(g_free);
    net->frame_buffer = g_byte_array_new();
    net->writers = g_ptr_array_new();
    net->polled = g_array_new(FALSE, FALSE, sizeof(GPollFD));
    net->flush = client_flush_create(net);
    net_set_pace(net, NET_PING_S, NET_STALL_S);
    net_set_bodies(net, NET_BODIES_BYTES);
    read_config(net, config);
    add_metrics(net);
    route_add_builtin(net);
    raise_descriptor_limit();
    if (start(net, config, error))
        return net;
    net_destroy(net);
    return NULL;
}

void net_destroy(struct net *net)
{
    if (!net)
        return;
    loop_cancel(net->loop, &net->tick);
    loop_cancel(net->loop, &net->reaper);
    listener_close(&net->inside);
    listener_close(&net->outer);
    if (net->context)
        lws_context_destroy(net->context);
    loop_cancel(net->loop, &net->reaper);
    g_assert(g_queue_is_empty(&net->conns));
    files_destroy(net->files);
    metrics_destroy(net->metrics);
    g_free(net->process);
    g_source_destroy(net->flush);
    g_source_unref(net->flush);
    g_ptr_array_unref(net->writers);
    g_array_unref(net->polled);
    g_byte_array_unref(net->frame_buffer);
    g_ptr_array_unref(net->routes);
    g_main_loop_unref(net->handle);
    g_free(net->inside.public_url);
    g_free(net->outer.public_url);
    g_free(net->metrics_token);
    g_free(net->inside.url);
    g_free(net->outer.url);
    if (net->outside)
        g_string_free(net->outside, TRUE);
    g_free(net);
}

guint net_port(const struct net *net)
{
    return net->inside.port;
}

const char *net_url(const struct net *net)
{
    return net->inside.url;
}

const char *net_guests_url(const struct net *net)
{
    const struct door *door = net->outer.url ? &net->outer : &net->inside;
    return door->public_url ? door->public_url : door->url;
}

void net_set_client_ops(struct net *net, const struct net_client_ops *ops, gpointer user)
{
    net->client_ops = ops;
    net->client_user = user;
}

void net_set_guests(struct net *net, const struct net_guests *guests, gpointer user)
{
    net->guests = guests;
    net->guests_user = user;
}

static void leave_session(struct net *net, const char *session_id, bool ended)
{
    for (GList *l = net->conns.head; l; l = l->next) {
        struct conn *conn = l->data;
        if (conn->request && conn->request->session &&
            strcmp(conn->request->session->id, session_id) == 0)
            *(ended ? &conn->request->session_ended : &conn->request->session_renewed) = true;
        if (conn->client && strcmp(net_client_session(conn->client)->id, session_id) == 0)
            net_client_close(conn->client,
                             ended ? NET_CLOSE_SESSION_ENDED : NET_CLOSE_RIGHTS_CHANGED,
                             ended ? "session_ended" : "rights_changed");
        else if (conn->stream && g_strcmp0(conn->stream_session, session_id) == 0)
            conn_kill(conn);
    }
}

void net_close_session(struct net *net, const char *session_id)
{
    leave_session(net, session_id, true);
}

void net_renew_session(struct net *net, const char *session_id)
{
    leave_session(net, session_id, false);
}

void net_each_client(struct net *net, void (*fn)(struct net_client *client, gpointer user),
                     gpointer user)
{
    for (GList *l = net->conns.head; l; l = l->next) {
        struct conn *conn = l->data;
        if (conn->client && conn->state == CONN_SOCKET)
            fn(conn->client, user);
    }
}

struct metrics *net_metrics(struct net *net)
{
    return net->metrics;
}

void net_set_health(struct net *net, void (*fn)(json_t *problems, gpointer user), gpointer user)
{
    net->health = fn;
    net->health_user = user;
}

void net_set_pace(struct net *net, guint ping_s, guint stall_s)
{
    net->ping_us = NET_US(ping_s);
    net->stall_us = NET_US(stall_s);
}

void net_set_bodies(struct net *net, size_t bytes)
{
    net->max_bodies_bytes = bytes;
}
