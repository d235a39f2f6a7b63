#include "rtsp/auth.h"
#include <string.h>

enum { MAX_VALUE_CHARACTERS = 1024 };

void rtsp_challenge_clear(struct rtsp_challenge *challenge)
{
    g_clear_pointer(&challenge->realm, g_free);
    g_clear_pointer(&challenge->nonce, g_free);
    g_clear_pointer(&challenge->opaque, g_free);
    g_clear_pointer(&challenge->algorithm, g_free);
    *challenge = (struct rtsp_challenge){0};
}

void rtsp_auth_clear(struct rtsp_auth *auth)
{
    rtsp_challenge_clear(&auth->challenge);
    g_free(auth->user);
    g_free(auth->password);
    *auth = (struct rtsp_auth){0};
}

/* --- challenges */

static int strength(const struct rtsp_challenge *challenge)
{
    if (challenge->kind != RTSP_AUTH_DIGEST)
        return challenge->kind == RTSP_AUTH_BASIC;
    return challenge->hash == G_CHECKSUM_SHA256 ? 3 : 2;
}

static bool read_algorithm(struct rtsp_challenge *challenge)
{
    static const struct {
        const char *name;
        GChecksumType hash;
        bool per_session;
    } known[] = {{"MD5", G_CHECKSUM_MD5, false},
                 {"MD5-sess", G_CHECKSUM_MD5, true},
                 {"SHA-256", G_CHECKSUM_SHA256, false},
                 {"SHA256", G_CHECKSUM_SHA256, false},
                 {"SHA-256-sess", G_CHECKSUM_SHA256, true}};
    challenge->hash = G_CHECKSUM_MD5;
    if (!challenge->algorithm)
        return true;
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
        if (g_ascii_strcasecmp(challenge->algorithm, known[i].name) != 0)
            continue;
        challenge->hash = known[i].hash;
        challenge->per_session = known[i].per_session;
        return true;
    }
    return false;
}

/* Takes what `found` holds. */
static void consider(struct rtsp_challenge *found, struct rtsp_challenge *best)
{
    bool usable =
        found->kind == RTSP_AUTH_BASIC ||
        (found->kind == RTSP_AUTH_DIGEST && found->realm && found->nonce && read_algorithm(found));
    if (usable && strength(found) > strength(best)) {
        rtsp_challenge_clear(best);
        *best = *found;
        *found = (struct rtsp_challenge){0};
    }
    rtsp_challenge_clear(found);
}

static bool has_word(const char *list, const char *word)
{
    g_auto(GStrv) items = g_strsplit_set(list, ", ", 32);
    for (char **item = items; *item; item++)
        if (!g_ascii_strcasecmp(*item, word))
            return true;
    return false;
}

/* Takes `value`. */
static void set_parameter(struct rtsp_challenge *challenge, const char *name, size_t size,
                          char *value)
{
    const struct {
        const char *name;
        char **place;
    } places[] = {{"realm", &challenge->realm},
                  {"nonce", &challenge->nonce},
                  {"opaque", &challenge->opaque},
                  {"algorithm", &challenge->algorithm}};
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        if (size != strlen(places[i].name) || g_ascii_strncasecmp(name, places[i].name, size) != 0)
            continue;
        if (!*places[i].place)
            *places[i].place = g_steal_pointer(&value);
    }
    if (value && size == 3 && !g_ascii_strncasecmp(name, "qop", 3))
        challenge->qop = has_word(value, "auth");
    if (value && size == 5 && !g_ascii_strncasecmp(name, "stale", 5))
        challenge->stale = !g_ascii_strcasecmp(value, "true");
    g_free(value);
}

static size_t token_size(const char *at)
{
    return strcspn(at, " \t,=\"");
}

/* A quoted string or a token. Returned: new string; *at moves behind it. */
static char *read_value(const char **at)
{
    GString *value = g_string_new(NULL);
    const char *c = *at;
    if (*c == '"') {
        for (c++; *c && *c != '"'; c++) {
            if (*c == '\\' && c[1])
                c++;
            g_string_append_c(value, *c);
        }
        c += *c == '"';
    } else {
        size_t size = strcspn(c, ", \t");
        g_string_append_len(value, c, (gssize)size);
        c += size;
    }
    *at = c;
    if (value->len > MAX_VALUE_CHARACTERS)
        g_string_truncate(value, MAX_VALUE_CHARACTERS);
    return g_string_free(value, FALSE);
}

static enum rtsp_auth_kind scheme_of(const char *name, size_t size)
{
    if (size == 6 && !g_ascii_strncasecmp(name, "digest", 6))
        return RTSP_AUTH_DIGEST;
    return size == 5 && !g_ascii_strncasecmp(name, "basic", 5) ? RTSP_AUTH_BASIC : RTSP_AUTH_NONE;
}

void rtsp_challenge_read(const char *value, struct rtsp_challenge *best)
{
    struct rtsp_challenge found = {0};
    const char *at = value;
    for (;;) {
        at += strspn(at, " \t,=\"");
        if (!*at)
            break;
        const char *name = at;
        size_t size = token_size(at);
        at += size;
        const char *equals = at + strspn(at, " \t");
        if (*equals == '=') {
            at = equals + 1 + strspn(equals + 1, " \t");
            set_parameter(&found, name, size, read_value(&at));
        } else {
            consider(&found, best);
            found.kind = scheme_of(name, size);
        }
    }
    consider(&found, best);
}

/* --- answers */

static char *digest(GChecksumType hash, const char *format, ...) G_GNUC_PRINTF(2, 3);
static char *digest(GChecksumType hash, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *text = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return g_compute_checksum_for_string(hash, text, -1);
}

static void append_quoted(GString *text, const char *name, const char *value)
{
    g_string_append_printf(text, "%s=\"", name);
    for (; *value; value++) {
        if ((guchar)*value < ' ') /* of a percent-encoded password: never a line of its own */
            continue;
        if (*value == '"' || *value == '\\')
            g_string_append_c(text, '\\');
        g_string_append_c(text, *value);
    }
    g_string_append(text, "\"");
}

static char *answer_digest(struct rtsp_auth *auth, const char *method, const char *uri)
{
    const struct rtsp_challenge *asked = &auth->challenge;
    GChecksumType hash = asked->hash;
    g_autofree char *count = g_strdup_printf("%08x", ++auth->count);
    g_autofree char *ha1 = digest(hash, "%s:%s:%s", auth->user, asked->realm, auth->password);
    if (asked->per_session) {
        char *own = digest(hash, "%s:%s:%s", ha1, asked->nonce, auth->cnonce);
        g_free(ha1);
        ha1 = own;
    }
    g_autofree char *ha2 = digest(hash, "%s:%s", method, uri);
    g_autofree char *response = asked->qop ? digest(hash, "%s:%s:%s:%s:auth:%s", ha1, asked->nonce,
                                                    count, auth->cnonce, ha2)
                                           : digest(hash, "%s:%s:%s", ha1, asked->nonce, ha2);
    GString *text = g_string_new("Authorization: Digest ");
    append_quoted(text, "username", auth->user);
    append_quoted(text, ", realm", asked->realm);
    append_quoted(text, ", nonce", asked->nonce);
    append_quoted(text, ", uri", uri);
    append_quoted(text, ", response", response);
    if (asked->algorithm)
        g_string_append_printf(text, ", algorithm=%s", asked->algorithm);
    if (asked->opaque)
        append_quoted(text, ", opaque", asked->opaque);
    if (asked->qop)
        g_string_append_printf(text, ", qop=auth, nc=%s", count);
    if (asked->qop || asked->per_session)
        append_quoted(text, ", cnonce", auth->cnonce);
    g_string_append(text, "\r\n");
    return g_string_free(text, FALSE);
}

char *rtsp_auth_header(struct rtsp_auth *auth, const char *method, const char *uri)
{
    if (auth->challenge.kind == RTSP_AUTH_NONE)
        return g_strdup("");
    if (auth->challenge.kind == RTSP_AUTH_DIGEST)
        return answer_digest(auth, method, uri);
    g_autofree char *pair = g_strconcat(auth->user, ":", auth->password, NULL);
    g_autofree char *coded = g_base64_encode((const guchar *)pair, strlen(pair));
    return g_strdup_printf("Authorization: Basic %s\r\n", coded);
}

const char *rtsp_auth_name(const struct rtsp_auth *auth)
{
    static const char *const names[] = {"no password", "Basic", "Digest MD5", "Digest SHA-256"};
    return names[strength(&auth->challenge)];
}
