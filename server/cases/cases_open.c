/* POST /api/v1/cases: a request becomes a case. */
#include "cases/case_form.h"
#include "cases/case_key.h"
#include "cases/case_reporter.h"
#include "cases/cases_private.h"
#include <math.h>
#include <string.h>

enum { MOST_CAMERAS = 16 };

struct opening {
    struct cases *cases;
    struct net_request *request;
    struct case_who *who;
    const struct vault *vault;
    char *key, *id;
    json_t *form;
    gint64 now_us;
    struct case_key used;
    bool known_area;
    json_t *answer;
};

static void opening_free(struct opening *opening)
{
    net_request_unref(opening->request);
    case_key_clear(&opening->used);
    case_who_free(opening->who);
    g_free(opening->key);
    g_free(opening->id);
    json_decref(opening->form);
    json_decref(opening->answer);
    g_free(opening);
}

static bool add_camera(struct store_tx *tx, const struct opening *opening, const char *camera,
                       GError **error)
{
    gint64 one;
    bool found;
    g_autofree char *id = store_id_new();
    if (!store_query_int(tx, error, &one, &found, "SELECT 1 FROM camera WHERE id = ?", "s", camera))
        return false;
    return !found ||
           store_exec(tx, error,
                      "INSERT INTO case_tie (id, case_id, kind, target, note, time_us,"
                      " user_id) VALUES (?, ?, 'camera', ?, '', ?, ?)",
                      "sssis", id, opening->id, camera, opening->now_us, opening->who->actor->user);
}

static bool add_cameras(struct store_tx *tx, const struct opening *opening, GError **error)
{
    const json_t *cameras = json_object_get(opening->form, "cameras");
    bool fine = true;
    for (size_t i = 0; fine && i < MIN(json_array_size(cameras), MOST_CAMERAS); i++) {
        const char *camera = json_string_value(json_array_get(cameras, i));
        fine = !camera || add_camera(tx, opening, camera, error);
    }
    return fine;
}

static bool make(struct store_tx *tx, struct opening *opening, GError **error)
{
    const char *title = json_string_value(json_object_get(opening->form, "title"));
    const struct case_seed seed = {.id = opening->id,
                                   .title = title,
                                   .lon = NAN,
                                   .lat = NAN,
                                   .priority = 3,
                                   .channel = "hotline",
                                   .form = opening->form,
                                   .name = opening->who->name};
    g_autofree char *code = NULL;
    return case_open(tx, &seed, opening->who->actor, opening->now_us, &code, error) &&
           case_reporter_add(tx, opening->vault, opening->id, opening->form, opening->now_us,
                             error) &&
           add_cameras(tx, opening, error) &&
           case_key_write(tx, &opening->used, opening->id, 1, opening->now_us, error);
}

static bool write_case(struct store_tx *tx, gpointer job, GError **error)
{
    struct opening *opening = job;
    case_row_auto row = {0};
    if (!case_form_area_known(tx, opening->form, &opening->known_area, error) ||
        !case_key_find(tx, &opening->used, error))
        return false;
    bool again = opening->used.case_id != NULL;
    if (!again && !opening->known_area)
        return true;
    if ((!again && !make(tx, opening, error)) ||
        !case_row_load(tx, again ? opening->used.case_id : opening->id, &row, error))
        return false;
    opening->answer = case_row_json(&row);
    return true;
}

/* The case of that key stands with what was asked first. */
static void reply_other(const struct opening *opening)
{
    net_reply_json(opening->request, 409,
                   json_pack("{s:{s:s,s:{s:s,s:s}},s:O}", "error", "code", "key_used", "message",
                             "zh", "这个操作编号已受理过，内容与这次不同", "en",
                             "the key was used for a case with other contents", "current",
                             opening->answer));
}

static void reply_no_area(const struct opening *opening)
{
    json_t *faults = json_array();
    case_fault(faults, "form.area", "没有这个区域", "there is no such area");
    net_reply_invalid(opening->request, 400, "bad_case", "登记不完整或不正确",
                      "the case is not complete or not right", faults);
}

static void case_written(gpointer job, const GError *error)
{
    struct opening *opening = job;
    if (error)
        cases_reply_error(opening->request, error);
    else if (!opening->answer)
        reply_no_area(opening);
    else if (opening->used.case_id && !opening->used.same)
        reply_other(opening);
    else
        net_reply_json(opening->request, opening->used.case_id ? 200 : 201,
                       json_pack("{s:O}", "case", opening->answer));
    opening_free(opening);
}

static void check(const struct opening *opening, json_t *faults)
{
    const char *title = json_string_value(json_object_get(opening->form, "title"));
    case_form_check(opening->form, "form.", faults);
    if (!title || !*title)
        case_fault(faults, "form.title", "必须填写", "is needed");
    if (!opening->key || strlen(opening->key) < 8 || strlen(opening->key) > 64)
        case_fault(faults, "key", "须为 8 至 64 个字母或数字",
                   "8 to 64 letters or digits are needed");
    case_reporter_check(opening->form, "form.", faults);
}

/* May it be opened there? An unknown place is everybody's who may open somewhere. */
static bool may_open(const struct opening *opening)
{
    const struct net_session *session = net_request_session(opening->request);
    const char *area = json_string_value(json_object_get(opening->form, "area"));
    return !area || !*area || identity_may_in(session, RIGHT_CASE_REGISTER, area);
}

static void post_case(struct net_request *request, gpointer user)
{
    struct cases *cases = user;
    json_t *body = net_request_json(request);
    if (!body)
        return;
    struct opening *opening = g_new0(struct opening, 1);
    json_t *faults = json_array();
    opening->cases = cases;
    opening->request = net_request_ref(request);
    opening->who = case_who_new(cases->options.identity, net_request_session(request));
    opening->vault = identity_vault(cases->options.identity);
    opening->key = g_strdup(json_string_value(json_object_get(body, "key")));
    opening->id = store_id_new();
    opening->form = json_deep_copy(json_object_get(body, "form"));
    opening->now_us = cases_now(cases);
    json_decref(body);
    check(opening, faults);
    if (json_array_size(faults) > 0) {
        net_reply_invalid(request, 400, "bad_case", "登记不完整或不正确",
                          "the case is not complete or not right", faults);
        opening_free(opening);
        return;
    }
    json_decref(faults);
    if (!may_open(opening)) {
        net_reply_error(request, 403, "no_right", "没有在该区域登记的权限",
                        "no right to register cases in that area");
        opening_free(opening);
        return;
    }
    case_key_init(&opening->used, opening->vault, opening->who->actor->user, opening->key, "open",
                  opening->form);
    store_write(cases->options.store, write_case, opening, case_written);
}

void cases_open_routes(struct cases *cases)
{
    static const struct net_route routes[] = {
        {"POST", "/api/v1/cases", "case.register", post_case, 0},
    };
    net_add_routes(cases->options.net, routes, G_N_ELEMENTS(routes), cases);
}
