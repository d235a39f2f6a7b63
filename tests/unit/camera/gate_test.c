#include "camera/gate.h"

static GString *passed;

static void note(gpointer user)
{
    g_string_append(passed, user);
}

static void test_order_and_bound(void)
{
    passed = g_string_new(NULL);
    struct gate *gate = gate_create(2);
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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gate/order-and-bound", test_order_and_bound);
    return g_test_run();
}
