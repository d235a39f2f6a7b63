/* Redis on the GLib loop: hiredis formats and parses, a GIO stream carries it
 * (docs/decisions/2026-11-22-redis-transport.md). Loop thread only. Reconnects with backoff. */
#pragma once
#include <glib.h>
#include <stdbool.h>

struct redis;

/* A borrowed view of one reply, valid during the callback. */
enum redis_type { REDIS_NIL, REDIS_STRING, REDIS_STATUS, REDIS_INTEGER, REDIS_ARRAY, REDIS_FAIL };
struct redis_reply {
    enum redis_type type;
    long long integer;
    const char *text; /* string, status, error */
    size_t size;
    size_t count;       /* array */
    const void *native; /* for redis_reply_at() */
};
bool redis_reply_at(const struct redis_reply *array, size_t index, struct redis_reply *element);

/* `reply` NULL: the connection went away before the answer; `why` says so. */
typedef void (*redis_reply_fn)(const struct redis_reply *reply, const char *why, gpointer user);
typedef void (*redis_state_fn)(bool connected, const char *why, gpointer user);

/* `url`: "unix:PATH" or "redis://[user:password@]HOST[:PORT][/DB]", rediss:// for TLS, whose
 * certificate must be good for HOST by the system's authorities, or by those of FILE with
 * "?ca=/FILE" behind it. NULL and `error`: the URL or that file is wrong. */
struct redis *redis_create(const char *url, GMainContext *context, redis_state_fn state,
                           gpointer user, GError **error);
void redis_destroy(struct redis *redis);

/* Waiting times; before the loop runs. Defaults: 10,000, 200 and 5,000 ms. A connection is dropped
 * when commands wait and nothing came for `answer_ms`; attempts are `retry_min_ms` to
 * `retry_max_ms` apart, doubling, with jitter. */
struct redis_timing {
    unsigned answer_ms, retry_min_ms, retry_max_ms;
};
void redis_set_timing(struct redis *redis, const struct redis_timing *timing);

/* After AUTH, SELECT and PING were answered well. */
bool redis_connected(const struct redis *redis);

/* Sends one command of `argc` binary-safe arguments. Exactly one call of `reply` follows, unless
 * the redis is destroyed. false (and no call): not connected, or over 10,000 unanswered commands.
 */
bool redis_command(struct redis *redis, int argc, const char **argv, const size_t *sizes,
                   redis_reply_fn reply, gpointer user);
