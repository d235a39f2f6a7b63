#include "rtsp/reorder.h"
#include <stdlib.h>
#include <string.h>

enum { WAIT_US = 60000 };

static struct reorder reorder;
static GString *seen;

static void take(const uint8_t *packet, size_t size, gpointer user)
{
    (void)user;
    g_string_append_len(seen, (const char *)packet, (gssize)size);
}

static void push_from(uint32_t ssrc, uint16_t sequence, const char *text, int64_t now_us)
{
    reorder_push(&reorder, &(struct reorder_packet){ssrc, sequence, (const uint8_t *)text, 1},
                 now_us, take, NULL);
}

static void push(uint16_t sequence, const char *text, int64_t now_us)
{
    push_from(1, sequence, text, now_us);
}

static void assert_seen(const char *expected)
{
    g_assert_cmpstr(seen->str, ==, expected);
    g_string_truncate(seen, 0);
}

static void set_up(void)
{
    seen = g_string_new(NULL);
    reorder = (struct reorder){.wait_us = WAIT_US};
}

static void tear_down(void)
{
    reorder_clear(&reorder);
    g_string_free(seen, TRUE);
}

static void test_order(void)
{
    set_up();
    push(65534, "a", 0);
    push(0, "c", 0);
    push(1, "d", 0);
    assert_seen("a");
    push(65535, "b", 0);
    assert_seen("bcd");
    push(65535, "x", 0); /* again */
    push(3, "f", 0);
    push(3, "x", 0);
    push(2, "e", 0);
    assert_seen("ef");
    g_assert_cmpuint(reorder.late, ==, 2);
    tear_down();
}

static void test_loss(void)
{
    set_up();
    push(10, "a", 0);
    push(12, "c", 1000);
    reorder_expire(&reorder, 1000 + WAIT_US - 1, take, NULL);
    assert_seen("a");
    reorder_expire(&reorder, 1000 + WAIT_US, take, NULL);
    assert_seen("c");
    push(11, "b", 100000); /* too late */
    push(13, "d", 100000);
    assert_seen("d");
    tear_down();
}

static void test_bounded(void)
{
    set_up();
    push(0, "a", 0);
    for (int i = 2; i < 2 + REORDER_SLOTS; i++)
        push((uint16_t)i, "x", 0);
    g_assert_cmpuint(seen->len, ==, 1 + REORDER_SLOTS);
    g_string_truncate(seen, 0);
    push(1000, "b", 0); /* a long loss */
    assert_seen("");
    g_assert_cmpuint(reorder.waiting, ==, 1);
    reorder_expire(&reorder, WAIT_US, take, NULL);
    assert_seen("b");
    tear_down();
}

/* One stray number does no harm; a sender that began to count anew is followed. */
static void test_numbers_from_elsewhere(void)
{
    set_up();
    push(500, "a", 0);
    push(30000, "x", 0);
    push(501, "b", 0);
    push(200, "x", 0); /* very late */
    push(502, "c", 0);
    assert_seen("abc");
    for (int i = 0; i < REORDER_RESTARTS; i++)
        push((uint16_t)(40000 + i), "n", 0);
    push(40000 + REORDER_RESTARTS, "o", 0);
    assert_seen("no");
    for (int i = 0; i < REORDER_RESTARTS; i++) /* also to a number that looks late */
        push((uint16_t)(39000 + i), "p", 0);
    assert_seen("p");
    tear_down();
}

/* A stale session's packets come in between: ours stay in order, and theirs are passed on. */
static void test_strangers(void)
{
    set_up();
    push(7, "a", 0);
    push_from(2, 60000, "s", 0);
    push(9, "c", 0);
    push_from(2, 60001, "s", 0);
    push(8, "b", 0);
    assert_seen("assbc");
    for (int i = 0; i < REORDER_STRANGERS; i++)
        push_from(2, (uint16_t)(100 + i), "t", 0);
    g_string_truncate(seen, 0);
    push_from(2, 100 + REORDER_STRANGERS + 1, "v", 0);
    push_from(2, 100 + REORDER_STRANGERS, "u", 0);
    assert_seen("uv");
    tear_down();
}

struct sent {
    uint16_t sequence;
    int arrives;
};

static int by_arrival(const void *a, const void *b)
{
    const struct sent *one = a, *other = b;
    return one->arrives != other->arrives ? one->arrives - other->arrives
                                          : (int16_t)(uint16_t)(one->sequence - other->sequence);
}

/* A network that mixes, doubles and loses: what comes out is in order, each at most once, and only
 * what was lost is missing. */
static void test_bad_network(void)
{
    enum { PACKETS = 20000, SPREAD = 12 };
    g_autoptr(GRand) chance = g_rand_new_with_seed(7);
    g_autofree struct sent *sent = g_new(struct sent, PACKETS);
    for (int i = 0; i < PACKETS; i++)
        sent[i] = (struct sent){(uint16_t)(65000 + i), i + g_rand_int_range(chance, 0, SPREAD)};
    qsort(sent, PACKETS, sizeof *sent, by_arrival);
    set_up();
    unsigned lost = 0;
    for (int i = 0; i < PACKETS; i++) {
        char text[8];
        g_snprintf(text, sizeof text, "%05u;", sent[i].sequence);
        struct reorder_packet packet = {1, sent[i].sequence, (const uint8_t *)text, 6};
        if (i && g_rand_int_range(chance, 0, 50) == 0) {
            lost++;
            continue;
        }
        for (int times = g_rand_int_range(chance, 0, 20) ? 1 : 2; times; times--)
            reorder_push(&reorder, &packet, i * 1000, take, NULL);
        reorder_expire(&reorder, i * 1000, take, NULL);
        g_assert_cmpuint(reorder.waiting, <, REORDER_SLOTS);
    }
    reorder_expire(&reorder, PACKETS * 1000 + WAIT_US, take, NULL);
    reorder_expire(&reorder, PACKETS * 1000 + 2 * WAIT_US, take, NULL);
    unsigned count = 0, last = 0;
    for (gsize at = 0; at < seen->len; at += 6, count++) {
        unsigned number = (unsigned)g_ascii_strtoull(seen->str + at, NULL, 10);
        if (at)
            g_assert_cmpint((int16_t)(uint16_t)(number - last), >, 0);
        last = number;
    }
    /* the first packet sets the beginning: what should have come before it is late */
    g_assert_cmpuint(count + lost, >=, PACKETS - SPREAD);
    g_assert_cmpuint(count + lost, <=, PACKETS);
    tear_down();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/reorder/order", test_order);
    g_test_add_func("/reorder/loss", test_loss);
    g_test_add_func("/reorder/bounded", test_bounded);
    g_test_add_func("/reorder/numbers-from-elsewhere", test_numbers_from_elsewhere);
    g_test_add_func("/reorder/strangers", test_strangers);
    g_test_add_func("/reorder/bad-network", test_bad_network);
    return g_test_run();
}
