/* Numbers for Prometheus: a registry of named metrics with labels and its text exposition (format
 * 0.0.4). Values are pushed where they happen, or set by a collector that runs just before the text
 * is written. Loop thread only. docs/metrics.md lists what townwalld offers. */
#pragma once
#include <glib.h>
#include <stdbool.h>

struct metrics;
struct metric;

#define METRIC_LABELS 4

struct metrics *metrics_create(void);
void metrics_destroy(struct metrics *metrics);

/* Names follow the convention (townwall_…_total, _bytes, _seconds; asserted to be valid and new).
 * `labels`: names separated by commas ("state,node"), NULL: none. All strings are copied. Returned:
 * borrowed, lives as long as `metrics`. */
struct metric *metrics_gauge(struct metrics *metrics, const char *name, const char *help,
                             const char *labels);
struct metric *metrics_counter(struct metrics *metrics, const char *name, const char *help,
                               const char *labels);
/* `bounds`: `count` rising upper bounds; +Inf is added. */
struct metric *metrics_histogram(struct metrics *metrics, const char *name, const char *help,
                                 const char *labels, const double *bounds, guint count);

/* The label values follow as strings, as many as the metric has labels, in their order.
 * metric_set() is for gauges and for counters that are counted elsewhere. */
void metric_set(struct metric *metric, double value, ...);
void metric_add(struct metric *metric, double value, ...);
void metric_observe(struct metric *metric, double value, ...);
/* Forgets all series: a collector does so before it sets those that still exist. */
void metric_clear(struct metric *metric);

/* Runs `collect` before each exposition, in the order of these calls. */
void metrics_on_collect(struct metrics *metrics, void (*collect)(gpointer user), gpointer user);

/* Returned: the whole exposition, owned by the caller. */
char *metrics_text(struct metrics *metrics);
