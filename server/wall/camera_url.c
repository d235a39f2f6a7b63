#include "wall/camera_url.h"
#include "common/log.h"
#include <string.h>

#define HIDDEN "***"
#define BEHIND "://" HIDDEN "@"

bool camera_url_hidden(const char *url)
{
    return strstr(url, HIDDEN) != NULL;
}

/* "host:port" behind the hidden user; new. */
static char *host_of(const char *redacted)
{
    const char *at = strstr(redacted, BEHIND);
    if (!at)
        return NULL;
    at += strlen(BEHIND);
    return g_ascii_strdown(at, (gssize)strcspn(at, "/?#"));
}

/* The user and password of `stored`, whose host is known: a password may hold '@' and ':'. */
static char *userinfo_of(const char *stored, const char *host)
{
    const char *begin = strstr(stored, "://");
    g_autofree char *lower = g_ascii_strdown(stored, -1);
    g_autofree char *end_mark = g_strconcat("@", host, NULL);
    const char *end = g_strrstr(lower, end_mark);
    if (!begin || !end || end - lower < begin + 3 - stored)
        return NULL;
    return g_strndup(begin + 3, (gsize)(end - lower - (begin + 3 - stored)));
}

char *camera_url_fill(const char *given, const char *stored)
{
    if (!camera_url_hidden(given))
        return g_strdup(given);
    if (!stored)
        return NULL;
    g_autofree char *shown = log_redact(stored);
    if (strcmp(shown, given) == 0)
        return g_strdup(stored);
    g_autofree char *host = host_of(shown);
    g_autofree char *wanted = host_of(given);
    g_autofree char *userinfo = host ? userinfo_of(stored, host) : NULL;
    if (!userinfo || g_strcmp0(host, wanted) != 0)
        return NULL;
    const char *mark = strstr(given, BEHIND);
    const char *rest = mark + strlen(BEHIND);
    if (camera_url_hidden(rest))
        return NULL;
    return g_strdup_printf("%.*s://%s@%s", (int)(mark - given), given, userinfo, rest);
}
