/* Argon2id on a thread of its own: hashing takes a tenth of a second and 64 MiB on purpose. Loop
 * thread only; answers come on the loop. */
#pragma once
#include <glib.h>
#include <stdbool.h>

struct hasher;

/* `cheap`: the smallest parameters, for tests. */
struct hasher *hasher_create(GMainContext *context, bool cheap);
/* Jobs that were not answered are dropped without an answer, after `drop` was called with their
 * user (NULL: nothing to drop). */
void hasher_destroy(struct hasher *hasher);

/* `hash`: borrowed PHC string of the new password, NULL when there was no memory. */
typedef void (*hasher_hashed_fn)(const char *hash, gpointer user);
typedef void (*hasher_verified_fn)(bool matches, gpointer user);

/* The password is copied and wiped after use. false (no answer follows): too many wait. `hash` NULL
 * is compared with a hash that no password has: it takes as long as any other and never matches. */
bool hasher_hash(struct hasher *hasher, const char *password, hasher_hashed_fn fn, gpointer user,
                 GDestroyNotify drop);
bool hasher_verify(struct hasher *hasher, const char *password, const char *hash,
                   hasher_verified_fn fn, gpointer user, GDestroyNotify drop);
