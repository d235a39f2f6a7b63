#include "node/diagnosis.h"
#include "camera/sampler.h"
#include "common/clock.h"
#include "common/log.h"
#include "rtsp/trace.h"
#include <string.h>

enum { TRIAL_MS = 8500, LOOK_MS = 100, MEASURE_US = 3000000, TRIALS = 8 };

/* One connection that is tried; it ends by itself, by its time, or with the link. */
struct trial {
    struct diagnoses *diagnoses;
    char *url;
    struct sample_seat *seat; /* NULL: its platform counts no streams */
    struct source *source;    /* NULL: it waits for its place */
    struct stream *stream;
    struct rtsp_trace *trace;
    json_t *answer, *steps;
    const char *last_step; /* static */
    bool last_ok;
    bool is_rtsp;
    int64_t began_us; /* of the step that runs; monotonic */
    int64_t deadline_us;
    /* what came, from the first keyframe on */
    int64_t measured_since_us; /* 0: no keyframe yet */
    struct stream_stats before;
    guint timer;
    bool over; /* told by the source inside its own call; the timer closes it */
};

struct diagnoses {
    struct loop *loop;
    struct source_ways ways;
    struct sampler *sampler;
    struct link *link;
    GPtrArray *trials;
};

struct diagnoses *diagnoses_create(struct loop *loop, const struct source_ways *ways,
                                   struct sampler *sampler)
{
    struct diagnoses *diagnoses = g_new0(struct diagnoses, 1);
    diagnoses->loop = loop;
    diagnoses->ways = *ways;
    diagnoses->sampler = sampler;
    diagnoses->trials = g_ptr_array_new();
    return diagnoses;
}

static void trial_destroy(struct trial *trial)
{
    loop_cancel(trial->diagnoses->loop, &trial->timer);
    g_ptr_array_remove_fast(trial->diagnoses->trials, trial);
    source_close(trial->source);
    sample_leave(trial->seat);
    g_free(trial->url);
    stream_unref(trial->stream);
    rtsp_trace_unref(trial->trace);
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

/* --- steps */

static void add_step_at(struct trial *trial, const char *step, bool ok, const char *detail,
                        int64_t at_us)
{
    json_array_append_new(trial->steps, json_pack("{s:s, s:b, s:s?, s:f}", "step", step, "ok", ok,
                                                  "detail", detail, "took_ms",
                                                  (double)MAX(0, at_us - trial->began_us) / 1000));
    trial->began_us = at_us;
    trial->last_step = step;
    trial->last_ok = ok;
}

static void add_note(const struct rtsp_note *note, gpointer user)
{
    add_step_at(user, note->step, note->ok, note->detail, note->at_us);
}

static void add_step(struct trial *trial, const char *step, bool ok, const char *detail)
{
    g_autofree char *redacted = detail ? log_redact(detail) : NULL;
    add_step_at(trial, step, ok, redacted, clock_mono_us());
}

/* The conversation's notes go before whatever came after it. */
static void take_trace(struct trial *trial)
{
    rtsp_trace_each(trial->trace, add_note, trial);
    g_clear_pointer(&trial->trace, rtsp_trace_unref);
}

/* What would have come next is what failed, unless the last answer said no by itself. */
static const char *failed_step(const struct trial *trial)
{
    static const char *const rtsp[] = {"address", "dns",  "tcp",    "OPTIONS", "DESCRIBE",
                                       "SETUP",   "PLAY", "packet", "keyframe"};
    if (!trial->is_rtsp)
        return !strcmp(trial->last_step, "address") ? "connect" : "keyframe";
    if (!strcmp(trial->last_step, "tls") || !strcmp(trial->last_step, "GET"))
        return "OPTIONS";
    for (size_t i = 0; i + 1 < G_N_ELEMENTS(rtsp); i++)
        if (!strcmp(rtsp[i], trial->last_step))
            return rtsp[i + 1];
    return "keyframe";
}

static void add_failure(struct trial *trial, const char *code, const char *detail)
{
    take_trace(trial);
    g_autofree char *redacted = log_redact(detail);
    if (trial->last_ok)
        add_step_at(trial, failed_step(trial), false, redacted, clock_mono_us());
    json_object_set_new(
        trial->answer, "verdict",
        json_pack("{s:b, s:s, s:s}", "ok", false, "code", code, "detail", redacted));
}

/* --- what the stream is like */

static json_t *measure(struct trial *trial, char **words)
{
    struct stream_stats now;
    stream_stats(trial->stream, &now);
    double seconds = (double)(clock_mono_us() - trial->measured_since_us) / 1e6;
    guint64 units = now.units - trial->before.units;
    guint64 keyframes = now.keyframes - trial->before.keyframes;
    double rate = seconds > 0.5 ? (double)units / seconds : 0;
    double kbit = seconds > 0.5 ? (double)(now.bytes - trial->before.bytes) / seconds / 125 : 0;
    int64_t offset_us;
    bool clock = source_clock_offset(trial->source, &offset_us);
    struct stream_format *format = stream_format(trial->stream);
    json_t *json = json_pack(
        "{s:s, s:s, s:i, s:i, s:f, s:f, s:o, s:o}", "codec",
        format && format->codec == CODEC_H265 ? "h265" : "h264", "profile",
        format ? format->codec_string : "", "width", format ? format->width_px : 0, "height",
        format ? format->height_px : 0, "pictures_per_s", rate, "kbit_per_s", kbit,
        "keyframe_every_s", keyframes ? json_real(seconds / (double)keyframes) : json_null(),
        "clock_offset_ms", clock ? json_integer(offset_us / 1000) : json_null());
    *words = g_strdup_printf("%s %d×%d, %.1f pictures/s, %.0f kbit/s",
                             format ? format->codec_string : "?", format ? format->width_px : 0,
                             format ? format->height_px : 0, rate, kbit);
    stream_format_unref(format);
    return json;
}

static void add_stream(struct trial *trial)
{
    g_autofree char *words = NULL;
    json_object_set_new(trial->answer, "stream", measure(trial, &words));
    add_step(trial, "stream", true, words);
    json_object_set_new(trial->answer, "verdict", json_pack("{s:b}", "ok", true));
}

/* --- the course of a trial */

static void send_answer(struct trial *trial)
{
    json_object_set(trial->answer, "steps", trial->steps);
    link_send_control(trial->diagnoses->link, json_incref(trial->answer));
    trial_destroy(trial);
}

static gboolean look(gpointer user)
{
    struct trial *trial = user;
    int64_t now_us = clock_mono_us();
    if (trial->over) {
        trial->timer = 0;
        send_answer(trial);
        return G_SOURCE_REMOVE;
    }
    struct stream_stats stats;
    stream_stats(trial->stream, &stats);
    if (stats.keyframes && !trial->measured_since_us) {
        take_trace(trial);
        add_step(trial, "keyframe", true, NULL);
        trial->measured_since_us = now_us;
        trial->before = stats;
    }
    bool measured = trial->measured_since_us && now_us - trial->measured_since_us >= MEASURE_US;
    if (!measured && now_us < trial->deadline_us)
        return G_SOURCE_CONTINUE;
    if (trial->measured_since_us)
        add_stream(trial);
    else
        add_failure(trial, "timeout", "no answer in time");
    trial->timer = 0;
    send_answer(trial);
    return G_SOURCE_REMOVE;
}

static void on_playing(gpointer user)
{
    struct trial *trial = user;
    if (!trial->over && !trial->is_rtsp)
        add_step(trial, "connect", true, NULL);
}

static void on_live(gpointer user)
{
    (void)user; /* seen by looking */
}

/* The source may not be closed inside its own call: the answer goes out in the next turn. */
static void on_ended(enum reason reason, const char *detail, gpointer user)
{
    struct trial *trial = user;
    if (trial->over)
        return;
    add_failure(trial, reason_code(reason) ? reason_code(reason) : "ended",
                detail && *detail ? detail : "no further detail");
    trial->over = true;
}

static void connect_source(gpointer user)
{
    static const struct source_events events = {
        .playing = on_playing, .live = on_live, .ended = on_ended};
    struct trial *trial = user;
    const struct source_config config = {.name = "diagnosis",
                                         .url = trial->url,
                                         .stream = trial->stream,
                                         .events = &events,
                                         .user = trial,
                                         .trace = trial->trace};
    enum reason reason = REASON_NONE;
    g_autoptr(GError) error = NULL;
    trial->source = source_open(&trial->diagnoses->ways, &config, &reason, &error);
    add_step(trial, "address", trial->source != NULL, error ? error->message : trial->url);
    if (!trial->source) {
        add_failure(trial, reason_code(reason), error ? error->message : "");
        trial->over = true;
    }
}

static void never_taken(gpointer user)
{
    (void)user; /* a place that somebody watches is given up by nobody else */
}

static int64_t never_late(gpointer user)
{
    (void)user;
    return 0;
}

/* On a platform that allows few streams it takes a place like a viewer, or is told that all are
 * taken; a turn gives its place up for it. */
static void take_place(struct trial *trial)
{
    static const struct sample_ops ops = {connect_source, never_taken, never_late};
    struct sampler *sampler = trial->diagnoses->sampler;
    g_autofree char *platform = source_platform(trial->url);
    if (!platform || !sampler_knows(sampler, platform)) {
        connect_source(trial);
        return;
    }
    trial->seat = sampler_join(sampler, platform, false, &ops, trial);
    const char *refusal = sample_view(trial->seat);
    if (!refusal)
        return;
    add_step(trial, "place", false, refusal);
    add_failure(trial, reason_code(REASON_LIMIT_REACHED), refusal);
    trial->over = true;
}

static void begin(struct trial *trial, const char *url)
{
    static const struct stream_limits limits = {.max_bytes = 4 * 1024 * 1024};
    g_autofree char *address = log_redact(url);
    json_object_set_new(trial->answer, "address", json_string(address));
    trial->url = g_strdup(url);
    trial->is_rtsp = !g_ascii_strncasecmp(url, "rtsp", 4);
    trial->stream = stream_create("diagnosis", &limits);
    trial->trace = rtsp_trace_create();
    take_place(trial);
    trial->timer = loop_every(trial->diagnoses->loop, LOOK_MS, look, trial);
}

/* Takes `answer`. */
static void start(struct diagnoses *diagnoses, json_t *answer, const char *url)
{
    if (!diagnoses->link || diagnoses->trials->len >= TRIALS) {
        json_object_set_new(answer, "error", json_string("limit"));
        if (diagnoses->link)
            link_send_control(diagnoses->link, json_incref(answer));
        json_decref(answer);
        return;
    }
    struct trial *trial = g_new0(struct trial, 1);
    trial->diagnoses = diagnoses;
    trial->began_us = clock_mono_us();
    trial->deadline_us = trial->began_us + TRIAL_MS * 1000;
    trial->steps = json_array();
    trial->answer = answer;
    g_ptr_array_add(diagnoses->trials, trial);
    begin(trial, url);
}

void diagnoses_start(struct diagnoses *diagnoses, guint32 number, struct camera *camera,
                     enum camera_profile profile)
{
    struct camera_status status;
    camera_status(camera, &status);
    start(diagnoses,
          json_pack("{s:s, s:I, s:s, s:s, s:s, s:s?}", "t", "diagnosis", "req", (json_int_t)number,
                    "camera", camera_id(camera), "profile", profile == CAMERA_MAIN ? "main" : "sub",
                    "state", camera_state_code(status.state), "reason", reason_code(status.reason)),
          camera_url(camera, profile));
}

void diagnoses_try(struct diagnoses *diagnoses, guint32 number, const char *url)
{
    start(diagnoses, json_pack("{s:s, s:I}", "t", "diagnosis", "req", (json_int_t)number), url);
}
