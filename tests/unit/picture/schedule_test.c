#include "picture/cpu_budget.h"
#include "picture/picture_schedule.h"

enum { S = 1000000 };

static void test_order(void)
{
    struct picture_schedule schedule;
    struct schedule_entry entries[6];
    schedule_init(&schedule, S, 30 * S);
    for (int i = 0; i < 6; i++) {
        schedule_entry_init(&entries[i]);
        schedule_set_class(&schedule, &entries[i], PICTURE_WATCHED);
        entries[i].shown_us = 100 - i; /* later ones are older */
        schedule_keyframe(&schedule, &entries[i]);
    }
    schedule_set_class(&schedule, &entries[0], PICTURE_ALERT);
    schedule_set_class(&schedule, &entries[1], PICTURE_VISIBLE);
    schedule_set_class(&schedule, &entries[2], PICTURE_VISIBLE);
    const int expected[] = {0, 2, 1, 5, 4, 3};
    for (int i = 0; i < 6; i++)
        g_assert_true(schedule_take(&schedule, 0) == &entries[expected[i]]);
    g_assert_null(schedule_take(&schedule, 0));
    schedule_finish(&schedule);
}

static void test_once_and_pause(void)
{
    struct picture_schedule schedule;
    struct schedule_entry entry;
    schedule_init(&schedule, S, 30 * S);
    schedule_entry_init(&entry);
    schedule_set_class(&schedule, &entry, PICTURE_WATCHED);
    g_assert_null(schedule_take(&schedule, 0));
    schedule_keyframe(&schedule, &entry);
    schedule_keyframe(&schedule, &entry);
    g_assert_true(schedule_take(&schedule, 0) == &entry);
    /* a keyframe that comes while a worker has the camera waits for it, and for the pause */
    schedule_keyframe(&schedule, &entry);
    g_assert_null(schedule_take(&schedule, 0));
    schedule_done(&schedule, &entry, true, 5, 10);
    g_assert_cmpint(schedule_due_us(&schedule), ==, 10 + S);
    g_assert_null(schedule_take(&schedule, 9 + S));
    g_assert_true(schedule_take(&schedule, 10 + S) == &entry);
    schedule_done(&schedule, &entry, true, 5, 10 + S);
    g_assert_cmpint(schedule_due_us(&schedule), ==, INT64_MAX);

    schedule_keyframe(&schedule, &entry);
    schedule_set_class(&schedule, &entry, PICTURE_IDLE);
    /* an idle pause is varied around what was asked for */
    int64_t idle_us = schedule_due_us(&schedule) - 10 - S;
    g_assert_cmpint(idle_us, >=, 24 * S);
    g_assert_cmpint(idle_us, <=, 39 * S);
    schedule_set_class(&schedule, &entry, PICTURE_ALERT);
    g_assert_cmpint(schedule_due_us(&schedule), ==, 10 + 2 * S);
    schedule_remove(&schedule, &entry);
    g_assert_cmpint(schedule_due_us(&schedule), ==, INT64_MAX);
    schedule_finish(&schedule);
}

/* A picture that repeats must not be met at the same instant each time. */
static void test_idle_pause_varies(void)
{
    struct picture_schedule schedule;
    struct schedule_entry entry;
    schedule_init(&schedule, S, 10 * S);
    schedule_entry_init(&entry);
    schedule_set_class(&schedule, &entry, PICTURE_IDLE);
    int64_t now_us = 0, last_us = -1;
    for (int i = 0; i < 10; i++) {
        schedule_keyframe(&schedule, &entry);
        g_assert_true(schedule_take(&schedule, now_us) == &entry);
        schedule_done(&schedule, &entry, true, now_us, now_us);
        schedule_keyframe(&schedule, &entry);
        int64_t pause_us = schedule_due_us(&schedule) - now_us;
        g_assert_cmpint(pause_us, !=, last_us);
        last_us = pause_us;
        now_us += pause_us;
    }
    schedule_remove(&schedule, &entry);
    schedule_finish(&schedule);
}

/* Against a plain search for the least, with random steps. */
static void test_heap_random(void)
{
    enum { N = 500, STEPS = 20000 };
    struct picture_schedule schedule;
    static struct schedule_entry entries[N];
    GRand *random = g_rand_new_with_seed(7);
    schedule_init(&schedule, 1, 1);
    for (int i = 0; i < N; i++)
        schedule_entry_init(&entries[i]);
    for (int64_t now = 2; now < STEPS; now++) {
        struct schedule_entry *entry = &entries[g_rand_int_range(random, 0, N)];
        schedule_keyframe(&schedule, entry);
        entry = &entries[g_rand_int_range(random, 0, N)];
        schedule_set_class(&schedule, entry,
                           (enum picture_class)g_rand_int_range(random, 0, PICTURE_CLASSES));
        if (now % 3)
            continue;
        struct schedule_entry *taken = schedule_take(&schedule, now);
        for (int i = 0; i < N; i++) {
            if (!entries[i].pending || (entries[i].tried && entries[i].tried_us + 1 > now))
                continue;
            g_assert_true(taken->class <= entries[i].class);
            if (taken->class == entries[i].class)
                g_assert_cmpint(taken->shown_us, <=, entries[i].shown_us);
        }
        schedule_done(&schedule, taken, true, now - g_rand_int_range(random, 0, 50), now);
    }
    for (int i = 0; i < N; i++)
        schedule_remove(&schedule, &entries[i]);
    g_assert_cmpint(schedule_due_us(&schedule), ==, INT64_MAX);
    schedule_finish(&schedule);
    g_rand_free(random);
}

static void test_idle_never(void)
{
    struct picture_schedule schedule;
    struct schedule_entry entry;
    schedule_init(&schedule, S, 0);
    schedule_entry_init(&entry);
    schedule_keyframe(&schedule, &entry);
    g_assert_null(schedule_take(&schedule, S));
    schedule_set_class(&schedule, &entry, PICTURE_VISIBLE);
    g_assert_true(schedule_take(&schedule, S) == &entry);
    schedule_finish(&schedule);
}

/* Set aside: not before its time, whatever comes and whoever watches. */
static void test_aside(void)
{
    struct picture_schedule schedule;
    struct schedule_entry entry;
    schedule_init(&schedule, S, 10 * S);
    schedule_entry_init(&entry);
    schedule_keyframe(&schedule, &entry);
    schedule_set_aside(&schedule, &entry, 50 * S);
    schedule_set_class(&schedule, &entry, PICTURE_ALERT);
    schedule_keyframe(&schedule, &entry);
    g_assert_null(schedule_take(&schedule, 49 * S));
    g_assert_cmpint(schedule_due_us(&schedule), ==, 50 * S);
    g_assert_true(schedule_take(&schedule, 50 * S) == &entry);
    schedule_done(&schedule, &entry, true, 50 * S, 50 * S);
    schedule_keyframe(&schedule, &entry);
    g_assert_null(schedule_take(&schedule, 50 * S));
    g_assert_true(schedule_take(&schedule, 51 * S) == &entry);
    schedule_finish(&schedule);
}

/* Work of 3 ms each on a quarter core for ten seconds gets a quarter of ten seconds. */
static void test_budget(void)
{
    struct cpu_budget budget;
    int64_t now_us = 0, used_us = 0;
    cpu_budget_init(&budget, 0.25, now_us);
    while (now_us < 10 * S) {
        int64_t wait_us = cpu_budget_wait_us(&budget, now_us);
        if (wait_us == 0) {
            cpu_budget_charge(&budget, 3000);
            used_us += 3000;
            wait_us = 3000;
        }
        now_us += wait_us;
    }
    g_assert_cmpint(used_us, >=, 2500000 - 30000);
    g_assert_cmpint(used_us, <=, 2500000 + 30000);
    /* what was not used for a minute is not saved up */
    now_us += 60 * S;
    used_us = 0;
    while (cpu_budget_wait_us(&budget, now_us) == 0) {
        cpu_budget_charge(&budget, 1000);
        used_us += 1000;
    }
    g_assert_cmpint(used_us, <=, 26000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/schedule/order", test_order);
    g_test_add_func("/schedule/once-and-pause", test_once_and_pause);
    g_test_add_func("/schedule/idle-pause-varies", test_idle_pause_varies);
    g_test_add_func("/schedule/heap-random", test_heap_random);
    g_test_add_func("/schedule/idle-never", test_idle_never);
    g_test_add_func("/schedule/aside", test_aside);
    g_test_add_func("/budget/quarter-core", test_budget);
    return g_test_run();
}
