/* REST of the handover book: notes, handing over, signing. */
#include "duty/duty_private.h"
#include <string.h>

enum { NOTES_CHARS = 4000, LIST_MOST = 200, MATTERS_MOST = 500 };

static const struct problem NOTES = {400, "invalid", "notes", "交接内容 4000 字以内",
                                     "wants at most 4,000 characters"};
static const struct problem NOT_OPEN = {409, "not_now", NULL, "这一班已经交班",
                                        "this shift was handed over already"};
static const struct problem NOT_HANDED = {409, "not_now", NULL, "这一班还没有交班，或已签收",
                                          "this shift was not handed over yet, or is signed for"};
static const struct problem EARLY = {409, "not_now", NULL, "这一班还没有开始",
                                     "this shift has not begun"};
static const struct problem OWN = {403, "own_handover", NULL, "交班人不能签收自己交的班",
                                   "who hands over cannot sign for it"};

/* --- what is seen of open matters */

static bool may_see(const json_t *matter, const struct net_session *session)
{
    const char *kind = json_string_value(json_object_get(matter, "kind"));
    const char *area = json_string_value(json_object_get(matter, "area"));
    if (!g_strcmp0(kind, "alert"))
        return area ? identity_may_in(session, RIGHT_ALERT_SEE, area)
                    : identity_may(session, RIGHT_ALERT_SEE);
    if (!g_strcmp0(kind, "order") || !g_strcmp0(kind, "ask"))
        return area ? identity_may_in(session, RIGHT_CASE_SEE, area)
                    : identity_may(session, RIGHT_CASE_SEE);
    if (!g_strcmp0(kind, "cameras"))
        return identity_may(session, RIGHT_CAMERA_LIST);
    return !g_strcmp0(kind, "feed") ? identity_may(session, RIGHT_FEED_SEE) : true;
}

json_t *duty_matters_seen(const json_t *matters, const struct net_session *session, gint64 *hidden)
{
    size_t i;
    json_t *one, *seen = json_array();
    *hidden = 0;
    json_array_foreach((json_t *)matters, i, one)
    {
        if (may_see(one, session))
            json_array_append(seen, one);
        else
            ++*hidden;
    }
    return seen;
}

/* --- reading */

/* What is open: `job->matters` from the loop, and what the store knows. */
static bool collect(struct store_tx *tx, struct duty_job *job, GError **error)
{
    const struct duty_options *options = &job->duty->options;
    if (options->more && !options->more(tx, job->now_us, job->matters, error))
        return false;
    while (json_array_size(job->matters) > MATTERS_MOST)
        json_array_remove(job->matters, MATTERS_MOST);
    return true;
}

/* The handover of job->shift as it is, else as it begins. NULL + error. */
static json_t *current(struct store_tx *tx, struct duty_job *job, GError **error)
{
    json_t *h = duty_handover_read(tx, job->shift.id, error);
    if (!json_is_null(h))
        return h;
    json_decref(h);
    return duty_handover_new(&job->shift);
}

static const char *state_of(const json_t *h)
{
    return json_string_value(json_object_get(h, "state"));
}

static bool read_one(struct store_tx *tx, gpointer data, GError **error)
{
    struct duty_job *job = data;
    json_t *h = current(tx, job, error);
    if (!h)
        return false;
    job->result = json_pack("{s:o}", "handover", h);
    if (strcmp(state_of(h), "open") != 0)
        return true;
    /* not handed over: what would be */
    return collect(tx, job, error) && json_object_set(h, "matters", job->matters) == 0;
}

static bool read_list(struct store_tx *tx, gpointer data, GError **error)
{
    struct duty_job *job = data;
    json_t *list = duty_handovers_read(tx, job->number, error);
    job->result = list ? json_pack("{s:o}", "handovers", list) : NULL;
    return list != NULL;
}

static struct duty_job *job_of(struct net_request *request, struct duty *duty, json_t *body)
{
    struct duty_shift shift;
    if (!plan_shift(duty->plan, net_request_param(request, "id"), duty->zone, &shift)) {
        net_reply_error(request, 404, "not_found", "没有这一班", "there is no such shift");
        json_decref(body);
        return NULL;
    }
    struct duty_job *job = duty_job_new(duty, request, body);
    job->shift = shift;
    if (!plan_shift_after(duty->plan, shift.end_us - 1, duty->zone, &job->next))
        job->next = (struct duty_shift){0};
    job->matters = json_array();
    if (duty->options.matters)
        duty->options.matters(job->matters, duty->options.user);
    return job;
}

/* Whoever asks gets what is theirs to see. */
static void show(struct duty_job *job)
{
    json_t *h = json_object_get(job->result, "handover");
    gint64 hidden;
    json_t *seen = duty_matters_seen(json_object_get(h, "matters"),
                                     net_request_session(job->request), &hidden);
    json_object_set_new(h, "matters", seen);
    json_object_set_new(h, "hidden", json_integer(hidden));
}

static void get_one(struct net_request *request, gpointer user)
{
    struct duty_job *job = job_of(request, user, NULL);
    if (!job)
        return;
    job->show = show;
    duty_run(job, read_one, false);
}

static void get_list(struct net_request *request, gpointer user)
{
    gint64 limit;
    if (!net_request_query_int(request, "limit", 1, LIST_MOST, 30, &limit))
        return;
    struct duty_job *job = duty_job_new(user, request, NULL);
    job->number = limit;
    duty_run(job, read_list, false);
}

/* --- writing */

static void set_text(json_t *h, const char *key, const char *text)
{
    json_object_set_new(h, key, text ? json_string(text) : json_null());
}

/* Writes `h` (taken) over what was read, with its record. */
static bool keep(struct store_tx *tx, struct duty_job *job, json_t *h, const char *action,
                 GError **error)
{
    json_int_t version = json_integer_value(json_object_get(h, "version"));
    json_t *details =
        json_pack("{s:i,s:b}", "matters", (int)json_array_size(json_object_get(h, "matters")),
                  "on_roster", json_is_true(json_object_get(h, "on_roster")));
    bool fine = duty_handover_write(tx, h, version, error) &&
                identity_audit(tx, job->actor, action, job->shift.id, details, job->now_us, error);
    json_decref(details);
    json_decref(h);
    h = fine ? duty_handover_read(tx, job->shift.id, error) : NULL;
    job->result = h ? json_pack("{s:o}", "handover", h) : NULL;
    return h != NULL;
}

/* The handover, when it is as the request believes. NULL: job->problem, or error. */
static json_t *as_believed(struct store_tx *tx, struct duty_job *job, const char *state,
                           const struct problem *otherwise, GError **error)
{
    json_t *h = current(tx, job, error);
    if (!h)
        return NULL;
    if (job->shift.begin_us > job->now_us)
        job->problem = &EARLY;
    else if (strcmp(state_of(h), state) != 0)
        job->problem = otherwise;
    else if (json_integer_value(json_object_get(job->body, "version")) !=
             json_integer_value(json_object_get(h, "version")))
        g_set_error(error, STORE_ERROR, STORE_ERROR_CONFLICT, "somebody was first");
    else
        return h;
    if (job->problem)
        g_set_error(error, STORE_ERROR, STORE_ERROR_REFUSED, "%s", job->problem->en);
    json_decref(h);
    return NULL;
}

static bool write_notes(struct store_tx *tx, gpointer data, GError **error)
{
    struct duty_job *job = data;
    json_t *h = as_believed(tx, job, "open", &NOT_OPEN, error);
    if (!h)
        return false;
    json_object_set(h, "notes", json_object_get(job->body, "notes"));
    set_text(h, "noted_name", job->name);
    return keep(tx, job, h, "duty.notes", error);
}

static bool hand(struct store_tx *tx, struct duty_job *job, json_t *h, GError **error)
{
    if (!collect(tx, job, error)) {
        json_decref(h);
        return false;
    }
    set_text(h, "state", "handed");
    set_text(h, "handed_by", job->user);
    set_text(h, "handed_name", job->name);
    json_object_set_new(h, "handed_us", duty_time_json(job->now_us));
    json_object_set(h, "matters", job->matters);
    return keep(tx, job, h, "duty.hand_over", error);
}

static bool write_hand(struct store_tx *tx, gpointer data, GError **error)
{
    struct duty_job *job = data;
    json_t *h = as_believed(tx, job, "open", &NOT_OPEN, error);
    return h && hand(tx, job, h, error);
}

bool duty_hand_over(struct store_tx *tx, gpointer data, GError **error)
{
    struct duty_job *job = data;
    static const struct identity_actor clock = {.user = NULL, .login = NULL, .address = NULL};
    json_t *h = current(tx, job, error);
    if (!h)
        return false;
    if (strcmp(state_of(h), "open") != 0) {
        json_decref(h);
        return true;
    }
    if (!job->actor)
        job->actor = g_memdup2(&clock, sizeof clock);
    return hand(tx, job, h, error);
}

/* Is that user on the roster of the shift that takes over? */
static bool on_roster(struct store_tx *tx, const struct duty_job *job, bool *is, GError **error)
{
    size_t i;
    json_t *one, *shift = *job->next.id ? duty_shift_read(tx, &job->next, error) : json_null();
    *is = false;
    json_array_foreach(json_object_get(shift, "people"), i, one) *is |=
        !g_strcmp0(json_string_value(json_object_get(one, "user")), job->user);
    json_decref(shift);
    return shift != NULL;
}

static bool write_sign(struct store_tx *tx, gpointer data, GError **error)
{
    struct duty_job *job = data;
    bool listed = false;
    json_t *h = as_believed(tx, job, "handed", &NOT_HANDED, error);
    if (!h)
        return false;
    if (!g_strcmp0(json_string_value(json_object_get(h, "handed_by")), job->user)) {
        job->problem = &OWN;
        g_set_error(error, STORE_ERROR, STORE_ERROR_REFUSED, "%s", OWN.en);
    }
    if (job->problem || !on_roster(tx, job, &listed, error)) {
        json_decref(h);
        return false;
    }
    set_text(h, "state", "signed");
    set_text(h, "signed_by", job->user);
    set_text(h, "signed_name", job->name);
    set_text(h, "signed_session", job->session);
    json_object_set_new(h, "signed_us", duty_time_json(job->now_us));
    json_object_set_new(h, "on_roster", json_boolean(listed));
    return keep(tx, job, h, "duty.sign", error);
}

static void change(struct net_request *request, struct duty *duty, store_fn fn)
{
    json_t *body = net_request_json(request);
    struct duty_job *job = body ? job_of(request, duty, body) : NULL;
    if (!job)
        return;
    job->show = show;
    duty_run(job, fn, true);
}

static void put_notes(struct net_request *request, gpointer user)
{
    json_t *body = net_request_json(request);
    if (!body)
        return;
    const json_t *notes = json_object_get(body, "notes");
    bool good = json_is_string(notes) && g_utf8_strlen(json_string_value(notes), -1) <= NOTES_CHARS;
    json_decref(body);
    if (good)
        change(request, user, write_notes);
    else
        net_reply_error(request, NOTES.status, NOTES.code, NOTES.zh, NOTES.en);
}

static void post_hand(struct net_request *request, gpointer user)
{
    change(request, user, write_hand);
}

static void post_sign(struct net_request *request, gpointer user)
{
    change(request, user, write_sign);
}

void duty_add_handover_routes(struct duty *duty)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/duty/handovers", "duty.see", get_list, 0},
        {"GET", "/api/v1/duty/handovers/:id", "duty.see", get_one, 0},
        {"PUT", "/api/v1/duty/handovers/:id", "duty.sign", put_notes, 0},
        {"POST", "/api/v1/duty/handovers/:id/hand", "duty.sign", post_hand, 0},
        {"POST", "/api/v1/duty/handovers/:id/sign", "duty.sign", post_sign, 0},
    };
    net_add_routes(duty->options.net, routes, G_N_ELEMENTS(routes), duty);
}
