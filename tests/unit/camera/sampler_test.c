/* Turns under a cap: the rules, and the seats with their places. */
#include "camera/sampler.h"
#include <string.h>

enum { S = 1000000 };

/* --- rules */

static int next_of(struct sample_entry *entries, size_t count, unsigned turns, int64_t now_us,
                   int64_t *wait_us)
{
    const struct sample_entry *pointers[8];
    for (size_t i = 0; i < count; i++)
        pointers[i] = entries[i].class == (enum sample_class)9 ? NULL : &entries[i];
    return sample_next(pointers, count, turns, now_us, wait_us);
}

static void test_order(void)
{
    int64_t wait_us;
    struct sample_entry entries[] = {
        {.class = SAMPLE_WATCHED, .out = true, .shown_us = 3 * S},
        {.class = SAMPLE_WATCHED, .out = true, .shown_us = 1 * S},
        {.class = SAMPLE_VISIBLE, .out = true, .shown_us = 8 * S},
        {.class = SAMPLE_VISIBLE, .out = true, .shown_us = 7 * S, .due_us = 12 * S},
        {.class = SAMPLE_IDLE, .out = false},
        {.class = (enum sample_class)9},
    };
    /* what is seen, if it is due; every fourth turn the oldest of all */
    g_assert_cmpint(next_of(entries, 6, 0, 10 * S, &wait_us), ==, 2);
    g_assert_cmpint(next_of(entries, 6, 3, 10 * S, &wait_us), ==, 1);
    g_assert_cmpint(next_of(entries, 6, 4, 13 * S, &wait_us), ==, 3);
    entries[2].out = false;
    g_assert_cmpint(next_of(entries, 6, 0, 10 * S, &wait_us), ==, 1);
    /* never had a picture: first of its class */
    entries[0].shown_us = 0;
    g_assert_cmpint(next_of(entries, 6, 0, 10 * S, &wait_us), ==, 0);
    entries[0].out = entries[1].out = false;
    g_assert_cmpint(next_of(entries, 6, 0, 10 * S, &wait_us), ==, -1);
    g_assert_cmpint(wait_us, ==, 2 * S);
    entries[3].out = false;
    g_assert_cmpint(next_of(entries, 6, 0, 10 * S, &wait_us), ==, -1);
    g_assert_cmpint(wait_us, ==, INT64_MAX);
}

static void test_cap(void)
{
    static const char *const list = "10.0.0.9=8 10.0.0.7:8554=1 [fe80::1]:554=3";
    g_assert_cmpuint(sample_cap(list, "10.0.0.9:554", 2), ==, 8);
    g_assert_cmpuint(sample_cap(list, "10.0.0.9:8554", 2), ==, 8);
    g_assert_cmpuint(sample_cap(list, "10.0.0.7:8554", 2), ==, 1);
    g_assert_cmpuint(sample_cap(list, "10.0.0.7:554", 2), ==, 2);
    g_assert_cmpuint(sample_cap(list, "10.0.0.99:554", 2), ==, 2);
    g_assert_cmpuint(sample_cap("", "10.0.0.9:554", 5), ==, 5);
}

/* --- seats */

enum { SEATS = 6 };

struct one {
    struct sample_seat *seat;
    bool open;
    unsigned opened, closed;
};

static struct one ones[SEATS];
static unsigned most_open;
static struct sampler *sampler;

static unsigned open_now(void)
{
    unsigned count = 0;
    for (int i = 0; i < SEATS; i++)
        count += ones[i].open;
    return count;
}

static void on_open(gpointer user)
{
    struct one *one = user;
    g_assert_false(one->open);
    one->open = true;
    one->opened++;
    most_open = MAX(most_open, open_now());
}

static void on_close(gpointer user)
{
    struct one *one = user;
    g_assert_true(one->open);
    one->open = false;
    one->closed++;
}

static int64_t on_late(gpointer user)
{
    (void)user;
    return 3600 * (int64_t)S;
}

static double half(void)
{
    return 0.5;
}

static void begin(unsigned streams, int64_t turn_ms)
{
    static const struct sample_ops ops = {on_open, on_close, on_late};
    memset(ones, 0, sizeof ones);
    most_open = 0;
    const struct sampler_options options = {
        .streams = streams,
        .exceptions = "",
        .turn_ms = turn_ms,
        .linger_ms = 60000,
        .intervals = {.visible_us = 3600 * (int64_t)S, .idle_us = 7200 * (int64_t)S},
        .chance = half};
    sampler = sampler_create(&options, NULL);
    for (int i = 0; i < SEATS; i++)
        ones[i].seat = sampler_join(sampler, "10.0.0.9:554", true, &ops, &ones[i]);
}

static void end(void)
{
    for (int i = 0; i < SEATS; i++)
        sample_leave(ones[i].seat);
    sampler_destroy(sampler);
}

static void step(void)
{
    g_main_context_iteration(NULL, TRUE);
}

/* The one that is open; waits for it. */
static struct one *turn(void)
{
    for (;;) {
        for (int i = 0; i < SEATS; i++)
            if (ones[i].open)
                return &ones[i];
        step();
    }
}

static void close_of(struct one *one)
{
    while (one->open)
        step();
}

static void test_everybody_once(void)
{
    begin(2, 60000);
    for (int i = 0; i < SEATS; i++) {
        struct one *one = turn();
        sample_shown(one->seat);
        close_of(one);
    }
    for (int i = 0; i < SEATS; i++)
        g_assert_cmpuint(ones[i].opened, ==, 1);
    g_assert_cmpuint(most_open, ==, 2);
    /* none is due; one that is seen now is, by its shorter interval, an hour later */
    sample_set_class(ones[3].seat, SAMPLE_VISIBLE);
    g_assert_cmpuint(open_now(), ==, 0);
    end();
}

static void test_viewer_first(void)
{
    begin(1, 60000);
    struct one *first = turn();
    struct one *other = first == &ones[0] ? &ones[1] : &ones[0];
    struct one *third = first == &ones[2] ? &ones[3] : &ones[2];
    g_assert_null(sample_view(other->seat));
    g_assert_false(first->open); /* at once; the viewer's stream after a rest */
    g_assert_false(other->open);
    while (!other->open)
        step();
    g_assert_cmpstr(sample_view(third->seat), ==,
                    "all 1 streams of 10.0.0.9:554 are being watched");
    g_assert_false(sample_viewed(third->seat));
    /* nobody watches any more: it lingers, and gives its place up for the next viewer */
    sample_unview(other->seat);
    g_assert_true(other->open);
    g_assert_null(sample_view(third->seat));
    g_assert_false(other->open);
    sample_unview(third->seat); /* gives up while it waits */
    /* the turn that was broken off comes again */
    for (struct one *one = turn(); one != first; one = turn()) {
        sample_shown(one->seat);
        close_of(one);
    }
    g_assert_cmpuint(most_open, ==, 1);
    end();
}

/* A viewer of the camera that has its turn keeps its stream. */
static void test_turn_becomes_view(void)
{
    begin(1, 60000);
    struct one *one = turn();
    g_assert_null(sample_view(one->seat));
    sample_shown(one->seat);
    for (int i = 0; i < 3; i++)
        g_main_context_iteration(NULL, FALSE);
    g_assert_true(one->open);
    g_assert_cmpuint(one->opened, ==, 1);
    end();
}

static void test_late_and_failed(void)
{
    begin(1, 20);
    struct one *late = turn();
    close_of(late); /* by its time */
    struct one *failed = turn();
    g_assert_true(failed != late);
    sample_failed(failed->seat, 3600 * (int64_t)S, false);
    close_of(failed);
    struct one *next = turn();
    g_assert_true(next != late && next != failed);
    g_assert_cmpuint(late->opened, ==, 1);
    g_assert_cmpuint(failed->opened, ==, 1);
    end();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sampler/order", test_order);
    g_test_add_func("/sampler/cap", test_cap);
    g_test_add_func("/sampler/everybody-once", test_everybody_once);
    g_test_add_func("/sampler/viewer-first", test_viewer_first);
    g_test_add_func("/sampler/turn-becomes-view", test_turn_becomes_view);
    g_test_add_func("/sampler/late-and-failed", test_late_and_failed);
    return g_test_run();
}
