#include "duty/call.h"
#include <string.h>

enum { MOST_DEPTH_BYTES = 4096 };

const char *call_event_name(enum call_event event)
{
    static const char *const names[] = {"ringing", "answered", "ended"};
    return names[event];
}

bool call_extension_good(const char *text)
{
    return text && *text && strlen(text) <= 16 && strspn(text, "0123456789*#") == strlen(text);
}

/* As it is written by people: "+86 (138) 0000-0000". false: it is no number. */
static bool read_number(const char *text, char number[33])
{
    size_t used = 0;
    for (const char *c = text; *c; c++) {
        if (strchr(" -()./", *c))
            continue;
        if (used == 32 || !(g_ascii_isdigit(*c) || (*c == '+' && used == 0)))
            return false;
        number[used++] = *c;
    }
    number[used] = '\0';
    return used == 0 || used >= 3;
}

static bool read_event(const char *name, enum call_event *event)
{
    for (int i = CALL_RINGING; i <= CALL_ENDED; i++) {
        if (g_strcmp0(name, call_event_name((enum call_event)i)) == 0) {
            *event = (enum call_event)i;
            return true;
        }
    }
    return false;
}

static bool id_good(const char *id)
{
    if (!id || !*id || strlen(id) > 64)
        return false;
    for (const char *c = id; *c; c++)
        if (!g_ascii_isgraph(*c))
            return false;
    return true;
}

static bool read_object(const json_t *json, struct call *call, const char **field, const char **zh,
                        const char **en)
{
    const char *id = json_string_value(json_object_get(json, "call"));
    const char *extension = json_string_value(json_object_get(json, "extension"));
    const json_t *number = json_object_get(json, "number");
    *field = "call";
    *zh = "通话编号应为 1 到 64 个可见字符";
    *en = "wants 1 to 64 visible characters";
    if (!id_good(id))
        return false;
    *field = "event";
    *zh = "应为 ringing、answered 或 ended";
    *en = "wants ringing, answered or ended";
    if (!read_event(json_string_value(json_object_get(json, "event")), &call->event))
        return false;
    *field = "extension";
    *zh = "分机号应为 1 到 16 位数字、* 或 #";
    *en = "wants 1 to 16 digits, * or #";
    if (!call_extension_good(extension))
        return false;
    *field = "number";
    *zh = "来电号码应为 3 到 32 位数字";
    *en = "wants 3 to 32 digits";
    const char *given = json_is_string(number) ? json_string_value(number) : "";
    if ((number && !json_is_null(number) && !json_is_string(number)) ||
        !read_number(given, call->number))
        return false;
    g_strlcpy(call->id, id, sizeof call->id);
    g_strlcpy(call->extension, extension, sizeof call->extension);
    return true;
}

bool call_read(const char *text, size_t size, struct call *call, const char **field,
               const char **zh, const char **en)
{
    *call = (struct call){.event = CALL_RINGING};
    *field = NULL;
    *zh = "不是 JSON 对象";
    *en = "is no JSON object";
    json_t *json = size <= MOST_DEPTH_BYTES ? json_loadb(text, size, 0, NULL) : NULL;
    bool good = json_is_object(json) && read_object(json, call, field, zh, en);
    json_decref(json);
    return good;
}
