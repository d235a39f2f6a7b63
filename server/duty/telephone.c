#include "common/clock.h"
#include "common/log.h"
#include "duty/telephone_private.h"
#include <string.h>

enum { KEEP_DELTAS = 128, SWEEP_MS = 30000, MOST_CALLS = 1000 };
#define CALL_US (INT64_C(2) * 3600 * G_USEC_PER_SEC) /* a call whose end was never told */

/* One call that rings or is spoken in. */
struct ringing {
    struct call call;
    char *user;
    gint64 since_us;
};

static void ringing_free(gpointer data)
{
    struct ringing *ringing = data;
    g_free(ringing->user);
    g_free(ringing);
}

static json_t *call_json(const struct ringing *ringing)
{
    const struct call *call = &ringing->call;
    return json_pack("{s:s,s:s,s:s,s:s?,s:o}", "call", call->id, "event",
                     call_event_name(call->event), "extension", call->extension, "number",
                     *call->number ? call->number : NULL, "since_us",
                     duty_time_json(ringing->since_us));
}

/* --- topic: each sees the own calls */

static json_t *snapshot(const struct net_session *session, gpointer user)
{
    const struct telephone *telephone = user;
    json_t *calls = json_array();
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, telephone->calls);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct ringing *one = value;
        if (!g_strcmp0(one->user, session->user_id))
            json_array_append_new(calls, call_json(one));
    }
    return json_pack("{s:o}", "calls", calls);
}

static bool sees_all(const struct net_session *session, gpointer user)
{
    (void)session;
    (void)user;
    return false;
}

/* A delta is {"user","call"}. */
static json_t *part(const json_t *delta, const struct net_session *session, gpointer user)
{
    (void)user;
    bool own = !g_strcmp0(json_string_value(json_object_get(delta, "user")), session->user_id);
    return own ? json_pack("{s:[O]}", "set", json_object_get(delta, "call"))
               : json_pack("{s:[]}", "set");
}

struct topic *telephone_topic(struct telephone *telephone)
{
    return telephone->topic;
}

bool telephone_tell(struct telephone *telephone, const char *system, const struct call *call,
                    gint64 now_us)
{
    const char *user = g_hash_table_lookup(telephone->extensions, call->extension);
    g_autofree char *key = g_strdup_printf("%s %s", system, call->id);
    struct ringing *known = g_hash_table_lookup(telephone->calls, key);
    if (!user || (!known && g_hash_table_size(telephone->calls) >= MOST_CALLS))
        return false;
    struct ringing *one = g_new0(struct ringing, 1);
    one->call = *call;
    one->user = g_strdup(user);
    one->since_us = known ? known->since_us : now_us;
    if (!*call->number && known)
        g_strlcpy(one->call.number, known->call.number, sizeof one->call.number);
    /* taken over at another extension: gone from the first */
    if (known && strcmp(known->user, user) != 0) {
        known->call.event = CALL_ENDED;
        topic_publish(telephone->topic,
                      json_pack("{s:s,s:o}", "user", known->user, "call", call_json(known)));
    }
    topic_publish(telephone->topic, json_pack("{s:s,s:o}", "user", user, "call", call_json(one)));
    if (call->event == CALL_ENDED) {
        g_hash_table_remove(telephone->calls, key);
        ringing_free(one);
    } else {
        g_hash_table_replace(telephone->calls, g_strdup(key), one);
    }
    telephone->told++;
    return true;
}

static gboolean sweep(gpointer user)
{
    struct telephone *telephone = user;
    gint64 before_us = clock_wall_us() - CALL_US;
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, telephone->calls);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct ringing *one = value;
        if (one->since_us >= before_us)
            continue;
        one->call.event = CALL_ENDED;
        topic_publish(telephone->topic,
                      json_pack("{s:s,s:o}", "user", one->user, "call", call_json(one)));
        g_hash_table_iter_remove(&iter);
    }
    return G_SOURCE_CONTINUE;
}

/* --- life */

static bool read_pairs(struct store_tx *tx, const char *sql, GHashTable *into, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(tx, error, sql, "");
    while (rows && store_rows_next(rows, &bad))
        g_hash_table_replace(into, store_text_dup(rows, 0), store_text_dup(rows, 1));
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

bool telephone_load(struct store_tx *tx, GHashTable *systems, GHashTable *extensions,
                    GError **error)
{
    return read_pairs(tx, "SELECT key_digest, id FROM telephone_system", systems, error) &&
           read_pairs(tx, "SELECT extension, user_id FROM telephone_extension", extensions, error);
}

static GHashTable *pairs_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

struct reading {
    struct telephone *telephone;
    GHashTable *systems, *extensions;
};

static bool read_all(struct store_tx *tx, gpointer job, GError **error)
{
    struct reading *reading = job;
    return telephone_load(tx, reading->systems, reading->extensions, error);
}

static void on_read(gpointer job, const GError *error)
{
    struct reading *reading = job;
    struct telephone *telephone = reading->telephone;
    if (error) {
        log_warn("duty", "telephone systems cannot be read: %s", error->message);
    } else {
        g_hash_table_unref(telephone->systems);
        g_hash_table_unref(telephone->extensions);
        telephone->systems = g_hash_table_ref(reading->systems);
        telephone->extensions = g_hash_table_ref(reading->extensions);
    }
    g_hash_table_unref(reading->systems);
    g_hash_table_unref(reading->extensions);
    g_free(reading);
}

void telephone_reload(struct telephone *telephone)
{
    struct reading *reading = g_new(struct reading, 1);
    *reading = (struct reading){telephone, pairs_new(), pairs_new()};
    store_read(telephone->duty->options.store, read_all, reading, on_read);
}

struct telephone *telephone_create(struct duty *duty, const char *boot, GError **error)
{
    static const struct topic_ops ops = {.snapshot = snapshot, .sees_all = sees_all, .part = part};
    struct telephone *telephone = g_new0(struct telephone, 1);
    telephone->duty = duty;
    telephone->systems = pairs_new();
    telephone->extensions = pairs_new();
    telephone->calls = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, ringing_free);
    telephone->topic = topic_create("calls", boot, KEEP_DELTAS, &ops, telephone);
    struct reading reading = {telephone, telephone->systems, telephone->extensions};
    if (!store_read_now(duty->options.store, read_all, &reading, error)) {
        telephone_destroy(telephone);
        return NULL;
    }
    telephone->sweep = loop_every(duty->options.loop, SWEEP_MS, sweep, telephone);
    telephone_add_routes(telephone);
    return telephone;
}

void telephone_destroy(struct telephone *telephone)
{
    if (!telephone)
        return;
    loop_cancel(telephone->duty->options.loop, &telephone->sweep);
    topic_destroy(telephone->topic);
    g_hash_table_unref(telephone->systems);
    g_hash_table_unref(telephone->extensions);
    g_hash_table_unref(telephone->calls);
    g_free(telephone);
}
