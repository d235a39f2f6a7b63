#include "identity/totp.h"
#include <string.h>

#define SHA1_BYTES 20

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

uint32_t totp_code(const uint8_t *key, size_t size, guint64 step, unsigned digits)
{
    static const uint32_t powers[] = {1000000, 10000000, 100000000};
    guint64 counter = GUINT64_TO_BE(step);
    uint8_t digest[SHA1_BYTES];
    gsize length = sizeof digest;
    GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA1, key, size);
    g_hmac_update(hmac, (const guchar *)&counter, sizeof counter);
    g_hmac_get_digest(hmac, digest, &length);
    g_hmac_unref(hmac);
    /* dynamic truncation, RFC 4226 section 5.3 */
    const uint8_t *at = digest + (digest[SHA1_BYTES - 1] & 0xf);
    uint32_t value =
        (uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    return value % powers[CLAMP(digits, 6, 8) - 6];
}

/* The number that was typed; false: not TOTP_DIGITS digits. */
static bool read_code(const char *text, uint32_t *code)
{
    unsigned digits = 0;
    *code = 0;
    for (; text && *text; text++) {
        if (*text == ' ')
            continue;
        if (!g_ascii_isdigit(*text) || ++digits > TOTP_DIGITS)
            return false;
        *code = *code * 10 + (uint32_t)(*text - '0');
    }
    return digits == TOTP_DIGITS;
}

bool totp_check(const uint8_t *key, size_t size, const char *code, gint64 now_us, gint64 last_step,
                gint64 *step)
{
    uint32_t typed;
    gint64 now = now_us / TOTP_STEP_US;
    if (!read_code(code, &typed))
        return false;
    for (gint64 at = now - 1; at <= now + 1; at++) {
        if (at <= last_step || totp_code(key, size, (guint64)at, TOTP_DIGITS) != typed)
            continue;
        if (step)
            *step = at;
        return true;
    }
    return false;
}

char *totp_base32(const uint8_t *data, size_t size)
{
    GString *text = g_string_new(NULL);
    uint32_t bits = 0;
    unsigned held = 0;
    for (size_t i = 0; i < size; i++) {
        bits = bits << 8 | data[i];
        for (held += 8; held >= 5; held -= 5)
            g_string_append_c(text, letters[bits >> (held - 5) & 31]);
    }
    if (held)
        g_string_append_c(text, letters[bits << (5 - held) & 31]);
    return g_string_free(text, FALSE);
}

bool totp_key_of(const char *base32, uint8_t key[TOTP_KEY_BYTES])
{
    uint32_t bits = 0;
    unsigned held = 0;
    size_t size = 0;
    for (const char *p = base32; *p; p++) {
        const char *found = strchr(letters, *p);
        if (!found || size >= TOTP_KEY_BYTES)
            return false;
        bits = bits << 5 | (uint32_t)(found - letters);
        held += 5;
        if (held < 8)
            continue;
        held -= 8;
        key[size++] = (uint8_t)(bits >> held);
    }
    return size == TOTP_KEY_BYTES;
}

char *totp_uri(const char *issuer, const char *login, const char *base32)
{
    g_autofree char *who = g_uri_escape_string(login, NULL, FALSE);
    g_autofree char *from = g_uri_escape_string(issuer, NULL, FALSE);
    return g_strdup_printf("otpauth://totp/%s:%s?secret=%s&issuer=%s&digits=6&period=30", from, who,
                           base32, from);
}
