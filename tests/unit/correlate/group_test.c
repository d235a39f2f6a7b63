/* Situations and links to cases: at and beside each bound of the default rules. */
#include "scene.h"
#include <math.h>
#include <string.h>

/* A fire is told of; then somebody else tells of something: does it join? */
static void test_join(void)
{
    static const struct {
        const char *type;
        double east_m;
        int64_t at_us;
        unsigned marks;
        bool joins;
    } table[] = {
        {"fire", 0, 0, 0, true},
        {"fire", 50, 0, 0, true},
        /* 0.4 + 0.5 × (300 − d) / 250 + 0.1 ≥ 0.72 up to 190 m at the same moment */
        {"fire", 189.9, 0, 0, true},
        {"fire", 190.1, 0, 0, false},
        {"fire", 301, 0, 0, false},
        /* 0.4 + 0.5 + 0 ≥ 0.72 after 30 minutes, not later */
        {"fire", 0, 30 * MINUTE, 0, true},
        {"fire", 0, 30 * MINUTE + 1, 0, false},
        {"smoke", 0, 0, 0, true},
        /* 0.36 + 0.5 × … + 0.1 ≥ 0.72: 170 m */
        {"smoke", 169.9, 0, 0, true},
        {"smoke", 170.1, 0, 0, false},
        {"theft", 0, 0, 0, false},
        {"fire", 0, 0, EVENT_EXERCISE, false},
        {"fire", 0, 0, EVENT_TEST, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct scene *s = scene_new(NULL, NULL);
        TELL(s, .source = "a", .type = "fire", .placed = true);
        const struct decision *d =
            TELL(s, .source = "b", .type = table[i].type, .placed = true, .east_m = table[i].east_m,
                 .at_us = table[i].at_us, .marks = table[i].marks);
        g_assert_cmpint(d->kind, ==, DECISION_ALERT);
        const struct decision *joined = scene_find(s, DECISION_JOIN);
        g_assert_cmpint(joined != NULL, ==, table[i].joins);
        if (joined)
            g_assert_cmpstr(correlator_alert(s->c, "a1")->situation, ==, d->alert->situation);
        scene_free(s);
    }
}

/* What adds to the score or takes from it, each at its bound: 0.05 for the same reporter, the same
 * street, a camera that looks there; −0.05 for one that looks elsewhere. */
static void test_small_parts(void)
{
#define STREET "清溪镇石桥村巷内"
    static const struct {
        const char *what, *type, *reporter, *address;
        double east_m, azimuth_deg, fov_deg; /* fov 0: nobody knows */
        int64_t at_us;
        bool joins;
    } table[] = {
        /* 0.4 + 0.5 × (300 − d) / 250 + 0.1 + 0.05 ≥ 0.72 up to 215 m instead of 190 */
        {"reporter", "fire", "r1", NULL, 214.9, 0, 0, 0, true},
        {"reporter", "fire", "r1", NULL, 215.1, 0, 0, 0, false},
        {"another reporter", "fire", "r2", NULL, 214.9, 0, 0, 0, false},
        {"street", "fire", NULL, STREET "36号", 214.9, 0, 0, 0, true},
        {"street", "fire", NULL, STREET "36号", 215.1, 0, 0, 0, false},
        {"another street", "fire", NULL, "清溪镇石桥村河边3号", 214.9, 0, 0, 0, false},
        /* smoke is 0.36; 140 m are 0.32: 0.68 + 0.1 T needs T ≥ 0.4 (18 min), 0.73 + 0.1 T nothing
         */
        {"no view", "smoke", NULL, NULL, 140, 0, 0, 17 * MINUTE, true},
        {"no view", "smoke", NULL, NULL, 140, 0, 0, 19 * MINUTE, false},
        {"facing", "smoke", NULL, NULL, 140, 270, 60, 29 * MINUTE, true},
        /* 0.63 + 0.1 T needs T ≥ 0.9 (3 min) */
        {"facing away", "smoke", NULL, NULL, 140, 90, 60, 2 * MINUTE, true},
        {"facing away", "smoke", NULL, NULL, 140, 90, 60, 4 * MINUTE, false},
        /* half of the field is seen, beyond it is away */
        {"edge of the view", "smoke", NULL, NULL, 140, 299, 60, 19 * MINUTE, true},
        {"beyond the edge", "smoke", NULL, NULL, 140, 301, 60, 19 * MINUTE, false},
        /* beyond 150 m no camera tells, whether it looks there or not: T ≥ 0.64 (10 min) */
        {"too far to see", "smoke", NULL, NULL, 152, 270, 60, 12 * MINUTE, false},
        {"too far to see", "smoke", NULL, NULL, 152, 90, 60, 10 * MINUTE, true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct scene *s = scene_new(NULL, NULL);
        TELL(s, .source = "a", .type = "fire", .placed = true, .reporter = "r1",
             .address = STREET "35号");
        TELL(s, .source = "b", .type = table[i].type, .placed = true, .east_m = table[i].east_m,
             .reporter = table[i].reporter, .address = table[i].address, .at_us = table[i].at_us,
             .azimuth_deg = table[i].azimuth_deg, .fov_deg = table[i].fov_deg);
        const struct decision *joined = scene_find(s, DECISION_JOIN);
        g_test_message("%s at %g m", table[i].what, table[i].east_m);
        g_assert_cmpint(joined != NULL, ==, table[i].joins);
        scene_free(s);
    }
#undef STREET
}

/* A reporter makes one of two situations no more likely than the members of it told by him. */
static void test_reporter_of_one_situation(void)
{
    struct scene *s = scene_new(NULL, NULL);
    TELL(s, .source = "a", .type = "fire", .placed = true, .reporter = "r1");
    TELL(s, .source = "a2", .type = "fire", .placed = true);
    TELL(s, .source = "b", .type = "fire", .placed = true, .east_m = 420, .reporter = "r2");
    TELL(s, .source = "b2", .type = "fire", .placed = true, .east_m = 420);
    /* as far from both: who told of one of them is there */
    const struct decision *d =
        TELL(s, .source = "c", .type = "fire", .placed = true, .east_m = 210, .reporter = "r2");
    g_assert_nonnull(scene_find(s, DECISION_JOIN));
    g_assert_cmpstr(d->alert->situation, ==, correlator_alert(s->c, "a3")->situation);
    scene_free(s);
}

/* A chain of 140 m steps does not pull a situation along. */
static void test_no_chain(void)
{
    struct scene *s = scene_new(NULL, NULL);
    for (int i = 0; i < 6; i++) {
        char source[8];
        g_snprintf(source, sizeof source, "s%d", i);
        TELL(s, .source = source, .type = "fire", .placed = true, .east_m = i * 140,
             .at_us = i * MINUTE);
    }
    const struct alert *first = correlator_alert(s->c, "a1");
    g_assert_cmpstr(first->situation, ==, correlator_alert(s->c, "a2")->situation);
    g_assert_cmpstr(first->situation, !=, correlator_alert(s->c, "a4")->situation);
    g_assert_cmpstr(first->situation, !=, correlator_alert(s->c, "a6")->situation);
    scene_free(s);
}

/* One sighting every 25 minutes: two hours are the end of it. */
static void test_two_hours(void)
{
    struct scene *s = scene_new(NULL, NULL);
    for (int i = 0; i <= 5; i++) {
        char source[8];
        g_snprintf(source, sizeof source, "s%d", i);
        TELL(s, .source = source, .type = "fire", .placed = true, .at_us = i * 25 * MINUTE);
    }
    g_assert_cmpstr(correlator_alert(s->c, "a5")->situation, ==, "s1"); /* after 100 minutes */
    g_assert_null(correlator_alert(s->c, "a6")->situation);             /* after 125 */
    scene_free(s);
}

/* What has no point is held against street and cell. */
static void test_without_point(void)
{
    static const struct {
        const char *address, *area;
        bool joins;
    } table[] = {
        {"清溪镇石桥村巷内7号", NULL, true}, {"清溪镇石桥村桥头", NULL, false},
        {NULL, "439907103200001", true},     {NULL, "439907103200002", false},
        {NULL, "439907103200", true}, /* the same village, nothing nearer is known */
        {NULL, "439907103201", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct scene *s = scene_new(NULL, NULL);
        TELL(s, .source = "a", .type = "noise", .placed = true, .area = "439907103200001",
             .address = "清溪镇石桥村巷内35号");
        TELL(s, .source = "b", .type = "noise", .address = table[i].address, .area = table[i].area,
             .at_us = MINUTE);
        g_assert_cmpint(correlator_alert(s->c, "a2")->situation != NULL, ==, table[i].joins);
        scene_free(s);
    }
}

/* A point may be that of an office: the same house number says more. */
static void test_same_house(void)
{
    static const struct {
        const char *address, *type;
        double east_m;
        int64_t at_us;
        bool joins;
    } table[] = {
        {"清溪镇石桥村巷内35号", "fire", 700, 0, true},
        {"石桥村巷内35号", "fire", 700, 12 * MINUTE, true}, /* however the town is told */
        {"清溪镇石桥村巷内36号", "fire", 700, 0, false},
        {"清溪镇石桥村巷内", "fire", 700, 0, false},
        {"清溪镇石桥村巷内35号", "theft", 700, 0, false},
        {"清溪镇石桥村巷内35号", "fire", 700, 31 * MINUTE, false},
        {"清溪镇石桥村巷内36号", "fire", 20, 0, true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct scene *s = scene_new(NULL, NULL);
        TELL(s, .source = "a", .type = "fire", .placed = true, .address = "清溪镇石桥村巷内35号");
        TELL(s, .source = "b", .type = table[i].type, .placed = true, .east_m = table[i].east_m,
             .address = table[i].address, .at_us = table[i].at_us);
        g_assert_cmpint(correlator_alert(s->c, "a2")->situation != NULL, ==, table[i].joins);
        scene_free(s);
    }
}

/* The stray keeps nobody out and moves nothing. */
static void test_stray(void)
{
    struct scene *s = scene_new(NULL, NULL);
    TELL(s, .source = "a", .type = "fire", .placed = true, .address = "石桥村巷内35号");
    TELL(s, .source = "b", .type = "fire", .placed = true, .east_m = 700,
         .address = "石桥村巷内35号");
    const struct decision *d =
        TELL(s, .source = "c", .type = "fire", .placed = true, .east_m = 100);
    g_assert_cmpstr(d->alert->situation, ==, "s1");
    d = TELL(s, .source = "d", .type = "fire", .placed = true, .east_m = 690);
    g_assert_null(d->alert->situation);
    const struct situation *situation = correlator_situation(s->c, "s1");
    g_assert_cmpfloat_with_epsilon(situation->lon, scene_lon(50), 1e-9);
    g_assert_cmpuint(situation->alerts->len, ==, 3);
    scene_free(s);
}

static void tell_case(struct scene *s, double east_m, int64_t at_us, int64_t closed_us)
{
    const struct open_case about = {.id = "k1",
                                    .code = "2026-0117",
                                    .dimension = "livelihood",
                                    .type = "noise",
                                    .area = "439907103200001",
                                    .lon = scene_lon(east_m),
                                    .lat = scene_lat(0),
                                    .opened_us = SCENE_US + at_us,
                                    .closed_us = closed_us ? SCENE_US + closed_us : 0};
    correlator_set_case(s->c, &about);
}

static void test_sentence(void)
{
    struct scene *s = scene_new(NULL, NULL);
    tell_case(s, 38, HOUR - 12 * MINUTE, 0);
    TELL(s, .type = "noise", .placed = true, .area = "439907103200001", .at_us = HOUR);
    const struct decision *d = scene_find(s, DECISION_SUGGEST);
    g_assert_nonnull(d);
    g_assert_cmpstr(d->en, ==, "same grid, 38 m, 12 min, same type, case 2026-0117");
    g_assert_cmpstr(d->zh, ==, "同网格，38 米，12 分钟，同类型，案件 2026-0117");
    g_assert_cmpstr(d->case_id, ==, "k1");
    g_assert_cmpfloat_with_epsilon(d->score, 1, 1e-9);
    scene_free(s);
}

/* 0.35 A + 0.35 D + 0.2 T + 0.1 same cell, noise beside a case of noise that was just opened. */
static void test_link(void)
{
    static const struct {
        double east_m;
        const char *area;
        int64_t opened_ago_us, closed_ago_us;
        enum decision_kind kind; /* DECISION_NOTHING: none */
    } table[] = {
        /* 0.35 + 0.2 + 0.35 D ≥ 0.7: D = 3/7 at 192.9 m */
        {192.8, NULL, 0, 0, DECISION_SUGGEST},
        {193.0, NULL, 0, 0, DECISION_NEARBY},
        {192.8, "439907103200001", 0, 0, DECISION_SUGGEST},
        {299, NULL, 0, 0, DECISION_NEARBY},
        {301, NULL, 0, 0, DECISION_NOTHING},
        {0, NULL, 24 * HOUR, 0, DECISION_SUGGEST}, /* 0.70 */
        {60, NULL, 24 * HOUR, 0, DECISION_NEARBY},
        {0, NULL, 48 * HOUR, 30 * MINUTE, DECISION_RECENT},
        {0, NULL, 40 * 24 * HOUR, 30 * 24 * HOUR, DECISION_RECENT},
        {0, NULL, 40 * 24 * HOUR, 30 * 24 * HOUR + 1, DECISION_NOTHING},
    };
    static const enum decision_kind kinds[] = {DECISION_SUGGEST, DECISION_NEARBY, DECISION_RECENT};
    const int64_t now_us = 50 * 24 * HOUR;
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct scene *s = scene_new(NULL, NULL);
        tell_case(s, table[i].east_m, now_us - table[i].opened_ago_us,
                  table[i].closed_ago_us ? now_us - table[i].closed_ago_us : 0);
        TELL(s, .type = "noise", .placed = true, .area = table[i].area, .at_us = now_us);
        for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++)
            g_assert_cmpint(scene_find(s, kinds[k]) != NULL, ==, kinds[k] == table[i].kind);
        scene_free(s);
    }
}

/* A new case is offered to what is open, by the same rules as to what comes later. */
static void test_offer(void)
{
    struct scene *s = scene_new(NULL, NULL);
    TELL(s, .dimension = "livelihood", .type = "noise", .placed = true, .at_us = HOUR);
    TELL(s, .dimension = "livelihood", .type = "noise", .placed = true, .east_m = 2000,
         .at_us = HOUR);
    TELL(s, .dimension = "livelihood", .type = "noise", .placed = true, .marks = EVENT_EXERCISE,
         .at_us = HOUR);
    tell_case(s, 38, HOUR - 12 * MINUTE, 0);
    const GArray *offered = correlator_offer(s->c, "k1", SCENE_US + HOUR);
    g_assert_cmpuint(offered->len, ==, 1);
    const struct decision *d = &g_array_index(offered, struct decision, 0);
    g_autofree char *sentence = g_strdup(d->en);
    double score = d->score;
    g_assert_cmpstr(d->alert->id, ==, "a1");
    g_assert_cmpstr(d->case_id, ==, "k1");
    enum decision_kind kind = d->kind;
    g_assert_true(kind == DECISION_SUGGEST || kind == DECISION_NEARBY);
    TELL(s, .dimension = "livelihood", .type = "noise", .placed = true, .source = "another",
         .at_us = HOUR);
    d = scene_find(s, kind);
    g_assert_cmpstr(d->en, ==, sentence);
    g_assert_cmpfloat(d->score, ==, score);
    tell_case(s, 38, HOUR - 12 * MINUTE, HOUR);
    g_assert_cmpuint(correlator_offer(s->c, "k1", SCENE_US + HOUR)->len, ==, 0);
    scene_act(s, "a1", ACT_IGNORE, NULL, HOUR);
    tell_case(s, 38, HOUR - 12 * MINUTE, 0);
    offered = correlator_offer(s->c, "k1", SCENE_US + HOUR);
    g_assert_cmpuint(offered->len, ==, 1);
    scene_free(s);
}

/* No exercise is led to a real case. */
static void test_exercise(void)
{
    struct scene *s = scene_new(NULL, NULL);
    tell_case(s, 0, 0, 0);
    TELL(s, .type = "noise", .placed = true, .marks = EVENT_EXERCISE);
    g_assert_null(scene_find(s, DECISION_SUGGEST));
    scene_free(s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/group/join", test_join);
    g_test_add_func("/group/small-parts", test_small_parts);
    g_test_add_func("/group/reporter-of-one-situation", test_reporter_of_one_situation);
    g_test_add_func("/group/no_chain", test_no_chain);
    g_test_add_func("/group/two_hours", test_two_hours);
    g_test_add_func("/group/without_point", test_without_point);
    g_test_add_func("/group/same-house", test_same_house);
    g_test_add_func("/group/stray", test_stray);
    g_test_add_func("/link/sentence", test_sentence);
    g_test_add_func("/link/bounds", test_link);
    g_test_add_func("/link/offer", test_offer);
    g_test_add_func("/link/exercise", test_exercise);
    return g_test_run();
}
