#include "alerts/load_record.h"
#include "alerts/face.h"
#include "common/log.h"
#include <string.h>

#define SLOT_US  ((gint64)600 * G_USEC_PER_SEC)
#define WRITE_US ((gint64)60 * G_USEC_PER_SEC)
/* Longer between two calls, and nobody knows whether the seat was connected all the time. */
#define GAP_US ((gint64)10 * G_USEC_PER_SEC)
enum { MOST_HOURS = 24 * 31 };
#define HOUR_US (INT64_C(3600) * G_USEC_PER_SEC)
#define DAY_US  (24 * HOUR_US)

/* What a seat's row grows by. */
struct growth {
    char *user, *name;
    gint64 begin_us;
    gint64 alerts, reports, connected_us, flood_us;
    bool in_flood; /* now */
    bool here;     /* since the last look */
};

struct load_record {
    struct alerts *alerts;
    GPtrArray *growths; /* of the running slot */
    gint64 looked_us, written_us;
};

static void growth_free(gpointer data)
{
    struct growth *growth = data;
    g_free(growth->user);
    g_free(growth->name);
    g_free(growth);
}

/* --- growing */

static struct growth *growth_of(struct load_record *record, const char *user, const char *name)
{
    for (guint i = 0; i < record->growths->len; i++) {
        struct growth *growth = record->growths->pdata[i];
        if (strcmp(growth->user, user) == 0)
            return growth;
    }
    struct growth *growth = g_new0(struct growth, 1);
    growth->user = g_strdup(user);
    growth->name = g_strdup(name);
    g_ptr_array_add(record->growths, growth);
    return growth;
}

void load_record_add(struct load_record *record, const char *user, const char *name, guint alerts,
                     guint reports, bool in_flood)
{
    struct growth *growth = growth_of(record, user, name ? name : "");
    growth->alerts += alerts;
    growth->reports += reports;
    growth->in_flood = in_flood;
    growth->here = true;
}

/* --- writing: rows grow, so that a restart within a slot loses nothing that was there */

static bool write_growths(struct store_tx *tx, gpointer job, GError **error)
{
    const GPtrArray *growths = job;
    for (guint i = 0; i < growths->len; i++) {
        const struct growth *g = growths->pdata[i];
        if (!store_exec(tx, error,
                        "INSERT INTO seat_load (user_id, begin_us, name, alerts, reports, seconds,"
                        " flood_seconds) VALUES (?, ?, ?, ?, ?, ?, ?)"
                        " ON CONFLICT (user_id, begin_us) DO UPDATE SET name = excluded.name,"
                        " alerts = seat_load.alerts + excluded.alerts,"
                        " reports = seat_load.reports + excluded.reports,"
                        " seconds = seat_load.seconds + excluded.seconds,"
                        " flood_seconds = seat_load.flood_seconds + excluded.flood_seconds",
                        "sisiiii", g->user, g->begin_us, g->name, g->alerts, g->reports,
                        g->connected_us / G_USEC_PER_SEC, g->flood_us / G_USEC_PER_SEC))
            return false;
    }
    return true;
}

static void written(gpointer job, const GError *error)
{
    if (error)
        log_warn("alerts", "a minute of the alarm load is not on record: %s", error->message);
    g_ptr_array_unref(job);
}

static void write_now(struct load_record *record, gint64 begin_us)
{
    GPtrArray *growths = record->growths;
    record->growths = g_ptr_array_new_with_free_func(growth_free);
    for (guint i = 0; i < growths->len; i++)
        ((struct growth *)growths->pdata[i])->begin_us = begin_us;
    if (growths->len)
        store_write(record->alerts->options.store, write_growths, growths, written);
    else
        g_ptr_array_unref(growths);
}

void load_record_look(struct load_record *record, gint64 now_us)
{
    gint64 passed_us = now_us - record->looked_us;
    bool known = record->looked_us && passed_us >= 0 && passed_us <= GAP_US;
    for (guint i = 0; i < record->growths->len; i++) {
        struct growth *growth = record->growths->pdata[i];
        if (growth->here && known)
            growth->connected_us += passed_us;
        if (growth->here && known && growth->in_flood)
            growth->flood_us += passed_us;
        growth->here = false;
    }
    gint64 slot_us = now_us - now_us % SLOT_US;
    bool over = now_us + 2 * G_USEC_PER_SEC >= slot_us + SLOT_US;
    record->looked_us = now_us;
    if (!over && now_us >= record->written_us && now_us - record->written_us < WRITE_US)
        return;
    record->written_us = now_us;
    write_now(record, slot_us);
}

/* --- bounded */

bool load_record_forget(struct store_tx *tx, gint64 now_us, GError **error)
{
    return store_exec(tx, error, "DELETE FROM seat_load WHERE begin_us < ?", "i",
                      now_us - LOAD_RECORD_DAYS * DAY_US);
}

/* --- asked for */

struct history {
    struct alerts *alerts;
    struct net_request *request;
    char *user; /* whose rows beside the town's; NULL: everybody's */
    gint64 from_us, until_us;
    json_t *slots;
};

static json_t *slot_at(json_t *slots, gint64 begin_us)
{
    json_t *last = json_array_get(slots, json_array_size(slots) - 1);
    g_autofree char *begin = g_strdup_printf("%" G_GINT64_FORMAT, begin_us);
    if (g_strcmp0(json_string_value(json_object_get(last, "begin_us")), begin) == 0)
        return last;
    json_t *slot =
        json_pack("{s:s,s:i,s:i,s:[]}", "begin_us", begin, "reports", 0, "alerts", 0, "seats");
    json_array_append_new(slots, slot);
    return slot;
}

static void add_row(struct history *history, struct store_rows *rows)
{
    json_t *slot = slot_at(history->slots, store_int(rows, 0));
    const char *user = store_text(rows, 1);
    if (*user == '\0') {
        json_object_set_new(slot, "alerts", json_integer(store_int(rows, 3)));
        json_object_set_new(slot, "reports", json_integer(store_int(rows, 4)));
        return;
    }
    json_array_append_new(
        json_object_get(slot, "seats"),
        json_pack("{s:s,s:o,s:I,s:I,s:I}", "user", user, "name", json_of_text(store_text(rows, 2)),
                  "alerts", (json_int_t)store_int(rows, 3), "seconds",
                  (json_int_t)store_int(rows, 5), "flood_seconds", (json_int_t)store_int(rows, 6)));
}

static bool read_history(struct store_tx *tx, gpointer job, GError **error)
{
    struct history *history = job;
    store_rows_auto rows = store_query(
        tx, error,
        "SELECT begin_us, user_id, name, alerts, reports, seconds, flood_seconds FROM seat_load"
        " WHERE begin_us >= ? AND begin_us < ? ORDER BY begin_us, user_id",
        "ii", history->from_us, history->until_us);
    GError *bad = NULL;
    while (rows && store_rows_next(rows, &bad)) {
        const char *user = store_text(rows, 1);
        if (!history->user || *user == '\0' || strcmp(user, history->user) == 0)
            add_row(history, rows);
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static void grow(json_t *object, const char *key, gint64 by)
{
    json_int_t before = json_integer_value(json_object_get(object, key));
    json_object_set_new(object, key, json_integer(before + (json_int_t)by));
}

static json_t *seat_of(json_t *slot, const struct growth *growth)
{
    json_t *seats = json_object_get(slot, "seats"), *seat;
    size_t i;
    json_array_foreach(seats, i, seat)
    {
        if (g_strcmp0(json_string_value(json_object_get(seat, "user")), growth->user) == 0)
            return seat;
    }
    seat = json_pack("{s:s,s:s}", "user", growth->user, "name", growth->name);
    json_array_append_new(seats, seat);
    return seat;
}

/* The minute that is not written yet. */
static void add_running(struct history *history)
{
    const struct load_record *record = history->alerts->load_record;
    gint64 slot_us = record->looked_us - record->looked_us % SLOT_US;
    if (slot_us < history->from_us || slot_us >= history->until_us)
        return;
    for (guint i = 0; i < record->growths->len; i++) {
        const struct growth *growth = record->growths->pdata[i];
        json_t *slot = slot_at(history->slots, slot_us);
        bool town = *growth->user == '\0';
        if (!town && history->user && strcmp(growth->user, history->user) != 0)
            continue;
        json_t *to = town ? slot : seat_of(slot, growth);
        grow(to, "alerts", growth->alerts);
        if (town) {
            grow(to, "reports", growth->reports);
        } else {
            grow(to, "seconds", growth->connected_us / G_USEC_PER_SEC);
            grow(to, "flood_seconds", growth->flood_us / G_USEC_PER_SEC);
        }
    }
}

static void history_read(gpointer job, const GError *error)
{
    struct history *history = job;
    if (!error)
        add_running(history);
    if (error)
        face_reply_store(history->request, error);
    else
        net_reply_json(history->request, 200,
                       json_pack("{s:i,s:O}", "span_s", (int)(SLOT_US / G_USEC_PER_SEC), "slots",
                                 history->slots));
    net_request_unref(history->request);
    json_decref(history->slots);
    g_free(history->user);
    g_free(history);
}

static void get_history(struct net_request *request, gpointer user)
{
    struct alerts *alerts = user;
    const struct net_session *session = net_request_session(request);
    gint64 hours, until_us, now_us = alerts_now(alerts);
    if (!net_request_query_int(request, "hours", 1, MOST_HOURS, 24, &hours) ||
        !net_request_query_int(request, "until_us", 0, G_MAXINT64, now_us, &until_us))
        return;
    struct history *history = g_new0(struct history, 1);
    *history = (struct history){
        .alerts = alerts,
        .request = net_request_ref(request),
        .user = identity_may_in(session, RIGHT_ALERT_SEE, "") ? NULL : g_strdup(session->user_id),
        .from_us = until_us - hours * HOUR_US,
        .until_us = until_us,
        .slots = json_array()};
    store_read(alerts->options.store, read_history, history, history_read);
}

void load_record_add_routes(struct alerts *alerts)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/alert-load/history", "alert.see", get_history, 0},
    };
    net_add_routes(alerts->options.net, routes, G_N_ELEMENTS(routes), alerts);
}

/* --- life */

struct load_record *load_record_create(struct alerts *alerts)
{
    struct load_record *record = g_new0(struct load_record, 1);
    record->alerts = alerts;
    alerts->load_record = record;
    record->growths = g_ptr_array_new_with_free_func(growth_free);
    record->written_us = alerts_now(alerts);
    return record;
}

void load_record_destroy(struct load_record *record)
{
    if (!record)
        return;
    if (record->looked_us)
        write_now(record, record->looked_us - record->looked_us % SLOT_US);
    store_drain(record->alerts->options.store);
    g_ptr_array_unref(record->growths);
    g_free(record);
}
