/* The thread that renders: fonts are looked up once, the loop never waits. */
#include "common/mailbox.h"
#include "paper/paper.h"

enum { MOST_WAITING = 32 };

struct print {
    struct paper_press *press;
    struct paper *paper; /* NULL: the thread ends */
    paper_done_fn done;
    GDestroyNotify drop;
    gpointer user;
    GBytes *pdf;
    GError *error;
};
struct paper_press {
    GThread *thread;
    GAsyncQueue *queue;
    struct mailbox *answers;
    guint waiting; /* loop thread */
};

static void print_free(struct print *print)
{
    paper_free(print->paper);
    g_clear_pointer(&print->pdf, g_bytes_unref);
    g_clear_error(&print->error);
    g_free(print);
}

/* Loop thread, once the thread has ended: at most MOST_WAITING are under way, so that the mailbox
 * is never full and the thread drops none. */
static void print_drop(gpointer data)
{
    struct print *print = data;
    if (print->press)
        print->press->waiting--;
    if (print->drop)
        print->drop(print->user);
    print_free(print);
}

static gpointer run(gpointer user)
{
    struct paper_press *press = user;
    for (;;) {
        struct print *print = g_async_queue_pop(press->queue);
        if (!print->paper) {
            print_free(print);
            return NULL;
        }
        print->pdf = paper_render(print->paper, NULL, &print->error);
        mailbox_post(press->answers, print);
    }
}

static void answer(gpointer message, gpointer user)
{
    struct paper_press *press = user;
    struct print *print = message;
    press->waiting--;
    print->done(print->pdf, print->error, print->user);
    print_free(print);
}

struct paper_press *paper_press_create(GMainContext *context)
{
    struct paper_press *press = g_new0(struct paper_press, 1);
    press->queue = g_async_queue_new_full(print_drop);
    press->answers = mailbox_create(context, 2 * MOST_WAITING, answer, press, print_drop);
    press->thread = g_thread_new("paper", run, press);
    return press;
}

void paper_press_destroy(struct paper_press *press)
{
    if (!press)
        return;
    g_async_queue_push_front(press->queue, g_new0(struct print, 1));
    g_thread_join(press->thread);
    g_async_queue_unref(press->queue);
    mailbox_destroy(press->answers);
    g_assert(press->waiting == 0);
    g_free(press);
}

void paper_press_print(struct paper_press *press, struct paper *paper, paper_done_fn done,
                       GDestroyNotify drop, gpointer user)
{
    if (press->waiting >= MOST_WAITING) {
        g_autoptr(GError) busy =
            g_error_new(PAPER_ERROR, PAPER_ERROR_BUSY, "too many papers at once");
        paper_free(paper);
        done(NULL, busy, user);
        return;
    }
    struct print *print = g_new0(struct print, 1);
    *print =
        (struct print){.press = press, .paper = paper, .done = done, .drop = drop, .user = user};
    press->waiting++;
    g_async_queue_push(press->queue, print);
}
