#include "net/private.h"
#include <string.h>

static const char *text_of(const json_t *server, const char *key)
{
    const char *text = json_string_value(json_object_get(server, key));
    return text && *text ? text : NULL;
}

/* An address, or a name that could be one: which name the machine knows is seen when listening. */
static bool is_host(const char *host)
{
    if (g_hostname_is_ip_address(host))
        return true;
    for (const char *c = host; *c; c++) {
        if (!g_ascii_isalnum(*c) && *c != '-' && *c != '.' && *c != '_')
            return false;
    }
    return *host != '\0';
}

static bool check_door(const json_t *server, const char *where, GError **error)
{
    const json_t *tls = json_object_get(server, "tls");
    const char *host = text_of(server, "listen"), *mode = text_of(tls, "mode");
    if (host && !is_host(host)) {
        g_set_error(error, NET_ERROR, NET_ERROR_ADDRESS,
                    "%s.listen: expected an IP address or a host name, not \"%s\"", where, host);
        return false;
    }
    if (mode && strcmp(mode, "files") == 0 && (!text_of(tls, "cert") || !text_of(tls, "key"))) {
        g_set_error(error, NET_ERROR, NET_ERROR_CERTIFICATE,
                    "%s.tls.mode \"files\" needs %s.tls.cert and %s.tls.key", where, where, where);
        return false;
    }
    if (mode && host && strcmp(mode, "off") == 0 && !host_is_loopback(host)) {
        g_set_error(error, NET_ERROR, NET_ERROR_CERTIFICATE,
                    "%s.tls.mode \"off\" is allowed on a loopback address only, not on %s", where,
                    host);
        return false;
    }
    return true;
}

bool net_check_config(const json_t *config, GError **error)
{
    const json_t *server = json_object_get(config, "server");
    return check_door(server, "server", error) &&
           check_door(json_object_get(server, "outside"), "server.outside", error);
}
