/* Conditions that were muted and are still there: each comes up when what muted it is over. A
 * report is a moment, gone when it was muted; what a device raised holds until it is cleared. */
#include "correlate/model.h"
#include <string.h>

/* Beyond that many conditions a fault mutes no further ones: none is forgotten. */
#define MUTED_KEPT 128
/* Of a text; the whole is in the event, which the store keeps. */
#define TEXT_BYTES 400

struct muted {
    struct event *event; /* a reference */
    struct live *by;     /* the fault, or what is out of service */
    char *key;           /* of the condition */
};

static void muted_free(gpointer user)
{
    struct muted *muted = user;
    event_unref(muted->event);
    g_free(muted->key);
    g_free(muted);
}

static GPtrArray *mute_list_new(void)
{
    return g_ptr_array_new_with_free_func(muted_free);
}

static char *key_of(const struct event *event)
{
    char marks[2] = {(char)('0' + (event->marks & (EVENT_EXERCISE | EVENT_TEST))), '\0'};
    return g_strjoin("\x1f", marks, event->source, event->type, event->device, NULL);
}

/* Without what is long: as it is after a restart too. */
static json_t *brief(const struct event *event)
{
    json_t *json = event_json(event);
    const char *text = json_string_value(json_object_get(json, "text"));
    json_object_del(json, "extra");
    json_object_del(json, "shape");
    if (text && strlen(text) > TEXT_BYTES) {
        const char *end = g_utf8_find_prev_char(text, text + TEXT_BYTES);
        g_autofree char *head = g_strndup(text, end ? (gsize)(end - text) : 0);
        json_object_set_new(json, "text", json_string(head));
    }
    return json;
}

static struct event *brief_event(const struct event *event)
{
    json_t *json = brief(event);
    struct event *copy = event_from_json(json, NULL, NULL, NULL);
    json_decref(json);
    return copy ? copy : event_ref((struct event *)event);
}

static void add(struct correlator *c, struct live *by, const struct event *event, char *key)
{
    struct muted *muted = g_new(struct muted, 1);
    *muted = (struct muted){.event = brief_event(event), .by = by, .key = key};
    if (!by->muted)
        by->muted = mute_list_new();
    g_ptr_array_add(by->muted, muted);
    g_hash_table_replace(c->muted, muted->key, muted);
}

static void drop(struct correlator *c, struct muted *muted)
{
    g_hash_table_remove(c->muted, muted->key);
    g_ptr_array_remove(muted->by->muted, muted);
}

/* A condition that another one mutes stays with that: only what is decided on is written. */
bool mute_keep(struct correlator *c, struct live *by, const struct event *event)
{
    char *key = key_of(event);
    struct muted *before = g_hash_table_lookup(c->muted, key);
    bool elsewhere = before && before->by != by;
    bool room = !by->muted || by->muted->len < MUTED_KEPT || before;
    if (before && !elsewhere)
        drop(c, before);
    if (room && !elsewhere)
        add(c, by, event, key);
    else
        g_free(key);
    return room;
}

/* --- it is over before what mutes it */

static void say_over(struct correlator *c, struct live *by, const struct event *event,
                     const char *why, const char *zh, const char *en)
{
    struct decision *decision = decide(c, DECISION_INHIBITED, event, by, "inhibit",
                                       json_pack("{s:s,s:s?}", "why", why, "device", event->device),
                                       g_strdup(zh), g_strdup(en));
    decision->other = by->a.id;
}

bool mute_clear(struct correlator *c, const struct event *event)
{
    if (!event->device || !g_hash_table_size(c->muted))
        return false;
    g_autofree char *key = key_of(event);
    struct muted *muted = g_hash_table_lookup(c->muted, key);
    if (!muted || is_older(c, event, time_of(muted->event)))
        return false;
    struct live *by = muted->by;
    drop(c, muted);
    say_over(c, by, event, "cleared", "所抑制的情况已恢复，不再提示",
             "what was muted is over: it will not come up");
    return true;
}

/* All of them are looked through: sources seldom take back what was muted. */
void mute_cancel(struct correlator *c, const struct event *event, const char *id)
{
    GHashTableIter iter;
    gpointer item;
    g_hash_table_iter_init(&iter, c->muted);
    while (g_hash_table_iter_next(&iter, NULL, &item)) {
        struct muted *muted = item;
        if (strcmp(muted->event->source, event->source) != 0 || strcmp(muted->event->id, id) != 0)
            continue;
        if (!replace_may_end(event, muted->event->marks)) {
            replace_refuse(c, event, id);
            return;
        }
        struct live *by = muted->by;
        drop(c, muted);
        say_over(c, by, event, "cancelled", "所抑制的上报已被来源撤销，不再提示",
                 "what was muted was taken back by its source: it will not come up");
        return;
    }
}

/* --- what muted it is over */

static bool mutes(const struct correlator *c, const struct live *live)
{
    return !live->dead && (live->a.state == ALERT_OUT_OF_SERVICE || inhibit_mutes(c, live));
}

void mute_look(struct correlator *c, struct live *live)
{
    if (live->muted && live->muted->len && !mutes(c, live))
        g_ptr_array_add(c->lifting, live);
}

static void say_up(struct correlator *c, const struct event *event, const char *by, guint from)
{
    struct live *live = decided_alert(c, event, from);
    if (!live)
        return; /* another fault mutes it */
    struct decision *decision = decide(
        c, DECISION_CHANGED, event, live, "inhibit",
        json_pack("{s:s,s:s,s:I}", "why", "still there", "fault", by, "since_us",
                  (json_int_t)time_of(event)),
        g_strdup_printf("曾被故障抑制 %.0f 分钟，故障已结束而情况仍在",
                        seconds_of(c->now_us - time_of(event)) / 60),
        g_strdup_printf("muted by a fault for %.0f min; the fault is over and this still holds",
                        seconds_of(c->now_us - time_of(event)) / 60));
    decision->other = g_hash_table_contains(c->alerts, by) ? by : NULL;
}

static void come_up(struct correlator *c, const struct muted *muted)
{
    const struct event *event = muted->event;
    bool expired = event->expires_us && event->expires_us <= c->now_us;
    guint from = c->decisions->len;
    if (expired || alert_raised(c, event))
        return;
    correlator_arrive(c, event);
    say_up(c, event, muted->by->a.id, from);
    /* decisions point at it until the next call */
    g_ptr_array_add(c->risen, event_ref((struct event *)event));
}

static int by_time(gconstpointer a, gconstpointer b)
{
    const struct event *x = (*(const struct muted *const *)a)->event;
    const struct event *y = (*(const struct muted *const *)b)->event;
    if (time_of(x) != time_of(y))
        return time_of(x) < time_of(y) ? -1 : 1;
    int order = strcmp(x->source, y->source);
    return order ? order : strcmp(x->id, y->id);
}

static void release(struct correlator *c)
{
    g_autoptr(GPtrArray) risen = mute_list_new();
    for (guint i = 0; i < c->lifting->len; i++) {
        struct live *live = c->lifting->pdata[i];
        if (mutes(c, live))
            continue; /* again, or still */
        while (live->muted->len) {
            struct muted *muted = g_ptr_array_steal_index(live->muted, live->muted->len - 1);
            g_hash_table_remove(c->muted, muted->key);
            g_ptr_array_add(risen, muted);
        }
    }
    g_ptr_array_set_size(c->lifting, 0);
    g_ptr_array_sort(risen, by_time);
    for (guint i = 0; i < risen->len; i++)
        come_up(c, risen->pdata[i]);
}

void mute_release(struct correlator *c)
{
    while (c->lifting->len)
        release(c);
}

void mute_forget(struct correlator *c, struct live *live)
{
    while (live->muted && live->muted->len)
        drop(c, live->muted->pdata[live->muted->len - 1]);
}

/* --- in the memo */

json_t *mute_json(const struct live *live)
{
    json_t *list = json_array();
    for (guint i = 0; i < live->muted->len; i++)
        json_array_append_new(list, brief(((struct muted *)live->muted->pdata[i])->event));
    return list;
}

void mute_read(struct correlator *c, struct live *live, const json_t *list)
{
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        event_auto event = i < MUTED_KEPT ? event_from_json(item, NULL, NULL, NULL) : NULL;
        if (event && event->device)
            mute_keep(c, live, event);
    }
}
