#include "wall/media_private.h"
#include <string.h>

json_t *media_nodes_json(const struct media *media)
{
    json_t *list = json_array();
    for (guint i = 0; i < media->nodes->len; i++) {
        struct media_node *node = media->nodes->pdata[i];
        guint cameras = 0, live = 0;
        for (guint32 n = 1; n <= camera_set_size(media->cameras); n++) {
            const struct camera *camera = camera_set_at(media->cameras, n);
            if (camera->gone || media_node_for(media, n) != node)
                continue;
            cameras++;
            live += strcmp(camera->state, "live") == 0;
        }
        json_t *json = json_pack("{s:s,s:s,s:i,s:i}", "id", media_node_id(node), "state",
                                 media_node_connected(node) ? "connected" : "lost", "cameras",
                                 (int)cameras, "live", (int)live);
        if (media_node_stats(node))
            json_object_update_missing(json, (json_t *)media_node_stats(node));
        json_array_append_new(list, json);
    }
    return list;
}

double media_stat(const struct media *media, const char *path)
{
    g_auto(GStrv) keys = g_strsplit(path, ".", -1);
    double sum = 0;
    for (guint i = 0; i < media->nodes->len; i++) {
        const json_t *value = media_node_stats(media->nodes->pdata[i]);
        for (char **key = keys; value && *key; key++)
            value = json_object_get(value, *key);
        sum += json_number_value(value);
    }
    return sum;
}
