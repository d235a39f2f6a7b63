/* The wall in numbers: cameras by state, how old the pictures are, the media nodes. Somebody
 * limited to areas is told of the cameras there, and of the nodes only how they are. */
#include "common/clock.h"
#include "wall/wall_private.h"
#include <string.h>

/* `session` NULL: everything. */
static bool is_counted(const struct net_session *session, const struct camera *camera)
{
    return session ? wall_may_list(session, camera) : !camera->gone;
}

json_t *wall_counts_json(const struct wall *wall, const struct net_session *session)
{
    json_t *counts = json_object();
    for (guint32 n = 1; n <= camera_set_size(wall->cameras); n++) {
        const struct camera *camera = camera_set_at(wall->cameras, n);
        if (!is_counted(session, camera))
            continue;
        json_int_t count = json_integer_value(json_object_get(counts, camera->state));
        json_object_set_new(counts, camera->state, json_integer(count + 1));
    }
    return counts;
}

static int compare_ages(gconstpointer a, gconstpointer b)
{
    gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;
    return x < y ? -1 : x > y;
}

/* Ages of the newest thumbnails of cameras that ought to have one. */
struct wall_ages wall_measure_ages(const struct wall *wall, const struct net_session *session)
{
    gint64 now_us = clock_wall_us();
    g_autoptr(GArray) ages = g_array_new(FALSE, FALSE, sizeof(gint64));
    for (guint32 n = 1; n <= camera_set_size(wall->cameras); n++) {
        const struct camera *camera = camera_set_at(wall->cameras, n);
        const struct thumb *thumb = thumbs_at(wall->thumbs, n);
        if (!is_counted(session, camera) || !thumb || strcmp(camera->state, "down") == 0)
            continue;
        gint64 age_ms = (now_us - thumb->head.wall_us) / 1000;
        g_array_append_val(ages, age_ms);
    }
    if (!ages->len)
        return (struct wall_ages){.p50_ms = -1, .p99_ms = -1};
    g_array_sort(ages, compare_ages);
    return (struct wall_ages){
        .p50_ms = g_array_index(ages, gint64, ages->len / 2),
        .p99_ms = g_array_index(ages, gint64, MIN(ages->len - 1, ages->len * 99 / 100)),
    };
}

/* What a node takes in is the whole town's. */
static json_t *nodes_in_short(const struct wall *wall)
{
    static const char *const told[] = {"id", "state", "shed"};
    json_t *whole = media_nodes_json(wall->media), *list = json_array();
    size_t i;
    json_t *node;
    json_array_foreach(whole, i, node)
    {
        json_t *brief = json_object();
        for (guint k = 0; k < G_N_ELEMENTS(told); k++)
            if (json_object_get(node, told[k]))
                json_object_set(brief, told[k], json_object_get(node, told[k]));
        json_array_append_new(list, brief);
    }
    json_decref(whole);
    return list;
}

json_t *wall_media_json(const struct wall *wall, const struct net_session *session)
{
    struct wall_ages ages = session ? wall_measure_ages(wall, session) : wall->ages;
    json_t *nodes = session ? nodes_in_short(wall) : media_nodes_json(wall->media);
    return json_pack("{s:o,s:{s:I,s:I},s:o}", "nodes", nodes, "age", "p50_ms",
                     (json_int_t)ages.p50_ms, "p99_ms", (json_int_t)ages.p99_ms, "counts",
                     wall_counts_json(wall, session));
}
