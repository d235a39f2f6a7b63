/* What one shift hands over to the next. */
#include "intake/intake_private.h"

void intake_matters(struct intake *intake, json_t *list)
{
    g_autoptr(GPtrArray) all = feeds_all(intake->feeds);
    for (guint i = 0; i < all->len; i++) {
        const struct feed *feed = all->pdata[i];
        const struct feed_numbers *n = &feed->numbers;
        if (!feed->enabled || !n->failing)
            continue;
        const char *name = *feed->name_zh ? feed->name_zh : feed->id;
        const char *english = *feed->name_en ? feed->name_en : name;
        char since[24];
        g_snprintf(since, sizeof since, "%" G_GINT64_FORMAT, (gint64)n->error_us);
        g_autofree char *zh =
            g_strdup_printf("数据源 %s：%s", name, n->error_zh ? n->error_zh : "");
        g_autofree char *en =
            g_strdup_printf("feed %s: %s", english, n->error_en ? n->error_en : "");
        g_autofree char *link = g_strdup_printf("/feeds?feed=%s", feed->id);
        json_array_append_new(list, json_pack("{s:s,s:s,s:{s:s,s:s},s:s,s:s}", "kind", "feed", "id",
                                              feed->id, "text", "zh", zh, "en", en, "since_us",
                                              since, "link", link));
    }
}
