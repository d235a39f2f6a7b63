#include "gst/thread_meter.h"
#include <pthread.h>
#include <time.h>

struct metered {
    pthread_t thread;
    clockid_t clock;
    double began_s;
};

struct thread_meter {
    GMutex lock;
    GArray *threads; /* of struct metered: those that work now */
    double ended_s;
};

static double clock_s(clockid_t clock)
{
    struct timespec now = {0};
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct thread_meter *thread_meter_create(void)
{
    struct thread_meter *meter = g_new0(struct thread_meter, 1);
    g_mutex_init(&meter->lock);
    meter->threads = g_array_new(FALSE, FALSE, sizeof(struct metered));
    return meter;
}

void thread_meter_destroy(struct thread_meter *meter)
{
    if (!meter)
        return;
    g_array_unref(meter->threads);
    g_mutex_clear(&meter->lock);
    g_free(meter);
}

void thread_meter_enter(struct thread_meter *meter)
{
    struct metered metered = {.thread = pthread_self()};
    if (pthread_getcpuclockid(metered.thread, &metered.clock) != 0)
        return;
    metered.began_s = clock_s(metered.clock);
    g_mutex_lock(&meter->lock);
    g_array_append_val(meter->threads, metered);
    g_mutex_unlock(&meter->lock);
}

void thread_meter_leave(struct thread_meter *meter)
{
    g_mutex_lock(&meter->lock);
    for (guint i = 0; i < meter->threads->len; i++) {
        const struct metered *metered = &g_array_index(meter->threads, struct metered, i);
        if (!pthread_equal(metered->thread, pthread_self()))
            continue;
        meter->ended_s += clock_s(metered->clock) - metered->began_s;
        g_array_remove_index_fast(meter->threads, i);
        break;
    }
    g_mutex_unlock(&meter->lock);
}

double thread_meter_cpu_s(struct thread_meter *meter)
{
    g_mutex_lock(&meter->lock);
    double used_s = meter->ended_s;
    for (guint i = 0; i < meter->threads->len; i++) {
        const struct metered *metered = &g_array_index(meter->threads, struct metered, i);
        used_s += clock_s(metered->clock) - metered->began_s;
    }
    g_mutex_unlock(&meter->lock);
    return used_s;
}
