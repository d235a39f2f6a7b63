#include "common/redis_url.h"
#include "common/log.h"
#include <string.h>
#include <sys/un.h>

enum { DEFAULT_PORT = 6379, DB_MAX = 65535 };

static bool take_db(const char *path, struct redis_url *url)
{
    if (*path == '/')
        path++;
    if (!*path)
        return true;
    guint64 db = 0;
    if (!g_ascii_string_to_unsigned(path, 10, 0, DB_MAX, &db, NULL))
        return false;
    url->db = (unsigned)db;
    return true;
}

/* Only `ca`, of TLS only. */
static bool take_query(const char *query, struct redis_url *url)
{
    if (!query)
        return true;
    g_autoptr(GHashTable) words = g_uri_parse_params(query, -1, "&", G_URI_PARAMS_NONE, NULL);
    const char *ca = words ? g_hash_table_lookup(words, "ca") : NULL;
    if (!url->tls || !ca || g_hash_table_size(words) != 1 || !g_path_is_absolute(ca))
        return false;
    url->ca = g_strdup(ca);
    return true;
}

static bool take_uri(const char *text, struct redis_url *url)
{
    g_autoptr(GUri) uri =
        g_uri_parse(text, G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED_QUERY, NULL);
    if (!uri)
        return false;
    const char *scheme = g_uri_get_scheme(uri);
    url->tls = g_strcmp0(scheme, "rediss") == 0;
    if (!url->tls && g_strcmp0(scheme, "redis") != 0)
        return false;
    const char *host = g_uri_get_host(uri);
    if (!host || !*host || g_uri_get_fragment(uri))
        return false;
    gint port = g_uri_get_port(uri);
    if (port == 0 || port > G_MAXUINT16)
        return false;
    url->port = (guint16)(port < 0 ? DEFAULT_PORT : port);
    url->host = g_strdup(host);
    const char *user = g_uri_get_user(uri);
    url->user = user && *user ? g_strdup(user) : NULL;
    url->password = g_strdup(g_uri_get_password(uri));
    return take_query(g_uri_get_query(uri), url) && take_db(g_uri_get_path(uri), url);
}

bool redis_url_parse(const char *text, struct redis_url *url, GError **error)
{
    *url = (struct redis_url){0};
    bool ok = false;
    if (g_str_has_prefix(text, "unix:")) {
        url->path = g_strdup(text + strlen("unix:"));
        ok = *url->path && strlen(url->path) < sizeof(((struct sockaddr_un *)NULL)->sun_path);
    } else {
        ok = take_uri(text, url);
    }
    if (ok)
        return true;
    redis_url_clear(url);
    g_autofree char *shown = log_redact(text);
    g_set_error(error, G_URI_ERROR, G_URI_ERROR_FAILED,
                "Redis URL %s: expected unix:PATH (under 108 bytes) or "
                "redis[s]://[user:password@]HOST[:PORT][/DB], behind rediss:// also ?ca=/FILE",
                shown);
    return false;
}

void redis_url_clear(struct redis_url *url)
{
    g_clear_pointer(&url->path, g_free);
    g_clear_pointer(&url->host, g_free);
    g_clear_pointer(&url->ca, g_free);
    g_clear_pointer(&url->user, g_free);
    g_clear_pointer(&url->password, g_free);
}
