/* What Prometheus may know of the feeds (docs/metrics.md). */
#include "common/clock.h"
#include "intake/intake_private.h"

static void collect_feed(struct intake *intake, const struct feed *feed)
{
    const struct feed_numbers *n = &feed->numbers;
    const struct {
        const char *outcome;
        guint64 count;
    } outcomes[] = {{"accepted", n->accepted}, {"refused", n->refused}, {"away", n->away}};
    for (guint i = 0; i < G_N_ELEMENTS(outcomes); i++)
        metric_set(intake->events, (double)outcomes[i].count, feed->id, outcomes[i].outcome);
    const struct {
        const char *outcome;
        guint64 count;
    } requests[] = {{"signed", n->requests},
                    {"unsigned", n->unsigned_requests},
                    {"replayed", n->replayed},
                    {"limited", n->limited}};
    for (guint i = 0; i < G_N_ELEMENTS(requests); i++)
        metric_set(intake->requests, (double)requests[i].count, feed->id, requests[i].outcome);
    if (n->lag_known)
        metric_set(intake->lag, (double)n->lag_us / 1e6, feed->id);
    metric_set(intake->skew, (double)feed_skew_us(feed) / 1e6, feed->id);
    metric_set(intake->failing, n->failing, feed->id);
}

static void collect(gpointer user)
{
    struct intake *intake = user;
    struct writer_stats stats;
    struct metric *const by_feed[] = {intake->events, intake->requests, intake->lag, intake->skew,
                                      intake->failing};
    for (guint i = 0; i < G_N_ELEMENTS(by_feed); i++)
        metric_clear(by_feed[i]);
    g_autoptr(GPtrArray) all = feeds_all(intake->feeds);
    for (guint i = 0; i < all->len; i++)
        collect_feed(intake, all->pdata[i]);
    writer_stats(intake->writer, &stats);
    metric_set(intake->up, intake_ready(intake));
    metric_set(intake->waiting, stats.waiting);
    metric_set(intake->write, (double)stats.last_write_us / 1e6);
}

void intake_add_metrics(struct intake *intake)
{
    struct metrics *r = net_metrics(intake->options.net);
    intake->events = metrics_counter(r, "townwall_intake_events_total",
                                     "Events by what became of them.", "feed,outcome");
    intake->requests =
        metrics_counter(r, "townwall_intake_requests_total", "Requests of feeds.", "feed,outcome");
    intake->lag = metrics_gauge(r, "townwall_intake_lag_seconds",
                                "How long after their own time events come, median.", "feed");
    intake->skew = metrics_gauge(r, "townwall_intake_skew_seconds",
                                 "How far ahead a feed's clock is believed to be.", "feed");
    intake->failing =
        metrics_gauge(r, "townwall_intake_failing", "1 while a feed does not work.", "feed");
    intake->up = metrics_gauge(r, "townwall_intake_ready", "1 while events are taken.", NULL);
    intake->waiting = metrics_gauge(r, "townwall_intake_waiting_batches",
                                    "Batches that Redis has not answered.", NULL);
    intake->write = metrics_gauge(r, "townwall_intake_write_seconds",
                                  "How long the newest batch took to be on disk.", NULL);
    metrics_on_collect(r, collect, intake);
}
