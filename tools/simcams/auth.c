#include "simcams/auth.h"
#include <string.h>

static const char realm[] = "simcams";

enum auth_mode auth_of_camera(enum auth_mode mode, unsigned number)
{
    if (mode != AUTH_MIXED)
        return mode;
    return (enum auth_mode[]){AUTH_NONE, AUTH_BASIC, AUTH_DIGEST}[number % 3];
}

char *auth_challenge(enum auth_mode kind, const char *nonce)
{
    if (kind == AUTH_BASIC)
        return g_strdup_printf("WWW-Authenticate: Basic realm=\"%s\"\r\n", realm);
    /* MD5 comes last: FFmpeg takes the last challenge and knows no other algorithm */
    return g_strdup_printf("WWW-Authenticate: Digest realm=\"%s\", nonce=\"%s\", qop=\"auth\", "
                           "algorithm=SHA-256\r\n"
                           "WWW-Authenticate: Digest realm=\"%s\", nonce=\"%s\"\r\n",
                           realm, nonce, realm, nonce);
}

static bool is_name_char(char c)
{
    return g_ascii_isalnum(c) || c == '-' || c == '_';
}

struct span auth_field(struct span header, const char *name)
{
    const char *at = header.text, *end = at + header.size_bytes;
    while (at < end) {
        while (at < end && !is_name_char(*at))
            at++;
        const char *begin = at;
        while (at < end && is_name_char(*at))
            at++;
        const struct span found = {begin, (size_t)(at - begin)};
        if (at == end || *at != '=')
            continue;
        at++;
        const bool quoted = at < end && *at == '"';
        if (quoted)
            at++;
        const char *value = at;
        while (at < end && (quoted ? *at != '"' : *at != ',' && *at != ' '))
            at++;
        if (span_is(found, name))
            return (struct span){value, (size_t)(at - value)};
        if (quoted && at < end)
            at++;
    }
    return (struct span){"", 0};
}

static bool check_basic(struct span header, const char *user, const char *password)
{
    static const char prefix[] = "Basic ";
    if (header.size_bytes < sizeof prefix - 1 ||
        g_ascii_strncasecmp(header.text, prefix, sizeof prefix - 1) != 0)
        return false;
    g_autofree char *pair = g_strdup_printf("%s:%s", user, password);
    g_autofree char *expected = g_base64_encode((const guchar *)pair, strlen(pair));
    const struct span given = {header.text + sizeof prefix - 1,
                               header.size_bytes - (sizeof prefix - 1)};
    return given.size_bytes == strlen(expected) &&
           memcmp(given.text, expected, given.size_bytes) == 0;
}

static char *hash(GChecksumType type, const char *text)
{
    return g_compute_checksum_for_string(type, text, -1);
}

static bool check_digest(struct span header, struct span method, const char *user,
                         const char *password, const char *nonce)
{
    const struct span given_user = auth_field(header, "username");
    const struct span given_nonce = auth_field(header, "nonce");
    const struct span algorithm = auth_field(header, "algorithm");
    const struct span uri = auth_field(header, "uri"), qop = auth_field(header, "qop");
    const struct span nc = auth_field(header, "nc"), cnonce = auth_field(header, "cnonce");
    if (!nonce || given_nonce.size_bytes != strlen(nonce) ||
        memcmp(given_nonce.text, nonce, given_nonce.size_bytes) != 0 ||
        given_user.size_bytes != strlen(user) ||
        memcmp(given_user.text, user, given_user.size_bytes) != 0)
        return false;
    const GChecksumType type = span_is(algorithm, "SHA-256") ? G_CHECKSUM_SHA256 : G_CHECKSUM_MD5;
    g_autofree char *secret = g_strdup_printf("%s:%s:%s", user, realm, password);
    g_autofree char *request = g_strdup_printf("%.*s:%.*s", (int)method.size_bytes, method.text,
                                               (int)uri.size_bytes, uri.text);
    g_autofree char *ha1 = hash(type, secret), *ha2 = hash(type, request);
    g_autofree char *middle =
        qop.size_bytes
            ? g_strdup_printf("%.*s:%.*s:%.*s:", (int)nc.size_bytes, nc.text,
                              (int)cnonce.size_bytes, cnonce.text, (int)qop.size_bytes, qop.text)
            : g_strdup("");
    g_autofree char *whole = g_strdup_printf("%s:%s:%s%s", ha1, nonce, middle, ha2);
    g_autofree char *expected = hash(type, whole);
    return span_is(auth_field(header, "response"), expected);
}

bool auth_check(enum auth_mode kind, struct span authorization, struct span method,
                const char *user, const char *password, const char *nonce)
{
    if (kind == AUTH_NONE)
        return true;
    if (kind == AUTH_BASIC)
        return check_basic(authorization, user, password);
    return check_digest(authorization, method, user, password, nonce);
}
