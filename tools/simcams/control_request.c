#include "simcams/control_request.h"
#include <gio/gio.h>
#include <jansson.h>
#include <string.h>

static bool fail(GError **error, const char *text)
{
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, text);
    return false;
}

static bool read_command(json_t *line, struct control_request *request, GError **error)
{
    static const char *const names[] = {"stats", "cameras", "fault", "clear"};
    const char *name = json_string_value(json_object_get(line, "cmd"));
    for (unsigned i = 0; name && i < G_N_ELEMENTS(names); i++) {
        if (strcmp(name, names[i]) == 0) {
            request->command = (enum control_command)i;
            return true;
        }
    }
    return fail(error, "cmd is stats, cameras, fault or clear");
}

static bool read_kind(json_t *line, struct control_request *request, GError **error)
{
    const char *name = json_string_value(json_object_get(line, "kind"));
    request->kind = name ? fault_by_name(name) : FAULT_COUNT;
    if (request->kind == FAULT_COUNT)
        return (!name && request->command != CONTROL_FAULT) || fail(error, "unknown kind");
    const struct fault_kind *kind = &fault_kinds[request->kind];
    const json_t *value = json_object_get(line, "value");
    request->value = json_is_number(value) ? json_number_value(value) : kind->value_default;
    if (kind->value_name &&
        !(request->value >= kind->value_min && request->value <= kind->value_max))
        return fail(error, "value is out of range");
    return true;
}

static bool read_selection(json_t *line, struct control_request *request, GError **error)
{
    const json_t *cameras = json_object_get(line, "cameras");
    const json_t *share = json_object_get(line, "share");
    request->all = json_is_true(json_object_get(line, "all"));
    request->share = json_is_number(share) ? json_number_value(share) : 0;
    if (share && !(request->share > 0 && request->share <= 1))
        return fail(error, "share is above 0 and at most 1");
    if (cameras && !json_is_array(cameras))
        return fail(error, "cameras is a list of numbers");
    if (cameras)
        request->cameras = g_array_new(FALSE, FALSE, sizeof(unsigned));
    for (size_t i = 0; i < json_array_size(cameras); i++) {
        const json_int_t number = json_integer_value(json_array_get(cameras, i));
        if (number < 1 || number > 4095)
            return fail(error, "camera numbers are 1 to 4095");
        const unsigned value = (unsigned)number;
        g_array_append_val(request->cameras, value);
    }
    const bool given = request->all || request->share > 0 || request->cameras;
    if (request->command == CONTROL_FAULT && !given)
        return fail(error, "fault needs cameras, share or all");
    request->all |= !given && request->command == CONTROL_CLEAR;
    return true;
}

bool control_request_parse(const char *line, size_t size_bytes, struct control_request *request,
                           GError **error)
{
    *request = (struct control_request){.kind = FAULT_COUNT};
    json_error_t why;
    json_t *root = json_loadb(line, size_bytes, JSON_REJECT_DUPLICATES, &why);
    if (!json_is_object(root)) {
        json_decref(root);
        return fail(error, "a line is one JSON object");
    }
    const json_t *seconds = json_object_get(root, "seconds");
    request->seconds = json_is_number(seconds) ? json_number_value(seconds) : 0;
    bool ok = read_command(root, request, error) && read_kind(root, request, error) &&
              read_selection(root, request, error);
    if (ok && !(request->seconds >= 0 && request->seconds <= 1e6))
        ok = fail(error, "seconds is 0 to 1000000");
    json_decref(root);
    if (!ok)
        control_request_clear(request);
    return ok;
}

void control_request_clear(struct control_request *request)
{
    if (request->cameras)
        g_array_unref(request->cameras);
    request->cameras = NULL;
}
