/* Is a seat flooded? After EEMUA 191 and ISA-18.2: a flood begins with 10 alerts in 10 minutes and
 * lasts until fewer than 5 come in 10 minutes. Pure; one thread at a time. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#define FLOOD_SPAN_US (INT64_C(10) * 60 * G_USEC_PER_SEC)
#define FLOOD_BEGINS  10
#define FLOOD_ENDS    5

static inline bool flood_goes_on(bool in_flood, guint per_10min)
{
    return per_10min >= (in_flood ? FLOOD_ENDS : FLOOD_BEGINS);
}

/* What came in the last 10 minutes, oldest first. */
struct recent;
struct recent *recent_new(void);
void recent_free(struct recent *recent); /* NULL is fine */
/* `area`: copied, NULL unknown; `count` of them. */
void recent_add(struct recent *recent, gint64 time_us, const char *area, guint count);
void recent_forget(struct recent *recent, gint64 now_us);
/* The same of what came after `since_us`. */
guint recent_count_since(const struct recent *recent, gint64 since_us,
                         bool (*sees)(const char *area, gpointer user), gpointer user);
/* Sum over what `sees` says yes to (NULL: everything). */
guint recent_count(const struct recent *recent, bool (*sees)(const char *area, gpointer user),
                   gpointer user);
