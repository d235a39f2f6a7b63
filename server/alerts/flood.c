#include "alerts/flood.h"

struct entry {
    gint64 time_us;
    char *area;
    guint count;
};

struct recent {
    GQueue entries; /* of struct entry */
};

static void entry_free(gpointer data)
{
    struct entry *entry = data;
    g_free(entry->area);
    g_free(entry);
}

struct recent *recent_new(void)
{
    struct recent *recent = g_new0(struct recent, 1);
    g_queue_init(&recent->entries);
    return recent;
}

void recent_free(struct recent *recent)
{
    if (!recent)
        return;
    g_queue_clear_full(&recent->entries, entry_free);
    g_free(recent);
}

void recent_add(struct recent *recent, gint64 time_us, const char *area, guint count)
{
    if (count == 0)
        return;
    struct entry *entry = g_new(struct entry, 1);
    *entry = (struct entry){.time_us = time_us, .area = g_strdup(area), .count = count};
    g_queue_push_tail(&recent->entries, entry);
}

void recent_forget(struct recent *recent, gint64 now_us)
{
    const struct entry *oldest, *newest;
    while ((newest = g_queue_peek_tail(&recent->entries)) && newest->time_us > now_us)
        entry_free(g_queue_pop_tail(&recent->entries)); /* the clock was set back since */
    while ((oldest = g_queue_peek_head(&recent->entries)) &&
           oldest->time_us <= now_us - FLOOD_SPAN_US)
        entry_free(g_queue_pop_head(&recent->entries));
}

guint recent_count_since(const struct recent *recent, gint64 since_us,
                         bool (*sees)(const char *area, gpointer user), gpointer user)
{
    guint count = 0;
    for (const GList *at = recent->entries.tail; at; at = at->prev) {
        const struct entry *entry = at->data;
        if (entry->time_us <= since_us)
            break;
        if (!sees || sees(entry->area, user))
            count += entry->count;
    }
    return count;
}

guint recent_count(const struct recent *recent, bool (*sees)(const char *area, gpointer user),
                   gpointer user)
{
    return recent_count_since(recent, G_MININT64, sees, user);
}
