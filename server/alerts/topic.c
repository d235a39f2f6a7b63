/* Topic `alerts`: what is not over, and every change of it. */
#include "alerts/alerts_private.h"
#include "alerts/counts.h"
#include <string.h>

#define KEEP_DELTAS 4096
/* A longer text would not be through before the next deltas of a flood wait behind it
 * (NET_TEXT_BYTES). */
#define SNAPSHOT_ALERTS 3000

bool alerts_may_see(const struct net_session *session, const char *area)
{
    return area ? identity_may_in(session, RIGHT_ALERT_SEE, area)
                : identity_may(session, RIGHT_ALERT_SEE);
}

bool alerts_may_handle(const struct net_session *session, const char *area)
{
    return area ? identity_may_in(session, RIGHT_ALERT_HANDLE, area)
                : identity_may(session, RIGHT_ALERT_HANDLE);
}

static bool sees_all(const struct net_session *session, gpointer user)
{
    (void)user;
    return identity_may_in(session, RIGHT_ALERT_SEE, "");
}

/* A situation is seen by whoever sees where its middle is, or one of its alerts. */
static bool sees_situation(struct alerts *alerts, const struct net_session *session,
                           const char *area, const json_t *ids)
{
    if (alerts_may_see(session, area))
        return true;
    for (size_t i = 0; i < json_array_size(ids); i++) {
        const char *id = json_string_value(json_array_get(ids, i));
        const struct alert_row *row = g_hash_table_lookup(alerts->rows, id);
        if (row && alerts_may_see(session, row->alert.area))
            return true;
    }
    return false;
}

static bool sees_row(struct alerts *alerts, const struct net_session *session,
                     const struct situation *situation)
{
    bool sees = alerts_may_see(session, situation->area);
    for (guint i = 0; !sees && i < situation->alerts->len; i++) {
        const struct alert_row *row =
            g_hash_table_lookup(alerts->rows, situation->alerts->pdata[i]);
        sees = row && alerts_may_see(session, row->alert.area);
    }
    return sees;
}

static const char *area_of(const json_t *object)
{
    return json_string_value(json_object_get(object, "area"));
}

/* Seats' loads: everybody's for those who see everything, else one's own. */
static json_t *flood_part(const json_t *flood, const struct net_session *session)
{
    const json_t *seats = json_object_get(flood, "seats");
    json_t *own = json_object_get(seats, session->user_id);
    json_t *part = json_object();
    if (own)
        json_object_set(part, session->user_id, own);
    return json_pack("{s:o}", "seats", part);
}

/* The most urgent first, of those the newest. */
static int by_weight(gconstpointer a, gconstpointer b)
{
    const struct alert *x = &(*(const struct alert_row *const *)a)->alert;
    const struct alert *y = &(*(const struct alert_row *const *)b)->alert;
    if (x->priority != y->priority)
        return x->priority < y->priority ? -1 : 1;
    return (x->last_us < y->last_us) - (x->last_us > y->last_us);
}

/* What this session sees that is not over, borrowed; the most urgent first when there is more than
 * a snapshot may hold. */
static GPtrArray *seen_rows(struct alerts *alerts, const struct net_session *session, bool all)
{
    GPtrArray *rows = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, alerts->rows);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct alert_row *row = value;
        if (!row->alert.ended_us && (all || alerts_may_see(session, row->alert.area)))
            g_ptr_array_add(rows, value);
    }
    if (rows->len > SNAPSHOT_ALERTS)
        g_ptr_array_sort(rows, by_weight);
    return rows;
}

static json_t *snapshot(const struct net_session *session, gpointer user)
{
    struct alerts *alerts = user;
    bool all = sees_all(session, alerts);
    json_t *list = json_array(), *situations = json_array();
    g_autoptr(GPtrArray) rows = seen_rows(alerts, session, all);
    guint shown = MIN(rows->len, SNAPSHOT_ALERTS);
    for (guint i = 0; i < shown; i++)
        json_array_append_new(list, alert_row_json(rows->pdata[i]));
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, alerts->situations);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct situation_row *row = value;
        if (all || sees_row(alerts, session, &row->situation))
            json_array_append_new(situations, situation_row_json(row));
    }
    json_t *flood = all ? json_incref(alerts->flood) : flood_part(alerts->flood, session);
    return json_pack("{s:o,s:o,s:o,s:O,s:I}", "alerts", list, "situations", situations, "flood",
                     flood, "sources", alerts->sources, "hidden", (json_int_t)(rows->len - shown));
}

/* What was seen where it was before and is not seen where it is now is gone. */
static void add_moved(json_t *gone, const json_t *moved, const char *id,
                      const struct net_session *session)
{
    const json_t *before = json_object_get(moved, id);
    if (before && alerts_may_see(session, json_string_value(before)))
        json_array_append_new(gone, json_string(id));
}

static const char *id_of(const json_t *count)
{
    return json_string_value(json_array_get(count, 0));
}

static json_t *counts_part(struct alerts *alerts, const json_t *counts,
                           const struct net_session *session)
{
    json_t *rows = json_array(), *situations = json_array();
    size_t i;
    json_t *count;
    json_array_foreach(json_object_get(counts, "alerts"), i, count)
    {
        const struct alert_row *row = g_hash_table_lookup(alerts->rows, id_of(count));
        if (row && alerts_may_see(session, row->alert.area))
            json_array_append(rows, count);
    }
    json_array_foreach(json_object_get(counts, "situations"), i, count)
    {
        const struct situation_row *row = g_hash_table_lookup(alerts->situations, id_of(count));
        if (row && sees_row(alerts, session, &row->situation))
            json_array_append(situations, count);
    }
    return json_pack("{s:o,s:o}", "alerts", rows, "situations", situations);
}

static json_t *part(const json_t *delta, const struct net_session *session, gpointer user)
{
    struct alerts *alerts = user;
    json_t *set = json_array(), *situations = json_array();
    json_t *gone = json_copy(json_object_get(delta, "gone"));
    size_t i;
    json_t *object;
    json_array_foreach(json_object_get(delta, "set"), i, object)
    {
        if (alerts_may_see(session, area_of(object)))
            json_array_append(set, object);
        else
            add_moved(gone, json_object_get(delta, "moved"),
                      json_string_value(json_object_get(object, "id")), session);
    }
    json_array_foreach(json_object_get(delta, "situations"), i, object)
    {
        if (sees_situation(alerts, session, area_of(object), json_object_get(object, "alerts")))
            json_array_append(situations, object);
    }
    json_t *seen =
        json_pack("{s:o,s:o,s:o,s:O}", "set", set, "gone", gone, "situations", situations,
                  "situations_gone", json_object_get(delta, "situations_gone"));
    const json_t *counts = json_object_get(delta, "counts");
    if (counts)
        json_object_set_new(seen, "counts", counts_part(alerts, counts, session));
    json_t *sources = json_object_get(delta, "sources");
    if (sources)
        json_object_set(seen, "sources", sources);
    const json_t *flood = json_object_get(delta, "flood");
    if (flood)
        json_object_set_new(seen, "flood", flood_part(flood, session));
    return seen;
}

/* --- telling */

static json_t *delta_new(void)
{
    return json_pack("{s:[],s:[],s:[],s:[]}", "set", "gone", "situations", "situations_gone");
}

static void publish(struct alerts *alerts, json_t *delta)
{
    static const char *const lists[] = {"set", "gone", "situations", "situations_gone"};
    bool empty = !json_object_get(delta, "flood") && !json_object_get(delta, "counts") &&
                 !json_object_get(delta, "sources");
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
        empty = empty && json_array_size(json_object_get(delta, lists[i])) == 0;
    if (empty)
        json_decref(delta);
    else
        topic_publish(alerts->topic, delta);
}

static void add_row(json_t *delta, const struct alert_row *row)
{
    if (row->alert.ended_us)
        json_array_append_new(json_object_get(delta, "gone"), json_string(row->alert.id));
    else
        json_array_append_new(json_object_get(delta, "set"), alert_row_json(row));
}

void topic_tell_counts(struct alerts *alerts, json_t *counts)
{
    json_t *delta = delta_new();
    json_object_set_new(delta, "counts", counts);
    publish(alerts, delta);
}

static void add_situations(struct alerts *alerts, json_t *delta, const struct turn *turn)
{
    GHashTableIter iter;
    gpointer id, value;
    g_hash_table_iter_init(&iter, turn->situations);
    while (g_hash_table_iter_next(&iter, &id, &value)) {
        const struct situation_row *row = value;
        if (row->seen) {
            counts_note_situation(alerts->counts, id);
            continue;
        }
        counts_skip_situation(alerts->counts, id);
        if (row->situation.ended_us)
            json_array_append_new(json_object_get(delta, "situations_gone"), json_string(id));
        else
            json_array_append_new(json_object_get(delta, "situations"), situation_row_json(row));
    }
}

void topic_tell(struct alerts *alerts, const struct turn *turn)
{
    json_t *delta = delta_new();
    GHashTableIter iter;
    gpointer id, value;
    g_hash_table_iter_init(&iter, turn->rows);
    while (g_hash_table_iter_next(&iter, &id, &value)) {
        const struct alert_row *row = value;
        if (row->counted) {
            counts_note_alert(alerts->counts, id);
            continue;
        }
        add_row(delta, row);
        counts_skip_alert(alerts->counts, id);
    }
    if (json_object_size(turn->moved))
        json_object_set(delta, "moved", turn->moved);
    add_situations(alerts, delta, turn);
    publish(alerts, delta);
    counts_plan(alerts->counts);
}

void topic_tell_sources(struct alerts *alerts)
{
    json_t *delta = delta_new();
    json_object_set(delta, "sources", alerts->sources);
    publish(alerts, delta);
}

void topic_tell_flood(struct alerts *alerts, json_t *flood)
{
    json_decref(alerts->flood);
    alerts->flood = flood;
    json_t *delta = delta_new();
    json_object_set(delta, "flood", flood);
    publish(alerts, delta);
}

/* --- life */

void topic_open(struct alerts *alerts)
{
    static const struct topic_ops ops = {.snapshot = snapshot, .sees_all = sees_all, .part = part};
    alerts->flood = json_pack("{s:{}}", "seats");
    alerts->topic = topic_create("alerts", alerts->boot, KEEP_DELTAS, &ops, alerts);
}

void topic_close(struct alerts *alerts)
{
    topic_destroy(alerts->topic);
    json_decref(alerts->flood);
}

struct topic *alerts_topic(struct alerts *alerts)
{
    return alerts->topic;
}
