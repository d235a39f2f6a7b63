#include "life.h"
#include <math.h>
#include <string.h>

/* --- what a store would have */

struct kept { /* one of both */
    struct alert *alert;
    struct situation *situation;
};

static const size_t texts[] = {
    offsetof(struct alert, id),        offsetof(struct alert, source),
    offsetof(struct alert, device),    offsetof(struct alert, parent),
    offsetof(struct alert, dimension), offsetof(struct alert, type),
    offsetof(struct alert, title),     offsetof(struct alert, text),
    offsetof(struct alert, address),   offsetof(struct alert, reporter),
    offsetof(struct alert, area),      offsetof(struct alert, end),
    offsetof(struct alert, situation), offsetof(struct alert, case_id),
    offsetof(struct alert, memo),      offsetof(struct alert, acknowledged_by),
};

static char **text_at(struct alert *alert, size_t i)
{
    return (char **)((char *)alert + texts[i]);
}

static void kept_free(gpointer data)
{
    struct kept *kept = data;
    for (size_t i = 0; kept->alert && i < G_N_ELEMENTS(texts); i++)
        g_free(*text_at(kept->alert, i));
    if (kept->situation) {
        g_free(kept->situation->id);
        g_free(kept->situation->area);
        g_ptr_array_unref(kept->situation->alerts);
    }
    g_free(kept->alert);
    g_free(kept->situation);
    g_free(kept);
}

static void keep_alert(struct life *life, const struct alert *alert)
{
    struct kept *kept = g_new0(struct kept, 1);
    kept->alert = g_memdup2(alert, sizeof *alert);
    kept->alert->memo = NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        *text_at(kept->alert, i) = g_strdup(*text_at(kept->alert, i));
    kept->alert->memo = correlator_memo(life->scene->c, alert);
    g_hash_table_replace(life->kept, g_strdup(alert->id), kept);
}

static gpointer copy_text(gconstpointer text, gpointer user)
{
    (void)user;
    return g_strdup(text);
}

static void keep_situation(struct life *life, const struct situation *situation)
{
    struct kept *kept = g_new0(struct kept, 1);
    struct situation *copy = kept->situation = g_memdup2(situation, sizeof *situation);
    copy->id = g_strdup(situation->id);
    copy->area = g_strdup(situation->area);
    copy->alerts = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_extend(copy->alerts, situation->alerts, copy_text, NULL);
    g_hash_table_replace(life->kept, g_strdup(situation->id), kept);
}

/* --- life */

struct life *life_new(void)
{
    struct life *life = g_new0(struct life, 1);
    life->scene = scene_new(NULL, NULL);
    life->alerts = g_ptr_array_new_with_free_func(g_free);
    life->situations = g_ptr_array_new_with_free_func(g_free);
    life->known = g_hash_table_new(g_str_hash, g_str_equal);
    life->by_hand = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    life->cases = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    life->devices = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    life->kept = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, kept_free);
    life->said = g_string_new(NULL);
    return life;
}

void life_free(struct life *life)
{
    scene_free(life->scene);
    g_ptr_array_unref(life->alerts);
    g_ptr_array_unref(life->situations);
    g_hash_table_unref(life->known);
    g_hash_table_unref(life->by_hand);
    g_hash_table_unref(life->cases);
    g_hash_table_unref(life->devices);
    g_hash_table_unref(life->kept);
    g_string_free(life->said, TRUE);
    g_free(life);
}

/* --- what is said */

static const char *word(const char *text)
{
    return text ? text : "-";
}

static void keep_id(struct life *life, GPtrArray *list, const char *id)
{
    if (g_hash_table_contains(life->known, id))
        return;
    char *copy = g_strdup(id);
    g_ptr_array_add(list, copy);
    g_hash_table_add(life->known, copy);
}

static void say(struct life *life, const struct decision *d)
{
    char *inputs = json_dumps(d->inputs, JSON_COMPACT);
    g_assert_nonnull(inputs);
    g_assert_true(json_is_object(d->inputs));
    g_assert_true(d->zh && *d->zh && d->en && *d->en);
    g_assert_true(g_utf8_validate(d->zh, -1, NULL));
    g_string_append_printf(
        life->said, "%s %s %s a=%s o=%s s=%s c=%s %.9g %s %s | %s\n", decision_kind_name(d->kind),
        d->rule, d->event ? d->event->id : "-", d->alert ? d->alert->id : "-", word(d->other),
        d->situation ? d->situation->id : "-", word(d->case_id), d->score, inputs, d->zh, d->en);
    if (d->alert)
        g_string_append_printf(life->said, "  %s %u %s %" G_GUINT64_FORMAT " %s\n",
                               alert_state_name(d->alert->state), d->alert->priority,
                               word(d->alert->situation), d->alert->count, word(d->alert->end));
    free(inputs);
}

static void hear(struct life *life, const struct event *event)
{
    const GArray *decisions = life->scene->decisions;
    guint own = 0;
    for (guint i = 0; decisions && i < decisions->len; i++) {
        const struct decision *d = &g_array_index(decisions, struct decision, i);
        say(life, d);
        own += event && d->event == event;
        if (d->alert) {
            keep_id(life, life->alerts, d->alert->id);
            keep_alert(life, d->alert);
        }
        if (d->situation) {
            keep_id(life, life->situations, d->situation->id);
            keep_situation(life, d->situation);
        }
        if (d->kind == DECISION_ALERT || d->kind == DECISION_COUNT)
            life->counted++;
    }
    g_assert_true(!event || own >= 1);
}

/* --- steps */

static const char *const kinds[][2] = {
    {"sensor", "smoke"},
    {"sensor", "door"},
    {"camera_alarm", "motion"},
    {"camera_alarm", "fire_seen"},
    {"livelihood", "noise"},
    {"public_security", "fire"},
    {"traffic", "accident"},
    {"camera_health", "video_loss"},
    {"camera_health", "switch_down"},
    {"livelihood", "unheard_of"},
    {"warning", "rainstorm"},
    {"sensor", "help_button"},
    {"camera_health", "offline"},
    {"dispute", "neighbour"},
};

static struct told told_of(struct life *life, const uint8_t *b)
{
    static char id[32], device[16], parent[16], reporter[16], address[32], area[32], ref[32];
    static const enum event_kind told_kinds[] = {EVENT_REPORT,    EVENT_RAISED,  EVENT_RAISED,
                                                 EVENT_CLEARED,   EVENT_CLEARED, EVENT_UPDATED,
                                                 EVENT_CANCELLED, EVENT_REPORT};
    const char *const *kind = kinds[b[2] % G_N_ELEMENTS(kinds)];
    struct told told = {.id = id, .dimension = kind[0], .type = kind[1]};
    g_snprintf(id, sizeof id, "n%u", life->number++);
    told.kind = told_kinds[b[5] & 7];
    g_snprintf(device, sizeof device, b[6] & 64 ? "sw%u" : "d%u", b[6] & (b[6] & 64 ? 3 : 15));
    g_snprintf(parent, sizeof parent, "sw%u", b[6] & 3);
    g_snprintf(reporter, sizeof reporter, "r%u", b[6] & 7);
    g_snprintf(address, sizeof address, "street %u", b[3] & 7);
    g_snprintf(area, sizeof area, "43990710320000%u", b[4] & 3);
    g_snprintf(ref, sizeof ref, "n%u", life->number - MIN(life->number, 2U + (b[7] & 15)));
    bool signal = told.kind == EVENT_RAISED || told.kind == EVENT_CLEARED;
    told.device = signal || (b[5] & 8) ? device : NULL;
    told.parent = told.device && (b[5] & 16) ? parent : NULL;
    told.source = b[2] & 128 ? "north" : "south";
    told.reporter = b[5] & 32 ? reporter : NULL;
    told.address = b[5] & 64 ? address : NULL;
    told.area = b[5] & 128 ? area : NULL;
    told.ref = told.kind == EVENT_UPDATED || told.kind == EVENT_CANCELLED ? ref : NULL;
    told.placed = b[7] & 128;
    told.east_m = b[3] * 8.0;
    told.north_m = b[4] * 2.0;
    told.fov_deg = b[7] & 64 ? 60 : 0;
    told.azimuth_deg = (b[3] * 7) % 360;
    told.marks = (b[7] & 48) == 48 ? (b[2] & 64 ? EVENT_EXERCISE : EVENT_LATE) : 0;
    told.received_us = life->at_us;
    told.at_us = life->at_us - ((b[1] >> 5) == 7 ? 40 * SECOND : (b[1] >> 5) * SECOND / 8);
    told.at_us -= told.marks & EVENT_LATE ? (30 + (b[2] & 15) * 24) * HOUR : 0;
    told.expires_us = (b[6] & 128) && told.kind == EVENT_REPORT ? life->at_us + b[6] * MINUTE : 0;
    return told;
}

static void step_event(struct life *life, const uint8_t *b)
{
    struct told told = told_of(life, b);
    const struct decision *d = scene_tell(life->scene, told);
    hear(life, d->event);
}

static void step_act(struct life *life, const uint8_t *b)
{
    static const char *const undone[] = {NULL,    "acknowledge", "shelve", "chatter", "inhibited",
                                         "fault", "join",        "case",   "merge",   "separate"};
    if (!life->alerts->len)
        return;
    enum alert_act act = (enum alert_act)(b[2] % ALERT_ACTS);
    const char *alert = life->alerts->pdata[(b[3] * 256U + b[4]) % life->alerts->len];
    const char *text = "case1";
    if (act == ACT_MERGE)
        text = life->alerts->pdata[(b[5] * 256U + b[6]) % life->alerts->len];
    if (act == ACT_UNDO)
        text = undone[b[5] % G_N_ELEMENTS(undone)];
    scene_act(life->scene, alert, act, text, life->at_us);
    const struct alert *a = correlator_alert(life->scene->c, alert);
    if (a && a->situation && (act == ACT_MERGE || act == ACT_UNDO))
        g_hash_table_add(life->by_hand, g_strdup(a->situation));
    hear(life, NULL);
}

static void step_case(struct life *life, const uint8_t *b)
{
    static const char *const ids[] = {"case0", "case1", "case2", "case3"};
    struct open_case *about = g_new0(struct open_case, 1);
    about->id = about->code = ids[b[2] & 3];
    about->dimension = kinds[b[5] % G_N_ELEMENTS(kinds)][0];
    about->type = kinds[b[5] % G_N_ELEMENTS(kinds)][1];
    about->area = b[6] & 1 ? "439907103200001" : NULL;
    about->lon = b[6] & 2 ? scene_lon(b[3] * 8.0) : NAN;
    about->lat = b[6] & 2 ? scene_lat(b[4] * 2.0) : NAN;
    about->opened_us = SCENE_US + life->at_us;
    about->closed_us = b[6] & 4 ? SCENE_US + life->at_us : 0;
    correlator_set_case(life->scene->c, about);
    g_hash_table_replace(life->cases, g_strdup(about->id), about);
}

static void step_device(struct life *life, const uint8_t *b)
{
    static const char *const ids[] = {"d0", "d1", "d2", "d3"};
    struct known_device *about = g_new0(struct known_device, 1);
    about->id = ids[b[2] & 3];
    about->parent = b[5] & 1 ? "sw0" : NULL;
    about->area = b[5] & 2 ? "439907103200001" : NULL;
    about->lon = b[5] & 4 ? scene_lon(b[3] * 8.0) : NAN;
    about->lat = b[5] & 4 ? scene_lat(b[4] * 2.0) : NAN;
    about->azimuth_deg = about->fov_deg = NAN;
    correlator_set_device(life->scene->c, about);
    g_hash_table_replace(life->devices, g_strdup(about->id), about);
}

void life_step(struct life *life, const uint8_t b[LIFE_STEP])
{
    life->at_us += (b[1] & 31) < 24 ? (b[1] & 31) * SECOND : ((b[1] & 31) - 23) * 4 * MINUTE;
    if (b[0] < 208)
        step_event(life, b);
    else if (b[0] < 236)
        step_act(life, b);
    else if (b[0] < 242)
        step_case(life, b);
    else if (b[0] < 248)
        step_device(life, b);
    else {
        scene_tick(life->scene, life->at_us);
        hear(life, NULL);
    }
}

/* --- what holds at any time */

static void check_alert(const struct alert *a)
{
    g_assert_true((a->state == ALERT_NORMAL) == (a->end != NULL));
    g_assert_true((a->state == ALERT_NORMAL) == (a->ended_us != 0));
    g_assert_true((a->state == ALERT_SHELVED) == (a->shelved_until_us != 0));
    g_assert_true(a->priority >= 1 && a->priority <= 4);
    g_assert_cmpint(a->first_us, <=, a->last_us);
    g_assert_cmpuint(a->count, >=, 1);
    g_assert_true(isnan(a->lon) == isnan(a->lat));
    g_assert_true(a->place != PLACE_POINT || !isnan(a->lon));
}

static bool is_point(const struct alert *a)
{
    return a->place == PLACE_POINT || a->place == PLACE_DEVICE;
}

static void check_bounds(const struct correlator *c, const struct situation *s)
{
    for (guint i = 0; i < s->alerts->len; i++) {
        const struct alert *a = correlator_alert(c, s->alerts->pdata[i]);
        for (guint k = 0; a && k < i; k++) {
            const struct alert *b = correlator_alert(c, s->alerts->pdata[k]);
            if (!b)
                continue;
            g_assert_cmpint(ABS(a->first_us - b->first_us), <=, 2 * HOUR);
            if (is_point(a) && is_point(b) && !a->address && !b->address) /* no stray */
                g_assert_cmpfloat(ground_distance_m(a->lon, a->lat, b->lon, b->lat), <=, 300);
        }
    }
}

void life_check(const struct life *life)
{
    const struct correlator *c = life->scene->c;
    g_autoptr(GHashTable) members = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < life->situations->len; i++) {
        const struct situation *s = correlator_situation(c, life->situations->pdata[i]);
        for (guint k = 0; s && k < s->alerts->len; k++) {
            const struct alert *a = correlator_alert(c, s->alerts->pdata[k]);
            g_assert_true(g_hash_table_add(members, s->alerts->pdata[k]));
            g_assert_true(!a || g_strcmp0(a->situation, s->id) == 0);
        }
        if (s && !g_hash_table_contains(life->by_hand, s->id))
            check_bounds(c, s);
    }
    for (guint i = 0; i < life->alerts->len; i++) {
        const struct alert *a = correlator_alert(c, life->alerts->pdata[i]);
        if (!a)
            continue;
        check_alert(a);
        g_assert_true(!a->situation || g_hash_table_contains(members, a->id));
    }
}

/* --- kept and loaded */

/* Loads what of `ids` is kept and not over for longer than is remembered, as a server reads it. */
static void load(struct correlator *to, const struct life *life, const GPtrArray *ids)
{
    int64_t after_us = SCENE_US + life->at_us - correlator_keeps_us(life->scene->c);
    for (guint i = 0; i < ids->len; i++) {
        const struct kept *kept = g_hash_table_lookup(life->kept, ids->pdata[i]);
        int64_t ended_us = kept->alert ? kept->alert->ended_us : kept->situation->ended_us;
        if (ended_us && ended_us <= after_us)
            continue;
        if (kept->alert)
            correlator_load_alert(to, kept->alert);
        else
            correlator_load_situation(to, kept->situation);
    }
}

struct life *life_reload(struct life *life)
{
    struct life *other = life_new();
    scene_tick(life->scene, life->at_us); /* what a refused act left over is stored too */
    hear(life, NULL);
    GHashTableIter iter;
    gpointer key, value;
    other->at_us = life->at_us;
    other->number = life->number;
    memcpy(other->scene->made, life->scene->made, sizeof life->scene->made);
    other->scene->taken = life->scene->taken;
    for (guint i = 0; i < life->alerts->len; i++)
        keep_id(other, other->alerts, life->alerts->pdata[i]);
    for (guint i = 0; i < life->situations->len; i++)
        keep_id(other, other->situations, life->situations->pdata[i]);
    scene_tick(other->scene, life->at_us);
    load(other->scene->c, life, life->alerts);
    load(other->scene->c, life, life->situations);
    g_hash_table_iter_init(&iter, life->kept);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        const struct kept *kept = value;
        if (kept->alert)
            keep_alert(other, kept->alert);
        else
            keep_situation(other, kept->situation);
    }
    g_hash_table_iter_init(&iter, life->by_hand);
    while (g_hash_table_iter_next(&iter, &value, NULL))
        g_hash_table_add(other->by_hand, g_strdup(value));
    g_hash_table_iter_init(&iter, life->cases);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        correlator_set_case(other->scene->c, value);
    g_hash_table_iter_init(&iter, life->devices);
    while (g_hash_table_iter_next(&iter, NULL, &value))
        correlator_set_device(other->scene->c, value);
    return other;
}
