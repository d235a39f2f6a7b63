#include "net/metrics.h"
#include <math.h>
#include <stdarg.h>
#include <string.h>

enum metric_kind { METRIC_GAUGE, METRIC_COUNTER, METRIC_HISTOGRAM };

struct series {
    double value;     /* gauge, counter; sum of a histogram */
    guint64 *buckets; /* histogram: count for each bound, then +Inf; not cumulated */
};

struct metric {
    enum metric_kind kind;
    char *name;
    char *help;
    char **labels;
    guint label_count;
    double *bounds;
    guint bound_count;
    GHashTable *series; /* rendered labels → struct series */
};

struct collector {
    void (*collect)(gpointer user);
    gpointer user;
};

struct metrics {
    GPtrArray *list; /* struct metric, in the order of their making */
    GHashTable *names;
    GArray *collectors;
};

static void series_free(gpointer data)
{
    struct series *series = data;
    g_free(series->buckets);
    g_free(series);
}

static void metric_free(gpointer data)
{
    struct metric *metric = data;
    g_free(metric->name);
    g_free(metric->help);
    g_strfreev(metric->labels);
    g_free(metric->bounds);
    g_hash_table_destroy(metric->series);
    g_free(metric);
}

struct metrics *metrics_create(void)
{
    struct metrics *metrics = g_new0(struct metrics, 1);
    metrics->list = g_ptr_array_new_with_free_func(metric_free);
    metrics->names = g_hash_table_new(g_str_hash, g_str_equal);
    metrics->collectors = g_array_new(FALSE, FALSE, sizeof(struct collector));
    return metrics;
}

void metrics_destroy(struct metrics *metrics)
{
    if (!metrics)
        return;
    g_hash_table_destroy(metrics->names);
    g_ptr_array_unref(metrics->list);
    g_array_unref(metrics->collectors);
    g_free(metrics);
}

static bool name_is_valid(const char *name)
{
    if (!g_ascii_isalpha(*name) && *name != '_')
        return false;
    for (; *name; name++)
        if (!g_ascii_isalnum(*name) && *name != '_')
            return false;
    return true;
}

static struct metric *metric_create(struct metrics *metrics, enum metric_kind kind,
                                    const char *name, const char *help, const char *labels)
{
    g_assert(name_is_valid(name) && !g_hash_table_contains(metrics->names, name));
    struct metric *metric = g_new0(struct metric, 1);
    metric->kind = kind;
    metric->name = g_strdup(name);
    metric->help = g_strdup(help);
    metric->labels = g_strsplit(labels ? labels : "", ",", 0);
    metric->label_count = g_strv_length(metric->labels);
    g_assert(metric->label_count <= METRIC_LABELS);
    for (guint i = 0; i < metric->label_count; i++)
        g_assert(name_is_valid(metric->labels[i]));
    metric->series = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, series_free);
    g_ptr_array_add(metrics->list, metric);
    g_hash_table_add(metrics->names, metric->name);
    return metric;
}

struct metric *metrics_gauge(struct metrics *metrics, const char *name, const char *help,
                             const char *labels)
{
    return metric_create(metrics, METRIC_GAUGE, name, help, labels);
}

struct metric *metrics_counter(struct metrics *metrics, const char *name, const char *help,
                               const char *labels)
{
    return metric_create(metrics, METRIC_COUNTER, name, help, labels);
}

struct metric *metrics_histogram(struct metrics *metrics, const char *name, const char *help,
                                 const char *labels, const double *bounds, guint count)
{
    struct metric *metric = metric_create(metrics, METRIC_HISTOGRAM, name, help, labels);
    metric->bounds = g_memdup2(bounds, count * sizeof *bounds);
    metric->bound_count = count;
    return metric;
}

/* Appends `text` as Prometheus writes a label value: \, " and line ends escaped. */
static void append_escaped(GString *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '\n')
            g_string_append(out, "\\n");
        else if (*text == '\\' || *text == '"')
            g_string_append_printf(out, "\\%c", *text);
        else
            g_string_append_c(out, *text);
    }
}

static struct series *find_series(struct metric *metric, va_list values)
{
    g_autoptr(GString) key = g_string_new(NULL);
    for (guint i = 0; i < metric->label_count; i++) {
        g_string_append_printf(key, "%s%s=\"", i ? "," : "", metric->labels[i]);
        append_escaped(key, va_arg(values, const char *));
        g_string_append_c(key, '"');
    }
    struct series *series = g_hash_table_lookup(metric->series, key->str);
    if (!series) {
        series = g_new0(struct series, 1);
        if (metric->kind == METRIC_HISTOGRAM)
            series->buckets = g_new0(guint64, metric->bound_count + 1);
        g_hash_table_insert(metric->series, g_strdup(key->str), series);
    }
    return series;
}

void metric_set(struct metric *metric, double value, ...)
{
    g_assert(metric->kind != METRIC_HISTOGRAM);
    va_list values;
    va_start(values, value);
    find_series(metric, values)->value = value;
    va_end(values);
}

void metric_add(struct metric *metric, double value, ...)
{
    g_assert(metric->kind != METRIC_HISTOGRAM);
    va_list values;
    va_start(values, value);
    find_series(metric, values)->value += value;
    va_end(values);
}

void metric_observe(struct metric *metric, double value, ...)
{
    g_assert(metric->kind == METRIC_HISTOGRAM);
    va_list values;
    va_start(values, value);
    struct series *series = find_series(metric, values);
    va_end(values);
    guint bucket = 0;
    while (bucket < metric->bound_count && value > metric->bounds[bucket])
        bucket++;
    series->buckets[bucket]++;
    series->value += value;
}

void metric_clear(struct metric *metric)
{
    g_hash_table_remove_all(metric->series);
}

void metrics_on_collect(struct metrics *metrics, void (*collect)(gpointer user), gpointer user)
{
    struct collector collector = {collect, user};
    g_array_append_val(metrics->collectors, collector);
}

static void append_number(GString *out, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    if (isnan(value))
        g_string_append(out, "NaN");
    else if (isinf(value))
        g_string_append(out, value > 0 ? "+Inf" : "-Inf");
    else
        g_string_append(out, g_ascii_formatd(text, sizeof text, "%.15g", value));
}

static void append_sample(GString *out, const char *name, const char *suffix, const char *labels,
                          double value)
{
    g_string_append_printf(out, "%s%s", name, suffix);
    if (*labels)
        g_string_append_printf(out, "{%s}", labels);
    g_string_append_c(out, ' ');
    append_number(out, value);
    g_string_append_c(out, '\n');
}

static void append_histogram(GString *out, const struct metric *metric, const char *labels,
                             const struct series *series)
{
    guint64 count = 0;
    for (guint i = 0; i <= metric->bound_count; i++) {
        count += series->buckets[i];
        g_autoptr(GString) all = g_string_new(labels);
        g_string_append(all, *labels ? ",le=\"" : "le=\"");
        append_number(all, i < metric->bound_count ? metric->bounds[i] : (double)INFINITY);
        g_string_append_c(all, '"');
        append_sample(out, metric->name, "_bucket", all->str, (double)count);
    }
    append_sample(out, metric->name, "_sum", labels, series->value);
    append_sample(out, metric->name, "_count", labels, (double)count);
}

static void append_metric(GString *out, const struct metric *metric)
{
    static const char *const kinds[] = {"gauge", "counter", "histogram"};
    g_string_append_printf(out, "# HELP %s ", metric->name);
    for (const char *c = metric->help; *c; c++) {
        if (*c == '\\' || *c == '\n')
            g_string_append(out, *c == '\n' ? "\\n" : "\\\\");
        else
            g_string_append_c(out, *c);
    }
    g_string_append_printf(out, "\n# TYPE %s %s\n", metric->name, kinds[metric->kind]);
    GList *keys = g_list_sort(g_hash_table_get_keys(metric->series), (GCompareFunc)strcmp);
    for (GList *key = keys; key; key = key->next) {
        const struct series *series = g_hash_table_lookup(metric->series, key->data);
        if (metric->kind == METRIC_HISTOGRAM)
            append_histogram(out, metric, key->data, series);
        else
            append_sample(out, metric->name, "", key->data, series->value);
    }
    g_list_free(keys);
}

char *metrics_text(struct metrics *metrics)
{
    for (guint i = 0; i < metrics->collectors->len; i++) {
        const struct collector *collector =
            &g_array_index(metrics->collectors, struct collector, i);
        collector->collect(collector->user);
    }
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < metrics->list->len; i++)
        append_metric(out, metrics->list->pdata[i]);
    return g_string_free(out, FALSE);
}
