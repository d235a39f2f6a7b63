#include "simcams/wheel.h"
#include <math.h>

enum {
    SLOT_TARGET_US = 1000,
    SLOTS_MAX = 1000,
    LATE_MAX_US = G_USEC_PER_SEC,
};

void wheel_init(struct wheel *wheel, double period_us, int64_t now_us)
{
    const unsigned wanted = (unsigned)(period_us / SLOT_TARGET_US);
    wheel->slot_count = CLAMP(wanted, 1, SLOTS_MAX);
    wheel->slot_us = period_us / wheel->slot_count;
    wheel->start_us = now_us;
    wheel->next = 0;
    wheel->skipped = 0;
    wheel->slots = g_new(GPtrArray *, wheel->slot_count);
    for (unsigned i = 0; i < wheel->slot_count; i++)
        wheel->slots[i] = g_ptr_array_new();
}

void wheel_finish(struct wheel *wheel)
{
    for (unsigned i = 0; i < wheel->slot_count; i++)
        g_ptr_array_unref(wheel->slots[i]);
    g_free(wheel->slots);
    wheel->slots = NULL;
    wheel->slot_count = 0;
}

unsigned wheel_slot(const struct wheel *wheel, unsigned index, unsigned count)
{
    return (unsigned)((uint64_t)index * wheel->slot_count / MAX(count, 1));
}

void wheel_add(struct wheel *wheel, unsigned slot, gpointer item)
{
    g_ptr_array_add(wheel->slots[slot], item);
}

void wheel_remove(struct wheel *wheel, unsigned slot, gpointer item)
{
    g_ptr_array_remove_fast(wheel->slots[slot], item);
}

static int64_t due_us(const struct wheel *wheel, uint64_t position)
{
    return wheel->start_us + llround((double)position * wheel->slot_us);
}

void wheel_run(struct wheel *wheel, int64_t now_us, wheel_serve serve, gpointer user)
{
    if (due_us(wheel, wheel->next) < now_us - LATE_MAX_US) {
        const uint64_t position = (uint64_t)((double)(now_us - wheel->start_us) / wheel->slot_us);
        wheel->skipped += position - wheel->next;
        wheel->next = position;
    }
    while (due_us(wheel, wheel->next) <= now_us) {
        const GPtrArray *slot = wheel->slots[wheel->next % wheel->slot_count];
        const uint64_t cycle = wheel->next / wheel->slot_count;
        for (guint i = 0; i < slot->len; i++)
            serve(slot->pdata[i], cycle, user);
        wheel->next++;
    }
}

int wheel_wait_ms(const struct wheel *wheel, int64_t now_us)
{
    const int64_t wait_us = due_us(wheel, wheel->next) - now_us;
    return wait_us <= 0 ? 0 : (int)((wait_us + 999) / 1000);
}

uint64_t wheel_next_cycle(const struct wheel *wheel, unsigned slot)
{
    const uint64_t cycle = wheel->next / wheel->slot_count;
    return wheel->next % wheel->slot_count > slot ? cycle + 1 : cycle;
}
