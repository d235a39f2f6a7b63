/* Who may ask for what: finds the route of a request and holds it against session, origin, token,
 * right and bounds, before anything else is done with it. */
#include "common/log.h"
#include "net/private.h"
#include <string.h>

static void reply_denied(struct net_request *request, guint status)
{
    switch (status) {
    case 401:
        net_reply_error(request, 401, "no_session", "请先登录", "Please log in first");
        break;
    case 404:
        net_reply_error(request, 404, "not_found", "没有这个地址", "There is nothing at this path");
        break;
    default:
        net_reply_error(request, 403, "no_right", "您没有此项权限",
                        "Your rights do not allow this");
        break;
    }
}

void net_add_routes(struct net *net, const struct net_route *routes, guint count, gpointer user)
{
    for (guint i = 0; i < count; i++) {
        for (guint k = 0; k < net->routes->len; k++) {
            const struct route_entry *other = net->routes->pdata[k];
            g_assert(strcmp(other->route.method, routes[i].method) != 0 ||
                     strcmp(other->route.pattern, routes[i].pattern) != 0);
        }
        struct route_entry *entry = g_new(struct route_entry, 1);
        *entry = (struct route_entry){routes[i], user, NULL};
        g_ptr_array_add(net->routes, entry);
    }
}

void net_each_route(const struct net *net,
                    void (*fn)(const char *method, const char *pattern, const char *right,
                               gpointer user),
                    gpointer user)
{
    for (guint i = 0; i < net->routes->len; i++) {
        const struct net_route *route = &((const struct route_entry *)net->routes->pdata[i])->route;
        fn(route->method, route->pattern, route->right, user);
    }
}

void net_guard_route(struct net *net, const char *method, const char *pattern, net_guard_fn fn)
{
    for (guint i = 0; i < net->routes->len; i++) {
        struct route_entry *entry = net->routes->pdata[i];
        if (strcmp(entry->route.method, method) != 0 || strcmp(entry->route.pattern, pattern) != 0)
            continue;
        g_assert(!entry->guard);
        entry->guard = fn;
        return;
    }
    g_assert_not_reached();
}

struct found {
    const struct route_entry *entry;
    struct http_param params[HTTP_PARAMS];
    int param_count;
    GString *allow; /* methods of the path */
};

/* Of the routes that match the path, the one with this method and the fewest parameters. */
static void find_route(struct net_request *request, struct found *found)
{
    struct http_param params[HTTP_PARAMS];
    for (guint i = 0; i < request->net->routes->len; i++) {
        const struct route_entry *entry = request->net->routes->pdata[i];
        int count = http_route_match(entry->route.pattern, request->path, params);
        if (count < 0)
            continue;
        g_string_append_printf(found->allow, "%s%s", found->allow->len ? ", " : "",
                               entry->route.method);
        if (strcmp(entry->route.method, request->method) != 0 ||
            (found->entry && count >= found->param_count))
            continue;
        found->entry = entry;
        found->param_count = count;
        memcpy(found->params, params, sizeof params);
    }
}

static void keep_params(struct net_request *request, const struct found *found)
{
    for (int i = 0; i < found->param_count; i++) {
        const struct http_param *param = &found->params[i];
        g_hash_table_insert(request->params, g_strndup(param->name, param->name_size),
                            g_strndup(param->value, param->value_size));
    }
}

static void find_session(struct net_request *request)
{
    const struct net_gate *gate = request->net->gate;
    const char *cookie = net_request_header(request, "cookie");
    char token[257];
    if (gate && gate->session_find && cookie &&
        http_cookie(cookie, strlen(cookie), "tw_session", token, sizeof token))
        request->session = gate->session_find(token, request->address, request->net->gate_user);
}

bool net_request_guest_token(struct net_request *request, char *out, size_t out_size)
{
    const char *cookie = net_request_header(request, "cookie");
    const char *seat = net_request_query(request, "seat");
    g_autofree char *name = seat ? g_strconcat(NET_GUEST_COOKIES, seat, NULL) : NULL;
    return cookie &&
           http_cookie(cookie, strlen(cookie), name ? name : NET_GUEST_COOKIE, out, out_size);
}

static void find_guest(struct net_request *request)
{
    const struct net_guests *guests = request->net->guests;
    char token[257];
    if (guests && net_request_guest_token(request, token, sizeof token))
        request->session = guests->find(token, request->address, request->net->guests_user);
    request->guest = request->session != NULL;
}

/* Whether the client may ask at this rate; answers 429 otherwise. */
static bool check_rate(struct net_request *request)
{
    const struct net_gate *gate = request->net->gate;
    guint wait_s = gate && gate->retry_after_s
                       ? gate->retry_after_s(request->method, request->path, request->address,
                                             request->session, request->net->gate_user)
                       : 0;
    if (!wait_s)
        return true;
    char text[16];
    g_snprintf(text, sizeof text, "%u", wait_s);
    net_request_set_header(request, "Retry-After", text);
    net_reply_error(request, 429, "too_many", "请求过于频繁,请稍后再试",
                    "Too many requests, please wait");
    return false;
}

static bool check_right(struct net_request *request, const char *right)
{
    const struct net_gate *gate = request->net->gate;
    if (!right || request->guest || net_session_may(request->session, right))
        return true;
    if (gate && gate->refused)
        gate->refused(request->session, request->method, request->path, right, request->address,
                      request->net->gate_user);
    reply_denied(request, 403);
    return false;
}

/* Not telling how much of the text was right. */
static bool same_secret(const char *a, const char *b)
{
    size_t size = strlen(a);
    if (size != strlen(b))
        return false;
    unsigned char difference = 0;
    for (size_t i = 0; i < size; i++)
        difference |= (unsigned char)(a[i] ^ b[i]);
    return difference == 0;
}

/* Whether the page that asks is ours; answers 403 otherwise. */
static bool check_origin(struct net_request *request)
{
    const char *origin = net_request_header(request, "origin");
    const struct door *door = request->conn->door;
    const char *public_url = door->public_url;
    if ((origin && public_url && g_ascii_strcasecmp(origin, public_url) == 0) ||
        http_same_origin(origin, net_request_header(request, "host"), door->secure))
        return true;
    net_reply_error(request, 403, "bad_origin", "请求来自其他网站",
                    "The request comes from another site");
    return false;
}

/* Changing requests must come from our own pages. */
static bool check_forgery(struct net_request *request, bool public_route)
{
    if (strcmp(request->method, "GET") == 0)
        return true;
    const char *origin = net_request_header(request, "origin");
    if (origin && !http_same_origin(origin, net_request_header(request, "host"), request->secure)) {
        net_reply_error(request, 403, "bad_origin", "请求来自其他网站",
                        "The request comes from another site");
        return false;
    }
    if (public_route)
        return true;
    const char *token = net_request_header(request, "x-csrf-token");
    if (token && request->session->csrf && same_secret(token, request->session->csrf))
        return true;
    net_reply_error(request, 403, "bad_csrf", "页面已过期,请刷新后重试",
                    "The page has expired, please reload it");
    return false;
}

static void reply_unrouted(struct net_request *request, const char *allow)
{
    if (*allow) {
        g_autofree char *all = g_strconcat(allow, ", OPTIONS", NULL);
        net_request_set_header(request, "Allow", all);
        if (strcmp(request->method, "OPTIONS") == 0)
            net_reply_json(request, 204, NULL);
        else
            net_reply_error(request, 405, "bad_method", "此地址不支持该方法",
                            "This path does not take that method");
    } else {
        reply_denied(request, 404);
    }
}

static void serve_file(struct net_request *request)
{
    if (strcmp(request->method, "GET") != 0)
        reply_unrouted(request, "GET, HEAD");
    else if (request->net->files)
        files_serve(request->net->files, request);
    else
        reply_denied(request, 404);
}

/* What guests need, and nothing else, is served outside. */
static bool is_for_guests(const char *path)
{
    static const char *const below[] = {"/api/v1/meet/", "/meet/", "/assets/"};
    static const char *const whole[] = {"/meet", "/icon.svg"};
    for (gsize i = 0; i < G_N_ELEMENTS(below); i++)
        if (g_str_has_prefix(path, below[i]))
            return true;
    for (gsize i = 0; i < G_N_ELEMENTS(whole); i++)
        if (strcmp(path, whole[i]) == 0)
            return true;
    return false;
}

static size_t admit(struct net_request *request, const struct found *found)
{
    bool api = g_str_has_prefix(request->path, "/api/") || found->allow->len;
    if (request->outside && !is_for_guests(request->path)) {
        reply_denied(request, 404);
        return 0;
    }
    if (!api) {
        serve_file(request);
        return 0;
    }
    const struct net_route *route = found->entry ? &found->entry->route : NULL;
    bool public_route = route && route->right && strcmp(route->right, NET_PUBLIC) == 0;
    bool guest_route = route && route->right && strcmp(route->right, NET_GUEST) == 0;
    if (guest_route)
        find_guest(request);
    if (!request->guest && !request->outside)
        find_session(request);
    if (!check_rate(request))
        return 0;
    if (!request->session && !public_route && g_str_has_prefix(request->path, "/api/")) {
        reply_denied(request, 401);
    } else if (!route) {
        reply_unrouted(request, found->allow->str);
    } else if (!request->session && !public_route) {
        reply_denied(request, 401);
    } else if (check_forgery(request, public_route || request->guest) &&
               (public_route || check_right(request, route->right))) {
        keep_params(request, found);
        request->route = route;
        request->route_user = found->entry->user;
        if (found->entry->guard)
            found->entry->guard(request, request->route_user);
        return route->body_limit_bytes ? route->body_limit_bytes : NET_BODY_BYTES;
    }
    return 0;
}

size_t route_admit(struct net_request *request, guint64 length)
{
    (void)length;
    struct found found = {.allow = g_string_new(NULL)};
    find_route(request, &found);
    size_t bound = admit(request, &found);
    g_string_free(found.allow, TRUE);
    return bound;
}

bool route_admit_socket(struct net_request *request)
{
    const char *protocols = net_request_header(request, "sec-websocket-protocol");
    const char *version = net_request_header(request, "sec-websocket-version");
    if (strcmp(request->path, "/ws") != 0 || !request->net->client_ops) {
        reply_denied(request, 404);
        return false;
    }
    if (!version || strcmp(version, "13") != 0) {
        net_request_set_header(request, "Sec-WebSocket-Version", "13");
        net_reply_error(request, 426, "bad_version", "WebSocket 版本应为 13",
                        "The WebSocket version must be 13");
        return false;
    }
    if (!protocols || !http_has_token(protocols, strlen(protocols), NET_PROTOCOL)) {
        net_reply_error(request, 400, "bad_protocol", "WebSocket 子协议应为 " NET_PROTOCOL,
                        "The WebSocket sub-protocol must be " NET_PROTOCOL);
        return false;
    }
    if (!check_origin(request))
        return false;
    const char *guest = net_request_query(request, "guest");
    if (request->outside || (guest && strcmp(guest, "1") == 0))
        find_guest(request);
    else
        find_session(request);
    if (!check_rate(request))
        return false;
    if (!request->session) {
        reply_denied(request, 401);
    } else if (request->net->client_count >= request->net->max_clients) {
        net_request_set_header(request, "Retry-After", "30");
        net_reply_error(request, 503, "too_many_clients", "同时在线的浏览器过多",
                        "Too many browsers are connected");
    }
    return !request->answered;
}

/* --- what net answers itself */

static void get_health(struct net_request *request, gpointer user)
{
    struct net *net = user;
    json_t *problems = json_array();
    if (net->health)
        net->health(problems, net->health_user);
    if (json_array_size(problems)) {
        net_reply_json(request, 503,
                       json_pack("{s:s, s:o}", "status", "failing", "problems", problems));
        return;
    }
    json_decref(problems);
    net_reply_json(request, 200, json_pack("{s:s}", "status", "ok"));
}

static void get_metrics(struct net_request *request, gpointer user)
{
    struct net *net = user;
    const char *given = net_request_header(request, "authorization");
    bool token = net->metrics_token && given && g_ascii_strncasecmp(given, "Bearer ", 7) == 0 &&
                 same_secret(given + 7, net->metrics_token);
    if (!token && !address_is_loopback(request->address)) {
        net_request_set_header(request, "WWW-Authenticate", "Bearer");
        reply_denied(request, 401);
        return;
    }
    char *text = metrics_text(net->metrics);
    g_autoptr(GBytes) body = g_bytes_new_take(text, strlen(text));
    net_reply_bytes(request, 200, "text/plain; version=0.0.4; charset=utf-8", body);
}

static void get_openapi(struct net_request *request, gpointer user)
{
    (void)user;
    g_autoptr(GBytes) body = g_bytes_new_static(openapi_yaml, openapi_yaml_len);
    net_reply_bytes(request, 200, "application/yaml", body);
}

void route_add_builtin(struct net *net)
{
    static const struct net_route routes[] = {
        {"GET", "/healthz", NET_PUBLIC, get_health, 0},
        {"GET", "/metrics", NET_PUBLIC, get_metrics, 0},
        {"GET", "/api/v1/openapi.yaml", NULL, get_openapi, 0},
    };
    net_add_routes(net, routes, G_N_ELEMENTS(routes), net);
}
