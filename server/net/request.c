#include "common/clock.h"
#include "common/log.h"
#include "net/private.h"
#include <string.h>

/* Longest header value that is kept; a longer one counts as absent. */
#define HEADER_BYTES 4096

static const struct {
    const char *name;
    enum lws_token_indexes token;
} kept_headers[] = {
    {"accept", WSI_TOKEN_HTTP_ACCEPT},
    {"accept-encoding", WSI_TOKEN_HTTP_ACCEPT_ENCODING},
    {"accept-language", WSI_TOKEN_HTTP_ACCEPT_LANGUAGE},
    {"authorization", WSI_TOKEN_HTTP_AUTHORIZATION},
    {"connection", WSI_TOKEN_CONNECTION},
    {"content-type", WSI_TOKEN_HTTP_CONTENT_TYPE},
    {"cookie", WSI_TOKEN_HTTP_COOKIE},
    {"expect", WSI_TOKEN_HTTP_EXPECT},
    {"host", WSI_TOKEN_HOST},
    {"if-none-match", WSI_TOKEN_HTTP_IF_NONE_MATCH},
    {"origin", WSI_TOKEN_ORIGIN},
    {"range", WSI_TOKEN_HTTP_RANGE},
    {"referer", WSI_TOKEN_HTTP_REFERER},
    {"sec-websocket-protocol", WSI_TOKEN_PROTOCOL},
    {"sec-websocket-version", WSI_TOKEN_VERSION},
    {"user-agent", WSI_TOKEN_HTTP_USER_AGENT},
};

static const char *const kept_customs[] = {
    "x-csrf-token:",    "x-townwall-feed:", "x-townwall-name:",      "x-townwall-key:",
    "x-townwall-text:", "x-townwall-time:", "x-townwall-signature:",
};

static const struct {
    const char *method;
    enum lws_token_indexes token;
} methods[] = {
    {"GET", WSI_TOKEN_GET_URI},         {"POST", WSI_TOKEN_POST_URI},
    {"PUT", WSI_TOKEN_PUT_URI},         {"PATCH", WSI_TOKEN_PATCH_URI},
    {"DELETE", WSI_TOKEN_DELETE_URI},   {"HEAD", WSI_TOKEN_HEAD_URI},
    {"OPTIONS", WSI_TOKEN_OPTIONS_URI},
};

/* Returned: the header's value, valid UTF-8, to be freed; NULL when absent or unfit. */
static char *copy_token(struct lws *wsi, enum lws_token_indexes token)
{
    char text[HEADER_BYTES + 1];
    int size = lws_hdr_total_length(wsi, token);
    if (size <= 0 || size > HEADER_BYTES || lws_hdr_copy(wsi, text, sizeof text, token) < 0 ||
        !g_utf8_validate(text, -1, NULL))
        return NULL;
    return g_strdup(text);
}

static void read_headers(struct net_request *request, struct lws *wsi)
{
    for (guint i = 0; i < G_N_ELEMENTS(kept_headers); i++) {
        char *value = copy_token(wsi, kept_headers[i].token);
        if (value)
            g_hash_table_insert(request->headers, g_strdup(kept_headers[i].name), value);
    }
    for (guint i = 0; i < G_N_ELEMENTS(kept_customs); i++) {
        const char *name = kept_customs[i];
        int name_size = (int)strlen(name);
        char value[HEADER_BYTES];
        if (lws_hdr_custom_copy(wsi, value, sizeof value, name, name_size) <= 0 ||
            !g_utf8_validate(value, -1, NULL))
            continue;
        g_hash_table_insert(request->headers, g_strndup(name, (gsize)name_size - 1),
                            g_strdup(g_strstrip(value)));
    }
}

/* libwebsockets has cut the query at "&" and ";" and decoded each piece. */
static void read_query(struct net_request *request, struct lws *wsi)
{
    char piece[HEADER_BYTES];
    for (int i = 0;
         lws_hdr_copy_fragment(wsi, piece, sizeof piece, WSI_TOKEN_HTTP_URI_ARGS, i) >= 0; i++) {
        if (!g_utf8_validate(piece, -1, NULL))
            continue;
        const char *value = http_query_value(piece);
        if (*piece && !g_hash_table_contains(request->query, piece))
            g_hash_table_insert(request->query, g_strdup(piece), g_strdup(value));
    }
}

static void read_line(struct net_request *request, struct lws *wsi)
{
    for (guint i = 0; i < G_N_ELEMENTS(methods); i++) {
        if (!lws_hdr_total_length(wsi, methods[i].token))
            continue;
        request->head = strcmp(methods[i].method, "HEAD") == 0;
        request->method = request->head ? "GET" : methods[i].method;
        request->path = copy_token(wsi, methods[i].token);
        break;
    }
    if (!request->method)
        request->method = "GET";
    if (!request->path)
        request->path = g_strdup("");
}

/* Behind a proxy on this machine, the address that the proxy saw. */
static char *client_address(const struct conn *conn)
{
    g_autofree char *chain = conn->door->public_url && address_is_loopback(conn->address)
                                 ? copy_token(conn->wsi, WSI_TOKEN_X_FORWARDED_FOR)
                                 : NULL;
    char *last = chain ? strrchr(chain, ',') : NULL;
    last = last ? last + 1 : chain;
    return g_strdup(last && address_is_valid(g_strstrip(last)) ? last : conn->address);
}

static bool is_http_1_1(struct lws *wsi)
{
    g_autofree char *version = copy_token(wsi, WSI_TOKEN_HTTP);
    return version && strcmp(version, "HTTP/1.1") == 0;
}

/* Nothing is known of it yet but who asks. Takes `address`. */
static struct net_request *request_create(struct conn *conn, char *address)
{
    struct net_request *request = g_new0(struct net_request, 1);
    request->refs = 1;
    request->conn = conn;
    request->net = conn->net;
    request->id = ++conn->net->requests;
    request->headers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    request->query = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    request->params = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    request->body = g_bytes_new_static("", 0);
    request->address = address;
    const char *url = conn->door->public_url;
    request->secure = conn->door->secure || (url && g_str_has_prefix(url, "https:"));
    request->outside = conn->door->outside;
    request->hsts = conn->door->hsts;
    request->extra = g_string_new(NULL);
    request->started_us = clock_mono_us();
    return request;
}

struct net_request *request_unknown(struct conn *conn)
{
    struct net_request *request = request_create(conn, g_strdup(conn->address));
    request->method = "unknown";
    request->path = g_strdup("");
    conn->keep_alive = false;
    return request;
}

struct net_request *request_read(struct conn *conn, bool *chunked, bool *bad_length,
                                 guint64 *length)
{
    struct net_request *request = request_create(conn, client_address(conn));
    read_line(request, conn->wsi);
    read_headers(request, conn->wsi);
    read_query(request, conn->wsi);

    const char *connection = net_request_header(request, "connection");
    size_t size = connection ? strlen(connection) : 0;
    if (is_http_1_1(conn->wsi))
        conn->keep_alive = !connection || !http_has_token(connection, size, "close");
    else
        conn->keep_alive = connection && http_has_token(connection, size, "keep-alive");

    g_autofree char *text = copy_token(conn->wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH);
    *chunked = lws_hdr_total_length(conn->wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0;
    *length = 0;
    *bad_length = lws_hdr_total_length(conn->wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) > 0 &&
                  (!text || !http_content_length(text, strlen(text), length));
    return request;
}

struct net_request *net_request_ref(struct net_request *request)
{
    request->refs++;
    return request;
}

static void request_free(struct net_request *request)
{
    g_free(request->path);
    g_hash_table_destroy(request->headers);
    g_hash_table_destroy(request->query);
    g_hash_table_destroy(request->params);
    g_bytes_unref(request->body);
    g_free(request->address);
    net_session_unref(request->session);
    g_string_free(request->extra, TRUE);
    g_free(request);
}

static void answer_forgotten(struct net_request *request)
{
    log_error(NET_OBJECT, "request %" G_GUINT64_FORMAT " %s %s was dropped without an answer",
              request->id, request->method, request->path);
    net_reply_error(request, 500, "unanswered", "服务器没有给出结果", "The server gave no answer");
}

void net_request_unref(struct net_request *request)
{
    if (!request)
        return;
    request->refs--;
    if (request->refs == 1 && request->conn && request->route && !request->answered &&
        !request->in_route)
        answer_forgotten(request);
    else if (request->refs == 0)
        request_free(request);
}

void request_run(struct net_request *request)
{
    request->in_route = true;
    request->route->fn(request, request->route_user);
    request->in_route = false;
    if (!request->answered && !request->cancelled && request->refs == 1)
        answer_forgotten(request);
}

void request_cancel(struct net_request *request)
{
    request->conn = NULL;
    if (request->answered || request->cancelled)
        return;
    request->cancelled = true;
    void (*cancel)(gpointer) = request->cancel;
    request->cancel = NULL;
    if (cancel)
        cancel(request->cancel_user);
}

guint64 net_request_id(const struct net_request *request)
{
    return request->id;
}

const char *net_request_method(const struct net_request *request)
{
    return request->method;
}

const char *net_request_path(const struct net_request *request)
{
    return request->path;
}

const char *net_request_param(const struct net_request *request, const char *name)
{
    const char *value = g_hash_table_lookup(request->params, name);
    g_assert(value);
    return value;
}

const char *net_request_query(const struct net_request *request, const char *name)
{
    return g_hash_table_lookup(request->query, name);
}

bool net_request_query_int(struct net_request *request, const char *name, gint64 min, gint64 max,
                           gint64 fallback, gint64 *value)
{
    const char *text = net_request_query(request, name);
    *value = fallback;
    if (!text || g_ascii_string_to_signed(text, 10, min, max, value, NULL))
        return true;
    g_autofree char *zh = g_strdup_printf(
        "参数 %s 应为 %" G_GINT64_FORMAT " 至 %" G_GINT64_FORMAT " 之间的整数", name, min, max);
    g_autofree char *en = g_strdup_printf(
        "%s must be a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, name, min, max);
    net_reply_error(request, 400, "bad_query", zh, en);
    return false;
}

const char *net_request_header(const struct net_request *request, const char *name)
{
    return g_hash_table_lookup(request->headers, name);
}

GBytes *net_request_body(const struct net_request *request)
{
    return request->body;
}

json_t *net_request_json(struct net_request *request)
{
    gsize size;
    const char *data = g_bytes_get_data(request->body, &size);
    json_error_t why = {0};
    json_t *body = json_loadb(data ? data : "", size, JSON_REJECT_DUPLICATES, &why);
    if (json_is_object(body))
        return body;
    g_autofree char *zh = NULL, *en = NULL;
    if (body) {
        zh = g_strdup("请求正文应为 JSON 对象");
        en = g_strdup("The body must be a JSON object");
    } else {
        zh = g_strdup_printf("请求正文不是有效的 JSON(第 %d 行)", why.line);
        en = g_strdup_printf("The body is not valid JSON (line %d: %s)", why.line, why.text);
    }
    json_decref(body);
    net_reply_error(request, 400, "bad_json", zh, en);
    return NULL;
}

const char *net_request_address(const struct net_request *request)
{
    return request->address;
}

bool net_request_secure(const struct net_request *request)
{
    return request->secure;
}

struct net_session *net_request_session(const struct net_request *request)
{
    return request->session;
}

void net_request_on_cancel(struct net_request *request, void (*fn)(gpointer user), gpointer user)
{
    request->cancel = fn;
    request->cancel_user = user;
}

bool net_request_cancelled(const struct net_request *request)
{
    return request->cancelled;
}
