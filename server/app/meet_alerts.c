#include "app/meet_alerts.h"
#include "cases/case_form.h"
#include "cases/case_reporter.h"
#include "cases/cases.h"
#include <math.h>

/* --- cases */

static bool open_one(struct store_tx *tx, const struct alerts_case *from,
                     const struct identity_actor *who, gint64 now_us, char **code, GError **error)
{
    const struct case_seed seed = {.id = from->id,
                                   .alert = from->alert,
                                   .dimension = from->dimension,
                                   .type = from->type,
                                   .title = from->title,
                                   .text = from->text,
                                   .address = from->address,
                                   .area = from->area,
                                   .lon = from->lon,
                                   .lat = from->lat,
                                   .priority = from->priority,
                                   .exercise = from->exercise,
                                   .form = from->form,
                                   .name = from->by};
    bool said = from->form && json_object_get(from->form, "reporter"); /* null: nobody */
    return case_open(tx, &seed, who, now_us, code, error) &&
           case_reporter_add(tx, from->vault, from->id, from->form, now_us, error) &&
           (said || case_reporter_adopt(tx, from->id, from->reporter, now_us, error));
}

static bool link_one(struct store_tx *tx, const char *case_id, const char *alert,
                     const char *reporter, const struct identity_actor *who, gint64 now_us,
                     char **code, GError **error)
{
    return case_link(tx, case_id, alert, who, now_us, code, error) &&
           case_reporter_adopt(tx, case_id, reporter, now_us, error);
}

static bool undo_one(struct store_tx *tx, const char *case_id, const char *alert,
                     const char *reporter, const struct identity_actor *who, gint64 now_us,
                     bool *closed, GError **error)
{
    return case_reporter_give_up(tx, case_id, reporter, error) &&
           case_undo(tx, case_id, alert, who, now_us, closed, error);
}

static bool check(const json_t *form, json_t *faults)
{
    size_t before = json_array_size(faults);
    case_form_check(form, "form.", faults);
    case_reporter_check(form, "form.", faults);
    return json_array_size(faults) == before;
}

struct told {
    void (*fn)(const struct open_case *about, bool exercise, gpointer user);
    gpointer user;
};

struct open_case meet_case(const struct case_about *about)
{
    return (struct open_case){.id = about->id,
                              .code = about->code,
                              .dimension = about->dimension,
                              .type = about->type,
                              .area = about->area,
                              .lon = about->lon,
                              .lat = about->lat,
                              .opened_us = about->opened_us,
                              .closed_us = about->closed_us};
}

static void tell(const struct case_about *about, gpointer user)
{
    const struct told *told = user;
    const struct open_case one = meet_case(about);
    told->fn(&one, about->exercise, told->user);
}

static bool each(struct store_tx *tx, gint64 since_us,
                 void (*fn)(const struct open_case *about, bool exercise, gpointer user),
                 gpointer user, GError **error)
{
    struct told told = {fn, user};
    return case_each(tx, since_us, tell, &told, error);
}

static json_t *time_json(gint64 time_us)
{
    char text[24];
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, time_us);
    return time_us ? json_string(text) : json_null();
}

static json_t *number_json(double number)
{
    return isfinite(number) ? json_real(number) : json_null();
}

static void describe_one(const struct case_about *about, gpointer user)
{
    json_t **json = user;
    *json = json_pack("{s:s,s:s,s:s,s:s,s:o,s:o,s:o,s:o,s:s?}", "id", about->id, "code",
                      about->code, "title", about->title, "state", about->state, "opened_us",
                      time_json(about->opened_us), "closed_us", time_json(about->closed_us), "lon",
                      number_json(about->lon), "lat", number_json(about->lat), "area", about->area);
}

static json_t *describe(struct store_tx *tx, const char *case_id, GError **error)
{
    json_t *json = NULL;
    bool found;
    case_get(tx, case_id, describe_one, &json, &found, error);
    return json;
}

const struct alerts_cases meet_cases = {.open = open_one,
                                        .link = link_one,
                                        .undo = undo_one,
                                        .each = each,
                                        .describe = describe,
                                        .check = check};

/* --- cameras */

enum { MOST = 16, LOOKED_AT = 64 };

static json_t *camera_json(const struct wall_camera *camera)
{
    return json_pack("{s:I,s:s,s:s,s:o,s:b}", "n", (json_int_t)camera->n, "id", camera->id, "name",
                     camera->name, "distance_m", number_json(round(camera->distance_m)), "faces",
                     (int)camera->faces);
}

static json_t *skipped_json(const struct wall_camera *camera)
{
    return json_pack("{s:s,s:s,s:o,s:s,s:s?}", "id", camera->id, "name", camera->name, "distance_m",
                     number_json(round(camera->distance_m)), "state", camera->state, "reason",
                     camera->reason);
}

json_t *meet_near(const struct wall *wall, double lon, double lat, guint count, double reach_m,
                  const struct net_session *session)
{
    bool all = identity_may_in(session, RIGHT_CAMERA_LIST, "");
    struct wall_camera found[LOOKED_AT];
    g_autoptr(GArray) skipped = g_array_new(FALSE, FALSE, sizeof(struct wall_camera));
    guint most = all ? MIN(count, MOST) : LOOKED_AT;
    guint have = wall_near(wall, lon, lat, most, reach_m, found, skipped);
    json_t *cameras = json_array(), *out = json_array();
    double furthest_m = 0;
    for (guint i = 0; i < have && json_array_size(cameras) < count; i++) {
        if (!all && !identity_may_in(session, RIGHT_CAMERA_LIST, found[i].area))
            continue;
        json_array_append_new(cameras, camera_json(&found[i]));
        furthest_m = fmax(furthest_m, found[i].distance_m);
    }
    for (guint i = 0; i < skipped->len; i++) {
        const struct wall_camera *one = &g_array_index(skipped, struct wall_camera, i);
        bool would_be = all || one->distance_m <= furthest_m;
        if (would_be && (all || identity_may_in(session, RIGHT_CAMERA_LIST, one->area)))
            json_array_append_new(out, skipped_json(one));
    }
    return json_pack("{s:o,s:o,s:f}", "cameras", cameras, "skipped", out, "reach_m", reach_m);
}

static void tell_device(const struct wall_camera *camera, gpointer user)
{
    const struct known_device device = {.id = camera->id,
                                        .parent = NULL, /* events say it */
                                        .area = camera->area,
                                        .lon = camera->lon,
                                        .lat = camera->lat,
                                        .azimuth_deg = camera->azimuth_deg,
                                        .fov_deg = camera->fov_deg};
    alerts_set_device(user, &device);
}

void meet_devices(struct alerts *alerts, const struct wall *wall)
{
    wall_each_camera(wall, tell_device, alerts);
}
