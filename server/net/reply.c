#include "common/clock.h"
#include "net/private.h"
#include <string.h>

/* Every document of ours: scripts and workers only from here, nothing frames us. */
#define DOCUMENT_POLICY                                                                            \
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "                    \
    "worker-src 'self'; img-src 'self' blob: data:%s; media-src 'self' blob:; "                    \
    "connect-src 'self'%s; "                                                                       \
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
#define DATA_POLICY "default-src 'none'; frame-ancestors 'none'"

static void append_date(GString *head)
{
    static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(clock_wall_us() / G_USEC_PER_SEC);
    g_string_append_printf(
        head, "Date: %s, %02d %s %04d %02d:%02d:%02d GMT\r\n",
        days[g_date_time_get_day_of_week(now) - 1], g_date_time_get_day_of_month(now),
        months[g_date_time_get_month(now) - 1], g_date_time_get_year(now),
        g_date_time_get_hour(now), g_date_time_get_minute(now), g_date_time_get_second(now));
}

void net_allow_origin(struct net *net, const char *origin)
{
    g_return_if_fail(strpbrk(origin, " ;,'\"\r\n") == NULL);
    if (!net->outside)
        net->outside = g_string_new(NULL);
    g_auto(GStrv) known = g_strsplit(net->outside->str, " ", -1);
    if (!g_strv_contains((const char *const *)known, origin))
        g_string_append_printf(net->outside, " %s", origin);
}

/* `outside`: addresses behind which pages may fetch pictures and data, each after a space; NULL:
 * none. */
static void append_document_policy(GString *head, const GString *outside)
{
    const char *more = outside ? outside->str : "";
    g_string_append_printf(head, "Content-Security-Policy: " DOCUMENT_POLICY "\r\n", more, more);
}

GString *reply_head(struct net_request *request, guint status, const char *content_type,
                    bool document)
{
    GString *head = g_string_new(NULL);
    g_string_append_printf(head, "HTTP/1.1 %u %s\r\n", status, http_status_name(status));
    append_date(head);
    if (content_type)
        g_string_append_printf(head, "Content-Type: %s\r\n", content_type);
    if (!request->has_cache_control)
        g_string_append(head, "Cache-Control: no-store\r\n");
    if (document)
        append_document_policy(head, request->net->outside);
    g_string_append_printf(head,
                           "%s"
                           "X-Content-Type-Options: nosniff\r\n"
                           "X-Frame-Options: DENY\r\n"
                           "Referrer-Policy: no-referrer\r\n"
                           "Cross-Origin-Resource-Policy: same-origin\r\n",
                           document ? "" : "Content-Security-Policy: " DATA_POLICY "\r\n");
    if (request->hsts)
        g_string_append(head, "Strict-Transport-Security: max-age=31536000\r\n");
    g_string_append_len(head, request->extra->str, (gssize)request->extra->len);
    return head;
}

/* Marks the answer as given; false when nobody waits for it. */
static bool begin_answer(struct net_request *request, guint status)
{
    if (request->answered || !request->conn) {
        request->answered = true;
        return false;
    }
    request->answered = true;
    char code[8];
    g_snprintf(code, sizeof code, "%u", status);
    metric_add(request->net->requests_total, 1, request->head ? "HEAD" : request->method, code);
    metric_observe(request->net->request_seconds,
                   (double)(clock_mono_us() - request->started_us) / G_USEC_PER_SEC);
    return true;
}

/* Takes `head`. */
static void send_body(struct net_request *request, GString *head, guint status, GBytes *body,
                      size_t first, size_t bytes)
{
    if (status != 204 && status != 304)
        g_string_append_printf(head, "Content-Length: %zu\r\n", bytes);
    g_string_append_printf(head, "Connection: %s\r\n\r\n",
                           request->conn->keep_alive ? "keep-alive" : "close");
    if (request->head)
        bytes = 0;
    conn_answer(request->conn, head, body, first, bytes);
}

void reply_bytes(struct net_request *request, guint status, const char *content_type, GBytes *body,
                 bool document)
{
    gsize total = body ? g_bytes_get_size(body) : 0;
    uint64_t first = 0, last = total ? total - 1 : 0;
    const char *range = net_request_header(request, "range");
    if (status == 200 && range && strcmp(request->method, "GET") == 0) {
        enum http_range found = http_range(range, strlen(range), total, &first, &last);
        if (found == HTTP_RANGE_OK) {
            status = 206;
            g_string_append_printf(request->extra,
                                   "Content-Range: bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT
                                   "/%zu\r\n",
                                   first, last, total);
        } else if (found == HTTP_RANGE_OUTSIDE) {
            status = 416;
            g_string_append_printf(request->extra, "Content-Range: bytes */%zu\r\n", total);
            body = NULL;
        }
    }
    if (!begin_answer(request, status))
        return;
    size_t bytes = body && total ? (size_t)(last - first + 1) : 0;
    GString *head = reply_head(request, status, content_type, document);
    if (status == 200 && strcmp(request->method, "GET") == 0)
        g_string_append(head, "Accept-Ranges: bytes\r\n");
    send_body(request, head, status, body, (size_t)first, bytes);
}

void net_reply_bytes(struct net_request *request, guint status, const char *content_type,
                     GBytes *body)
{
    reply_bytes(request, status, content_type, body, false);
}

void net_reply_json(struct net_request *request, guint status, json_t *body)
{
    bool wanted = begin_answer(request, status);
    char *text = wanted && body ? json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    json_decref(body);
    if (!wanted)
        return;
    g_autoptr(GBytes) bytes =
        text ? g_bytes_new_with_free_func(text, strlen(text), free, text) : NULL;
    GString *head = reply_head(request, status, text ? "application/json" : NULL, false);
    send_body(request, head, status, bytes, 0, text ? strlen(text) : 0);
}

void net_reply_invalid(struct net_request *request, guint status, const char *code, const char *zh,
                       const char *en, json_t *fields)
{
    json_t *error = json_pack("{s:s, s:{s:s, s:s}}", "code", code, "message", "zh", zh, "en", en);
    g_assert(error);
    if (fields)
        json_object_set_new(error, "fields", fields);
    net_reply_json(request, status, json_pack("{s:o}", "error", error));
}

void net_reply_error(struct net_request *request, guint status, const char *code, const char *zh,
                     const char *en)
{
    net_reply_invalid(request, status, code, zh, en, NULL);
}

void net_request_set_header(struct net_request *request, const char *name, const char *value)
{
    g_assert(g_str_is_ascii(name) && g_str_is_ascii(value) && !strpbrk(name, "\r\n:") &&
             !strpbrk(value, "\r\n"));
    if (g_ascii_strcasecmp(name, "cache-control") == 0)
        request->has_cache_control = true;
    g_string_append_printf(request->extra, "%s: %s\r\n", name, value);
}

void net_request_set_cookie(struct net_request *request, const char *token, guint max_age_s)
{
    g_autofree char *value = g_strdup_printf(
        "tw_session=%s; Path=/; Max-Age=%u; HttpOnly; SameSite=Strict%s", token ? token : "",
        token ? max_age_s : 0, request->secure ? "; Secure" : "");
    net_request_set_header(request, "Set-Cookie", value);
}
