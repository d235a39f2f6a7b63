/* How fast the rules are: events of a recording a second of one core, parsed before. Prints one
 * JSON object. `rate FILE…`, or without a file 300,000 sightings by 500 cameras. */
#include "correlate/correlate.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { CAMERAS = 500, SIGHTINGS = 300000 };

static char *next_id(const char *what, gpointer user)
{
    guint *made = user;
    return g_strdup_printf("%c%u", *what, ++*made);
}

static void free_event(gpointer event)
{
    event_unref(event);
}

static struct event *sighting(int i)
{
    struct event *event = event_new();
    int camera = i % CAMERAS, row = camera / 25;
    event->source = g_strdup("cameras");
    event->id = g_strdup_printf("x%d", i);
    event->kind = EVENT_RAISED;
    event->dimension = g_strdup("camera_alarm");
    event->type = g_strdup("intrusion");
    event->title = g_strdup("intrusion");
    event->device = g_strdup_printf("c%04d", camera);
    event->lon = 111.83 + camera % 25 * 0.001;
    event->lat = 27.9 + row * 0.001;
    event->received_us = event->occurred_us = (int64_t)1772390000 * G_USEC_PER_SEC + i * 500;
    return event;
}

static void read_events(GPtrArray *events, const char *path)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) error = NULL;
    if (!g_file_get_contents(path, &text, NULL, &error))
        g_error("%s", error->message);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        struct event *event = event_parse(line, strlen(line), &error);
        if (!event)
            g_error("%s", error->message);
        g_ptr_array_add(events, event);
    }
}

static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func(free_event);
    guint made = 0;
    guint64 decisions = 0;
    int64_t now_us = 0;
    for (int i = 1; i < argc; i++)
        read_events(events, argv[i]);
    for (int i = 0; argc < 2 && i < SIGHTINGS; i++)
        g_ptr_array_add(events, sighting(i));
    struct rules *rules = rules_default();
    struct correlator *c = correlator_create(
        &(struct correlator_options){.rules = rules, .next_id = next_id, .user = &made});
    double begin_s = cpu_s();
    for (guint i = 0; i < events->len; i++) {
        const struct event *event = events->pdata[i];
        now_us = MAX(now_us, event->received_us);
        decisions += correlator_take(c, event, now_us)->len;
    }
    double spent_s = cpu_s() - begin_s;
    struct correlator_stats stats;
    correlator_stats(c, &stats);
    printf("{\"events\":%u,\"cpu_s\":%.3f,\"events_per_s\":%.0f,\"decisions\":%" G_GUINT64_FORMAT
           ",\"alerts\":%u,\"situations\":%u}\n",
           events->len, spent_s, events->len / spent_s, decisions, stats.alerts, stats.situations);
    correlator_destroy(c);
    rules_unref(rules);
    return 0;
}
