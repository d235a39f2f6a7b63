#include "rtsp/reorder.h"

static GString *seen;

static void take(const uint8_t *packet, size_t size, gpointer user)
{
    (void)user;
    g_string_append_len(seen, (const char *)packet, (gssize)size);
}

static void push(struct reorder *reorder, uint16_t sequence, const char *text, int64_t now_us)
{
    reorder_push(reorder, sequence, (const uint8_t *)text, 1, now_us, take, NULL);
}

static void assert_seen(const char *expected)
{
    g_assert_cmpstr(seen->str, ==, expected);
    g_string_truncate(seen, 0);
}

static void test_order(void)
{
    seen = g_string_new(NULL);
    struct reorder reorder = {0};
    push(&reorder, 65534, "a", 0);
    push(&reorder, 0, "c", 0);
    push(&reorder, 1, "d", 0);
    assert_seen("a");
    push(&reorder, 65535, "b", 0);
    assert_seen("bcd");
    push(&reorder, 65535, "x", 0); /* again */
    push(&reorder, 2, "e", 0);
    assert_seen("e");
    reorder_clear(&reorder);
    g_string_free(seen, TRUE);
}

static void test_loss(void)
{
    seen = g_string_new(NULL);
    struct reorder reorder = {0};
    push(&reorder, 10, "a", 0);
    push(&reorder, 12, "c", 1000);
    reorder_expire(&reorder, 1000 + REORDER_WAIT_US - 1, take, NULL);
    assert_seen("a");
    reorder_expire(&reorder, 1000 + REORDER_WAIT_US, take, NULL);
    assert_seen("c");
    push(&reorder, 11, "b", 100000); /* too late */
    push(&reorder, 13, "d", 100000);
    assert_seen("d");
    reorder_clear(&reorder);
    g_string_free(seen, TRUE);
}

static void test_bounded(void)
{
    seen = g_string_new(NULL);
    struct reorder reorder = {0};
    push(&reorder, 0, "a", 0);
    for (int i = 2; i < 2 + REORDER_SLOTS; i++)
        push(&reorder, (uint16_t)i, "x", 0);
    g_assert_cmpuint(seen->len, ==, 1 + REORDER_SLOTS);
    g_string_truncate(seen, 0);
    push(&reorder, 30000, "j", 0); /* a jump: a new beginning */
    push(&reorder, 30001, "k", 0);
    assert_seen("jk");
    reorder_clear(&reorder);
    g_string_free(seen, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/reorder/order", test_order);
    g_test_add_func("/reorder/loss", test_loss);
    g_test_add_func("/reorder/bounded", test_bounded);
    return g_test_run();
}
