/* An HTTP address that answers JSON. */
#include "intake/path.h"
#include "intake/pull_source.h"
#include <curl/curl.h>
#include <string.h>

enum { MOST_REDIRECTS = 3 };

static bool check(const json_t *settings, const char **field)
{
    *field = "url";
    const char *url = pull_text(settings, "url");
    if (!url || strlen(url) > PULL_TEXT_BYTES ||
        (!g_str_has_prefix(url, "http://") && !g_str_has_prefix(url, "https://")))
        return false;
    const char *at = strchr(strstr(url, "//") + 2, '@'),
               *slash = strchr(strstr(url, "//") + 2, '/');
    if (at && (!slash || at < slash))
        return false; /* passwords belong into the secret */
    *field = "cursor";
    return pull_text(settings, "cursor") || pull_text(settings, "next");
}

static size_t on_data(char *data, size_t size, size_t count, void *user)
{
    GByteArray *body = user;
    if (body->len + size * count > PULL_BYTES)
        return 0;
    g_byte_array_append(body, (const guint8 *)data, (guint)(size * count));
    return size * count;
}

static int on_progress(void *user, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a, (void)b, (void)c, (void)d;
    return pull_cancelled(user);
}

/* As it stands between the quotes of a JSON string. */
static char *json_escape(const char *text)
{
    json_t *string = json_string(text);
    char *quoted = json_dumps(string, JSON_ENCODE_ANY);
    char *bare = g_strndup(quoted + 1, strlen(quoted) - 2);
    free(quoted);
    json_decref(string);
    return bare;
}

/* Puts the cursor where the text says {cursor}; percent-encoded for a URL. */
static char *fill(const char *text, const struct pull_job *job, bool url)
{
    g_autofree char *cursor = pull_cursor_text(job);
    g_autofree char *escaped = url ? g_uri_escape_string(cursor, NULL, FALSE) : json_escape(cursor);
    g_auto(GStrv) parts = g_strsplit(text, "{cursor}", 0);
    return g_strjoinv(escaped, parts);
}

static struct curl_slist *headers_of(const struct pull_job *job)
{
    struct curl_slist *list = NULL;
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(job->settings, "headers"), name, value)
    {
        g_autofree char *line = g_strdup_printf("%s: %s", name, json_string_value(value));
        if (json_is_string(value) && !strpbrk(line, "\r\n"))
            list = curl_slist_append(list, line);
    }
    if (job->secret) {
        const char *header = pull_text(job->settings, "secret_header");
        const char *prefix = pull_text(job->settings, "secret_prefix");
        g_autofree char *line = g_strdup_printf("%s: %s%s", header ? header : "Authorization",
                                                prefix   ? prefix
                                                : header ? ""
                                                         : "Bearer ",
                                                job->secret);
        if (!strpbrk(line, "\r\n"))
            list = curl_slist_append(list, line);
    }
    return curl_slist_append(list, "Accept: application/json");
}

static void prepare(CURL *curl, struct pull_job *job, GByteArray *body, const char *url,
                    const char *post)
{
    const char *ca = pull_text(job->settings, "ca_file");
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)PULL_TIMEOUT_S);
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, job);
    if (ca)
        curl_easy_setopt(curl, CURLOPT_CAINFO, ca);
    if (post)
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, post);
}

static bool understand(struct pull_job *job, const GByteArray *body, char **zh, char **en)
{
    json_error_t fault;
    json_t *answer =
        json_loadb((const char *)body->data, body->len, JSON_REJECT_DUPLICATES, &fault);
    if (!answer)
        return pull_fail(zh, en, "应答不是 JSON", "the answer is not JSON", fault.text);
    const char *items = pull_text(job->settings, "items"), *next = pull_text(job->settings, "next");
    struct path path;
    path_init(&path, items ? items : "/");
    json_t *rows = items ? path_find(&path, answer) : answer;
    path_clear(&path);
    if (json_is_array(rows))
        job->rows = json_incref(rows);
    if (job->rows && next) {
        path_init(&path, next);
        json_t *value = path_find(&path, answer);
        path_clear(&path);
        if (json_is_string(value) || json_is_number(value))
            job->next = json_deep_copy(value);
    }
    json_decref(answer);
    if (!job->rows)
        return pull_fail(zh, en, "应答中没有列表", "there is no list in the answer", items);
    if (!next && !pull_go_on(job, pull_text(job->settings, "cursor"), false, zh, en))
        return false;
    job->more = job->next && json_array_size(job->rows) > 0 && pull_has_moved(job);
    return true;
}

/* The same scheme, host and port: whoever answers there may know what we send. */
static bool same_origin(const char *a, const char *b)
{
    g_autoptr(GUri) x = g_uri_parse(a, G_URI_FLAGS_SCHEME_NORMALIZE, NULL);
    g_autoptr(GUri) y = g_uri_parse(b, G_URI_FLAGS_SCHEME_NORMALIZE, NULL);
    return x && y && strcmp(g_uri_get_scheme(x), g_uri_get_scheme(y)) == 0 &&
           g_ascii_strcasecmp(g_uri_get_host(x), g_uri_get_host(y)) == 0 &&
           g_uri_get_port(x) == g_uri_get_port(y);
}

/* Follows a redirection within the origin; of a POST only those that keep it. */
static CURLcode perform(CURL *curl, const char *url, bool post, GByteArray *body, bool *elsewhere)
{
    CURLcode code = curl_easy_perform(curl);
    for (int i = 0; code == CURLE_OK; i++) {
        long status = 0;
        char *next = NULL;
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &next);
        if (!next)
            break;
        if (i == MOST_REDIRECTS || !same_origin(url, next) ||
            (post && status != 307 && status != 308)) {
            *elsewhere = true;
            break;
        }
        g_autofree char *copy = g_strdup(next);
        g_byte_array_set_size(body, 0);
        curl_easy_setopt(curl, CURLOPT_URL, copy);
        code = curl_easy_perform(curl);
    }
    return code;
}

static bool ask(CURL *curl, struct pull_job *job, const char *url, bool post, GByteArray *body,
                char **zh, char **en)
{
    long status = 0;
    bool elsewhere = false;
    CURLcode code = perform(curl, url, post, body, &elsewhere);
    if (code != CURLE_OK)
        return pull_fail(zh, en, "请求失败", "the request failed", curl_easy_strerror(code));
    if (elsewhere)
        return pull_fail(zh, en, "被转向其他地址，或转向过多",
                         "it redirects to another origin, or too often", NULL);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status < 300)
        return understand(job, body, zh, en);
    g_autofree char *text = g_strdup_printf("HTTP %ld", status);
    return pull_fail(zh, en, "对方拒绝", "it was refused", text);
}

static gpointer begin(gpointer user)
{
    (void)user;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    return NULL;
}

static bool run(struct pull_job *job, char **zh, char **en)
{
    static GOnce once = G_ONCE_INIT;
    g_once(&once, begin, NULL);
    const char *template = pull_text(job->settings, "body");
    g_autofree char *url = fill(pull_text(job->settings, "url"), job, true);
    g_autofree char *post = template ? fill(template, job, false) : NULL;
    g_autoptr(GByteArray) body = g_byte_array_new();
    CURL *curl = curl_easy_init();
    if (!curl)
        return pull_fail(zh, en, "请求失败", "the request failed", NULL);
    struct curl_slist *headers = headers_of(job);
    if (post)
        headers = curl_slist_append(headers, "Content-Type: application/json");
    prepare(curl, job, body, url, post);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    bool good = ask(curl, job, url, post != NULL, body, zh, en);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return good;
}

const struct pull_source pull_http = {"http", "ca_file", check, run};
