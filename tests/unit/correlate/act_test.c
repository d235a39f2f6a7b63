/* What people, devices, sources and time do with an alert's state. */
#include "scene.h"
#include <string.h>

static void test_device(void)
{
    struct scene *s = scene_new(NULL, NULL);
    const struct decision *d = TELL(s, .device = "d1", .kind = EVENT_RAISED, .placed = true);
    g_assert_cmpint(d->alert->state, ==, ALERT_UNACKNOWLEDGED);
    d = TELL(s, .device = "d1", .kind = EVENT_CLEARED, .at_us = MINUTE);
    g_assert_cmpint(d->kind, ==, DECISION_CLEARED);
    g_assert_cmpint(d->alert->state, ==, ALERT_RETURNED);
    d = scene_act(s, "a1", ACT_ACKNOWLEDGE, NULL, 2 * MINUTE);
    g_assert_cmpint(d->kind, ==, DECISION_END);
    g_assert_cmpint(d->alert->state, ==, ALERT_NORMAL);
    g_assert_cmpstr(d->alert->end, ==, "cleared");
    g_assert_cmpstr(d->alert->acknowledged_by, ==, "u1");
    d = scene_act(s, "a1", ACT_UNDO, "acknowledge", 3 * MINUTE);
    g_assert_cmpint(d->alert->state, ==, ALERT_RETURNED);
    g_assert_null(d->alert->end);
    g_assert_null(d->alert->acknowledged_by);
    scene_free(s);
}

/* What an act makes of each state; -1: refused. */
static void test_acts(void)
{
    enum { NO = -1 };
    static const struct {
        enum alert_act act;
        const char *text;
        int of_new, of_acknowledged, of_shelved, of_over;
        const char *end;
    } table[] = {
        {ACT_ACKNOWLEDGE, NULL, ALERT_ACKNOWLEDGED, NO, NO, NO, NULL},
        {ACT_SHELVE, NULL, ALERT_SHELVED, ALERT_SHELVED, ALERT_SHELVED, NO, NULL},
        {ACT_UNSHELVE, NULL, NO, NO, ALERT_UNACKNOWLEDGED, NO, NULL},
        {ACT_OUT_OF_SERVICE, NULL, ALERT_OUT_OF_SERVICE, ALERT_OUT_OF_SERVICE, ALERT_OUT_OF_SERVICE,
         NO, NULL},
        {ACT_IN_SERVICE, NULL, NO, NO, NO, NO, NULL},
        {ACT_IGNORE, NULL, ALERT_NORMAL, ALERT_NORMAL, ALERT_NORMAL, NO, "ignored"},
        {ACT_FALSE_ALARM, NULL, ALERT_NORMAL, ALERT_NORMAL, ALERT_NORMAL, NO, "false_alarm"},
        {ACT_CASE, "k1", ALERT_NORMAL, ALERT_NORMAL, ALERT_NORMAL, NO, "case"},
        {ACT_CASE, NULL, NO, NO, NO, NO, NULL},
        {ACT_MERGE, "a2", ALERT_NORMAL, ALERT_NORMAL, ALERT_NORMAL, NO, "merged"},
        {ACT_MERGE, "a1", NO, NO, NO, NO, NULL},
        {ACT_SEPARATE, NULL, NO, NO, NO, NO, NULL},
    };
    static const enum alert_act before[] = {ALERT_ACTS, ACT_ACKNOWLEDGE, ACT_SHELVE, ACT_IGNORE};
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        const int after[] = {table[i].of_new, table[i].of_acknowledged, table[i].of_shelved,
                             table[i].of_over};
        for (size_t k = 0; k < G_N_ELEMENTS(before); k++) {
            struct scene *s = scene_new(NULL, NULL);
            TELL(s, .device = "d1", .kind = EVENT_RAISED, .placed = true);
            TELL(s, .device = "d2", .kind = EVENT_RAISED, .placed = true, .east_m = 2000);
            const struct alert *a = correlator_alert(s->c, "a1");
            if (before[k] != ALERT_ACTS)
                g_assert_nonnull(scene_act(s, "a1", before[k], NULL, SECOND));
            enum alert_state state = a->state;
            const struct decision *d = scene_act(s, "a1", table[i].act, table[i].text, 2 * SECOND);
            g_assert_cmpint(d != NULL, ==, after[k] != NO);
            g_assert_cmpint(a->state, ==, after[k] != NO ? after[k] : (int)state);
            g_assert_true(after[k] == NO || g_strcmp0(a->end, table[i].end) == 0);
            if (d) {
                g_assert_nonnull(
                    scene_act(s, "a1", ACT_UNDO, alert_act_name(table[i].act), 3 * SECOND));
                g_assert_cmpint(a->state, ==, state);
                g_assert_null(a->case_id);
            }
            scene_free(s);
        }
    }
}

static void test_shelf(void)
{
    struct scene *s = scene_new(NULL, NULL);
    TELL(s, .device = "d1", .kind = EVENT_RAISED);
    scene_act(s, "a1", ACT_SHELVE, NULL, 0); /* for 30 minutes */
    const struct decision *d = TELL(s, .device = "d1", .kind = EVENT_RAISED, .at_us = 20 * MINUTE);
    g_assert_cmpint(d->kind, ==, DECISION_COUNT);
    g_assert_null(scene_tick(s, 30 * MINUTE - 1));
    d = scene_tick(s, 30 * MINUTE);
    g_assert_cmpstr(d->rule, ==, "shelve");
    g_assert_cmpint(d->alert->state, ==, ALERT_UNACKNOWLEDGED);
    scene_free(s);
}

/* What the source of a device that is out of service tells of it is muted, but for danger to life;
 * what others tell of it is heard. */
static void test_out_of_service(void)
{
    static const struct {
        const char *source, *type;
        unsigned priority;
        enum decision_kind kind;
    } table[] = {
        {"devices", "smoke", 3, DECISION_COUNT},       {"devices", "smoke", 1, DECISION_ALERT},
        {"devices", "door", 3, DECISION_INHIBITED},    {"devices", "door", 1, DECISION_ALERT},
        {"devices", "help_button", 0, DECISION_ALERT}, {"hotline", "door", 3, DECISION_ALERT},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct scene *s = scene_new(NULL, NULL);
        TELL(s, .device = "d1", .kind = EVENT_RAISED, .priority = 3);
        scene_act(s, "a1", ACT_OUT_OF_SERVICE, NULL, 0);
        g_assert_cmpint(TELL(s, .source = table[i].source, .device = "d1", .type = table[i].type,
                             .priority = table[i].priority, .kind = EVENT_RAISED, .at_us = HOUR)
                            ->kind,
                        ==, table[i].kind);
        scene_act(s, "a1", ACT_IN_SERVICE, NULL, 2 * HOUR);
        g_assert_cmpint(
            TELL(s, .device = "d1", .type = "intrusion", .kind = EVENT_RAISED, .at_us = 2 * HOUR)
                ->kind,
            ==, DECISION_ALERT);
        scene_free(s);
    }
}

/* Sources take back and replace. */
static void test_source(void)
{
    struct scene *s = scene_new(NULL, NULL);
    TELL(s, .id = "w1", .source = "cap", .dimension = "warning", .type = "rainstorm",
         .expires_us = HOUR);
    const struct decision *d = TELL(s, .id = "w2", .source = "cap", .dimension = "warning",
                                    .type = "rainstorm", .kind = EVENT_UPDATED, .ref = "w1",
                                    .priority = 1, .at_us = MINUTE, .expires_us = 2 * HOUR);
    g_assert_cmpint(d->kind, ==, DECISION_CHANGED);
    g_assert_cmpuint(d->alert->priority, ==, 1);
    d = TELL(s, .id = "w3", .source = "other", .dimension = "warning", .type = "rainstorm",
             .kind = EVENT_CANCELLED, .ref = "w2", .at_us = 2 * MINUTE);
    g_assert_cmpint(d->kind, ==, DECISION_NOTHING);
    d = TELL(s, .id = "w4", .source = "cap", .dimension = "warning", .type = "rainstorm",
             .kind = EVENT_CANCELLED, .ref = "w2", .at_us = 3 * MINUTE);
    g_assert_cmpint(d->kind, ==, DECISION_END);
    g_assert_cmpstr(d->alert->end, ==, "cancelled");
    d = TELL(s, .id = "w5", .source = "cap", .dimension = "warning", .type = "rainstorm",
             .kind = EVENT_UPDATED, .ref = "w9", .at_us = 4 * MINUTE);
    g_assert_cmpint(d->kind, ==, DECISION_ALERT);
    scene_free(s);
}

/* Two reports and an update of the first, counted on one alert; taken back in several ways. */
static void test_taken_back(void)
{
    static const struct {
        const char *first, *second; /* ids that are taken back */
        bool over;                  /* after both */
    } table[] = {
        {"r1", "r1", false}, {"r1", "u1", false},   {"r1 u1", "r1 u1", false}, {"r1", "r2", true},
        {"u1", "r2", true},  {"r1 r2", "r9", true}, {"r2 u1", "r9", true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct scene *s = scene_new(NULL, NULL);
        TELL(s, .id = "r1", .reporter = "one");
        TELL(s, .id = "u1", .kind = EVENT_UPDATED, .ref = "r1", .at_us = SECOND);
        TELL(s, .id = "r2", .reporter = "one", .at_us = 2 * SECOND);
        const struct alert *a = correlator_alert(s->c, "a1");
        g_assert_cmpuint(a->count, ==, 2);
        TELL(s, .id = "c1", .kind = EVENT_CANCELLED, .ref = table[i].first, .at_us = 3 * SECOND);
        TELL(s, .id = "c2", .kind = EVENT_CANCELLED, .ref = table[i].second, .at_us = 4 * SECOND);
        g_assert_cmpint(a->state == ALERT_NORMAL, ==, table[i].over);
        g_assert_cmpstr(a->end, ==, table[i].over ? "cancelled" : NULL);
        scene_free(s);
    }
}

/* An exercise or a test takes back and replaces only its like; what is real ends an exercise. */
static void test_apart(void)
{
    static const struct {
        unsigned first, then; /* marks */
        bool ends, replaces;
    } table[] = {
        {0, 0, true, true},
        {0, EVENT_EXERCISE, false, false},
        {0, EVENT_TEST, false, false},
        {EVENT_EXERCISE, 0, true, false},
        {EVENT_EXERCISE, EVENT_EXERCISE, true, true},
        {EVENT_EXERCISE, EVENT_TEST, false, false},
        {EVENT_TEST, EVENT_TEST, true, true},
        {0, EVENT_EXERCISE | EVENT_LATE, false, false},
        {0, EVENT_LATE, true, true},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct scene *s = scene_new(NULL, NULL);
        TELL(s, .id = "w1", .marks = table[i].first);
        const struct decision *d = TELL(s, .id = "w2", .kind = EVENT_UPDATED, .ref = "w1",
                                        .marks = table[i].then, .at_us = 2 * HOUR);
        const struct alert *a = correlator_alert(s->c, "a1");
        g_assert_cmpint(d->kind, ==, table[i].replaces ? DECISION_CHANGED : DECISION_ALERT);
        g_assert_cmpint(a->last_us, ==, SCENE_US + (table[i].replaces ? 2 * HOUR : 0));
        if (!table[i].replaces) {
            const struct decision *told = scene_find(s, DECISION_CHANGED);
            g_assert_cmpstr(told->rule, ==, "apart");
            g_assert_cmpstr(told->alert->id, ==, "a2");
            g_assert_cmpuint(told->alert->marks, ==, table[i].then);
        }
        d = TELL(s, .id = "w3", .kind = EVENT_CANCELLED, .ref = "w1", .marks = table[i].then,
                 .at_us = 2 * HOUR + SECOND);
        g_assert_cmpint(d->kind, ==, table[i].ends ? DECISION_END : DECISION_NOTHING);
        g_assert_cmpstr(d->rule, ==, table[i].ends ? "end" : "apart");
        g_assert_cmpint(a->state == ALERT_NORMAL, ==, table[i].ends);
        scene_free(s);
    }
}

/* What its source took back stays so, whatever act before that is undone. */
static void test_taken_back_stays(void)
{
    struct scene *s = scene_new(NULL, NULL);
    TELL(s, .id = "r1");
    scene_act(s, "a1", ACT_ACKNOWLEDGE, NULL, SECOND);
    TELL(s, .id = "c1", .kind = EVENT_CANCELLED, .ref = "r1", .at_us = 2 * SECOND);
    g_assert_nonnull(scene_act(s, "a1", ACT_UNDO, "acknowledge", 3 * SECOND));
    const struct alert *a = correlator_alert(s->c, "a1");
    g_assert_cmpint(a->state, ==, ALERT_NORMAL);
    g_assert_cmpstr(a->end, ==, "cancelled");
    g_assert_cmpint(a->ended_us, ==, SCENE_US + 2 * SECOND);
    g_assert_null(a->acknowledged_by);
    scene_free(s);
}

/* An update that knows less of the place than what is known leaves it. */
static void test_update_place(void)
{
    static const char *const cell = "439907103200001", *const other = "439907103200002";
    const struct {
        const char *area, *address, *then_area, *then_address, *code;
        enum place_how how;
        bool placed, then_placed, moved; /* 500 m east */
    } table[] = {
        {cell, NULL, NULL, "somewhere", cell, PLACE_POINT, true, false, false},
        {cell, NULL, other, NULL, cell, PLACE_POINT, true, false, false},
        {cell, NULL, NULL, NULL, cell, PLACE_POINT, true, false, false},
        {cell, NULL, other, NULL, other, PLACE_POINT, true, true, true},
        {cell, NULL, NULL, "somewhere", cell, PLACE_AREA, false, false, false},
        {cell, NULL, other, NULL, other, PLACE_AREA, false, false, false},
        {cell, NULL, other, NULL, other, PLACE_POINT, false, true, true},
        {NULL, NULL, other, NULL, other, PLACE_AREA, false, false, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct scene *s = scene_new(NULL, NULL);
        TELL(s, .id = "e1", .placed = table[i].placed, .area = table[i].area,
             .address = table[i].address);
        const struct decision *d =
            TELL(s, .id = "e2", .kind = EVENT_UPDATED, .ref = "e1", .placed = table[i].then_placed,
                 .area = table[i].then_area, .address = table[i].then_address, .east_m = 500,
                 .at_us = SECOND);
        g_assert_cmpstr(d->alert->id, ==, "a1");
        g_assert_cmpint(d->alert->place, ==, table[i].how);
        g_assert_cmpstr(d->alert->area, ==, table[i].code);
        g_assert_true((d->alert->lon > SCENE_LON + 0.001) == table[i].moved);
        scene_free(s);
    }
}

static const struct decision *warn(struct scene *s, const char *id, enum event_kind kind,
                                   unsigned priority, int64_t at_us)
{
    return TELL(s, .id = id, .source = "cap", .dimension = "warning", .type = "rainstorm",
                .kind = kind, .ref = kind == EVENT_UPDATED ? "w1" : NULL, .reporter = "station",
                .priority = priority, .at_us = at_us, .expires_us = 2 * HOUR);
}

/* A warning that people dealt with is told again, by an update or as the same once more: as urgent
 * as before it changes nothing, more urgent it is for people to deal with. */
static void test_worse(void)
{
    static const struct {
        enum alert_act act;
        enum event_kind kind;
        unsigned priority;
        bool fresh; /* another alert */
        enum alert_state state;
    } table[] = {
        {ACT_IGNORE, EVENT_UPDATED, 4, false, ALERT_NORMAL},
        {ACT_IGNORE, EVENT_UPDATED, 1, true, ALERT_UNACKNOWLEDGED},
        {ACT_FALSE_ALARM, EVENT_UPDATED, 1, true, ALERT_UNACKNOWLEDGED},
        {ACT_CASE, EVENT_UPDATED, 1, true, ALERT_UNACKNOWLEDGED},
        {ACT_ACKNOWLEDGE, EVENT_UPDATED, 4, false, ALERT_ACKNOWLEDGED},
        {ACT_ACKNOWLEDGE, EVENT_UPDATED, 1, false, ALERT_UNACKNOWLEDGED},
        {ACT_SHELVE, EVENT_UPDATED, 1, false, ALERT_UNACKNOWLEDGED},
        {ACT_IGNORE, EVENT_REPORT, 4, false, ALERT_NORMAL},
        {ACT_IGNORE, EVENT_REPORT, 1, true, ALERT_UNACKNOWLEDGED},
        {ACT_ACKNOWLEDGE, EVENT_REPORT, 4, false, ALERT_ACKNOWLEDGED},
        {ACT_ACKNOWLEDGE, EVENT_REPORT, 1, false, ALERT_UNACKNOWLEDGED},
        {ACT_SHELVE, EVENT_REPORT, 1, false, ALERT_UNACKNOWLEDGED},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct scene *s = scene_new(NULL, NULL);
        warn(s, "w1", EVENT_REPORT, 4, 0);
        g_assert_nonnull(scene_act(s, "a1", table[i].act, "k1", SECOND));
        const struct decision *d = warn(s, "w2", table[i].kind, table[i].priority, 2 * SECOND);
        g_assert_cmpstr(d->alert->id, ==, table[i].fresh ? "a2" : "a1");
        g_assert_cmpint(d->alert->state, ==, table[i].state);
        g_assert_cmpuint(d->alert->priority, ==, table[i].priority);
        if (table[i].state == ALERT_UNACKNOWLEDGED)
            g_assert_null(d->alert->acknowledged_by);
        g_assert_cmpint(correlator_alert(s->c, "a1")->state == ALERT_NORMAL, ==,
                        table[i].fresh || table[i].state == ALERT_NORMAL);
        scene_free(s);
    }
}

/* 30 minutes after it was told, unless somebody has seen it: then it is over at once. */
static void test_expires(void)
{
    for (int acknowledged = 0; acknowledged < 2; acknowledged++) {
        struct scene *s = scene_new(NULL, NULL);
        TELL(s, .type = "rainstorm", .expires_us = 30 * MINUTE);
        if (acknowledged)
            scene_act(s, "a1", ACT_ACKNOWLEDGE, NULL, MINUTE);
        g_assert_null(scene_tick(s, 30 * MINUTE - 1));
        const struct decision *d = scene_tick(s, 30 * MINUTE);
        g_assert_cmpint(d->alert->state, ==, acknowledged ? ALERT_NORMAL : ALERT_RETURNED);
        scene_free(s);
    }
}

/* A report has no device that says when it is over: it stays. */
static void test_report_stays(void)
{
    struct scene *s = scene_new(NULL, NULL);
    TELL(s, .type = "noise");
    scene_tick(s, 90 * 24 * HOUR);
    g_assert_cmpint(correlator_alert(s->c, "a1")->state, ==, ALERT_UNACKNOWLEDGED);
    scene_free(s);
}

/* What is long past or imported is history; what is a day old is marked and stands. */
static void test_late(void)
{
    struct scene *s = scene_new(NULL, NULL);
    const int64_t now_us = 60 * 24 * HOUR;
    TELL(s, .type = "noise", .marks = EVENT_LATE, .at_us = now_us - 7 * 24 * HOUR,
         .received_us = now_us);
    g_assert_cmpint(correlator_alert(s->c, "a1")->state, ==, ALERT_UNACKNOWLEDGED);
    TELL(s, .type = "noise", .marks = EVENT_LATE, .at_us = now_us - 7 * 24 * HOUR - 1,
         .received_us = now_us, .address = "elsewhere");
    g_assert_cmpint(correlator_alert(s->c, "a2")->state, ==, ALERT_NORMAL);
    g_assert_nonnull(scene_find(s, DECISION_END));
    TELL(s, .type = "noise", .marks = EVENT_LATE | EVENT_PAST, .at_us = now_us - HOUR,
         .received_us = now_us, .address = "imported");
    g_assert_cmpint(correlator_alert(s->c, "a3")->state, ==, ALERT_NORMAL);
    g_assert_null(correlator_alert(s->c, "a3")->situation);
    scene_free(s);
}

static void test_separate(void)
{
    struct scene *s = scene_new(NULL, NULL);
    TELL(s, .source = "a", .type = "fire", .placed = true);
    TELL(s, .source = "b", .type = "fire", .placed = true);
    const struct decision *d = scene_act(s, "a2", ACT_SEPARATE, NULL, SECOND);
    g_assert_cmpint(d->kind, ==, DECISION_LEAVE);
    g_assert_null(correlator_alert(s->c, "a2")->situation);
    g_assert_cmpuint(correlator_situation(s->c, "s1")->alerts->len, ==, 1);
    g_assert_nonnull(scene_act(s, "a2", ACT_UNDO, "separate", 2 * SECOND));
    g_assert_cmpstr(correlator_alert(s->c, "a2")->situation, ==, "s1");
    scene_free(s);
}

/* Taking back that the machine put it into a situation is not an act: the newest act is what it
 * was before, as it is on record. */
static void test_undo_join(void)
{
    struct scene *s = scene_new(NULL, NULL);
    TELL(s, .source = "a", .type = "fire", .placed = true);
    TELL(s, .source = "b", .type = "fire", .placed = true);
    g_assert_nonnull(scene_act(s, "a2", ACT_ACKNOWLEDGE, NULL, SECOND));
    g_assert_nonnull(scene_act(s, "a2", ACT_UNDO, "join", 2 * SECOND));
    g_assert_null(correlator_alert(s->c, "a2")->situation);
    g_assert_nonnull(scene_act(s, "a2", ACT_UNDO, "acknowledge", 3 * SECOND));
    g_assert_cmpint(correlator_alert(s->c, "a2")->state, ==, ALERT_UNACKNOWLEDGED);
    scene_free(s);
}

/* Was it decided on in the last call, so that it is written and told? */
static bool is_told(const struct scene *s, const char *alert, const char *situation)
{
    for (guint i = 0; i < s->decisions->len; i++) {
        const struct decision *d = &g_array_index(s->decisions, struct decision, i);
        if ((alert && d->alert && !strcmp(d->alert->id, alert)) ||
            (situation && d->situation && !strcmp(d->situation->id, situation)))
            return true;
    }
    return false;
}

/* Merging one of a situation into an alert that was alone makes another situation: both are told,
 * and both alerts; the same when it is undone. */
static void test_merge(void)
{
    struct scene *s = scene_new(NULL, NULL);
    TELL(s, .source = "a", .type = "fire", .placed = true);
    TELL(s, .source = "b", .type = "fire", .placed = true);
    TELL(s, .source = "c", .type = "fire", .placed = true, .east_m = 5000);
    for (int undone = 0; undone < 2; undone++) {
        g_assert_nonnull(undone ? scene_act(s, "a1", ACT_UNDO, "merge", 2 * SECOND)
                                : scene_act(s, "a1", ACT_MERGE, "a3", SECOND));
        g_assert_true(is_told(s, "a1", NULL));
        g_assert_true(undone || is_told(s, "a3", NULL));
        g_assert_true(is_told(s, NULL, "s1"));
        g_assert_true(is_told(s, NULL, "s2"));
        g_assert_cmpuint(correlator_situation(s->c, "s1")->alerts->len, ==, undone ? 2 : 1);
        g_assert_cmpuint(correlator_situation(s->c, "s2")->alerts->len, ==, undone ? 1 : 2);
        g_assert_cmpstr(correlator_alert(s->c, "a1")->situation, ==, undone ? "s1" : "s2");
    }
    scene_free(s);
}

/* A source moves its alert elsewhere: the situation that it leaves is told too. */
static void test_move(void)
{
    struct scene *s = scene_new(NULL, NULL);
    TELL(s, .id = "e1", .source = "a", .type = "fire", .placed = true);
    TELL(s, .source = "b", .type = "fire", .placed = true);
    g_assert_cmpstr(correlator_alert(s->c, "a1")->situation, ==, "s1");
    TELL(s, .id = "e2", .source = "a", .type = "fire", .placed = true, .east_m = 5000,
         .kind = EVENT_UPDATED, .ref = "e1", .at_us = SECOND);
    g_assert_null(correlator_alert(s->c, "a1")->situation);
    g_assert_true(is_told(s, NULL, "s1"));
    scene_free(s);
}

/* A situation that could not be loaded: nothing to leave. */
static void test_lost_situation(void)
{
    struct scene *s = scene_new(NULL, NULL);
    const struct decision *d = TELL(s, .type = "fire", .placed = true);
    struct alert kept = *d->alert;
    kept.situation = (char *)"s9";
    struct scene *other = scene_new(NULL, NULL);
    correlator_load_alert(other->c, &kept);
    g_assert_null(scene_act(other, "a1", ACT_SEPARATE, NULL, SECOND));
    g_assert_null(scene_act(other, "a1", ACT_UNDO, "join", SECOND));
    scene_free(other);
    scene_free(s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/act/device", test_device);
    g_test_add_func("/act/table", test_acts);
    g_test_add_func("/act/shelf", test_shelf);
    g_test_add_func("/act/out_of_service", test_out_of_service);
    g_test_add_func("/act/source", test_source);
    g_test_add_func("/act/taken_back", test_taken_back);
    g_test_add_func("/act/apart", test_apart);
    g_test_add_func("/act/taken_back_stays", test_taken_back_stays);
    g_test_add_func("/act/update_place", test_update_place);
    g_test_add_func("/act/worse", test_worse);
    g_test_add_func("/act/expires", test_expires);
    g_test_add_func("/act/report_stays", test_report_stays);
    g_test_add_func("/act/late", test_late);
    g_test_add_func("/act/separate", test_separate);
    g_test_add_func("/act/undo_join", test_undo_join);
    g_test_add_func("/act/merge", test_merge);
    g_test_add_func("/act/move", test_move);
    g_test_add_func("/act/lost_situation", test_lost_situation);
    return g_test_run();
}
