/* How a feed proves that a request is its own (docs/feeds.md "Signing"). Pure; any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SIGNATURE_BYTES     32
#define SIGNATURE_WINDOW_US (INT64_C(5) * 60 * G_USEC_PER_SEC)

/* What is signed: each on its line, each line ended by "\n", the hash of the body in hex. */
struct signed_request {
    const char *method, *path;
    const char *time; /* as the header has it */
    const void *body;
    size_t body_size;
};

/* HMAC-SHA-256 with the bytes of the key's text. */
void signature_make(const struct signed_request *request, const char *key,
                    unsigned char signature[SIGNATURE_BYTES]);
/* Is `hex` (64 digits, either case) the signature? Compared in constant time. `signature` gets what
 * it has to be. `key` NULL (no such feed): false, after as long. */
bool signature_check(const struct signed_request *request, const char *key, const char *hex,
                     unsigned char signature[SIGNATURE_BYTES]);

/* Seconds since 1970 with up to nine decimals ("1790000000", "1790000000.25"), from 2001 on. false:
 * anything else. */
bool signature_time(const char *text, int64_t *time_us);
