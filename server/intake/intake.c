#include "common/clock.h"
#include "common/config.h"
#include "common/log.h"
#include "intake/file_roots.h"
#include "intake/import.h"
#include "intake/intake_private.h"
#include "intake/mapping.h"
#include "intake/pull.h"
#include <string.h>

#define TICK_MS 60000
#define HOUR_MS 3600000

/* --- the inner door */

struct submission {
    struct intake *intake;
    GPtrArray *events; /* struct event */
    char *why;         /* refused because */
    intake_done_fn done;
    gpointer user;
};

static void submission_free(struct submission *submission)
{
    g_ptr_array_unref(submission->events);
    g_free(submission->why);
    g_free(submission);
}

void intake_note_event(struct feed *feed, const struct event *event)
{
    if (event->occurred_us && !(event->marks & EVENT_LATE))
        feed_note_lag(feed, event->received_us - event->occurred_us - event->skew_us);
}

struct form intake_form(struct intake *intake, const struct feed *feed, int64_t now_us)
{
    return (struct form){.source = feed->id,
                         .dimension = feed->dimension,
                         .now_us = now_us,
                         .skew_us = feed_skew_us(feed),
                         .reporter = intake->reporter,
                         .vault = identity_vault(intake->options.identity)};
}

struct event *intake_read_item(struct intake *intake, const struct feed *feed, const json_t *theirs,
                               int64_t now_us, struct form_fault *fault)
{
    const struct form form = intake_form(intake, feed, now_us);
    json_t *ours =
        feed->mapping ? mapping_apply(feed->mapping, theirs, fault) : json_deep_copy(theirs);
    struct event *event = ours ? form_event(&form, ours, fault) : NULL;
    json_decref(ours);
    return event;
}

static void on_submitted(enum writer_outcome outcome, const char *why, gpointer user)
{
    struct submission *submission = user;
    int64_t now_us = clock_wall_us();
    for (guint i = 0; i < submission->events->len; i++) {
        const struct event *event = submission->events->pdata[i];
        struct feed *feed = feeds_find(submission->intake->feeds, event->source);
        if (!feed)
            continue;
        if (outcome == WRITER_DONE) {
            feed_note_accepted(feed, 1, now_us);
            intake_note_event(feed, event);
        } else {
            feed->numbers.away++;
        }
    }
    if (submission->done)
        submission->done(outcome == WRITER_DONE ? INTAKE_ACCEPTED : INTAKE_AWAY, why,
                         submission->user);
    submission_free(submission);
}

static void tell_refused(struct intake *intake)
{
    struct submission *submission;
    while ((submission = g_queue_pop_head(&intake->refused))) {
        if (submission->done)
            submission->done(INTAKE_REFUSED, submission->why, submission->user);
        submission_free(submission);
    }
}

static gboolean on_telling(gpointer user)
{
    struct intake *intake = user;
    intake->telling = 0;
    tell_refused(intake);
    return G_SOURCE_REMOVE;
}

/* Times and checks of one event of ours. false: it is wrong, *why tells. */
static bool complete(struct intake *intake, struct event *event, char **why)
{
    g_autoptr(GError) error = NULL;
    const struct feed *feed = event->source ? feeds_internal(intake->feeds, event->source) : NULL;
    form_set_times(event, clock_wall_us(), feed ? feed_skew_us(feed) : 0);
    if (feed && event_check(event, NULL, NULL, &error))
        return true;
    *why = g_strdup_printf("event %s: %s", event->id ? event->id : "without id",
                           error ? error->message : "its source is no id of a feed");
    return false;
}

void intake_submit(struct intake *intake, struct event *const *events, guint count,
                   intake_done_fn done, gpointer user)
{
    struct submission *submission = g_new0(struct submission, 1);
    *submission = (struct submission){.intake = intake, .done = done, .user = user};
    submission->events = g_ptr_array_new_with_free_func((GDestroyNotify)event_unref);
    for (guint i = 0; i < count; i++)
        g_ptr_array_add(submission->events, event_ref(events[i]));
    g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < count && !submission->why; i++)
        if (complete(intake, events[i], &submission->why))
            g_ptr_array_add(texts, event_text(events[i]));
    if (!submission->why) {
        writer_put(intake->writer, (const char *const *)texts->pdata, count, NULL, on_submitted,
                   submission);
        return;
    }
    g_queue_push_tail(&intake->refused, submission);
    if (!intake->telling)
        intake->telling = loop_after(intake->options.loop, 0, on_telling, intake);
}

bool intake_ready(const struct intake *intake)
{
    return writer_ready(intake->writer);
}

json_t *intake_names(const struct intake *intake)
{
    json_t *names = json_object();
    g_autoptr(GPtrArray) all = feeds_all(intake->feeds);
    for (guint i = 0; i < all->len; i++) {
        const struct feed *feed = all->pdata[i];
        const char *zh = *feed->name_zh ? feed->name_zh : feed->name_en;
        const char *en = *feed->name_en ? feed->name_en : feed->name_zh;
        if (*zh)
            json_object_set_new(names, feed->id, json_pack("{s:s,s:s}", "zh", zh, "en", en));
    }
    return names;
}

/* --- the whole */

/* When a feed last brought something is worth knowing after a restart. */
static void save_positions(struct intake *intake)
{
    g_autoptr(GPtrArray) all = feeds_all(intake->feeds);
    for (guint i = 0; i < all->len; i++) {
        struct feed *feed = all->pdata[i];
        if (feed->numbers.last_event_us == feed->saved_event_us)
            continue;
        g_autofree char *cursor = g_strdup(feeds_cursor(intake->feeds, feed->id));
        feeds_set_cursor(intake->feeds, feed->id, cursor, NULL, NULL);
    }
}

static gboolean on_tick(gpointer user)
{
    struct intake *intake = user;
    save_positions(intake);
    reporter_turn(intake->reporter, clock_wall_us());
    return G_SOURCE_CONTINUE;
}

static gboolean expire(gpointer user)
{
    struct intake *intake = user;
    rejects_expire(intake->rejects);
    return G_SOURCE_CONTINUE;
}

static bool open_parts(struct intake *intake, GError **error)
{
    const struct intake_options *options = &intake->options;
    const char *dir = config_string(options->config, "data_dir");
    g_autofree char *key_file = g_build_filename(dir, "feeds.key", NULL);
    g_autofree char *day_file = g_build_filename(dir, "reporters.key", NULL);
    intake->file_roots = file_roots_read(options->config);
    const struct feeds_options feeds = {.store = options->store,
                                        .context = loop_context(options->loop),
                                        .key_file = key_file,
                                        .file_roots = intake->file_roots};
    const struct writer_options writer = {.url = options->redis_url,
                                          .context = loop_context(options->loop),
                                          .max_events =
                                              config_int(options->config, "intake.max_events")};
    intake->feeds = feeds_create(&feeds, error);
    if (!intake->feeds)
        return false;
    intake->reporter = reporter_open(day_file, clock_wall_us(), error);
    if (!intake->reporter)
        return false;
    intake->writer = writer_create(&writer, error);
    intake->sensors = intake->writer ? sensors_create(options->store, error) : NULL;
    intake->rejects = intake->sensors ? rejects_create(options->store, intake->feeds, error) : NULL;
    return intake->rejects != NULL;
}

struct intake *intake_create(const struct intake_options *options, GError **error)
{
    struct intake *intake = g_new0(struct intake, 1);
    memcpy((void *)&intake->options, options, sizeof *options);
    g_queue_init(&intake->refused);
    intake->imports = g_hash_table_new(NULL, NULL);
    if (!open_parts(intake, error)) {
        intake_destroy(intake);
        return NULL;
    }
    intake_add_event_routes(intake);
    intake_add_feed_routes(intake);
    intake_add_commands(intake);
    intake_add_cap_routes(intake);
    intake_add_sensor_commands(intake);
    intake_add_sensor_routes(intake);
    intake_add_reject_face(intake);
    intake_add_metrics(intake);
    intake->pulls = pulls_create(intake);
    const struct mqtt_options mqtt = {.loop = options->loop,
                                      .store = options->store,
                                      .intake = intake,
                                      .feeds = intake->feeds,
                                      .sensors = intake->sensors,
                                      .rejects = intake->rejects,
                                      .file_roots = intake->file_roots};
    intake->mqtt = mqtt_create(&mqtt);
    const struct cap_folders_options folders = {.loop = options->loop,
                                                .intake = intake,
                                                .feeds = intake->feeds,
                                                .file_roots = intake->file_roots};
    intake->cap_folders = cap_folders_create(&folders);
    intake->tick = loop_every(options->loop, TICK_MS, on_tick, intake);
    intake->hourly = loop_every(options->loop, HOUR_MS, expire, intake);
    return intake;
}

void intake_destroy(struct intake *intake)
{
    if (!intake)
        return;
    cap_folders_destroy(intake->cap_folders);
    mqtt_destroy(intake->mqtt);
    if (intake->tick)
        save_positions(intake);
    loop_cancel(intake->options.loop, &intake->tick);
    loop_cancel(intake->options.loop, &intake->hourly);
    loop_cancel(intake->options.loop, &intake->telling);
    tell_refused(intake);
    pulls_stop(intake->pulls);
    writer_destroy(intake->writer);
    import_end_all(intake);
    g_hash_table_destroy(intake->imports);
    rejects_destroy(intake->rejects);
    sensors_destroy(intake->sensors);
    feeds_destroy(intake->feeds);
    pulls_destroy(intake->pulls);
    reporter_close(intake->reporter);
    g_strfreev(intake->file_roots);
    g_free(intake);
}
