/* Devices: chatter, faults that mute, many cameras behind one switch, places. */
#include "scene.h"
#include <math.h>
#include <string.h>

/* raised at 0, cleared, raised again: the third change at or beside the bound. */
static void test_chatter(void)
{
    static const struct {
        int64_t third_us;
        bool chatter;
    } table[] = {{2 * SECOND, true}, {60 * SECOND, true}, {60 * SECOND + 1, false}};
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct scene *s = scene_new(NULL, NULL);
        TELL(s, .device = "d1", .kind = EVENT_RAISED);
        TELL(s, .device = "d1", .kind = EVENT_CLEARED, .at_us = SECOND);
        TELL(s, .device = "d1", .kind = EVENT_RAISED, .at_us = table[i].third_us);
        const struct decision *d = scene_find(s, DECISION_CHATTER);
        g_assert_cmpint(d != NULL, ==, table[i].chatter);
        g_assert_true(!d || d->alert->chatter);
        g_assert_true(!d || json_integer_value(json_object_get(d->inputs, "shelve_min")) == 30);
        scene_free(s);
    }
}

/* It stands for all that follows, and ends when the device has been quiet. */
static void test_chatter_ends(void)
{
    struct scene *s = scene_new(NULL, NULL);
    for (int i = 0; i < 200; i++)
        TELL(s, .device = "d1", .kind = i % 2 ? EVENT_CLEARED : EVENT_RAISED,
             .at_us = i * 20 * SECOND);
    g_assert_cmpuint(s->made[1], ==, 1);
    int64_t last_us = 199 * 20 * SECOND;
    g_assert_null(scene_tick(s, last_us + 2 * MINUTE - 1));
    const struct decision *d = scene_tick(s, last_us + 2 * MINUTE);
    g_assert_cmpstr(d->rule, ==, "chatter");
    g_assert_false(d->alert->chatter);
    g_assert_cmpint(d->alert->state, ==, ALERT_RETURNED);
    scene_free(s);
}

static void test_chatter_undone(void)
{
    struct scene *s = scene_new(NULL, NULL);
    for (int i = 0; i < 3; i++)
        TELL(s, .device = "d1", .kind = i % 2 ? EVENT_CLEARED : EVENT_RAISED, .at_us = i * SECOND);
    g_assert_true(correlator_alert(s->c, "a1")->chatter);
    g_assert_nonnull(scene_act(s, "a1", ACT_UNDO, "chatter", 3 * SECOND));
    g_assert_false(correlator_alert(s->c, "a1")->chatter);
    TELL(s, .device = "d1", .kind = EVENT_CLEARED, .at_us = 4 * SECOND);
    TELL(s, .device = "d1", .kind = EVENT_RAISED, .at_us = 5 * SECOND);
    g_assert_false(correlator_alert(s->c, "a1")->chatter);
    scene_free(s);
}

/* After the clock was set back, what was seen at a time to come does not hold a device. */
static void test_clock_back(void)
{
    for (int back = 0; back < 2; back++) {
        struct scene *s = scene_new(NULL, NULL), *later = scene_new(NULL, NULL);
        TELL(s, .kind = EVENT_RAISED, .dimension = "sensor", .type = "smoke", .device = "d1",
             .at_us = 3 * HOUR);
        struct alert kept = *correlator_alert(s->c, "a1");
        kept.memo = correlator_memo(s->c, &kept);
        correlator_load_alert(later->c, &kept);
        TELL(later, .kind = EVENT_CLEARED, .dimension = "sensor", .type = "smoke", .device = "d1",
             .at_us = HOUR, .received_us = back ? HOUR : 3 * HOUR + MINUTE);
        g_assert_cmpint(correlator_alert(later->c, "a1")->state, ==,
                        back ? ALERT_RETURNED : ALERT_UNACKNOWLEDGED);
        g_free(kept.memo);
        scene_free(s);
        scene_free(later);
    }
}

/* A camera that lost its picture tells; then analytics of some camera tell. */
static void test_inhibit(void)
{
    static const struct {
        const char *fault, *fault_device, *fault_parent; /* what is broken */
        const char *dimension, *type, *device, *parent;  /* what tells */
        bool muted;
    } table[] = {
        {"video_loss", "c1", "sw1", "camera_alarm", "intrusion", "c1", "sw1", true},
        {"video_loss", "c1", "sw1", "camera_alarm", "intrusion", "c2", "sw1", false},
        {"switch_down", "sw1", "sw1", "camera_alarm", "intrusion", "c2", "sw1", true},
        {"switch_down", "sw1", "sw1", "camera_alarm", "intrusion", "c3", "sw2", false},
        {"switch_down", "sw1", "sw1", "camera_alarm", "fire_seen", "c2", "sw1", false},
        {"video_loss", "c1", "sw1", "sensor", "door", "c1", "sw1", false},
        {"clock_wrong", "c1", "sw1", "camera_alarm", "intrusion", "c1", "sw1", false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct scene *s = scene_new(NULL, NULL);
        TELL(s, .kind = EVENT_RAISED, .dimension = "camera_health", .type = table[i].fault,
             .device = table[i].fault_device, .parent = table[i].fault_parent);
        const struct decision *d =
            TELL(s, .kind = EVENT_RAISED, .source = "analytics", .dimension = table[i].dimension,
                 .type = table[i].type, .device = table[i].device, .parent = table[i].parent,
                 .at_us = SECOND);
        g_assert_cmpint(d->kind, ==, table[i].muted ? DECISION_INHIBITED : DECISION_ALERT);
        g_assert_true(!table[i].muted || !strcmp(d->other, "a1"));
        scene_free(s);
    }
}

static const struct decision *intrusion(struct scene *s, int64_t at_us)
{
    return TELL(s, .kind = EVENT_RAISED, .dimension = "camera_alarm", .type = "intrusion",
                .device = "c1", .at_us = at_us);
}

static void test_inhibit_ends(void)
{
    struct scene *s = scene_new(NULL, NULL);
    TELL(s, .kind = EVENT_RAISED, .dimension = "camera_health", .type = "video_loss",
         .device = "c1");
    g_assert_cmpint(intrusion(s, SECOND)->kind, ==, DECISION_INHIBITED);
    TELL(s, .kind = EVENT_CLEARED, .dimension = "camera_health", .type = "video_loss",
         .device = "c1", .at_us = 2 * SECOND);
    g_assert_cmpint(intrusion(s, 3 * SECOND)->kind, ==, DECISION_COUNT);
    scene_free(s);
    s = scene_new(NULL, NULL);
    TELL(s, .kind = EVENT_RAISED, .dimension = "camera_health", .type = "video_loss",
         .device = "c1");
    g_assert_nonnull(scene_act(s, "a1", ACT_UNDO, "inhibited", SECOND));
    g_assert_cmpint(intrusion(s, 2 * SECOND)->kind, ==, DECISION_ALERT);
    scene_free(s);
}

/* What was muted and is still there comes up with the end of the fault, whoever ends it. */
static void test_comes_up(void)
{
    enum { CLEARED, UNDONE, DENIED, IN_A_CASE };
    static const struct {
        const char *what;
        int end;
        enum event_kind muted; /* what is muted */
        enum event_kind later; /* of the same device, before the end; EVENT_KINDS: nothing */
        bool up;
        unsigned marks; /* of what comes later */
    } table[] = {
        {"still there", CLEARED, EVENT_RAISED, EVENT_KINDS, true, 0},
        {"told again", CLEARED, EVENT_RAISED, EVENT_RAISED, true, 0},
        {"over meanwhile", CLEARED, EVENT_RAISED, EVENT_CLEARED, false, 0},
        {"taken back", CLEARED, EVENT_RAISED, EVENT_CANCELLED, false, 0},
        {"taken back by an exercise", CLEARED, EVENT_RAISED, EVENT_CANCELLED, true, EVENT_EXERCISE},
        {"a moment", CLEARED, EVENT_REPORT, EVENT_KINDS, false, 0},
        {"undone by a person", UNDONE, EVENT_RAISED, EVENT_KINDS, true, 0},
        {"the fault was none", DENIED, EVENT_RAISED, EVENT_KINDS, true, 0},
        {"the fault goes on as a case", IN_A_CASE, EVENT_RAISED, EVENT_KINDS, true, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        g_test_message("%s", table[i].what);
        struct scene *s = scene_new(NULL, NULL);
        TELL(s, .kind = EVENT_RAISED, .dimension = "camera_health", .type = "video_loss",
             .device = "c1");
        const struct decision *d =
            TELL(s, .id = "m1", .kind = table[i].muted, .dimension = "camera_alarm",
                 .type = "intrusion", .device = "c1", .at_us = SECOND);
        g_assert_cmpint(d->kind, ==, DECISION_INHIBITED);
        if (table[i].later != EVENT_KINDS)
            TELL(s, .kind = table[i].later, .dimension = "camera_alarm", .type = "intrusion",
                 .device = "c1", .ref = table[i].later == EVENT_CANCELLED ? "m1" : NULL,
                 .marks = table[i].marks, .at_us = 5 * MINUTE);
        g_assert_cmpuint(s->made[1], ==, 1);
        if (table[i].end == UNDONE)
            scene_act(s, "a1", ACT_UNDO, "inhibited", HOUR);
        else if (table[i].end == DENIED)
            scene_act(s, "a1", ACT_FALSE_ALARM, NULL, HOUR);
        else if (table[i].end == IN_A_CASE)
            scene_act(s, "a1", ACT_CASE, "k1", HOUR);
        if (table[i].end == CLEARED || table[i].end == IN_A_CASE) {
            g_assert_cmpuint(s->made[1], ==, 1);
            TELL(s, .kind = EVENT_CLEARED, .dimension = "camera_health", .type = "video_loss",
                 .device = "c1", .at_us = HOUR + SECOND);
        }
        const struct alert *up = correlator_alert(s->c, "a2");
        g_assert_true((up != NULL) == table[i].up);
        g_assert_true(!up ||
                      (up->active && up->state == ALERT_UNACKNOWLEDGED &&
                       up->first_us < SCENE_US + 6 * MINUTE && up->created_us >= SCENE_US + HOUR));
        d = scene_find(s, DECISION_ALERT);
        g_assert_true(!up || !strcmp(d->event->type, "intrusion"));
        scene_free(s);
    }
}

/* The model of a restart knows what is muted, and another fault that holds mutes it on. */
static void test_comes_up_later(void)
{
    struct scene *s = scene_new(NULL, NULL), *other = scene_new(NULL, NULL);
    TELL(s, .kind = EVENT_RAISED, .dimension = "camera_health", .type = "switch_down",
         .device = "sw1", .parent = "sw1");
    TELL(s, .kind = EVENT_RAISED, .dimension = "camera_alarm", .type = "intrusion", .device = "c1",
         .parent = "sw1", .at_us = SECOND);
    TELL(s, .kind = EVENT_RAISED, .dimension = "camera_health", .type = "tamper", .device = "c1",
         .at_us = 0);
    struct alert kept[2];
    for (int i = 0; i < 2; i++) {
        const struct alert *a = correlator_alert(s->c, i ? "a2" : "a1");
        kept[i] = *a;
        kept[i].memo = correlator_memo(s->c, a);
        correlator_load_alert(other->c, &kept[i]);
    }
    other->made[1] = s->made[1];
    for (int i = 0; i < 2; i++) {
        struct scene *one = i ? other : s;
        TELL(one, .kind = EVENT_CLEARED, .dimension = "camera_health", .type = "switch_down",
             .device = "sw1", .parent = "sw1", .at_us = MINUTE);
        const struct decision *d = scene_find(one, DECISION_INHIBITED);
        g_assert_cmpstr(d->other, ==, "a2");
        g_assert_cmpuint(one->made[1], ==, 2);
        TELL(one, .kind = EVENT_CLEARED, .dimension = "camera_health", .type = "tamper",
             .device = "c1", .at_us = 2 * MINUTE);
        g_assert_cmpuint(one->made[1], ==, 3);
        g_assert_cmpstr(correlator_alert(one->c, "a3")->type, ==, "intrusion");
        g_free(kept[i].memo);
    }
    scene_free(s);
    scene_free(other);
}

/* A fault remembers so many conditions; beyond that they tell for themselves: none is forgotten. */
static void test_comes_up_many(void)
{
    struct scene *s = scene_new(NULL, NULL);
    TELL(s, .kind = EVENT_RAISED, .dimension = "camera_health", .type = "switch_down",
         .device = "sw1", .parent = "sw1");
    for (int i = 0; i < 140; i++) {
        g_autofree char *device = g_strdup_printf("c%d", i);
        TELL(s, .kind = EVENT_RAISED, .dimension = "camera_alarm", .type = "intrusion",
             .device = device, .parent = "sw1", .at_us = SECOND);
    }
    g_assert_cmpuint(s->made[1], ==, 1 + 140 - 128);
    TELL(s, .kind = EVENT_CLEARED, .dimension = "camera_health", .type = "switch_down",
         .device = "sw1", .parent = "sw1", .at_us = MINUTE);
    g_assert_cmpuint(s->made[1], ==, 1 + 140);
    scene_free(s);
}

/* Out of service and in service again. */
static void test_comes_up_in_service(void)
{
    struct scene *s = scene_new(NULL, NULL);
    TELL(s, .kind = EVENT_RAISED, .dimension = "sensor", .type = "door", .device = "d1");
    scene_act(s, "a1", ACT_OUT_OF_SERVICE, NULL, SECOND);
    g_assert_cmpint(TELL(s, .kind = EVENT_RAISED, .dimension = "sensor", .type = "smoke",
                         .device = "d1", .priority = 2, .at_us = 2 * SECOND)
                        ->kind,
                    ==, DECISION_INHIBITED);
    scene_act(s, "a1", ACT_IN_SERVICE, NULL, MINUTE);
    g_assert_cmpstr(correlator_alert(s->c, "a2")->type, ==, "smoke");
    scene_free(s);
}

static const struct decision *loss(struct scene *s, const char *camera, enum event_kind kind,
                                   int64_t at_us)
{
    return TELL(s, .kind = kind, .dimension = "camera_health", .type = "video_loss",
                .device = camera, .parent = "sw1", .at_us = at_us);
}

/* The third camera behind a switch within two minutes makes one fault of them. */
static void test_one_fault(void)
{
    static const struct {
        int64_t third_us;
        bool fault;
    } table[] = {{0, true}, {2 * MINUTE, true}, {2 * MINUTE + 1, false}};
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct scene *s = scene_new(NULL, NULL);
        loss(s, "c1", EVENT_RAISED, 0);
        loss(s, "c2", EVENT_RAISED, 0);
        g_assert_null(scene_find(s, DECISION_FAULT));
        const struct decision *d = loss(s, "c3", EVENT_RAISED, table[i].third_us);
        g_assert_cmpstr(d->alert->type, ==, table[i].fault ? "network_fault" : "video_loss");
        g_assert_cmpint(scene_find(s, DECISION_FAULT) != NULL, ==, table[i].fault);
        g_assert_cmpint(correlator_alert(s->c, "a1")->end != NULL, ==, table[i].fault);
        scene_free(s);
    }
}

static void test_fault_ends(void)
{
    struct scene *s = scene_new(NULL, NULL);
    static const char *const cameras[] = {"c1", "c2", "c3", "c4"};
    for (int i = 0; i < 4; i++)
        loss(s, cameras[i], EVENT_RAISED, i * SECOND);
    const struct alert *fault = correlator_alert(s->c, "a3");
    g_assert_cmpuint(s->made[1], ==, 3);
    g_assert_cmpuint(fault->count, ==, 2); /* c3 made it, c4 is counted on it */
    for (int i = 0; i < 4; i++) {
        g_assert_cmpint(fault->state, ==, ALERT_UNACKNOWLEDGED);
        loss(s, cameras[i], EVENT_CLEARED, MINUTE + i * SECOND);
    }
    g_assert_cmpint(fault->state, ==, ALERT_RETURNED);
    g_assert_cmpint(intrusion(s, 2 * MINUTE)->kind, ==, DECISION_ALERT);
    scene_free(s);
}

static const struct decision *sw(struct scene *s, enum event_kind kind, int64_t at_us)
{
    return TELL(s, .kind = kind, .dimension = "camera_health", .type = "switch_down",
                .device = "sw1", .parent = "sw1", .at_us = at_us);
}

/* A switch is back before its cameras are: what they see is told again, and the fault is not over
 * before the last of them is back. */
static void test_fault_leaves_one(void)
{
    for (int acknowledged = 0; acknowledged < 2; acknowledged++) {
        struct scene *s = scene_new(NULL, NULL);
        loss(s, "c1", EVENT_RAISED, 0); /* a part of the fault */
        sw(s, EVENT_RAISED, SECOND);
        loss(s, "c2", EVENT_RAISED, 2 * SECOND); /* counted on it */
        loss(s, "c3", EVENT_RAISED, 2 * SECOND);
        const struct alert *fault = correlator_alert(s->c, "a2");
        if (acknowledged)
            scene_act(s, "a2", ACT_ACKNOWLEDGE, NULL, 3 * SECOND);
        enum alert_state state = fault->state;
        const struct decision *d = sw(s, EVENT_CLEARED, 10 * MINUTE);
        g_assert_nonnull(strstr(d->en, "3 are still dark: "));
        g_assert_cmpint(fault->state, ==, state);
        loss(s, "c2", EVENT_CLEARED, 11 * MINUTE);
        loss(s, "c1", EVENT_CLEARED, 11 * MINUTE);
        g_assert_cmpint(fault->state, ==, state);
        g_assert_cmpint(TELL(s, .kind = EVENT_RAISED, .dimension = "camera_alarm",
                             .type = "intrusion", .device = "c1", .parent = "sw1",
                             .at_us = 12 * MINUTE)
                            ->kind,
                        ==, DECISION_ALERT);
        loss(s, "c3", EVENT_CLEARED, 13 * MINUTE);
        g_assert_cmpint(fault->state, ==, acknowledged ? ALERT_NORMAL : ALERT_RETURNED);
        scene_free(s);
    }
}

static void test_fault_undone(void)
{
    struct scene *s = scene_new(NULL, NULL);
    static const char *const cameras[] = {"c1", "c2", "c3"};
    for (int i = 0; i < 3; i++)
        loss(s, cameras[i], EVENT_RAISED, i * SECOND);
    g_assert_nonnull(scene_act(s, "a3", ACT_UNDO, "fault", MINUTE));
    g_assert_cmpint(correlator_alert(s->c, "a1")->state, ==, ALERT_UNACKNOWLEDGED);
    g_assert_cmpint(correlator_alert(s->c, "a2")->state, ==, ALERT_UNACKNOWLEDGED);
    g_assert_cmpint(correlator_alert(s->c, "a3")->state, ==, ALERT_NORMAL);
    scene_free(s);
}

/* Motion in one cell is one alert, whatever camera tells; other analytics are not. */
static void test_background(void)
{
    static const struct {
        const char *type, *device, *area;
        int64_t gap_us;
        bool counted;
    } table[] = {
        {"motion", "c2", "439907103200001", HOUR, true},
        {"line_crossing", "c2", "439907103200001", 4 * HOUR - 1, true},
        {"motion", "c2", "439907103200001", 4 * HOUR, false},
        {"motion", "c2", "439907103200002", HOUR, false},
        {"motion", "c1", NULL, HOUR, false},
        {"intrusion", "c2", "439907103200001", HOUR, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct scene *s = scene_new(NULL, NULL);
        TELL(s, .kind = EVENT_RAISED, .dimension = "camera_alarm", .type = "motion", .device = "c1",
             .area = "439907103200001");
        const struct decision *d =
            TELL(s, .kind = EVENT_RAISED, .dimension = "camera_alarm", .type = table[i].type,
                 .device = table[i].device, .area = table[i].area, .at_us = table[i].gap_us);
        g_assert_cmpint(d->kind, ==, table[i].counted ? DECISION_COUNT : DECISION_ALERT);
        scene_free(s);
    }
}

static void test_place(void)
{
    static const struct {
        const char *device, *area, *address, *code;
        enum place_how how;
        bool placed;
    } table[] = {
        {"d1", "439907103200002", "somewhere", "439907103200002", PLACE_POINT, true},
        {"d1", "439907103200002", "somewhere", "439907103200001", PLACE_DEVICE, false},
        {"d2", "439907103200002", "somewhere", "439907103200002", PLACE_AREA, false},
        {"d2", NULL, NULL, "439907103200003", PLACE_AREA, false},
        {"d3", NULL, "somewhere", NULL, PLACE_UNKNOWN, false},
        {NULL, NULL, NULL, NULL, PLACE_UNKNOWN, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct scene *s = scene_new(NULL, NULL);
        const struct known_device placed = {.id = "d1",
                                            .area = "439907103200001",
                                            .lon = scene_lon(100),
                                            .lat = scene_lat(100),
                                            .azimuth_deg = 90,
                                            .fov_deg = 60};
        const struct known_device named = {.id = "d2",
                                           .area = "439907103200003",
                                           .lon = NAN,
                                           .lat = NAN,
                                           .azimuth_deg = NAN,
                                           .fov_deg = NAN};
        correlator_set_device(s->c, &placed);
        correlator_set_device(s->c, &named);
        const struct decision *d = TELL(s, .placed = table[i].placed, .device = table[i].device,
                                        .area = table[i].area, .address = table[i].address);
        g_assert_cmpint(d->alert->place, ==, table[i].how);
        g_assert_cmpstr(d->alert->area, ==, table[i].code);
        g_assert_cmpstr(json_string_value(json_object_get(d->inputs, "place")), ==,
                        place_how_name(table[i].how));
        scene_free(s);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/chatter/bounds", test_chatter);
    g_test_add_func("/chatter/ends", test_chatter_ends);
    g_test_add_func("/chatter/undone", test_chatter_undone);
    g_test_add_func("/clear/clock_back", test_clock_back);
    g_test_add_func("/inhibit/table", test_inhibit);
    g_test_add_func("/inhibit/ends", test_inhibit_ends);
    g_test_add_func("/inhibit/comes_up", test_comes_up);
    g_test_add_func("/inhibit/comes_up_later", test_comes_up_later);
    g_test_add_func("/inhibit/comes_up_many", test_comes_up_many);
    g_test_add_func("/inhibit/comes_up_in_service", test_comes_up_in_service);
    g_test_add_func("/fault/bounds", test_one_fault);
    g_test_add_func("/fault/ends", test_fault_ends);
    g_test_add_func("/fault/leaves_one", test_fault_leaves_one);
    g_test_add_func("/fault/undone", test_fault_undone);
    g_test_add_func("/background/table", test_background);
    g_test_add_func("/place/table", test_place);
    return g_test_run();
}
