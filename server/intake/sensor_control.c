/* The register of sensors from the command line (docs/wallctl.md). */
#include "identity/identity_face.h"
#include "intake/intake_private.h"
#include "intake/sensors.h"
#include <string.h>

struct importing {
    struct control_call *call;
    json_t *result;
    guint refused, good;
    bool dry_run;
};

static void reply(struct importing *importing, const GError *error)
{
    if (error)
        control_reply_refused(importing->call, "store", error->message, importing->result);
    else if (importing->refused && !importing->good)
        control_reply_refused(importing->call, "refused", "no row was good", importing->result);
    else if (importing->refused)
        control_reply_partly(importing->call, "some rows were refused", importing->result);
    else
        control_reply(importing->call, importing->result);
    g_free(importing);
}

static void on_imported(const GError *error, gpointer user)
{
    reply(user, error);
}

static void cmd_import(struct control_call *call, const json_t *args, gpointer user)
{
    struct intake *intake = user;
    const char *csv = json_string_value(json_object_get(args, "csv"));
    if (!csv) {
        control_reply_error(call, "usage", "sensors.import needs the text of a file");
        return;
    }
    struct sensor_list list = sensor_list_read(csv, strlen(csv));
    struct importing *importing = g_new0(struct importing, 1);
    importing->call = call;
    importing->dry_run = json_is_true(json_object_get(args, "dry_run"));
    importing->good = list.sensors->len;
    importing->refused = list.rows > list.sensors->len ? list.rows - list.sensors->len
                                                       : (guint)json_array_size(list.errors);
    importing->result = json_pack("{s:b,s:i,s:i,s:i,s:O}", "dry_run", importing->dry_run, "rows",
                                  (int)list.rows, "accepted", (int)importing->good, "refused",
                                  (int)importing->refused, "errors", list.errors);
    if (importing->dry_run || !importing->good) {
        reply(importing, NULL);
    } else {
        identity_audit_later(
            intake->options.identity, NULL, "sensor.import", "sensors",
            json_pack("{s:i,s:i}", "uid", (int)control_uid(call), "rows", (int)importing->good));
        sensors_import(intake->sensors, &list, on_imported, importing);
    }
    sensor_list_clear(&list);
}

static void cmd_list(struct control_call *call, const json_t *args, gpointer user)
{
    struct intake *intake = user;
    (void)args;
    control_reply(call, intake_sensors_json(intake, NULL));
}

void intake_add_sensor_commands(struct intake *intake)
{
    control_register(intake->options.control, "sensors.import", cmd_import, intake);
    control_register(intake->options.control, "sensors.list", cmd_list, intake);
}
