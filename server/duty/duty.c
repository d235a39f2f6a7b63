#include "common/clock.h"
#include "common/log.h"
#include "duty/duty_private.h"
#include "duty/telephone.h"
#include <string.h>

enum { LOOK_MS = 15000, KEEP_DELTAS = 64, LATE_MIN = 15 };

/* One look: what is asked of the store, and what came of it. */
struct look {
    struct duty *duty;
    gint64 now_us;
    json_t *plan, *state;
    struct duty_shift due; /* over and not handed over; "" none */
};

/* --- reading */

static json_t *words_of(const json_t *plan, const char *code)
{
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(plan, "times"), i, item)
    {
        if (!g_strcmp0(json_string_value(json_object_get(item, "code")), code))
            return json_incref(json_object_get(item, "name"));
    }
    return json_pack("{s:s,s:s}", "zh", code, "en", code);
}

/* Codes of roles that want more people than are on the roster. */
static json_t *missing_of(const json_t *plan, const json_t *people)
{
    size_t i, k;
    json_t *role, *one, *missing = json_array();
    json_array_foreach(json_object_get(plan, "roles"), i, role)
    {
        json_int_t need = json_integer_value(json_object_get(role, "need"));
        json_array_foreach((json_t *)people, k, one) need -=
            json_equal(json_object_get(one, "role"), json_object_get(role, "code"));
        if (need > 0)
            json_array_append(missing, json_object_get(role, "code"));
    }
    return missing;
}

static json_t *shift_state(const struct look *look, const struct duty_shift *shift, json_t *read)
{
    json_t *people = json_incref(json_object_get(read, "people"));
    json_decref(read);
    return json_pack("{s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:o}", "id", shift->id, "day", shift->day,
                     "time", shift->time, "name", words_of(look->plan, shift->time), "begin_us",
                     duty_time_json(shift->begin_us), "end_us", duty_time_json(shift->end_us),
                     "missing", missing_of(look->plan, people), "people", people);
}

/* Puts what is known of that shift under `key`. */
static bool read_shift(struct store_tx *tx, struct look *look, const char *key, bool there,
                       const struct duty_shift *shift, GError **error)
{
    json_t *read = there ? duty_shift_read(tx, shift, error) : NULL;
    if (there && !read)
        return false;
    json_object_set_new(look->state, key, read ? shift_state(look, shift, read) : json_null());
    return true;
}

static json_t *handover_state(const struct look *look, const struct duty_shift *shift,
                              const json_t *h)
{
    const char *state = json_is_object(h) ? json_string_value(json_object_get(h, "state")) : "open";
    bool late = strcmp(state, "signed") != 0 &&
                look->now_us > shift->end_us + LATE_MIN * INT64_C(60) * G_USEC_PER_SEC;
    json_t *told = json_pack("{s:s,s:s,s:o,s:s,s:o,s:b,s:i}", "id", shift->id, "day", shift->day,
                             "name", words_of(look->plan, shift->time), "state", state, "end_us",
                             duty_time_json(shift->end_us), "late", (int)late, "matters",
                             (int)json_array_size(json_object_get(h, "matters")));
    static const char *const same[] = {"version",   "handed_name", "handed_by",
                                       "handed_us", "signed_name", "signed_us"};
    for (size_t i = 0; i < G_N_ELEMENTS(same); i++) {
        json_t *value = json_object_get(h, same[i]);
        json_object_set_new(told, same[i], value ? json_incref(value) : json_null());
    }
    return told;
}

/* The handover that is to be signed: of the last shift until it is, then of this one. A town that
 * has no roster and writes no book is not told of any. */
static bool read_handover(struct store_tx *tx, struct look *look, const struct duty_shift *last,
                          const struct duty_shift *now, GError **error)
{
    const struct duty_shift *const shifts[] = {last, now};
    json_object_set_new(look->state, "handover", json_null());
    for (size_t i = 0; i < G_N_ELEMENTS(shifts); i++) {
        if (!*shifts[i]->id)
            continue;
        json_t *h = duty_handover_read(tx, shifts[i]->id, error);
        json_t *roster = h ? duty_shift_read(tx, shifts[i], error) : NULL;
        if (!h || !roster) {
            json_decref(h);
            return false;
        }
        bool used = json_is_object(h) || json_array_size(json_object_get(roster, "people"));
        const char *state = json_string_value(json_object_get(h, "state"));
        bool is_signed = g_strcmp0(state, "signed") == 0;
        if (i == 0 && used && (!state || !strcmp(state, "open")))
            look->due = *last;
        if (used && (i == 1 || !is_signed))
            json_object_set_new(look->state, "handover", handover_state(look, shifts[i], h));
        json_decref(h);
        json_decref(roster);
        if (i == 0 && used && !is_signed)
            break;
    }
    return true;
}

static bool look_now(struct store_tx *tx, gpointer job, GError **error)
{
    struct look *look = job;
    struct duty_shift now = {0}, next = {0}, last = {0};
    GTimeZone *zone = look->duty->zone;
    look->plan = duty_plan_read(tx, error);
    if (!look->plan)
        return false;
    look->state = json_pack("{s:O,s:O}", "roles", json_object_get(look->plan, "roles"), "times",
                            json_object_get(look->plan, "times"));
    bool runs = plan_shift_at(look->plan, look->now_us, zone, &now);
    bool comes = plan_shift_after(look->plan, look->now_us, zone, &next);
    plan_shift_before(look->plan, look->now_us, zone, &last);
    return read_shift(tx, look, "now", runs, &now, error) &&
           read_shift(tx, look, "next", comes, &next, error) &&
           read_handover(tx, look, &last, &now, error);
}

/* --- telling */

static void handed(gpointer data, const GError *error)
{
    struct duty_job *job = data;
    struct duty *duty = job->duty;
    if (error)
        log_warn("duty", "shift %s was not handed over: %s", job->shift.id, error->message);
    g_clear_pointer(&duty->handing, g_free);
    duty_job_free(job);
    if (!error)
        duty_look(duty);
}

/* Its time is over and nobody handed it over: what is open is written down all the same. */
static void hand_over(struct duty *duty, const struct duty_shift *shift)
{
    if (duty->handing || duty->closing)
        return;
    struct duty_job *job = duty_job_new(duty, NULL, NULL);
    job->shift = *shift;
    job->matters = json_array();
    if (duty->options.matters)
        duty->options.matters(job->matters, duty->options.user);
    duty->handing = g_strdup(shift->id);
    store_write(duty->options.store, duty_hand_over, job, handed);
}

static void looked(gpointer job, const GError *error)
{
    struct look *look = job;
    struct duty *duty = look->duty;
    duty->looking = false;
    if (error) {
        log_warn("duty", "who is on duty cannot be read: %s", error->message);
    } else {
        json_decref(duty->plan);
        duty->plan = json_incref(look->plan);
        if (!json_equal(duty->state, look->state)) {
            json_decref(duty->state);
            duty->state = json_incref(look->state);
            topic_publish(duty->topic, json_incref(look->state));
        }
        if (*look->due.id)
            hand_over(duty, &look->due);
    }
    json_decref(look->plan);
    json_decref(look->state);
    g_free(look);
    if (duty->again) {
        duty->again = false;
        duty_look(duty);
    }
}

static struct look *look_new(struct duty *duty)
{
    struct look *look = g_new0(struct look, 1);
    look->duty = duty;
    look->now_us = clock_wall_us();
    return look;
}

void duty_look(struct duty *duty)
{
    if (duty->looking || duty->closing) {
        duty->again = !duty->closing;
        return;
    }
    duty->looking = true;
    store_read(duty->options.store, look_now, look_new(duty), looked);
}

static gboolean on_clock(gpointer user)
{
    duty_look(user);
    return G_SOURCE_CONTINUE;
}

static json_t *snapshot(const struct net_session *session, gpointer user)
{
    const struct duty *duty = user;
    (void)session;
    return json_incref(duty->state);
}

/* --- life */

const json_t *duty_people_now(const struct duty *duty)
{
    return json_object_get(json_object_get(duty->state, "now"), "people");
}

struct topic *duty_topic(struct duty *duty)
{
    return duty->topic;
}

struct topic *duty_calls_topic(struct duty *duty)
{
    return telephone_topic(duty->telephone);
}

struct duty *duty_create(const struct duty_options *options, GError **error)
{
    static const struct topic_ops ops = {.snapshot = snapshot};
    struct duty *duty = g_new0(struct duty, 1);
    g_autofree char *boot = store_id_new();
    duty->options = *options;
    duty->zone = g_time_zone_new_local();
    duty->topic = topic_create("duty", boot, KEEP_DELTAS, &ops, duty);
    struct look *look = look_new(duty);
    duty->looking = true;
    if (!store_read_now(options->store, look_now, look, error)) {
        json_decref(look->plan);
        json_decref(look->state);
        g_free(look);
        duty_destroy(duty);
        return NULL;
    }
    looked(look, NULL);
    duty->telephone = telephone_create(duty, boot, error);
    if (!duty->telephone) {
        duty_destroy(duty);
        return NULL;
    }
    duty_add_roster_routes(duty);
    duty_add_handover_routes(duty);
    duty->clock = loop_every(options->loop, LOOK_MS, on_clock, duty);
    return duty;
}

void duty_destroy(struct duty *duty)
{
    if (!duty)
        return;
    duty->closing = true;
    loop_cancel(duty->options.loop, &duty->clock);
    store_drain(duty->options.store);
    telephone_destroy(duty->telephone);
    topic_destroy(duty->topic);
    json_decref(duty->plan);
    json_decref(duty->state);
    g_time_zone_unref(duty->zone);
    g_free(duty->handing);
    g_free(duty);
}
