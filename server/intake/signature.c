#include "intake/signature.h"
#include <sodium.h>
#include <string.h>

static void add(crypto_auth_hmacsha256_state *state, const char *text)
{
    crypto_auth_hmacsha256_update(state, (const unsigned char *)text, strlen(text));
    crypto_auth_hmacsha256_update(state, (const unsigned char *)"\n", 1);
}

void signature_make(const struct signed_request *request, const char *key,
                    unsigned char signature[SIGNATURE_BYTES])
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof hash + 1];
    crypto_hash_sha256(hash, request->body, request->body_size);
    sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)key, strlen(key));
    add(&state, request->method);
    add(&state, request->path);
    add(&state, request->time);
    add(&state, hex);
    crypto_auth_hmacsha256_final(&state, signature);
}

bool signature_check(const struct signed_request *request, const char *key, const char *hex,
                     unsigned char signature[SIGNATURE_BYTES])
{
    unsigned char given[SIGNATURE_BYTES];
    size_t size = 0;
    bool whole =
        strlen(hex) == 2 * sizeof given &&
        sodium_hex2bin(given, sizeof given, hex, 2 * sizeof given, NULL, &size, NULL) == 0 &&
        size == sizeof given;
    signature_make(request, key ? key : "no such feed", signature);
    return whole && key && sodium_memcmp(given, signature, sizeof given) == 0;
}

bool signature_time(const char *text, int64_t *time_us)
{
    int64_t seconds = 0, fraction = 0, unit = G_USEC_PER_SEC;
    size_t digits = strspn(text, "0123456789");
    if (digits < 10 || digits > 11)
        return false;
    for (size_t i = 0; i < digits; i++)
        seconds = seconds * 10 + (text[i] - '0');
    const char *rest = text + digits;
    if (*rest == '.') {
        size_t decimals = strspn(++rest, "0123456789");
        if (decimals < 1 || decimals > 9)
            return false;
        for (size_t i = 0; i < decimals && i < 6; i++)
            fraction += (rest[i] - '0') * (unit /= 10);
        rest += decimals;
    }
    if (*rest)
        return false;
    *time_us = seconds * G_USEC_PER_SEC + fraction;
    return true;
}
