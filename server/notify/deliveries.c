/* The record of messages to gateways: what was tried, what came back. */
#include "notify/notify_private.h"

json_t *deliveries_json(struct store_tx *tx, const struct delivery_query *query, GError **error)
{
    GError *bad = NULL;
    json_t *list = json_array(), *last = NULL;
    store_rows_auto rows = store_query(
        tx, error,
        "SELECT d.id, d.channel, d.kind, d.case_id, d.facts, d.department, d.state, d.tries,"
        " d.status, d.answer, d.time_us, d.tried_us, d.next_us, d.ended_us FROM delivery d"
        " WHERE (? = '' OR d.state = ?) AND (? = '' OR d.channel = ?) AND d.id < ?"
        " ORDER BY d.id DESC LIMIT ?",
        "sssssi", query->state ? query->state : "", query->state ? query->state : "",
        query->channel ? query->channel : "", query->channel ? query->channel : "",
        query->before ? query->before : "~", query->limit);
    while (rows && store_rows_next(rows, &bad)) {
        json_t *facts = json_loads(store_text(rows, 4), 0, NULL);
        last = json_pack("{s:s,s:s,s:s,s:s?,s:O?,s:s?,s:s,s:I,s:I,s:s}", "id", store_text(rows, 0),
                         "channel", store_text(rows, 1), "kind", store_text(rows, 2), "case",
                         store_text(rows, 3), "code", json_object_get(facts, "code"), "for",
                         store_text(rows, 5), "state", store_text(rows, 6), "tries",
                         (json_int_t)store_int(rows, 7), "status", (json_int_t)store_int(rows, 8),
                         "answer", store_text(rows, 9));
        json_object_set_new(last, "time_us", notify_time_json(store_int(rows, 10)));
        json_object_set_new(last, "tried_us", notify_time_json(store_int(rows, 11)));
        json_object_set_new(last, "next_us", notify_time_json(store_int(rows, 12)));
        json_object_set_new(last, "ended_us", notify_time_json(store_int(rows, 13)));
        json_array_append_new(list, last);
        json_decref(facts);
    }
    if (bad)
        g_propagate_error(error, bad);
    bool more = (gint64)json_array_size(list) == query->limit;
    json_t *body = json_pack("{s:o,s:O?}", "deliveries", list, "next",
                             more ? json_object_get(last, "id") : NULL);
    if (!rows || bad)
        g_clear_pointer(&body, json_decref);
    return body;
}

bool deliveries_retry(struct store_tx *tx, const char *id, const char *channel, gint64 now_us,
                      gint64 *count, GError **error)
{
    bool fine =
        id ? store_exec(tx, error,
                        "UPDATE delivery SET state = 'queued', tries = 0, next_us = ?,"
                        " ended_us = 0 WHERE id = ? AND state IN ('failed', 'given_up')",
                        "is", now_us, id)
           : store_exec(tx, error,
                        "UPDATE delivery SET state = 'queued', tries = 0, next_us = ?,"
                        " ended_us = 0 WHERE state = 'given_up' AND (? = '' OR channel = ?)",
                        "iss", now_us, channel ? channel : "", channel ? channel : "");
    *count = fine ? store_changed(tx) : 0;
    return fine;
}

bool deliveries_test(struct store_tx *tx, const struct notify *notify,
                     const struct channel *channel, gint64 now_us, char **id, GError **error)
{
    g_autofree char *due = notify->options.cases->clock(now_us);
    g_autofree char *link = g_strdup_printf("%s/", notify->url);
    *id = store_id_new();
    /* to the first address, where the gateway needs one */
    const char *of = channel->to->len ? g_array_index(channel->to, struct pair, 0).name : NULL;
    json_t *facts = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:o}", "code", "0000-0000", "kind",
                              "通道测试", "what", "test", "department", "", "item", "测试消息",
                              "due", due, "link", link, "time_us", notify_time_json(now_us));
    char *text = json_dumps(facts, JSON_COMPACT);
    bool fine = store_exec(tx, error,
                           "INSERT INTO delivery (id, channel, kind, case_id, object, department,"
                           " facts, once, state, time_us, next_us)"
                           " VALUES (?, ?, 'test', NULL, '', ?, ?, ?, 'queued', ?, ?)",
                           "sssssii", *id, channel->id, of, text, *id, now_us, now_us);
    free(text);
    json_decref(facts);
    return fine;
}

/* --- channels */

static bool count_states(struct store_tx *tx, GHashTable *counts, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows = store_query(
        tx, error, "SELECT channel, state, COUNT(*) FROM delivery GROUP BY channel, state", "");
    while (rows && store_rows_next(rows, &bad)) {
        json_t *of = g_hash_table_lookup(counts, store_text(rows, 0));
        if (!of)
            g_hash_table_insert(counts, store_text_dup(rows, 0), of = json_object());
        json_object_set_new(of, store_text(rows, 1), json_integer(store_int(rows, 2)));
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static char *host_of(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
    return g_strdup(uri && g_uri_get_host(uri) ? g_uri_get_host(uri) : "");
}

json_t *channels_json(struct store_tx *tx, const struct plan *plan, GError **error)
{
    g_autoptr(GHashTable) counts =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)json_decref);
    if (!count_states(tx, counts, error))
        return NULL;
    json_t *list = json_array();
    for (guint i = 0; i < plan->channels->len; i++) {
        const struct channel *channel = plan->channels->pdata[i];
        json_t *of = g_hash_table_lookup(counts, channel->id);
        g_autofree char *host = host_of(channel->url); /* the path may hold a key */
        json_array_append_new(list, json_pack("{s:s,s:s,s:b,s:s,s:O,s:O,s:O,s:o}", "id",
                                              channel->id, "kind", channel_kind_name(channel->kind),
                                              "enabled", (int)channel->enabled, "host", host,
                                              "departments", channel->departments, "roles",
                                              channel->roles, "kinds", channel->kinds, "counts",
                                              of ? json_incref(of) : json_object()));
    }
    return json_pack("{s:o}", "channels", list);
}
