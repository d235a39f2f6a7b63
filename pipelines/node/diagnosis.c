#include "node/diagnosis.h"
#include "common/clock.h"
#include "common/log.h"
#include <string.h>

enum { TRIAL_MS = 8000, TRIALS = 8 };

/* One connection that is tried; it ends by itself, by its time, or with the link. */
struct trial {
    struct diagnoses *diagnoses;
    guint32 number;
    struct source *source;
    struct stream *stream;
    json_t *answer, *steps;
    int64_t began_us; /* of the step that runs; monotonic */
    guint timer;
    bool over; /* told by the source inside its own call; the timer closes it */
};

struct diagnoses {
    struct loop *loop;
    struct source_ways ways;
    struct link *link;
    GPtrArray *trials;
};

struct diagnoses *diagnoses_create(struct loop *loop, const struct source_ways *ways)
{
    struct diagnoses *diagnoses = g_new0(struct diagnoses, 1);
    diagnoses->loop = loop;
    diagnoses->ways = *ways;
    diagnoses->trials = g_ptr_array_new();
    return diagnoses;
}

static void trial_destroy(struct trial *trial)
{
    loop_cancel(trial->diagnoses->loop, &trial->timer);
    g_ptr_array_remove_fast(trial->diagnoses->trials, trial);
    source_close(trial->source);
    stream_unref(trial->stream);
    json_decref(trial->answer);
    json_decref(trial->steps);
    g_free(trial);
}

static void give_up_all(struct diagnoses *diagnoses)
{
    for (guint i = diagnoses->trials->len; i > 0; i--)
        trial_destroy(diagnoses->trials->pdata[i - 1]);
}

void diagnoses_destroy(struct diagnoses *diagnoses)
{
    if (!diagnoses)
        return;
    give_up_all(diagnoses);
    g_ptr_array_unref(diagnoses->trials);
    g_free(diagnoses);
}

void diagnoses_set_link(struct diagnoses *diagnoses, struct link *link)
{
    diagnoses->link = link;
    if (!link)
        give_up_all(diagnoses);
}

static void add_step(struct trial *trial, const char *step, bool ok, const char *detail)
{
    int64_t now_us = clock_mono_us();
    g_autofree char *redacted = detail ? log_redact(detail) : NULL;
    json_array_append_new(trial->steps, json_pack("{s:s, s:b, s:s?, s:f}", "step", step, "ok", ok,
                                                  "detail", redacted, "took_ms",
                                                  (double)(now_us - trial->began_us) / 1000));
    trial->began_us = now_us;
}

static gboolean answer(gpointer user)
{
    struct trial *trial = user;
    trial->timer = 0;
    if (!trial->over)
        add_step(trial, json_array_size(trial->steps) == 1 ? "connect" : "media", false,
                 "no answer in time");
    json_object_set(trial->answer, "steps", trial->steps);
    link_send_control(trial->diagnoses->link, json_incref(trial->answer));
    trial_destroy(trial);
    return G_SOURCE_REMOVE;
}

/* The source may not be closed inside its own call: the answer goes out in the next turn. */
static void finish(struct trial *trial)
{
    trial->over = true;
    loop_cancel(trial->diagnoses->loop, &trial->timer);
    trial->timer = loop_after(trial->diagnoses->loop, 0, answer, trial);
}

static void on_playing(gpointer user)
{
    struct trial *trial = user;
    if (!trial->over)
        add_step(trial, "connect", true, NULL);
}

static void on_live(gpointer user)
{
    struct trial *trial = user;
    if (trial->over)
        return;
    struct stream_format *format = stream_format(trial->stream);
    g_autofree char *detail = format ? g_strdup_printf("%s %d×%d", format->codec_string,
                                                       format->width_px, format->height_px)
                                     : NULL;
    stream_format_unref(format);
    add_step(trial, "media", true, detail);
    finish(trial);
}

static void on_ended(enum reason reason, const char *detail, gpointer user)
{
    struct trial *trial = user;
    if (trial->over)
        return;
    g_autofree char *text =
        g_strdup_printf("%s: %s", reason_code(reason), detail ? detail : "no further detail");
    add_step(trial, json_array_size(trial->steps) == 1 ? "connect" : "media", false, text);
    finish(trial);
}

static void begin(struct trial *trial, const char *url)
{
    static const struct source_events events = {
        .playing = on_playing, .live = on_live, .ended = on_ended};
    static const struct stream_limits limits = {.max_bytes = 4 * 1024 * 1024};
    trial->stream = stream_create("diagnosis", &limits);
    const struct source_config config = {
        .name = "diagnosis", .url = url, .stream = trial->stream, .events = &events, .user = trial};
    enum reason reason = REASON_NONE;
    g_autoptr(GError) error = NULL;
    trial->source = source_open(&trial->diagnoses->ways, &config, &reason, &error);
    add_step(trial, "address", trial->source != NULL, error ? error->message : url);
    if (!trial->source)
        finish(trial);
    else if (!trial->timer)
        trial->timer = loop_after(trial->diagnoses->loop, TRIAL_MS, answer, trial);
}

void diagnoses_start(struct diagnoses *diagnoses, guint32 number, struct camera *camera)
{
    if (!diagnoses->link || diagnoses->trials->len >= TRIALS)
        return; /* the asker hears of it by its own deadline */
    struct camera_status status;
    camera_status(camera, &status);
    struct trial *trial = g_new0(struct trial, 1);
    trial->diagnoses = diagnoses;
    trial->number = number;
    trial->began_us = clock_mono_us();
    trial->steps = json_array();
    trial->answer =
        json_pack("{s:s, s:I, s:s, s:s, s:s?}", "t", "diagnosis", "req", (json_int_t)number,
                  "camera", camera_id(camera), "state", camera_state_code(status.state), "reason",
                  reason_code(status.reason));
    g_ptr_array_add(diagnoses->trials, trial);
    begin(trial, camera_url(camera, CAMERA_SUB));
}
