/* REST of plan and roster. */
#include "duty/duty_csv.h"
#include "duty/duty_private.h"
#include <string.h>

enum { MOST_DAYS = 62, CSV_BYTES = 2 * 1024 * 1024 };

static const struct problem BAD_DAY = {400, "bad_query", "from", "应为 2026-11-22 这样的日期",
                                       "wants a day like 2026-11-22"};
static const struct problem NO_SHIFT = {404, "not_found", NULL, "没有这一班",
                                        "there is no such shift"};

static void reply_fault(struct net_request *request, const struct duty_fault *fault)
{
    json_t *fields = json_pack("[{s:s,s:{s:s,s:s}}]", "path", fault->path, "message", "zh",
                               fault->zh, "en", fault->en);
    net_reply_invalid(request, 400, "invalid", "内容有误", "something of it is wrong", fields);
}

static void reply_problem_now(struct net_request *request, const struct problem *p)
{
    net_reply_error(request, p->status, p->code, p->zh, p->en);
}

static bool record(struct store_tx *tx, const struct duty_job *job, const char *action,
                   const char *object, json_t *details, GError **error)
{
    bool fine = identity_audit(tx, job->actor, action, object, details, job->now_us, error);
    json_decref(details);
    return fine;
}

/* --- reading */

static char *day_text(const char *from, int add)
{
    int y = 0, m = 0, d = 0;
    if (from && sscanf(from, "%4d-%2d-%2d", &y, &m, &d) != 3)
        return NULL;
    g_autoptr(GDateTime) at =
        from ? g_date_time_new_utc(y, m, d, 12, 0, 0) : g_date_time_new_now_local();
    g_autoptr(GDateTime) then = at ? g_date_time_add_days(at, add) : NULL;
    return then ? g_date_time_format(then, "%Y-%m-%d") : NULL;
}

static bool read_roster(struct store_tx *tx, gpointer data, GError **error)
{
    struct duty_job *job = data;
    const char *from = json_string_value(json_object_get(job->body, "from"));
    const char *to = json_string_value(json_object_get(job->body, "to"));
    json_t *plan = duty_plan_read(tx, error);
    json_t *shifts = plan ? duty_shifts_read(tx, from, to, error) : NULL;
    if (!shifts) {
        json_decref(plan);
        return false;
    }
    job->result =
        json_pack("{s:s,s:s,s:o,s:o}", "from", from, "to", to, "plan", plan, "shifts", shifts);
    return true;
}

static void get_roster(struct net_request *request, gpointer user)
{
    struct duty *duty = user;
    gint64 days;
    const char *from = net_request_query(request, "from");
    if (from && !plan_day_good(from)) {
        reply_problem_now(request, &BAD_DAY);
        return;
    }
    if (!net_request_query_int(request, "days", 1, MOST_DAYS, 14, &days))
        return;
    g_autofree char *first = day_text(from, 0);
    g_autofree char *last = day_text(first, (int)days - 1);
    struct duty_job *job =
        duty_job_new(duty, request, json_pack("{s:s,s:s}", "from", first, "to", last));
    duty_run(job, read_roster, false);
}

/* --- the plan */

static bool write_plan(struct store_tx *tx, gpointer data, GError **error)
{
    struct duty_job *job = data;
    json_t *before = duty_plan_read(tx, error);
    if (!before)
        return false;
    json_int_t version = json_integer_value(json_object_get(before, "version"));
    json_decref(before);
    if (json_integer_value(json_object_get(job->body, "version")) != version) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_CONFLICT, "somebody was first");
        return false;
    }
    json_t *plan = json_pack("{s:O,s:O,s:I}", "roles", json_object_get(job->body, "roles"), "times",
                             json_object_get(job->body, "times"), "version", version + 1);
    job->result = json_pack("{s:o}", "plan", plan);
    return duty_plan_write(tx, plan, error) &&
           record(tx, job, "duty.plan", "duty",
                  json_pack("{s:i,s:i}", "roles",
                            (int)json_array_size(json_object_get(plan, "roles")), "times",
                            (int)json_array_size(json_object_get(plan, "times"))),
                  error);
}

static void put_plan(struct net_request *request, gpointer user)
{
    struct duty_fault fault = {0};
    json_t *body = net_request_json(request);
    if (!body)
        return;
    if (plan_check(body, &fault)) {
        duty_run(duty_job_new(user, request, body), write_plan, true);
        return;
    }
    reply_fault(request, &fault);
    json_decref(body);
}

/* --- one shift */

static json_t *tidy(struct duty *duty, const json_t *people)
{
    size_t i;
    json_t *one, *list = json_array();
    json_array_foreach((json_t *)people, i, one)
    {
        const char *user = json_string_value(json_object_get(one, "user"));
        const struct identity_user *known = identity_user_by_id(duty->options.identity, user);
        const char *note = json_string_value(json_object_get(one, "note"));
        json_array_append_new(list,
                              json_pack("{s:O,s:O,s:s?,s:s}", "role", json_object_get(one, "role"),
                                        "name", json_object_get(one, "name"), "user",
                                        known ? known->id : NULL, "note", note ? note : ""));
    }
    return list;
}

static bool write_shift(struct store_tx *tx, gpointer data, GError **error)
{
    struct duty_job *job = data;
    const json_t *people = json_object_get(job->body, "people");
    if (!duty_shift_write(tx, &job->shift, people,
                          json_integer_value(json_object_get(job->body, "version")), job->now_us,
                          error) ||
        !record(tx, job, "duty.roster", job->shift.id,
                json_pack("{s:O}", "people", (json_t *)people), error))
        return false;
    json_t *shift = duty_shift_read(tx, &job->shift, error);
    job->result = shift ? json_pack("{s:o}", "shift", shift) : NULL;
    return shift != NULL;
}

static void put_shift(struct net_request *request, gpointer user)
{
    struct duty *duty = user;
    struct duty_fault fault = {0};
    struct duty_shift shift;
    json_t *body = net_request_json(request);
    if (!body)
        return;
    if (!plan_shift(duty->plan, net_request_param(request, "id"), duty->zone, &shift)) {
        reply_problem_now(request, &NO_SHIFT);
    } else if (!plan_people_check(duty->plan, json_object_get(body, "people"), &fault)) {
        reply_fault(request, &fault);
    } else {
        struct duty_job *job = duty_job_new(duty, request, json_incref(body));
        json_object_set_new(job->body, "people", tidy(duty, json_object_get(body, "people")));
        job->shift = shift;
        duty_run(job, write_shift, true);
    }
    json_decref(body);
}

/* --- many, from a file */

static bool write_import(struct store_tx *tx, gpointer data, GError **error)
{
    struct duty_job *job = data;
    const char *id;
    json_t *people;
    json_object_foreach(json_object_get(job->body, "shifts"), id, people)
    {
        struct duty_shift shift = {0};
        g_strlcpy(shift.id, id, sizeof shift.id);
        g_strlcpy(shift.day, id, 11);
        json_t *before = duty_shift_read(tx, &shift, error);
        json_int_t version = json_integer_value(json_object_get(before, "version"));
        bool known = before != NULL;
        json_decref(before);
        if (!known || !duty_shift_write(tx, &shift, people, version, job->now_us, error))
            return false;
    }
    return record(
        tx, job, "duty.import", "duty",
        json_pack("{s:i}", "shifts", (int)json_object_size(json_object_get(job->body, "shifts"))),
        error);
}

/* Logins become users; one that there is not is a mistake of its row's shift. */
static void name_users(struct duty *duty, struct duty_csv *csv)
{
    const char *id;
    json_t *people, *one;
    size_t i;
    json_object_foreach(csv->shifts, id, people)
    {
        json_array_foreach(people, i, one)
        {
            const char *login = json_string_value(json_object_get(one, "login"));
            const struct identity_user *user =
                *login ? identity_user_by_login(duty->options.identity, login) : NULL;
            if (*login && !user) {
                csv->refused++;
                json_array_append_new(csv->errors,
                                      json_pack("{s:O,s:s,s:{s:s+,s:s+}}", "line",
                                                json_object_get(one, "line"), "column", "login",
                                                "message", "zh", "没有这个账号：", login, "en",
                                                "there is no such login: ", login));
            }
            json_object_set_new(one, "user", user ? json_string(user->id) : json_null());
            json_object_del(one, "login");
            json_object_del(one, "line");
        }
    }
}

static void post_import(struct net_request *request, gpointer user)
{
    struct duty *duty = user;
    gsize size = 0;
    gint64 dry_run;
    if (!net_request_query_int(request, "dry_run", 0, 1, 0, &dry_run))
        return;
    const char *text = g_bytes_get_data(net_request_body(request), &size);
    struct duty_csv csv;
    duty_csv_read(&csv, duty->plan, text ? text : "", size);
    name_users(duty, &csv);
    struct duty_job *job = duty_job_new(duty, request, json_pack("{s:O}", "shifts", csv.shifts));
    job->result = json_pack("{s:b,s:i,s:i,s:i,s:O}", "dry_run", (int)dry_run, "rows", (int)csv.rows,
                            "refused", (int)csv.refused, "shifts",
                            (int)json_object_size(csv.shifts), "errors", csv.errors);
    bool good = !csv.refused && csv.rows;
    duty_csv_clear(&csv);
    if (good && !dry_run) {
        duty_run(job, write_import, true);
        return;
    }
    net_reply_json(request, good || dry_run ? 200 : 400, json_incref(job->result));
    duty_job_free(job);
}

void duty_add_roster_routes(struct duty *duty)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/duty", "duty.see", get_roster, 0},
        {"PUT", "/api/v1/duty/plan", "duty.edit", put_plan, 0},
        {"PUT", "/api/v1/duty/shifts/:id", "duty.edit", put_shift, 0},
        {"POST", "/api/v1/duty/import", "duty.edit", post_import, CSV_BYTES},
    };
    net_add_routes(duty->options.net, routes, G_N_ELEMENTS(routes), duty);
}
