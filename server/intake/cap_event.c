#include "intake/cap_event.h"
#include "intake/cap_shape.h"
#include "intake/cap_words.h"
#include "intake/prose.h"
#include <math.h>
#include <string.h>

#define CAP_ERROR (g_quark_from_static_string("townwall-cap"))
enum {
    TITLE_CHARS = 200,
    TEXT_CHARS = 4000,
    ADDRESS_CHARS = 200,
    EXTRA_CHARS = 300, /* of a text in `extra` */
    EXTRA_AREAS = 8,
    ID_BYTES = 128,
    SHAPE_BYTES = 60 << 10,
};

/* A message is known by sender and identifier; one that is too long by their hash. */
static char *id_of(const char *name)
{
    if (strlen(name) <= ID_BYTES)
        return g_strdup(name);
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, name, -1);
}

/* --- which info is shown */

static const struct cap_info *main_info(const struct cap_alert *alert, const char *language)
{
    const struct cap_info *best = NULL;
    enum cap_colour best_colour = CAP_NO_COLOUR;
    for (guint i = 0; i < alert->infos->len; i++) {
        const struct cap_info *info = alert->infos->pdata[i];
        const char *from;
        if (strcmp(info->language, language) != 0)
            continue;
        enum cap_colour colour = cap_colour(info, &from);
        if (!best || (colour && (!best_colour || colour < best_colour))) {
            best = info;
            best_colour = colour;
        }
    }
    return best;
}

/* --- parts of the event */

static const char *kind_words(const struct cap_alert *alert)
{
    return strcmp(alert->type, "Cancel") == 0 ? "预警解除" : "预警";
}

static void put_texts(struct event *event, const struct cap_alert *alert,
                      const struct cap_info *info)
{
    const char *title = !info            ? (alert->note ? alert->note : kind_words(alert))
                        : info->headline ? info->headline
                                         : info->event;
    event->title = prose_line(title, TITLE_CHARS);
    if (!*event->title) {
        g_free(event->title);
        event->title = g_strdup(kind_words(alert));
    }
    if (!info)
        return;
    g_autoptr(GString) text = g_string_new(info->description);
    if (info->instruction)
        g_string_append_printf(text, "%s%s", text->len ? "\n\n" : "", info->instruction);
    if (text->len)
        event->text = prose_text(text->str, TEXT_CHARS);
}

static bool is_code(const char *text)
{
    size_t size = strlen(text);
    return (size == 6 || size == 9 || size == 12 || size == 15) &&
           strspn(text, "0123456789") == size;
}

/* Descriptions as the address; a code of ours among the geocodes, if only one is named. */
static void put_places(struct event *event, const struct cap_info *info)
{
    g_autoptr(GString) names = g_string_new(NULL);
    const char *code = NULL;
    bool several = false;
    for (guint i = 0; i < info->areas->len; i++) {
        const struct cap_area *area = info->areas->pdata[i];
        g_string_append_printf(names, "%s%s", names->len ? "；" : "", area->description);
        for (guint k = 0; k < area->geocodes->len; k++) {
            const struct cap_pair *pair = &g_array_index(area->geocodes, struct cap_pair, k);
            several |= code && is_code(pair->value) && strcmp(code, pair->value) != 0;
            if (is_code(pair->value))
                code = pair->value;
        }
    }
    if (names->len)
        event->address = prose_line(names->str, ADDRESS_CHARS);
    if (event->address && !*event->address)
        g_clear_pointer(&event->address, g_free);
    if (code && !several)
        event->area = g_strdup(code);
}

static unsigned priority_of(const struct cap_info *info, enum cap_colour colour)
{
    static const unsigned by_colour[] = {0, 1, 2, 3, 4};
    bool over = strcmp(info->urgency, "Past") == 0;
    for (guint i = 0; i < info->responses->len; i++)
        over |= strcmp(info->responses->pdata[i], "AllClear") == 0;
    return over ? 4 : by_colour[colour];
}

static void put(json_t *json, const char *key, const char *text)
{
    g_autofree char *short_text = text ? prose_text(text, EXTRA_CHARS) : NULL;
    if (short_text)
        json_object_set_new(json, key, json_string(short_text));
}

static json_t *extra_of(const struct cap_alert *alert, const struct cap_info *info)
{
    json_t *extra = json_object(), *languages = json_array();
    put(extra, "identifier", alert->identifier);
    put(extra, "sender", alert->sender);
    put(extra, "status", alert->status);
    put(extra, "msg_type", alert->type);
    put(extra, "scope", alert->scope);
    put(extra, "note", alert->note);
    json_object_set_new(extra, "signature", json_string(alert->is_signed ? "unchecked" : "none"));
    for (guint i = 0; i < alert->infos->len && i < EXTRA_AREAS; i++)
        json_array_append_new(
            languages, json_string(((const struct cap_info *)alert->infos->pdata[i])->language));
    json_object_set_new(extra, "languages", languages);
    if (!info)
        return extra;
    const char *from;
    enum cap_colour colour = cap_colour(info, &from);
    put(extra, "colour", cap_colour_name(colour));
    put(extra, "colour_from", from);
    put(extra, "event", info->event);
    put(extra, "severity", info->severity);
    put(extra, "urgency", info->urgency);
    put(extra, "certainty", info->certainty);
    put(extra, "category", info->categories->pdata[0]);
    put(extra, "sender_name", info->sender_name);
    put(extra, "web", info->web);
    if (info->onset_us)
        json_object_set_new(extra, "onset_us", json_integer(info->onset_us));
    return extra;
}

/* --- the event */

static const char *nothing_to_do(const struct cap_alert *alert)
{
    static const struct {
        const char *word, *note;
    } notes[] = {{"Ack", "an acknowledgement is no event"},
                 {"Error", "a refusal is no event"},
                 {"Draft", "a draft is no event"},
                 {"System", "a message between systems is no event"}};
    for (size_t i = 0; i < G_N_ELEMENTS(notes); i++)
        if (strcmp(alert->type, notes[i].word) == 0 || strcmp(alert->status, notes[i].word) == 0)
            return notes[i].note;
    return NULL;
}

static enum event_kind kind_of(const struct cap_alert *alert)
{
    return strcmp(alert->type, "Cancel") == 0   ? EVENT_CANCELLED
           : strcmp(alert->type, "Update") == 0 ? EVENT_UPDATED
                                                : EVENT_REPORT;
}

/* The newest ones, when there are more than an event holds. */
static char **refs_of(const struct cap_alert *alert)
{
    guint count = alert->references->len;
    if (!count)
        return NULL;
    GPtrArray *refs = g_ptr_array_new();
    for (guint i = count > EVENT_MAX_REFS ? count - EVENT_MAX_REFS : 0; i < count; i++)
        g_ptr_array_add(refs, id_of(alert->references->pdata[i]));
    g_ptr_array_add(refs, NULL);
    return (char **)g_ptr_array_free(refs, FALSE);
}

static void put_info(struct event *event, const struct cap_alert *alert,
                     const struct cap_info *info)
{
    const char *from;
    put_places(event, info);
    event->priority = priority_of(info, cap_colour(info, &from));
    event->expires_us = info->expires_us;
    event->shape = cap_shape(alert, info->language, SHAPE_BYTES);
}

struct event *cap_event(const struct cap_alert *alert, const char *feed, int64_t now_us,
                        const char **note, GError **error)
{
    *note = nothing_to_do(alert);
    if (*note)
        return NULL;
    const char *language = cap_language(alert);
    const struct cap_info *info = language ? main_info(alert, language) : NULL;
    g_autofree char *name = g_strdup_printf("%s,%s", alert->sender, alert->identifier);
    event_auto event = event_new();
    event->source = g_strdup(feed);
    event->id = id_of(name);
    event->kind = kind_of(alert);
    event->dimension = g_strdup("warning");
    event->type = g_strdup(info ? cap_type(info) : "broadcast");
    event->received_us = now_us;
    event->occurred_us = alert->sent_us;
    event->ref_ids = refs_of(alert);
    if (strcmp(alert->status, "Exercise") == 0)
        event->marks |= EVENT_EXERCISE;
    if (strcmp(alert->status, "Test") == 0)
        event->marks |= EVENT_TEST;
    put_texts(event, alert, info);
    if (info)
        put_info(event, alert, info);
    event->extra = extra_of(alert, info);
    if (!event_check(event, NULL, NULL, error))
        return NULL;
    return event_ref(event);
}
