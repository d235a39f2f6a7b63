#include "camera/loss.h"

static const int64_t S = 1000000;

/* Looks each second from `from_s` to `to_s`; of 100 packets each second `lost` never come. */
static void look(struct loss *loss, int from_s, int to_s, guint64 lost, guint64 *packets,
                 guint64 *gone)
{
    for (int s = from_s; s < to_s; s++) {
        *packets += 100 - lost;
        *gone += lost;
        loss_look(loss, *packets, *gone, s * S);
    }
}

static void test_share(void)
{
    struct loss loss = {0};
    guint64 packets = 0, gone = 0;
    g_assert_cmpint(loss_permille(&loss), ==, -1);
    loss_look(&loss, 60, 0, 0);
    g_assert_cmpint(loss_permille(&loss), ==, -1); /* of so few nothing is said */
    loss = (struct loss){0};
    look(&loss, 0, 5, 0, &packets, &gone);
    g_assert_cmpint(loss_permille(&loss), ==, 0);
    look(&loss, 5, 10, 4, &packets, &gone);
    g_assert_cmpint(loss_permille(&loss), ==, 20);
}

static void test_forgets_after_a_minute(void)
{
    struct loss loss = {0};
    guint64 packets = 0, gone = 0;
    look(&loss, 0, 60, 10, &packets, &gone);
    g_assert_cmpint(loss_permille(&loss), ==, 100);
    look(&loss, 60, 90, 0, &packets, &gone);
    g_assert_cmpint(loss_permille(&loss), ==, 50);
    look(&loss, 90, 119, 0, &packets, &gone);
    g_assert_cmpint(loss_permille(&loss), ==, 0);
    /* nothing came for an hour: nothing is known, and the old does not come back */
    loss_look(&loss, packets, gone, 3719 * S);
    g_assert_cmpint(loss_permille(&loss), ==, -1);
}

static void test_another_source(void)
{
    struct loss loss = {0};
    guint64 packets = 0, gone = 0;
    look(&loss, 0, 10, 10, &packets, &gone);
    packets = gone = 0;
    look(&loss, 10, 20, 0, &packets, &gone);
    g_assert_cmpint(loss_permille(&loss), ==, 50); /* of both, of the same minute */
}

static void test_news(void)
{
    static const struct {
        int told, now;
        bool news;
    } rows[] = {{-1, 0, true},  {-1, -1, false},   {0, 0, false},    {0, 1, true},
                {1, 0, true},   {20, 24, false},   {20, 25, true},   {25, 20, false},
                {24, 18, true}, {200, 230, false}, {200, 250, true}, {200, 150, true}};
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_true(loss_is_news(rows[i].told, rows[i].now) == rows[i].news);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/loss/share", test_share);
    g_test_add_func("/loss/forgets-after-a-minute", test_forgets_after_a_minute);
    g_test_add_func("/loss/another-source", test_another_source);
    g_test_add_func("/loss/news", test_news);
    return g_test_run();
}
