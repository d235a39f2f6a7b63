/* What holds of any course of events: the same again gives the same, a restart changes nothing,
 * nobody is in two situations, everything is accounted for. */
#include "life.h"
#include <string.h>

enum { COURSES = 100, STEPS = 600 };

static void random_step(GRand *rand, uint8_t bytes[LIFE_STEP])
{
    for (int i = 0; i < LIFE_STEP; i++)
        bytes[i] = (uint8_t)g_rand_int_range(rand, 0, 256);
}

static char *course(guint32 seed)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
    struct life *life = life_new();
    uint8_t bytes[LIFE_STEP];
    for (int i = 0; i < STEPS; i++) {
        random_step(rand, bytes);
        life_step(life, bytes);
        if (i % 10 == 0)
            life_check(life);
    }
    char *said = g_strdup(life->said->str);
    life_free(life);
    return said;
}

static void test_same(void)
{
    for (guint32 seed = 1; seed <= COURSES; seed++) {
        g_autofree char *first = course(seed);
        g_autofree char *second = course(seed);
        g_assert_cmpstr(first, ==, second);
    }
}

/* A restart in mid-stream, at a place that differs each time. */
static void test_restart(void)
{
    for (guint32 seed = 1; seed <= COURSES; seed++) {
        g_autoptr(GRand) rand = g_rand_new_with_seed(seed);
        struct life *one = life_new(), *two = NULL;
        uint8_t bytes[LIFE_STEP];
        for (int i = 0; i < STEPS; i++) {
            if (i == (int)(seed * 37 % STEPS) && i) {
                two = life_reload(one);
                g_string_truncate(one->said, 0);
            }
            random_step(rand, bytes);
            life_step(one, bytes);
            if (!two)
                continue;
            life_step(two, bytes);
            g_assert_cmpstr(one->said->str, ==, two->said->str);
            g_string_truncate(one->said, 0);
            g_string_truncate(two->said, 0);
        }
        life_check(one);
        if (two) {
            life_check(two);
            life_free(two);
        }
        life_free(one);
    }
}

/* Each event is in exactly one alert, or was muted, or changed nothing: what alerts count adds up,
 * and what is over is forgotten after its time. */
static void test_adds_up(void)
{
    struct scene *s = scene_new(NULL, NULL);
    guint64 counted = 0, sum = 0;
    for (int i = 0; i < 5000; i++) {
        char device[16];
        g_snprintf(device, sizeof device, "d%d", i % 97);
        const struct decision *d =
            TELL(s, .device = device, .type = i % 3 ? "motion" : "door", .placed = true,
                 .kind = i % 7 == 6 ? EVENT_CLEARED : EVENT_RAISED, .east_m = i % 97 * 40,
                 .at_us = i * SECOND / 4);
        counted += d->kind == DECISION_ALERT || d->kind == DECISION_COUNT;
    }
    for (guint i = 1; i <= s->made[1]; i++) {
        g_autofree char *id = g_strdup_printf("a%u", i);
        sum += correlator_alert(s->c, id)->count;
    }
    g_assert_cmpuint(counted, ==, sum);
    for (guint i = 1; i <= s->made[1]; i++) {
        g_autofree char *id = g_strdup_printf("a%u", i);
        const struct alert *a = correlator_alert(s->c, id);
        if (a->state != ALERT_NORMAL)
            scene_act(s, id, ACT_IGNORE, NULL, HOUR);
    }
    struct correlator_stats stats;
    scene_tick(s, 2 * HOUR);
    correlator_stats(s->c, &stats);
    g_assert_cmpuint(stats.active, ==, 0);
    g_assert_cmpuint(stats.alerts, >, 0);
    scene_tick(s, 6 * HOUR);
    correlator_stats(s->c, &stats);
    g_assert_cmpuint(stats.alerts, ==, 0);
    g_assert_cmpuint(stats.situations, ==, 0);
    g_assert_cmpint(correlator_next_us(s->c), ==, G_MAXINT64);
    scene_free(s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/property/same", test_same);
    g_test_add_func("/property/restart", test_restart);
    g_test_add_func("/property/adds_up", test_adds_up);
    return g_test_run();
}
