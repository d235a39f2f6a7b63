#include "camera/gate.h"
#include "camera/pace.h"
#include <string.h>

static GString *passed;

static void note(gpointer user)
{
    g_string_append(passed, user);
}

static void test_order_and_bound(void)
{
    passed = g_string_new(NULL);
    struct gate *gate = gate_create(&(struct gate_limits){2, 1e6}, NULL);
    static char names[][2] = {"a", "b", "c", "d", "e"};
    struct gate_ticket *tickets[5];
    for (int i = 0; i < 5; i++) {
        tickets[i] = gate_ticket_create(gate, "10.0.0.1", note, names[i]);
        gate_enter(tickets[i]);
    }
    g_assert_cmpstr(passed->str, ==, "ab");
    gate_leave(tickets[2]); /* gives up while it waits */
    g_assert_cmpstr(passed->str, ==, "ab");
    gate_leave(tickets[0]);
    g_assert_cmpstr(passed->str, ==, "abd");
    struct gate_ticket *other = gate_ticket_create(gate, "10.0.0.2", note, "x");
    gate_enter(other);
    struct gate_ticket *uncounted = gate_ticket_create(gate, NULL, note, "y");
    gate_enter(uncounted);
    g_assert_cmpstr(passed->str, ==, "abdxy");
    gate_leave(tickets[1]);
    gate_leave(tickets[3]);
    g_assert_cmpstr(passed->str, ==, "abdxye");
    gate_leave(tickets[4]);
    gate_leave(other);
    gate_leave(uncounted);
    gate_leave(NULL);
    gate_destroy(gate);
    g_string_free(passed, TRUE);
}

static void run_until(const char *wanted)
{
    while (strcmp(passed->str, wanted) != 0)
        g_main_context_iteration(NULL, TRUE);
}

/* As many as may be at once go at once, the others one after the other, however soon each is over;
 * another host is not held up. */
static void test_rate(void)
{
    passed = g_string_new(NULL);
    struct gate *gate = gate_create(&(struct gate_limits){2, 20}, NULL);
    static char names[][2] = {"a", "b", "c", "d", "e", "f"};
    struct gate_ticket *tickets[6];
    gint64 began_us = g_get_monotonic_time();
    for (int i = 0; i < 6; i++) {
        tickets[i] = gate_ticket_create(gate, i == 5 ? "10.0.0.2" : "10.0.0.1", note, names[i]);
        gate_enter(tickets[i]);
    }
    g_assert_cmpstr(passed->str, ==, "abf");
    for (int i = 0; i < 2; i++)
        gate_leave(tickets[i]);
    g_assert_cmpstr(passed->str, ==, "abf");
    run_until("abfcd");
    gate_leave(tickets[3]);
    run_until("abfcde");
    g_assert_cmpint(g_get_monotonic_time() - began_us, >=, 3 * 50000 - 5000);
    gate_leave(tickets[2]);
    gate_leave(tickets[4]);
    gate_leave(tickets[5]);
    gate_destroy(gate);
    g_string_free(passed, TRUE);
}

static struct gate_ticket *short_tickets[3];

static void leave_at_once(gpointer user)
{
    struct gate_ticket **ticket = user;
    g_string_append_c(passed, (char)('a' + (ticket - short_tickets)));
    gate_leave(*ticket);
}

/* An attempt that is over inside its own call lets the next one go. */
static void test_over_at_once(void)
{
    passed = g_string_new(NULL);
    struct gate *gate = gate_create(&(struct gate_limits){1, 1e6}, NULL);
    struct gate_ticket *first = gate_ticket_create(gate, "10.0.0.1", note, (char[]){"x"});
    gate_enter(first);
    for (int i = 0; i < 3; i++) {
        short_tickets[i] = gate_ticket_create(gate, "10.0.0.1", leave_at_once, &short_tickets[i]);
        gate_enter(short_tickets[i]);
    }
    g_assert_cmpstr(passed->str, ==, "x");
    gate_leave(first);
    run_until("xabc");
    gate_destroy(gate);
    g_string_free(passed, TRUE);
}

static void test_pace(void)
{
    struct pace pace = {.interval_us = 100, .burst = 3};
    int64_t now_us = 5000;
    for (int i = 0; i < 3; i++) {
        g_assert_cmpint(pace_wait_us(&pace, now_us), ==, 0);
        pace_take(&pace, now_us);
    }
    g_assert_cmpint(pace_wait_us(&pace, now_us), ==, 100);
    now_us += 100;
    g_assert_cmpint(pace_wait_us(&pace, now_us), ==, 0);
    pace_take(&pace, now_us);
    g_assert_cmpint(pace_wait_us(&pace, now_us), ==, 100);
    /* a rest is saved up only as far as the burst */
    now_us += 1000000;
    for (int i = 0; i < 3; i++)
        pace_take(&pace, now_us);
    g_assert_cmpint(pace_wait_us(&pace, now_us), ==, 100);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gate/order-and-bound", test_order_and_bound);
    g_test_add_func("/gate/rate", test_rate);
    g_test_add_func("/gate/over-at-once", test_over_at_once);
    g_test_add_func("/gate/pace", test_pace);
    return g_test_run();
}
