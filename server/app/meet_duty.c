#include "app/meet_duty.h"
#include <string.h>

enum { LEAST_DOWN = 5, DOWN_SHARE = 20 }; /* cameras; one of so many */

struct count {
    guint all, down;
    GHashTable *reasons; /* borrowed names → how many */
};

static void count_camera(const struct wall_camera *camera, gpointer user)
{
    struct count *count = user;
    if (!strcmp(camera->state, "disabled") || !strcmp(camera->state, "idle"))
        return;
    count->all++;
    if (strcmp(camera->state, "down") != 0)
        return;
    count->down++;
    const char *reason = camera->reason ? camera->reason : "unknown";
    guint n = GPOINTER_TO_UINT(g_hash_table_lookup(count->reasons, reason));
    g_hash_table_replace(count->reasons, (gpointer)reason, GUINT_TO_POINTER(n + 1));
}

/* Single cameras are the day's work; many at once are a matter of the shift. */
static void cameras_matters(const struct wall *wall, json_t *list)
{
    g_autoptr(GHashTable) reasons = g_hash_table_new(g_str_hash, g_str_equal);
    struct count count = {.reasons = reasons};
    wall_each_camera(wall, count_camera, &count);
    if (count.down < LEAST_DOWN || count.down * DOWN_SHARE < count.all)
        return;
    const char *most = "";
    guint times = 0;
    GHashTableIter iter;
    gpointer reason, n;
    g_hash_table_iter_init(&iter, reasons);
    while (g_hash_table_iter_next(&iter, &reason, &n)) {
        if (GPOINTER_TO_UINT(n) > times) {
            times = GPOINTER_TO_UINT(n);
            most = reason;
        }
    }
    g_autofree char *zh = g_strdup_printf("%u / %u 路镜头无画面", count.down, count.all);
    g_autofree char *en =
        g_strdup_printf("%u of %u cameras show no picture", count.down, count.all);
    json_array_append_new(list, json_pack("{s:s,s:s,s:{s:s,s:s},s:s,s:s}", "kind", "cameras", "id",
                                          "cameras", "text", "zh", zh, "en", en, "reason", most,
                                          "link", "/devices?state=down"));
}

void meet_matters(struct alerts *alerts, struct intake *intake, const struct wall *wall,
                  json_t *list)
{
    alerts_matters(alerts, list);
    intake_matters(intake, list);
    cameras_matters(wall, list);
}
