#include "intake/feed.h"
#include "intake/mapping.h"
#include "intake/secret.h"
#include <stdlib.h>
#include <string.h>

enum { LAGS_ENOUGH = 20, LAG_EVERY = 8 };
#define SKEW_LEAST_US G_USEC_PER_SEC

static const char *const kind_names[FEED_KINDS] = {"http", "mqtt",     "cap",    "csv",
                                                   "pull", "internal", "cameras"};

const char *feed_kind_name(enum feed_kind kind)
{
    g_assert((unsigned)kind < FEED_KINDS);
    return kind_names[kind];
}

bool feed_kind_find(const char *name, enum feed_kind *kind)
{
    for (unsigned i = 0; name && i < FEED_KINDS; i++) {
        if (strcmp(name, kind_names[i]) == 0) {
            *kind = (enum feed_kind)i;
            return true;
        }
    }
    return false;
}

bool feed_id_good(const char *id)
{
    size_t size = id ? strlen(id) : 0;
    return size >= 1 && size <= 32 && strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789._-") == size;
}

struct feed *feed_new(const char *id, enum feed_kind kind)
{
    struct feed *feed = g_new0(struct feed, 1);
    feed->id = g_strdup(id);
    feed->kind = kind;
    feed->name_zh = g_strdup("");
    feed->name_en = g_strdup("");
    feed->dimension = g_strdup("");
    feed->mapping_text = g_strdup("");
    feed->settings = json_object();
    feed->rate_per_s = FEED_RATE_PER_S;
    feed->enabled = true;
    return feed;
}

void feed_free(struct feed *feed)
{
    if (!feed)
        return;
    g_free(feed->id);
    g_free(feed->name_zh);
    g_free(feed->name_en);
    g_free(feed->dimension);
    g_free(feed->mapping_text);
    json_decref(feed->settings);
    secret_free(feed->secret);
    mapping_free(feed->mapping);
    g_free(feed->numbers.error_zh);
    g_free(feed->numbers.error_en);
    g_free(feed);
}

/* --- rate */

guint feed_wait_s(struct feed *feed, int64_t mono_us)
{
    double most = (double)feed->rate_per_s * FEED_BURST_S;
    double gained = (double)(mono_us - feed->tokens_us) / 1e6 * feed->rate_per_s;
    feed->tokens = feed->tokens_us ? MIN(most, feed->tokens + gained) : most;
    feed->tokens_us = mono_us;
    return feed->tokens > 0 ? 0 : 1 + (guint)(-feed->tokens / feed->rate_per_s);
}

void feed_spend(struct feed *feed, guint count)
{
    feed->tokens -= count;
}

/* --- numbers */

static void to_second(struct feed_numbers *numbers, int64_t second)
{
    int64_t behind = second - numbers->second;
    if (behind < 0 || behind >= FEED_MINUTE)
        memset(numbers->seconds, 0, sizeof numbers->seconds);
    else
        for (int64_t i = 1; i <= behind; i++)
            numbers->seconds[(numbers->second + i) % FEED_MINUTE] = 0;
    numbers->second = second;
}

void feed_note_accepted(struct feed *feed, guint count, int64_t now_us)
{
    struct feed_numbers *numbers = &feed->numbers;
    to_second(numbers, now_us / G_USEC_PER_SEC);
    numbers->seconds[numbers->second % FEED_MINUTE] += count;
    numbers->accepted += count;
    numbers->last_event_us = now_us;
    numbers->failing = false;
}

double feed_rate(const struct feed *feed, int64_t now_us)
{
    struct feed_numbers numbers = feed->numbers;
    guint64 sum = 0;
    to_second(&numbers, now_us / G_USEC_PER_SEC);
    for (guint i = 0; i < FEED_MINUTE; i++)
        sum += numbers.seconds[i];
    return (double)sum / FEED_MINUTE;
}

static char *cut(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    size_t size = strlen(valid);
    if (size > FEED_ERROR_BYTES)
        size = (size_t)(g_utf8_find_prev_char(valid, valid + FEED_ERROR_BYTES + 1) - valid);
    return g_strndup(valid, size);
}

void feed_note_error(struct feed *feed, const char *zh, const char *en, int64_t now_us)
{
    struct feed_numbers *numbers = &feed->numbers;
    g_free(numbers->error_zh);
    g_free(numbers->error_en);
    numbers->error_zh = cut(zh);
    numbers->error_en = cut(en);
    numbers->error_us = now_us;
    numbers->failing = true;
}

char *feed_mask_address(const char *address)
{
    const bool v6 = strchr(address, ':') && !g_str_has_prefix(address, "::ffff:");
    g_auto(GStrv) parts =
        g_strsplit(v6 ? address : address + (*address == ':' ? 7 : 0), v6 ? ":" : ".", -1);
    if (g_strv_length(parts) < 3)
        return g_strdup("*");
    return g_strdup_printf(v6 ? "%s:%s:*" : "%s.%s.*.*", parts[0], parts[1]);
}

void feed_note_stranger(struct feed *feed, const char *address, const char *why, int64_t now_us)
{
    struct feed_numbers *numbers = &feed->numbers;
    g_autofree char *masked = feed_mask_address(address ? address : "");
    numbers->unsigned_requests++;
    numbers->unsigned_us = now_us;
    numbers->unsigned_why = why;
    g_strlcpy(numbers->unsigned_from, masked, sizeof numbers->unsigned_from);
}

void feed_note_good(struct feed *feed)
{
    feed->numbers.failing = false;
}

static int compare_lags(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

void feed_note_lag(struct feed *feed, int64_t lag_us)
{
    struct feed_numbers *numbers = &feed->numbers;
    numbers->lags_us[numbers->lag_next++ % FEED_LAGS] = lag_us;
    numbers->lag_count = MIN(numbers->lag_count + 1, FEED_LAGS);
    if (numbers->lag_known && numbers->lag_next % LAG_EVERY != 0)
        return;
    int64_t sorted[FEED_LAGS];
    memcpy(sorted, numbers->lags_us, numbers->lag_count * sizeof *sorted);
    qsort(sorted, numbers->lag_count, sizeof *sorted, compare_lags);
    numbers->lag_us = sorted[numbers->lag_count / 2];
    numbers->lag_known = true;
}

int64_t feed_skew_us(const struct feed *feed)
{
    const struct feed_numbers *numbers = &feed->numbers;
    bool ahead = numbers->lag_count >= LAGS_ENOUGH && numbers->lag_us < -SKEW_LEAST_US;
    return ahead ? -numbers->lag_us : 0;
}

/* --- for people */

static json_t *time_json(int64_t time_us)
{
    if (!time_us)
        return json_null();
    char text[32];
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, time_us);
    return json_string(text);
}

static json_t *mapping_json(const struct feed *feed)
{
    json_t *json = *feed->mapping_text == '{' ? json_loads(feed->mapping_text, 0, NULL) : NULL;
    return json ? json : json_string(feed->mapping_text);
}

static json_t *numbers_json(const struct feed *feed, int64_t now_us)
{
    const struct feed_numbers *n = &feed->numbers;
    json_t *error = n->error_us ? json_pack("{s:o,s:{s:s,s:s}}", "time_us", time_json(n->error_us),
                                            "message", "zh", n->error_zh, "en", n->error_en)
                                : json_null();
    json_t *json = json_pack(
        "{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:f,s:o,s:o,s:b}", "accepted", (json_int_t)n->accepted,
        "refused", (json_int_t)n->refused, "rejected", (json_int_t)n->rejected, "requests",
        (json_int_t)n->requests, "replayed", (json_int_t)n->replayed, "limited",
        (json_int_t)n->limited, "unsigned", (json_int_t)n->unsigned_requests, "away",
        (json_int_t)n->away, "per_second", feed_rate(feed, now_us), "last_event_us",
        time_json(n->last_event_us), "error", error, "failing", n->failing);
    json_object_set_new(json, "stranger",
                        n->unsigned_us
                            ? json_pack("{s:o,s:s,s:s}", "time_us", time_json(n->unsigned_us),
                                        "address", n->unsigned_from, "code", n->unsigned_why)
                            : json_null());
    json_object_set_new(json, "lag_ms",
                        n->lag_known ? json_integer(n->lag_us / 1000) : json_null());
    json_object_set_new(json, "skew_ms", json_integer(feed_skew_us(feed) / 1000));
    json_object_set_new(json, "clock_ms",
                        n->clock_known ? json_integer(n->clock_us / 1000) : json_null());
    return json;
}

json_t *feed_json(const struct feed *feed, int64_t now_us)
{
    return json_pack(
        "{s:s,s:{s:s,s:s},s:s,s:s,s:o,s:O,s:b,s:o,s:i,s:b,s:I,s:o,s:o}", "id", feed->id, "name",
        "zh", feed->name_zh, "en", feed->name_en, "kind", feed_kind_name(feed->kind), "dimension",
        feed->dimension, "mapping", mapping_json(feed), "settings", feed->settings, "has_key",
        feed->secret != NULL, "key_us", time_json(feed->secret_us), "rate_per_s",
        (int)feed->rate_per_s, "enabled", feed->enabled, "version", (json_int_t)feed->version,
        "created_us", time_json(feed->created_us), "numbers", numbers_json(feed, now_us));
}
