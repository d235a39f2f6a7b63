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

static bool ends_with_one_of(const char *name, size_t size, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(words[i]);
        if (size >= length && g_ascii_strncasecmp(name + size - length, words[i], length) == 0)
            return true;
    }
    return false;
}

/* "db_password", "Pwd": the end of a name decides. */
static bool is_secret_name(const char *name, size_t size)
{
    static const char *const words[] = {"password",   "passwd", "passphrase", "pwd",
                                        "pass",       "secret", "token",      "apikey",
                                        "api_key",    "psk",    "user-pw",    "user_pw",
                                        "secret_key", "nonce",  "signature",  "response"};
    return ends_with_one_of(name, size, words, G_N_ELEMENTS(words));
}

/* Words of prose too: only response="…" of a digest is a secret, not response=404. */
static bool is_weak_name(const char *name, size_t size)
{
    static const char *const words[] = {"nonce", "signature", "response"};
    return ends_with_one_of(name, size, words, G_N_ELEMENTS(words));
}

/* "Basic dXNlcjpwYXNz", "Bearer 0a1b…" outside a header; "Basic authentication" is prose. `text` at
 * the first byte behind the word. */
static size_t match_scheme(const char *name, size_t size, const char *text, size_t *hide)
{
    bool known = (size == 5 && g_ascii_strncasecmp(name, "basic", size) == 0) ||
                 (size == 6 && g_ascii_strncasecmp(name, "bearer", size) == 0);
    if (!known || *text != ' ')
        return 0;
    const char *p = text + 1;
    size_t length = 0;
    bool coded = false;
    for (; p[length] && (g_ascii_isalnum(p[length]) || strchr("+/=._~-", p[length])); length++)
        coded |= length > 0 && (g_ascii_isupper(p[length]) || g_ascii_isdigit(p[length]));
    if (length < 8 || !coded)
        return 0;
    *hide = length;
    return 1;
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
    if (!ends_with_one_of(name, size, headers, G_N_ELEMENTS(headers)))
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

/* `name` begins a word of `size` bytes and is not the first byte of the text when `inside`.
 * Returned: bytes behind the word that stay. */
static size_t match_word(const char *name, size_t size, bool inside, size_t *hide)
{
    const char *text = name + size;
    size_t keep = match_header(name, size, text, hide);
    if (!keep)
        keep = match_scheme(name, size, text, hide);
    if (keep || !is_secret_name(name, size))
        return keep;
    keep = match_assignment(text, hide);
    if (keep && is_weak_name(name, size) && text[keep - 1] != '"') {
        *hide = 0;
        return 0;
    }
    if (!keep && inside && (name[-1] == '<' || name[-1] == ':'))
        keep = match_element(text, hide);
    return keep;
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
            keep += match_word(p, keep, p > text, &hide);
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
