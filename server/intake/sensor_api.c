/* REST of the register of sensors (docs/feeds.md). */
#include "intake/intake_private.h"
#include "intake/mqtt_rules.h"
#include <math.h>

/* A request that is answered later. */
struct answer {
    struct net_request *request;
    struct intake *intake;
    char *feed, *device, *type;
};

static struct answer *answer_new(struct intake *intake, struct net_request *request,
                                 const char *feed, const char *device, const char *type)
{
    struct answer *answer = g_new(struct answer, 1);
    *answer = (struct answer){net_request_ref(request), intake, g_strdup(feed), g_strdup(device),
                              g_strdup(type)};
    return answer;
}

static void answer_free(struct answer *answer)
{
    net_request_unref(answer->request);
    g_free(answer->feed);
    g_free(answer->device);
    g_free(answer->type);
    g_free(answer);
}

/* --- what there is */

static json_t *time_json(int64_t time_us)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, time_us);
    return time_us ? json_string(text) : json_null();
}

static json_t *last_json(const struct sensor_last *last)
{
    if (!last)
        return json_null();
    return json_pack(
        "{s:o,s:o,s:s,s:o,s:o}", "value",
        last->is_state || !isfinite(last->number) ? json_null() : json_real(last->number), "raised",
        last->is_state ? json_boolean(last->raised) : json_null(), "unit", last->unit, "time_us",
        time_json(last->time_us), "received_us", time_json(last->received_us));
}

/* Birth and will of the device: what was heard since the start, else what was told before. */
static json_t *online_json(struct intake *intake, const char *feed, const char *device)
{
    const struct sensor_last *last = sensors_last(intake->sensors, feed, device, MQTT_ONLINE_TYPE);
    const struct state *state = mqtt_state(intake->mqtt, feed, device, MQTT_ONLINE_TYPE);
    if (last)
        return json_boolean(!last->raised);
    return state ? json_boolean(!state->raised) : json_null();
}

/* Takes `json`, which names feed, device and type. */
static json_t *with_state(struct intake *intake, json_t *json, const char *feed, const char *device,
                          const char *type, bool registered)
{
    const struct state *state = mqtt_state(intake->mqtt, feed, device, type);
    json_object_set_new(json, "registered", json_boolean(registered));
    json_object_set_new(json, "online", online_json(intake, feed, device));
    json_object_set_new(json, "raised", state ? json_boolean(state->raised) : json_null());
    json_object_set_new(json, "since_us", time_json(state ? state->since_us : 0));
    json_object_set_new(json, "last", last_json(sensors_last(intake->sensors, feed, device, type)));
    return json;
}

static json_t *row_json(struct intake *intake, const struct sensor *sensor)
{
    json_t *json = sensor_json(sensor);
    if (*sensor->crs) { /* lon and lat are WGS-84, whatever they were given in */
        json_object_set_new(json, "given_crs", json_string(sensor->crs));
        json_object_del(json, "crs");
    }
    return with_state(intake, json, sensor->feed, sensor->device, sensor->type, true);
}

json_t *intake_sensors_json(struct intake *intake, const char *feed)
{
    json_t *list = json_array();
    g_autoptr(GPtrArray) all = sensors_all(intake->sensors);
    g_autoptr(GPtrArray) heard = sensors_heard(intake->sensors);
    for (guint i = 0; i < all->len; i++) {
        const struct sensor *sensor = all->pdata[i];
        if (!feed || g_str_equal(feed, sensor->feed))
            json_array_append_new(list, row_json(intake, sensor));
    }
    for (guint i = 0; i < heard->len; i++) {
        const struct sensor_last *last = heard->pdata[i];
        if ((feed && !g_str_equal(feed, last->feed)) ||
            sensors_find(intake->sensors, last->feed, last->device, last->type))
            continue;
        json_t *json = json_pack("{s:s,s:s,s:s}", "feed", last->feed, "device", last->device,
                                 "type", last->type);
        json_array_append_new(
            list, with_state(intake, json, last->feed, last->device, last->type, false));
    }
    return json_pack("{s:o}", "sensors", list);
}

static void get_sensors(struct net_request *request, gpointer user)
{
    net_reply_json(request, 200, intake_sensors_json(user, net_request_query(request, "feed")));
}

/* --- changes */

static bool reply_failed(struct net_request *request, const GError *error)
{
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_FULL))
        net_reply_error(request, 507, "full", "磁盘已满", "The disk is full");
    else if (error)
        net_reply_error(request, 500, "failed", "没有保存", error->message);
    return error != NULL;
}

static void on_put(const GError *error, gpointer user)
{
    struct answer *answer = user;
    const struct sensor *sensor =
        sensors_find(answer->intake->sensors, answer->feed, answer->device, answer->type);
    if (!reply_failed(answer->request, error) && sensor)
        net_reply_json(answer->request, 200,
                       json_pack("{s:o}", "sensor", row_json(answer->intake, sensor)));
    answer_free(answer);
}

static void reply_fault(struct net_request *request, struct form_fault *fault)
{
    json_t *fields = fault->field ? json_pack("[{s:s,s:{s:s,s:s}}]", "path", fault->field,
                                              "message", "zh", fault->zh, "en", fault->en)
                                  : NULL;
    net_reply_invalid(request, 400, "invalid", fault->zh, fault->en, fields);
    form_fault_clear(fault);
}

static void note_act(struct intake *intake, struct net_request *request, const char *action)
{
    g_autofree char *name =
        g_strjoin("/", net_request_param(request, "feed"), net_request_param(request, "device"),
                  net_request_param(request, "type"), NULL);
    identity_audit_later(intake->options.identity, net_request_session(request), action, name,
                         NULL);
}

static void put_sensor(struct net_request *request, gpointer user)
{
    static const char *const names[] = {"feed", "device", "type"};
    struct intake *intake = user;
    struct form_fault fault = {0};
    json_t *body = net_request_json(request);
    if (!body)
        return;
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        json_object_set_new(body, names[i], json_string(net_request_param(request, names[i])));
    struct sensor *sensor = sensor_from_json(body, &fault);
    json_decref(body);
    if (!sensor) {
        reply_fault(request, &fault);
        return;
    }
    note_act(intake, request, "sensor.change");
    struct answer *answer = answer_new(intake, request, sensor->feed, sensor->device, sensor->type);
    sensors_put(intake->sensors, sensor, on_put, answer);
}

static void on_removed(const GError *error, gpointer user)
{
    struct answer *answer = user;
    if (!reply_failed(answer->request, error))
        net_reply_json(answer->request, 204, NULL);
    answer_free(answer);
}

static void delete_sensor(struct net_request *request, gpointer user)
{
    struct intake *intake = user;
    const char *feed = net_request_param(request, "feed");
    const char *device = net_request_param(request, "device");
    const char *type = net_request_param(request, "type");
    if (!sensors_find(intake->sensors, feed, device, type)) {
        net_reply_error(request, 404, "not_found", "登记表中没有", "Is not in the register");
        return;
    }
    note_act(intake, request, "sensor.remove");
    sensors_remove(intake->sensors, feed, device, type, on_removed,
                   answer_new(intake, request, feed, device, type));
}

void intake_add_sensor_routes(struct intake *intake)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/sensors", "feed.see", get_sensors, 0},
        {"PUT", "/api/v1/sensors/:feed/:device/:type", "feed.edit", put_sensor, 0},
        {"DELETE", "/api/v1/sensors/:feed/:device/:type", "feed.edit", delete_sensor, 0},
    };
    net_add_routes(intake->options.net, routes, G_N_ELEMENTS(routes), intake);
}
