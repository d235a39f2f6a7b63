/* The same again: at and beside each bound of the default rules. */
#include "scene.h"
#include <string.h>

/* Two sightings of one device: is the second counted? */
static void test_window(void)
{
    static const struct {
        int64_t gap_us;
        enum decision_kind kind;
    } table[] = {
        {0, DECISION_COUNT},
        {1, DECISION_COUNT},
        {60 * SECOND - 1, DECISION_COUNT},
        {60 * SECOND, DECISION_COUNT},
        {60 * SECOND + 1, DECISION_ALERT},
        {24 * HOUR, DECISION_ALERT},
        {-60 * SECOND, DECISION_COUNT},
        {-60 * SECOND - 1, DECISION_ALERT},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct scene *s = scene_new(NULL, NULL);
        TELL(s, .device = "d1", .kind = EVENT_RAISED, .at_us = HOUR, .received_us = 30 * HOUR);
        const struct decision *d = TELL(s, .device = "d1", .kind = EVENT_RAISED,
                                        .at_us = HOUR + table[i].gap_us, .received_us = 30 * HOUR);
        g_assert_cmpint(d->kind, ==, table[i].kind);
        g_assert_cmpuint(d->alert->count, ==, table[i].kind == DECISION_COUNT ? 2 : 1);
        scene_free(s);
    }
}

/* A sighting each minute: the alert holds 30 minutes from its first. */
static void test_longest(void)
{
    struct scene *s = scene_new(NULL, NULL);
    for (int minute = 0; minute <= 30; minute++) {
        const struct decision *d =
            TELL(s, .device = "d1", .kind = EVENT_RAISED, .at_us = minute * MINUTE);
        g_assert_cmpint(d->kind, ==, minute ? DECISION_COUNT : DECISION_ALERT);
        g_assert_cmpstr(d->alert->id, ==, "a1");
    }
    const struct decision *d =
        TELL(s, .device = "d1", .kind = EVENT_RAISED, .at_us = 30 * MINUTE + 1);
    g_assert_cmpint(d->kind, ==, DECISION_ALERT);
    g_assert_cmpstr(d->alert->id, ==, "a2");
    g_assert_cmpuint(correlator_alert(s->c, "a1")->count, ==, 31);
    scene_free(s);
}

/* What somebody ended is remembered as long as something can be counted on it. */
static void test_remembered(void)
{
    static const char *const rules =
        "{\"types\":{\"pulse\":{\"zh\":\"p\",\"en\":\"p\",\"priority\":3,\"dedup_s\":36000}}}";
    static const struct {
        const char *type, *area;
        int64_t gap_us;
        enum decision_kind kind;
    } table[] = {
        {"pulse", NULL, 9 * HOUR, DECISION_COUNT},
        {"pulse", NULL, 11 * HOUR, DECISION_ALERT},
        {"motion", "439907103200001", 3 * HOUR, DECISION_COUNT},
        {"motion", "439907103200001", 5 * HOUR, DECISION_ALERT},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct scene *s = scene_new(table[i].area ? NULL : rules, NULL);
        TELL(s, .device = "d1", .kind = EVENT_RAISED, .type = table[i].type, .area = table[i].area);
        g_assert_nonnull(scene_act(s, "a1", ACT_IGNORE, NULL, SECOND));
        const struct decision *d =
            TELL(s, .device = "d1", .kind = EVENT_RAISED, .type = table[i].type,
                 .area = table[i].area, .at_us = table[i].gap_us);
        g_assert_cmpint(d->kind, ==, table[i].kind);
        g_assert_cmpint(correlator_keeps_us(s->c), >=, table[i].area ? 24 * HOUR : 20 * HOUR);
        scene_free(s);
    }
}

/* What came and went in one moment is no history: it counts on after a restart too. */
static void test_moment(void)
{
    struct scene *s = scene_new(NULL, NULL);
    TELL(s, .device = "d1", .kind = EVENT_RAISED, .priority = 4);
    const struct decision *d = TELL(s, .device = "d1", .kind = EVENT_CLEARED);
    g_assert_cmpint(d->alert->ended_us, ==, d->alert->created_us);
    struct scene *other = scene_new(NULL, NULL);
    struct alert kept = *d->alert;
    g_autofree char *memo = correlator_memo(s->c, d->alert);
    kept.memo = memo;
    correlator_load_alert(other->c, &kept);
    for (int i = 0; i < 2; i++)
        g_assert_cmpint(TELL(i ? other : s, .device = "d1", .kind = EVENT_RAISED, .priority = 4,
                             .id = "next", .at_us = 10 * SECOND)
                            ->kind,
                        ==, DECISION_COUNT);
    scene_free(other);
    scene_free(s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/dedup/window", test_window);
    g_test_add_func("/dedup/longest", test_longest);
    g_test_add_func("/dedup/remembered", test_remembered);
    g_test_add_func("/dedup/moment", test_moment);
    return g_test_run();
}
