/* Takes credentials out of text before anybody can read it. Where it is in doubt it takes too much:
 * a hidden host name costs a minute, a shown password costs a camera. */
#include "common/log.h"
#include <string.h>

#define HIDDEN "***"

static bool ends_value(char c)
{
    return (unsigned char)c <= ' ' || c == '"' || c == '<' || c == '>';
}

static bool is_word(char c)
{
    return g_ascii_isalnum(c) || c == '_' || c == '-';
}

/* scheme://user:password@host, `at` just behind "://". Passwords hold '@', ':', '?', '/' unescaped
 * in the field, so the last '@' of the word ends them. "scheme://host/path@x" has no credentials:
 * its
 * '/' comes before any ':' and '@'. Returned: bytes to hide, up to the '@'. */
static size_t match_userinfo(const char *at)
{
    size_t size = 0, last = 0, slash = 0, colon = 0;
    bool has_at = false, has_slash = false, has_colon = false;
    if (*at == '[') /* IPv6 literal, no user */
        return 0;
    for (; at[size] && !ends_value(at[size]); size++) {
        if (at[size] == '@') {
            last = size;
            has_at = true;
        } else if (at[size] == '/' && !has_slash) {
            slash = size;
            has_slash = true;
        } else if (at[size] == ':' && !has_colon) {
            colon = size;
            has_colon = true;
        }
    }
    if (!has_at)
        return 0;
    if (has_slash && slash < last && !(has_colon && colon < slash)) {
        const char *first = memchr(at, '@', slash);
        return first ? last : 0;
    }
    return last;
}

/* Length of a secret's name that ends just before `end` ("…_password", "Pwd"), case-insensitive. */
static bool is_secret_name(const char *name, size_t size)
{
    static const char *const words[] = {"password", "passwd", "passphrase", "pwd",      "pass",
                                        "secret",   "token",  "apikey",     "api_key",  "psk",
                                        "nonce",    "cnonce", "response",   "signature"};
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        size_t length = strlen(words[i]);
        if (size >= length && g_ascii_strncasecmp(name + size - length, words[i], length) == 0)
            return true;
    }
    return false;
}

/* name=value, name="value", "name":"value", name:value. `text` at the first byte behind the name.
 * Returned: bytes from `text` that stay (separator and quote), *hide those that go; 0: no value. */
static size_t match_assignment(const char *text, size_t *hide)
{
    const char *p = text;
    bool quoted_name = *p == '"' || *p == '\'';
    if (quoted_name)
        p++;
    while (*p == ' ')
        p++;
    if (*p != '=' && *p != ':')
        return 0;
    bool colon = *p++ == ':';
    const char *tight = p;
    while (*p == ' ')
        p++;
    if (*p == '"' || *p == '\'') {
        char quote = *p++;
        const char *end = p;
        while (*end && *end != quote)
            end += end[0] == '\\' && end[1] ? 2 : 1;
        *hide = (size_t)(end - p);
        return (size_t)(p - text);
    }
    /* "wrong password: 401" is prose; "password:x" and "password = x" are not */
    if (colon && p != tight && !quoted_name)
        return 0;
    const char *end = p;
    while (*end && (unsigned char)*end > ' ' && *end != '&' && *end != '"' && *end != '<')
        end++;
    *hide = (size_t)(end - p);
    return (size_t)(p - text);
}

/* <wsse:Password Type="…">value</…>: `text` at the first byte behind the name. */
static size_t match_element(const char *text, size_t *hide)
{
    const char *p = text;
    if (*p != '>' && *p != ' ')
        return 0;
    while (*p && *p != '>' && *p != '<')
        p++;
    if (*p != '>' || p[-1] == '/')
        return 0;
    p++;
    *hide = strcspn(p, "<");
    return (size_t)(p - text);
}

/* "Authorization: …", "Cookie: …": all to the end of the line. */
static size_t match_header(const char *name, size_t size, const char *text, size_t *hide)
{
    static const char *const headers[] = {"authorization", "cookie", "x-csrf-token"};
    bool known = false;
    for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
        size_t length = strlen(headers[i]);
        known |=
            size >= length && g_ascii_strncasecmp(name + size - length, headers[i], length) == 0;
    }
    if (!known)
        return 0;
    const char *p = text;
    if (*p == '"')
        p++;
    while (*p == ' ')
        p++;
    if (*p != ':' && *p != '=')
        return 0;
    p++;
    while (*p == ' ')
        p++;
    *hide = strcspn(p, "\r\n");
    return (size_t)(p - text);
}

char *log_redact(const char *text)
{
    GString *out = g_string_sized_new(strlen(text) + 16);
    const char *p = text;
    while (*p) {
        size_t keep = 0, hide = 0;
        if (strncmp(p, "://", 3) == 0) {
            keep = 3;
            hide = match_userinfo(p + 3);
        } else if (is_word(*p)) {
            while (is_word(p[keep]))
                keep++;
            size_t name = keep;
            size_t more = match_header(p, name, p + name, &hide);
            if (!more && is_secret_name(p, name)) {
                more = match_assignment(p + name, &hide);
                if (!more && p > text && (p[-1] == '<' || p[-1] == ':'))
                    more = match_element(p + name, &hide);
            }
            keep += more;
        } else {
            keep = 1;
        }
        g_string_append_len(out, p, (gssize)keep);
        if (hide)
            g_string_append(out, HIDDEN);
        p += keep + hide;
    }
    return g_string_free(out, FALSE);
}
