#include "alerts/load.h"
#include "alerts/flood.h"
#include "alerts/load_record.h"

enum { LOOK_MS = 2000 };

struct load {
    struct alerts *alerts;
    struct recent *came, *reports;
    GHashTable *flooded; /* user ids of seats that are connected */
    struct load_record *record;
    gint64 recorded_us; /* what came after that is not on record */
    guint look_source;
};

void load_note_events(struct load *load, guint count, gint64 now_us)
{
    recent_add(load->reports, now_us, NULL, count);
}

static const struct situation_row *situation_of(GHashTable *situations, const struct alert *alert)
{
    return alert->situation ? g_hash_table_lookup(situations, alert->situation) : NULL;
}

/* `user`: the rows in which it is looked for. */
static const struct alert *find_alert(const char *id, gpointer user)
{
    const struct alert_row *row = g_hash_table_lookup(user, id);
    return row ? &row->alert : NULL;
}

static bool alarms(const struct alerts *alerts, GHashTable *situations, const struct alert *alert)
{
    return alert_row_alarms(alert, situation_of(situations, alert), find_alert, alerts->rows);
}

void load_note_alerts(struct load *load, const struct turn *turn)
{
    GHashTableIter iter;
    gpointer id;
    g_hash_table_iter_init(&iter, turn->new_alerts);
    while (g_hash_table_iter_next(&iter, &id, NULL)) {
        const struct alert_row *row = g_hash_table_lookup(turn->rows, id);
        if (row && alarms(load->alerts, turn->situations, &row->alert))
            recent_add(load->came, turn->now_us, row->alert.area, 1);
    }
}

/* --- seats: whoever is connected and may handle alerts */

struct seats {
    struct load *load;
    json_t *object;
    GHashTable *flooded; /* as they were before */
    bool record;         /* what came since */
};

static bool sees(const char *area, gpointer user)
{
    return alerts_may_see(user, area);
}

static void add_seat(struct net_client *client, gpointer user)
{
    struct seats *seats = user;
    const struct net_session *session = net_client_session(client);
    const char *id = session->user_id;
    if (!identity_may(session, RIGHT_ALERT_HANDLE) || json_object_get(seats->object, id))
        return;
    guint count = recent_count(seats->load->came, sees, (gpointer)session);
    bool flooded = flood_goes_on(g_hash_table_contains(seats->flooded, id), count);
    if (flooded)
        g_hash_table_add(seats->load->flooded, g_strdup(id));
    if (seats->record)
        load_record_add(seats->load->record, id, session->name,
                        recent_count_since(seats->load->came, seats->load->recorded_us, sees,
                                           (gpointer)session),
                        0, flooded);
    json_object_set_new(seats->object, id,
                        json_pack("{s:o,s:I,s:b}", "name", json_of_text(session->name), "per_10min",
                                  (json_int_t)count, "in_flood", flooded));
}

static GHashTable *users_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static json_t *seats_json(struct load *load, gint64 now_us, bool record)
{
    recent_forget(load->came, now_us);
    recent_forget(load->reports, now_us);
    struct seats seats = {
        .load = load, .object = json_object(), .flooded = load->flooded, .record = record};
    load->flooded = users_new();
    net_each_client(load->alerts->options.net, add_seat, &seats);
    g_hash_table_destroy(seats.flooded);
    return seats.object;
}

static gboolean look(gpointer user)
{
    struct load *load = user;
    gint64 now_us = alerts_now(load->alerts);
    sources_look(load->alerts);
    alerts_look_clock(load->alerts);
    if (load->recorded_us > now_us)
        load->recorded_us = now_us; /* the clock was set back */
    json_t *flood = json_pack("{s:o}", "seats", seats_json(load, now_us, true));
    load_record_add(load->record, "", "",
                    recent_count_since(load->came, load->recorded_us, NULL, NULL),
                    recent_count_since(load->reports, load->recorded_us, NULL, NULL), false);
    load->recorded_us = now_us;
    load_record_look(load->record, now_us);
    if (json_equal(flood, load->alerts->flood))
        json_decref(flood);
    else
        topic_tell_flood(load->alerts, flood);
    return G_SOURCE_CONTINUE;
}

json_t *load_json(struct load *load, const struct net_session *session)
{
    bool all = identity_may_in(session, RIGHT_ALERT_SEE, "");
    json_t *seats = seats_json(load, alerts_now(load->alerts), false), *list = json_array();
    const char *user;
    json_t *seat;
    json_object_foreach(seats, user, seat)
    {
        if (!all && g_strcmp0(user, session->user_id) != 0)
            continue;
        json_object_set_new(seat, "user", json_string(user));
        json_array_append(list, seat);
    }
    json_decref(seats);
    return json_pack("{s:o,s:I,s:I}", "seats", list, "reports_10min",
                     (json_int_t)recent_count(load->reports, NULL, NULL), "alerts_10min",
                     (json_int_t)recent_count(load->came, sees, (gpointer)session));
}

void load_totals(struct load *load, guint *reports, guint *alerts, guint *seats_in_flood)
{
    json_decref(seats_json(load, alerts_now(load->alerts), false));
    *reports = recent_count(load->reports, NULL, NULL);
    *alerts = recent_count(load->came, NULL, NULL);
    *seats_in_flood = g_hash_table_size(load->flooded);
}

/* --- life */

static int by_age(gconstpointer a, gconstpointer b)
{
    const struct alert_row *x = *(const struct alert_row *const *)a;
    const struct alert_row *y = *(const struct alert_row *const *)b;
    return (x->alert.created_us > y->alert.created_us) -
           (x->alert.created_us < y->alert.created_us);
}

struct load *load_create(struct alerts *alerts)
{
    struct load *load = g_new0(struct load, 1);
    load->alerts = alerts;
    load->came = recent_new();
    load->reports = recent_new();
    load->flooded = users_new();
    g_autoptr(GPtrArray) rows = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, alerts->rows);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        g_ptr_array_add(rows, value);
    g_ptr_array_sort(rows, by_age);
    for (guint i = 0; i < rows->len; i++) {
        const struct alert_row *row = rows->pdata[i];
        if (alarms(alerts, alerts->situations, &row->alert))
            recent_add(load->came, row->alert.created_us, row->alert.area, 1);
    }
    load->recorded_us = alerts_now(alerts);
    recent_forget(load->came, load->recorded_us);
    load->record = load_record_create(alerts);
    load->look_source = loop_every(alerts->options.loop, LOOK_MS, look, load);
    return load;
}

void load_destroy(struct load *load)
{
    if (!load)
        return;
    loop_cancel(load->alerts->options.loop, &load->look_source);
    load_record_destroy(load->record);
    recent_free(load->came);
    recent_free(load->reports);
    g_hash_table_destroy(load->flooded);
    g_free(load);
}
