/* One publisher, readers that come, read, dawdle and go on other threads: nothing is torn, no wake
 * reaches a reader that is gone, every unit is accounted for. */
#include "stream/stream.h"

enum { UNITS = 20000, GOP = 10, READERS = 4 };

struct viewer {
    struct stream *stream;
    struct reader *reader; /* created before the first unit: every unit is its business */
    GMutex lock;
    GCond woken;
    bool wake;
    bool slow;
    guint64 seen, dropped;
    int64_t last;
};

static void wake(gpointer user)
{
    struct viewer *viewer = user;
    g_mutex_lock(&viewer->lock);
    viewer->wake = true;
    g_cond_signal(&viewer->woken);
    g_mutex_unlock(&viewer->lock);
}

static void wait_wake(struct viewer *viewer)
{
    g_mutex_lock(&viewer->lock);
    while (!viewer->wake)
        g_cond_wait(&viewer->woken, &viewer->lock);
    viewer->wake = false;
    g_mutex_unlock(&viewer->lock);
}

static void take(struct viewer *viewer, struct unit *unit)
{
    g_assert_cmpint(unit->pts_us, >, viewer->last);
    /* after something was missed only a keyframe may come */
    if (unit->pts_us != viewer->last + 1)
        g_assert_true(unit->keyframe);
    g_assert_cmpint(unit->data[0], ==, unit->pts_us % 251);
    viewer->last = unit->pts_us;
    viewer->seen++;
}

static gpointer view(gpointer user)
{
    struct viewer *viewer = user;
    struct reader *reader = viewer->reader;
    viewer->last = -1;
    while (viewer->last < UNITS - 1) {
        struct unit *unit = reader_next(reader);
        if (!unit) {
            wait_wake(viewer);
            continue;
        }
        take(viewer, unit);
        unit_unref(unit);
        if (viewer->slow && viewer->seen % 7 == 0)
            g_thread_yield();
    }
    viewer->dropped = reader_dropped(reader);
    reader_destroy(reader);
    return NULL;
}

static gpointer come_and_go(gpointer user)
{
    struct viewer *viewer = user;
    for (int i = 0; i < 2000; i++) {
        struct reader *reader = reader_create(viewer->stream, READER_FROM_LIVE, wake, viewer);
        unit_unref(reader_next(reader));
        reader_destroy(reader);
    }
    return NULL;
}

static struct unit *make(int64_t number)
{
    struct unit *unit = unit_create(32, NULL);
    unit->keyframe = number % GOP == 0;
    unit->pts_us = number;
    unit->data[0] = (uint8_t)(number % 251);
    return unit;
}

static void test_threads(void)
{
    struct stream *stream = stream_create("c1/sub", &(struct stream_limits){1 << 20, 0, NULL});
    struct viewer viewers[READERS + 1] = {0};
    GThread *threads[READERS + 1];
    for (int i = 0; i <= READERS; i++) {
        viewers[i].stream = stream;
        viewers[i].slow = i % 2;
        g_mutex_init(&viewers[i].lock);
        g_cond_init(&viewers[i].woken);
        if (i < READERS)
            viewers[i].reader = reader_create(stream, READER_FROM_GOP, wake, &viewers[i]);
    }
    for (int i = 0; i <= READERS; i++)
        threads[i] = g_thread_new("viewer", i < READERS ? view : come_and_go, &viewers[i]);
    for (int64_t number = 0; number < UNITS; number++)
        stream_publish(stream, make(number));
    for (int i = 0; i <= READERS; i++) {
        g_thread_join(threads[i]);
        g_mutex_clear(&viewers[i].lock);
        g_cond_clear(&viewers[i].woken);
    }
    for (int i = 0; i < READERS; i++)
        g_assert_cmpuint(viewers[i].seen + viewers[i].dropped, ==, UNITS);
    stream_unref(stream);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/stream/threads", test_threads);
    return g_test_run();
}
