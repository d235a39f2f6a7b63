/* The cases that a new alert may belong to (docs/alerts.md, "Link"). */
#include "correlate/model.h"
#include <math.h>
#include <string.h>

double link_fall(double value, double full, double zero)
{
    if (value <= full)
        return 1;
    return value >= zero ? 0 : (zero - value) / (zero - full);
}

double link_sum(double sum)
{
    return CLAMP(round(sum * 1e9) / 1e9, 0, 1);
}

bool is_cell(const struct correlator *c, const char *code)
{
    if (!code)
        return false;
    if (c->ground)
        return g_strcmp0(ground_level(c->ground, code), "cell") == 0;
    return strlen(code) >= 15;
}

static void add_gap(GString *words, bool zh, int64_t gap_us)
{
    double minutes = seconds_of(gap_us) / 60;
    const char *comma = !words->len ? "" : zh ? "，" : ", ";
    if (minutes < 120)
        g_string_append_printf(words, "%s%.0f %s", comma, minutes, zh ? "分钟" : "min");
    else if (minutes < 48 * 60)
        g_string_append_printf(words, "%s%.0f %s", comma, minutes / 60, zh ? "小时" : "h");
    else
        g_string_append_printf(words, "%s%.0f %s", comma, minutes / 1440, zh ? "天" : "days");
}

static const char *place_words(bool zh, const char *where)
{
    static const struct {
        const char *where, *zh, *en;
    } table[] = {
        {"cell", "同网格", "same grid"},       {"village", "同村（社区）", "same village"},
        {"street", "同一街巷", "same street"}, {"address", "同一地址", "same address"},
        {"device", "同一设备", "same device"},
    };
    for (size_t i = 0; where && i < G_N_ELEMENTS(table); i++)
        if (!strcmp(table[i].where, where))
            return zh ? table[i].zh : table[i].en;
    return "";
}

char *link_words(bool zh, const char *where, double metres, int64_t gap_us, const char *why)
{
    static const struct {
        const char *why, *zh, *en;
    } table[] = {
        {"same type", "同类型", "same type"},
        {"same group", "同类", "same group of types"},
        {"pair", "相关类型", "related types"},
        {"same dimension", "同维度", "same dimension"},
        {"background", "背景活动", "background activity"},
        {"other", "不同类型", "different types"},
    };
    size_t i = 0;
    while (i + 1 < G_N_ELEMENTS(table) && strcmp(table[i].why, why) != 0)
        i++;
    GString *words = g_string_new(NULL);
    g_string_append(words, place_words(zh, where));
    if (!isnan(metres))
        g_string_append_printf(words, "%s%.0f %s", words->len ? (zh ? "，" : ", ") : "", metres,
                               zh ? "米" : "m");
    add_gap(words, zh, gap_us);
    g_string_append_printf(words, "%s%s", zh ? "，" : ", ", zh ? table[i].zh : table[i].en);
    return g_string_free(words, FALSE);
}

/* --- where cases are found */

void link_case_put(struct correlator *c, struct known_case *known)
{
    if (!isnan(known->lon)) {
        space_put(c->case_places, &known->item, known, known->lon, known->lat);
    } else if (is_cell(c, known->area)) {
        known->listed = g_strdup(known->area);
        index_add(c->area_cases, known->listed, known);
    }
}

void link_case_free(struct correlator *c, struct known_case *known)
{
    space_remove(c->case_places, &known->item);
    if (known->listed)
        index_remove(c->area_cases, known->listed, known);
    g_free(known->listed);
    g_free(known->id);
    g_free(known->code);
    g_free(known->dimension);
    g_free(known->type);
    g_free(known->area);
    g_free(known);
}

/* --- the score */

struct likeness {
    struct known_case *known;
    double affinity, distance, time, score;
    double metres; /* NAN: not known */
    int64_t gap_us;
    const char *why;
    bool same_area;
};

static void score(const struct correlator *c, const struct live *live, struct likeness *l)
{
    const struct link_rules *rules = &c->rules->link;
    const struct known_case *k = l->known;
    l->affinity =
        rules_affinity(c->rules, k->dimension, k->type, live->a.dimension, live->a.type, &l->why);
    l->same_area = is_cell(c, k->area) && !g_strcmp0(k->area, live->a.area);
    l->metres = NAN;
    l->distance = l->same_area ? rules->same_area : 0;
    if (has_point(live) && !isnan(k->lon)) {
        l->metres = ground_distance_m(k->lon, k->lat, live->a.lon, live->a.lat);
        l->distance = link_fall(l->metres, rules->full_m, rules->zero_m);
    }
    l->gap_us = ABS(live->a.first_us - k->opened_us);
    l->time = link_fall((double)l->gap_us, (double)rules->full_us, (double)rules->zero_us);
    if (l->affinity <= 0 || l->distance <= 0)
        return;
    l->score =
        link_sum(rules->affinity_weight * l->affinity + rules->distance_weight * l->distance +
                 rules->time_weight * l->time + rules->area_weight * l->same_area);
}

static int compare(gconstpointer a, gconstpointer b)
{
    const struct likeness *left = a, *right = b;
    bool left_closed = left->known->closed_us != 0, right_closed = right->known->closed_us != 0;
    if (left_closed != right_closed)
        return left_closed - right_closed;
    if (left->score != right->score)
        return left->score > right->score ? -1 : 1;
    return strcmp(left->known->id, right->known->id);
}

/* A case that was closed too long ago is forgotten. */
static bool is_old(const struct correlator *c, const struct known_case *known)
{
    return known->closed_us && c->now_us - known->closed_us > c->rules->link.recent_us;
}

static GArray *find(struct correlator *c, const struct live *live)
{
    GArray *found = g_array_new(FALSE, TRUE, sizeof(struct likeness));
    g_autoptr(GPtrArray) near = g_ptr_array_new();
    if (has_point(live))
        space_near(c->case_places, live->a.lon, live->a.lat, c->rules->link.zero_m, near);
    const GPtrArray *list =
        is_cell(c, live->a.area) ? index_list(c->area_cases, live->a.area) : NULL;
    for (guint i = 0; list && i < list->len; i++)
        g_ptr_array_add(near, list->pdata[i]);
    for (guint i = 0; i < near->len; i++) {
        struct likeness likeness = {.known = near->pdata[i]};
        if (is_old(c, likeness.known)) {
            g_hash_table_remove(c->cases, likeness.known->id);
            link_case_free(c, likeness.known);
            continue;
        }
        score(c, live, &likeness);
        if (likeness.score >= c->rules->link.nearby)
            g_array_append_val(found, likeness);
    }
    g_array_sort(found, compare);
    return found;
}

/* --- saying it */

static json_t *inputs_of(const struct correlator *c, const struct likeness *l)
{
    const struct link_rules *rules = &c->rules->link;
    json_t *inputs =
        json_pack("{s:s,s:s,s:f,s:f,s:f,s:I,s:b,s:f,s:f,s:[f,f,f,f]}", "why", l->why, "code",
                  l->known->code, "affinity", l->affinity, "distance", l->distance, "time", l->time,
                  "gap_us", (json_int_t)l->gap_us, "same_area", l->same_area, "suggest",
                  rules->suggest, "nearby", rules->nearby, "weights", rules->affinity_weight,
                  rules->distance_weight, rules->time_weight, rules->area_weight);
    if (!isnan(l->metres))
        json_object_set_new(inputs, "metres", json_real(l->metres));
    return inputs;
}

static void say(struct correlator *c, struct live *live, const struct event *event,
                const struct likeness *l)
{
    enum decision_kind kind = l->known->closed_us                  ? DECISION_RECENT
                              : l->score >= c->rules->link.suggest ? DECISION_SUGGEST
                                                                   : DECISION_NEARBY;
    const char *before_zh = kind == DECISION_RECENT ? "近期已办结：" : "";
    const char *before_en = kind == DECISION_RECENT ? "closed lately: " : "";
    g_autofree char *zh =
        link_words(true, l->same_area ? "cell" : NULL, l->metres, l->gap_us, l->why);
    g_autofree char *en =
        link_words(false, l->same_area ? "cell" : NULL, l->metres, l->gap_us, l->why);
    struct decision *decision =
        decide(c, kind, event, live, "link", inputs_of(c, l),
               g_strdup_printf("%s%s，案件 %s", before_zh, zh, l->known->code),
               g_strdup_printf("%s%s, case %s", before_en, en, l->known->code));
    decision->case_id = l->known->id;
    decision->score = l->score;
}

void link_cases(struct correlator *c, struct live *live, const struct event *event)
{
    const unsigned apart = EVENT_EXERCISE | EVENT_TEST;
    if ((live->a.marks & apart) || !g_hash_table_size(c->cases))
        return;
    g_autoptr(GArray) found = find(c, live);
    for (guint i = 0; i < found->len && i < (guint)c->rules->link.most; i++)
        say(c, live, event, &g_array_index(found, struct likeness, i));
}

static int compare_alerts(gconstpointer a, gconstpointer b)
{
    const struct live *const *left = a, *const *right = b;
    return strcmp((*left)->a.id, (*right)->a.id);
}

/* All alerts are looked through: cases are opened by people. */
void link_offer(struct correlator *c, struct known_case *known)
{
    GHashTableIter iter;
    gpointer item;
    g_autoptr(GPtrArray) open = g_ptr_array_new();
    g_hash_table_iter_init(&iter, c->alerts);
    while (g_hash_table_iter_next(&iter, NULL, &item)) {
        const struct alert *a = &((struct live *)item)->a;
        if (!is_over(item) && !a->case_id && !(a->marks & (EVENT_EXERCISE | EVENT_TEST)))
            g_ptr_array_add(open, item);
    }
    g_ptr_array_sort(open, compare_alerts);
    for (guint i = 0; i < open->len; i++) {
        struct likeness likeness = {.known = known};
        score(c, open->pdata[i], &likeness);
        if (likeness.score >= c->rules->link.nearby)
            say(c, open->pdata[i], NULL, &likeness);
    }
}
