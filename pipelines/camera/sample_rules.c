#include "camera/sample_rules.h"
#include <stdlib.h>
#include <string.h>

enum { FAIR_EVERY = 4 };

int64_t sample_due_us(const struct sample_intervals *intervals, enum sample_class class,
                      int64_t shown_us)
{
    return shown_us + (class == SAMPLE_IDLE ? intervals->idle_us : intervals->visible_us);
}

static bool before(const struct sample_entry *a, const struct sample_entry *b, bool fair)
{
    if (!fair && a->class != b->class)
        return a->class > b->class;
    return a->shown_us < b->shown_us;
}

int sample_next(const struct sample_entry *const *entries, size_t count, unsigned turns_before,
                int64_t now_us, int64_t *wait_us)
{
    bool fair = turns_before % FAIR_EVERY == FAIR_EVERY - 1;
    int best = -1;
    *wait_us = INT64_MAX;
    for (size_t i = 0; i < count; i++) {
        const struct sample_entry *entry = entries[i];
        if (!entry || !entry->out)
            continue;
        if (entry->due_us > now_us) {
            if (entry->due_us - now_us < *wait_us)
                *wait_us = entry->due_us - now_us;
        } else if (best < 0 || before(entry, entries[best], fair)) {
            best = (int)i;
        }
    }
    return best;
}

static bool names(const char *item, size_t size, const char *platform)
{
    if (strncmp(item, platform, size) != 0)
        return false;
    const char *colon = strrchr(platform, ':');
    return platform[size] == '\0' || platform + size == colon;
}

unsigned sample_cap(const char *list, const char *platform, unsigned usual)
{
    while (*list) {
        size_t size = strcspn(list, " ");
        const char *equals = memchr(list, '=', size);
        if (equals && names(list, (size_t)(equals - list), platform))
            return (unsigned)strtoul(equals + 1, NULL, 10);
        list += size + strspn(list + size, " ");
    }
    return usual;
}
