/* One-time codes by time (RFC 6238: HMAC-SHA-1, 30 s, as authenticator apps have them). Pure; any
 * thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define TOTP_KEY_BYTES 20 /* RFC 4226 section 4, R6: 160 bits */
#define TOTP_STEP_US   (30LL * G_USEC_PER_SEC)
#define TOTP_DIGITS    6

/* The code of a step (time / 30 s), of 6 to 8 digits. */
uint32_t totp_code(const uint8_t *key, size_t size, guint64 step, unsigned digits);

/* Is `code` (digits, spaces are left out) that of now, or of one step before or after, and of a
 * step later than `last_step`? Each code is good once (RFC 6238 section 5.2). *step (may be NULL):
 * which. */
bool totp_check(const uint8_t *key, size_t size, const char *code, gint64 now_us, gint64 last_step,
                gint64 *step);

/* RFC 4648 base 32 without padding, as people type it into an app; returned. */
char *totp_base32(const uint8_t *data, size_t size);
/* The key again. false: other letters, or not TOTP_KEY_BYTES. */
bool totp_key_of(const char *base32, uint8_t key[TOTP_KEY_BYTES]);
/* otpauth://totp/ISSUER:LOGIN?…, as apps scan it; returned. */
char *totp_uri(const char *issuer, const char *login, const char *base32);
