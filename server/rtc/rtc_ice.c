#include "rtc/rtc_ice.h"
#include <string.h>

enum { LOGIN_S = 24 * 3600 };

static void add_login(json_t *server, const char *secret, const char *name, gint64 now_us)
{
    g_autofree char *user =
        g_strdup_printf("%" G_GINT64_FORMAT ":%s", now_us / G_USEC_PER_SEC + LOGIN_S, name);
    guint8 digest[20];
    gsize size = sizeof(digest);
    GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA1, (const guchar *)secret, strlen(secret));
    g_hmac_update(hmac, (const guchar *)user, -1);
    g_hmac_get_digest(hmac, digest, &size);
    g_hmac_unref(hmac);
    g_autofree char *credential = g_base64_encode(digest, size);
    json_object_set_new(server, "username", json_string(user));
    json_object_set_new(server, "credential", json_string(credential));
}

json_t *rtc_ice_servers(const json_t *servers, const char *name, gint64 now_us)
{
    json_t *told = json_array(), *one;
    size_t i;
    json_array_foreach((json_t *)servers, i, one)
    {
        json_t *server = json_deep_copy(one);
        const char *secret = json_string_value(json_object_get(one, "secret"));
        json_object_del(server, "secret");
        if (secret)
            add_login(server, secret, name, now_us);
        json_array_append_new(told, server);
    }
    return told;
}
