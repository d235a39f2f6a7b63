/* townwall_alerts_… (docs/metrics.md). */
#include "alerts/alerts_private.h"
#include "alerts/ingest.h"
#include "alerts/load.h"

struct alerts_metrics {
    struct alerts *alerts;
    struct metric *up, *leads, *lag_entries, *events, *known, *poison, *batches, *failed;
    struct metric *acknowledged, *trimmed, *claimed, *decisions, *lag, *open, *situations;
    struct metric *per_10min, *reports_10min, *flooded, *waiting;
};

static void count_open(const struct alerts *alerts, struct metric *metric)
{
    guint counts[ALERT_STATES][5] = {0};
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, alerts->rows);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct alert *a = &((const struct alert_row *)value)->alert;
        if (!a->ended_us && a->priority <= 4)
            counts[a->state][a->priority]++;
    }
    metric_clear(metric);
    for (int state = 0; state < ALERT_STATES; state++) {
        for (unsigned priority = 1; priority <= 4; priority++) {
            char text[4];
            g_snprintf(text, sizeof text, "%u", priority);
            if (counts[state][priority])
                metric_set(metric, counts[state][priority],
                           alert_state_name((enum alert_state)state), text);
        }
    }
}

static void collect(gpointer user)
{
    struct alerts_metrics *m = user;
    struct alerts *alerts = m->alerts;
    struct consumer_stats stream;
    struct ingest_stats taken;
    guint reports, came, flooded;
    consumer_stats(alerts->consumer, &stream);
    ingest_stats(alerts->ingest, &taken);
    load_totals(alerts->load, &reports, &came, &flooded);
    metric_set(m->up, stream.connected);
    metric_set(m->leads, stream.leads);
    metric_set(m->lag_entries, (double)MAX(stream.lag, 0));
    metric_set(m->acknowledged, (double)stream.acknowledged);
    metric_set(m->trimmed, (double)stream.trimmed);
    metric_set(m->claimed, (double)stream.claimed);
    metric_set(m->events, (double)taken.events);
    metric_set(m->known, (double)taken.known);
    metric_set(m->poison, (double)taken.poison);
    metric_set(m->batches, (double)taken.batches);
    metric_set(m->failed, (double)taken.failed);
    metric_set(m->decisions, (double)taken.decisions);
    metric_set(m->lag, (double)taken.lag_us / 1e6);
    metric_set(m->situations, g_hash_table_size(alerts->situations));
    metric_set(m->per_10min, came);
    metric_set(m->reports_10min, reports);
    metric_set(m->flooded, flooded);
    metric_set(m->waiting, alerts->turns.length);
    count_open(alerts, m->open);
}

static void add_stream(struct alerts_metrics *m, struct metrics *r)
{
    m->up = metrics_gauge(r, "townwall_alerts_redis_up", "1 while the stream is reached.", NULL);
    m->leads = metrics_gauge(r, "townwall_alerts_leads",
                             "1 while this server takes the events (holds the lease).", NULL);
    m->lag_entries = metrics_gauge(r, "townwall_alerts_waiting_events",
                                   "Events on the stream that were not read yet.", NULL);
    m->lag = metrics_gauge(r, "townwall_alerts_lag_seconds",
                           "From the receipt of the newest event taken to its commit.", NULL);
    m->acknowledged = metrics_counter(r, "townwall_alerts_acknowledged_total",
                                      "Entries of the stream acknowledged.", NULL);
    m->trimmed = metrics_counter(r, "townwall_alerts_trimmed_total",
                                 "Entries of the stream dropped after every group had them.", NULL);
    m->claimed = metrics_counter(r, "townwall_alerts_claimed_total",
                                 "Entries taken over from other servers.", NULL);
}

struct alerts_metrics *alerts_metrics_create(struct alerts *alerts)
{
    struct metrics *r = net_metrics(alerts->options.net);
    struct alerts_metrics *m = g_new0(struct alerts_metrics, 1);
    m->alerts = alerts;
    add_stream(m, r);
    m->events = metrics_counter(r, "townwall_alerts_events_total", "Events taken.", NULL);
    m->known = metrics_counter(r, "townwall_alerts_known_events_total",
                               "Events that came again and changed nothing.", NULL);
    m->poison = metrics_counter(r, "townwall_alerts_poison_total", "Events set aside.", NULL);
    m->batches = metrics_counter(r, "townwall_alerts_batches_total", "Batches committed.", NULL);
    m->failed = metrics_counter(r, "townwall_alerts_failed_batches_total",
                                "Batches that could not be written at once.", NULL);
    m->decisions = metrics_counter(r, "townwall_alerts_decisions_total",
                                   "Decisions stored, repetitions folded.", NULL);
    m->open =
        metrics_gauge(r, "townwall_alerts_open", "Alerts that are not over.", "state,priority");
    m->situations =
        metrics_gauge(r, "townwall_alerts_situations", "Situations that are not over.", NULL);
    m->per_10min = metrics_gauge(r, "townwall_alerts_per_10min",
                                 "New alerts in the last 10 minutes, exercises left out.", NULL);
    m->reports_10min = metrics_gauge(r, "townwall_alerts_reports_per_10min",
                                     "Events taken in the last 10 minutes.", NULL);
    m->flooded = metrics_gauge(r, "townwall_alerts_flooded_seats",
                               "Seats with more alerts than people can handle.", NULL);
    m->waiting = metrics_gauge(r, "townwall_alerts_waiting_turns",
                               "Batches, acts and time that wait for the model.", NULL);
    metrics_on_collect(r, collect, m);
    return m;
}

void alerts_metrics_destroy(struct alerts_metrics *m)
{
    g_free(m);
}
