/* What one shift hands over to the next. */
#include "alerts/alerts_private.h"

enum { URGENT = 2, MOST = 200 };

static gint compare(gconstpointer a, gconstpointer b)
{
    const struct alert *x = &(*(const struct alert_row *const *)a)->alert;
    const struct alert *y = &(*(const struct alert_row *const *)b)->alert;
    if (x->priority != y->priority)
        return x->priority < y->priority ? -1 : 1;
    return (x->first_us > y->first_us) - (x->first_us < y->first_us);
}

static json_t *matter(const struct alert *alert)
{
    char since[24];
    g_autofree char *link = g_strdup_printf("/console?alert=%s", alert->id);
    g_snprintf(since, sizeof since, "%" G_GINT64_FORMAT, (gint64)alert->first_us);
    return json_pack("{s:s,s:s,s:{s:s,s:s},s:i,s:s,s:s?,s:s}", "kind", "alert", "id", alert->id,
                     "text", "zh", alert->title, "en", alert->title, "priority",
                     (int)alert->priority, "since_us", since, "area", alert->area, "link", link);
}

void alerts_matters(struct alerts *alerts, json_t *list)
{
    g_autoptr(GPtrArray) open = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, alerts->rows);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const struct alert_row *row = value;
        if (!row->alert.ended_us && row->alert.priority <= URGENT &&
            !(row->alert.marks & (EVENT_EXERCISE | EVENT_TEST)))
            g_ptr_array_add(open, value);
    }
    g_ptr_array_sort(open, compare);
    for (guint i = 0; i < MIN(open->len, MOST); i++)
        json_array_append_new(list, matter(&((struct alert_row *)open->pdata[i])->alert));
}
