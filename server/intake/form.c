#include "intake/form.h"
#include "identity/contact.h"
#include "place/crs.h"
#include <math.h>
#include <string.h>

#define FORM_ID_BYTES   128
#define FORM_NAME_CHARS 64

void form_fault_clear(struct form_fault *fault)
{
    g_free(fault->en);
    g_free(fault->named);
    *fault = (struct form_fault){0};
}

void form_fault_put(const struct form_fault *fault, json_t *json)
{
    const char *en = fault->en ? fault->en : "";
    size_t head = fault->field ? strlen(fault->field) : 0;
    if (head && strncmp(en, fault->field, head) == 0 && g_str_has_prefix(en + head, ": "))
        en += head + 2; /* the field stands beside it */
    json_object_set_new(json, "field", fault->field ? json_string(fault->field) : json_null());
    json_object_set_new(json, "message", json_pack("{s:s,s:s}", "zh", fault->zh, "en", en));
}

static struct event *refuse(struct form_fault *fault, const char *field, const char *zh,
                            const char *en)
{
    *fault = (struct form_fault){.field = field, .zh = zh, .en = g_strdup(en)};
    return NULL;
}

void form_set_times(struct event *event, int64_t now_us, int64_t skew_us)
{
    if (!event->received_us)
        event->received_us = now_us;
    event->marks &= ~(unsigned)(EVENT_FUTURE | EVENT_LATE | EVENT_PAST);
    if (!event->occurred_us)
        return;
    if (skew_us && !event->skew_us && event->occurred_us > skew_us) {
        event->occurred_us -= skew_us;
        event->skew_us = skew_us;
    }
    if (event->occurred_us > event->received_us + FORM_FUTURE_US)
        event->marks |= EVENT_FUTURE;
    if (event->occurred_us < event->received_us - FORM_LATE_US)
        event->marks |= EVENT_LATE;
}

/* "test-…", as long as an id may be. */
static char *test_name(const char *name)
{
    char *text = g_strconcat("test-", name, NULL);
    size_t size = strlen(text);
    if (size > FORM_ID_BYTES)
        *g_utf8_find_prev_char(text, text + FORM_ID_BYTES + 1) = '\0';
    return text;
}

void form_make_test(struct event *event, const char *name)
{
    event->marks |= EVENT_TEST;
    g_clear_pointer(&event->contact, g_free);
    g_free(event->id);
    event->id = test_name(name);
    for (char **ref = event->ref_ids; ref && *ref; ref++) {
        g_autofree char *theirs = *ref;
        *ref = test_name(theirs);
    }
}

/* Who reports, before it is made unrecognisable. */
struct who {
    char *reporter, *name; /* owned; NULL: not told */
};

static void who_clear(struct who *who)
{
    g_free(who->reporter);
    g_free(who->name);
}

/* Takes them out of `item`, and puts the hash in. */
static bool take_who(const struct form *form, json_t *item, struct who *who)
{
    const json_t *name = json_object_get(item, "reporter_name");
    if (name && !json_is_string(name) && !json_is_null(name))
        return false;
    who->name = g_strdup(json_string_value(name));
    who->reporter = g_strdup(json_string_value(json_object_get(item, "reporter")));
    json_object_del(item, "reporter_name");
    json_object_del(item, "contact");
    if (who->reporter)
        json_object_del(item, "reporter"); /* one that is no text is a fault, found later */
    const char *known = who->reporter && *who->reporter ? who->reporter : who->name;
    if (known && *known && form->reporter) {
        g_autofree char *hash = reporter_hash(form->reporter, known, form->now_us);
        json_object_set_new(item, "reporter", json_string(hash));
    }
    return true;
}

static bool to_wgs84(struct event *event, struct form_fault *fault)
{
    if (!event->crs || isnan(event->lon))
        return true;
    if (crs_to_wgs84(event->crs, event->lon, event->lat, &event->lon, &event->lat))
        return true;
    refuse(fault, "crs", "没有这种坐标系", "is none of WGS84, CGCS2000, GCJ02, BD09");
    return false;
}

/* Of a name that only the item has, which goes before the fault does; long ones are cut. */
static void name_field(struct form_fault *fault)
{
    if (!fault->field || g_utf8_strlen(fault->field, -1) <= FORM_NAME_CHARS)
        fault->named = g_strdup(fault->field);
    else
        fault->named = g_utf8_substring(fault->field, 0, FORM_NAME_CHARS);
    fault->field = fault->named;
}

struct event *form_event(const struct form *form, json_t *item, struct form_fault *fault)
{
    if (!json_is_object(item))
        return refuse(fault, NULL, "应为对象", "an event is an object");
    const json_t *source = json_object_get(item, "source");
    if (source && g_strcmp0(json_string_value(source), form->source) != 0)
        return refuse(fault, "source", "应为本数据源的编号", "is another feed");
    json_object_set_new(item, "source", json_string(form->source));
    json_object_set_new(item, "received_us", json_integer(form->now_us));
    json_object_del(item, "skew_us");
    if (!json_object_get(item, "kind"))
        json_object_set_new(item, "kind", json_string("report"));
    if (!json_object_get(item, "dimension") && form->dimension && *form->dimension)
        json_object_set_new(item, "dimension", json_string(form->dimension));
    __attribute__((cleanup(who_clear))) struct who who = {NULL, NULL};
    if (!take_who(form, item, &who))
        return refuse(fault, "reporter_name", "应为文字", "is not a string");
    g_autoptr(GError) error = NULL;
    *fault = (struct form_fault){.zh = "有误"};
    event_auto event = event_from_json(item, &fault->field, &fault->zh, &error);
    if (!event) {
        fault->en = g_strdup(error->message);
        name_field(fault);
        return NULL;
    }
    if (!to_wgs84(event, fault))
        return NULL;
    form_set_times(event, form->now_us, form->skew_us);
    if (form->vault)
        event->contact =
            contact_seal(form->vault, event->source, event->id, who.reporter, who.name);
    return g_steal_pointer(&event);
}
