#include "common/loop.h"
#include "common/mailbox.h"

enum { THREADS = 4, EACH = 20000, ALL = THREADS * EACH };

struct receiver {
    struct loop *loop;
    struct mailbox *mailbox;
    guint next[THREADS];
    guint got;
    guint freed;
};

static void on_message(gpointer message, gpointer user)
{
    struct receiver *receiver = user;
    guint value = GPOINTER_TO_UINT(message) - 1;
    g_assert_true(loop_is_current(receiver->loop));
    g_assert_cmpuint(value % EACH, ==, receiver->next[value / EACH]);
    receiver->next[value / EACH]++;
    if (++receiver->got == ALL)
        loop_quit(receiver->loop);
}

struct poster {
    struct mailbox *mailbox;
    guint index;
};

static gpointer post_all(gpointer user)
{
    struct poster *poster = user;
    for (guint i = 0; i < EACH; i++)
        g_assert_true(
            mailbox_post(poster->mailbox, GUINT_TO_POINTER(poster->index * EACH + i + 1)));
    return NULL;
}

static void test_threads(void)
{
    struct receiver receiver = {.loop = loop_create(NULL)};
    receiver.mailbox = mailbox_create(NULL, ALL, on_message, &receiver, NULL);
    struct poster posters[THREADS];
    GThread *threads[THREADS];
    for (guint i = 0; i < THREADS; i++) {
        posters[i] = (struct poster){receiver.mailbox, i};
        threads[i] = g_thread_new("poster", post_all, &posters[i]);
    }
    loop_run(receiver.loop);
    for (guint i = 0; i < THREADS; i++)
        g_thread_join(threads[i]);
    g_assert_cmpuint(mailbox_refused(receiver.mailbox), ==, 0);
    mailbox_destroy(receiver.mailbox);
    loop_destroy(receiver.loop);
}

static guint freed;
static void count_free(gpointer message)
{
    (void)message;
    freed++;
}

static void on_counted(gpointer message, gpointer user)
{
    (void)message;
    struct receiver *receiver = user;
    receiver->got++;
}

static void test_full(void)
{
    struct receiver receiver = {0};
    freed = 0;
    struct mailbox *mailbox = mailbox_create(NULL, 3, on_counted, &receiver, count_free);
    for (guint i = 1; i <= 5; i++)
        g_assert_cmpint(mailbox_post(mailbox, GUINT_TO_POINTER(i)), ==, i <= 3);
    g_assert_cmpuint(freed, ==, 2);
    g_assert_cmpuint(mailbox_refused(mailbox), ==, 2);
    g_main_context_iteration(NULL, FALSE);
    g_assert_cmpuint(receiver.got, ==, 3);
    g_assert_true(mailbox_post(mailbox, GUINT_TO_POINTER(9)));
    mailbox_destroy(mailbox);
    g_assert_cmpuint(freed, ==, 3);
}

static void test_batch(void)
{
    struct receiver receiver = {0};
    struct mailbox *mailbox = mailbox_create(NULL, 1000, on_counted, &receiver, NULL);
    for (guint i = 1; i <= 600; i++)
        g_assert_true(mailbox_post(mailbox, GUINT_TO_POINTER(i)));
    static const guint expected[] = {256, 512, 600, 600};
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        g_main_context_iteration(NULL, FALSE);
        g_assert_cmpuint(receiver.got, ==, expected[i]);
    }
    mailbox_destroy(mailbox);
}

static void on_destroying(gpointer message, gpointer user)
{
    (void)message;
    struct receiver *receiver = user;
    receiver->got++;
    mailbox_destroy(receiver->mailbox);
}

static void test_destroy_inside(void)
{
    struct receiver receiver = {0};
    freed = 0;
    receiver.mailbox = mailbox_create(NULL, 10, on_destroying, &receiver, count_free);
    for (guint i = 1; i <= 4; i++)
        g_assert_true(mailbox_post(receiver.mailbox, GUINT_TO_POINTER(i)));
    g_main_context_iteration(NULL, FALSE);
    g_assert_cmpuint(receiver.got, ==, 1);
    g_assert_cmpuint(freed, ==, 3);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mailbox/threads", test_threads);
    g_test_add_func("/mailbox/full", test_full);
    g_test_add_func("/mailbox/batch", test_batch);
    g_test_add_func("/mailbox/destroy-inside", test_destroy_inside);
    return g_test_run();
}
