#include "node/fleet.h"

struct fleet {
    const struct camera_surroundings *surroundings;
    const struct fleet_ops *ops;
    gpointer user;
    GHashTable *cameras; /* n → struct camera */
};

struct fleet *fleet_create(const struct camera_surroundings *surroundings,
                           const struct fleet_ops *ops, gpointer user)
{
    struct fleet *fleet = g_new0(struct fleet, 1);
    fleet->surroundings = surroundings;
    fleet->ops = ops;
    fleet->user = user;
    fleet->cameras = g_hash_table_new(NULL, NULL);
    return fleet;
}

static void end(struct fleet *fleet, struct camera *camera)
{
    fleet->ops->removed(camera, fleet->user);
    camera_destroy(camera);
}

void fleet_destroy(struct fleet *fleet)
{
    if (!fleet)
        return;
    fleet_apply(fleet, NULL, 0);
    g_hash_table_unref(fleet->cameras);
    g_free(fleet);
}

static void add(struct fleet *fleet, const struct camera_config *config)
{
    struct camera *camera = camera_create(config, fleet->surroundings);
    g_hash_table_insert(fleet->cameras, GUINT_TO_POINTER(config->n), camera);
    fleet->ops->added(camera, fleet->user);
}

static void remove_unknown(struct fleet *fleet, const struct camera_config *configs, size_t count)
{
    g_autoptr(GHashTable) wanted = g_hash_table_new(NULL, NULL);
    for (size_t i = 0; i < count; i++)
        g_hash_table_insert(wanted, GUINT_TO_POINTER(configs[i].n), (gpointer)&configs[i]);
    GHashTableIter iter;
    gpointer n, camera;
    g_hash_table_iter_init(&iter, fleet->cameras);
    while (g_hash_table_iter_next(&iter, &n, &camera)) {
        const struct camera_config *config = g_hash_table_lookup(wanted, n);
        if (config && !camera_differs(camera, config))
            continue;
        g_hash_table_iter_remove(&iter);
        end(fleet, camera);
    }
}

void fleet_apply(struct fleet *fleet, const struct camera_config *configs, size_t count)
{
    remove_unknown(fleet, configs, count);
    for (size_t i = 0; i < count; i++)
        if (!fleet_find(fleet, configs[i].n))
            add(fleet, &configs[i]);
}

struct camera *fleet_find(struct fleet *fleet, guint n)
{
    return g_hash_table_lookup(fleet->cameras, GUINT_TO_POINTER(n));
}

guint fleet_count(const struct fleet *fleet)
{
    return g_hash_table_size(fleet->cameras);
}

void fleet_each(struct fleet *fleet, void (*fn)(struct camera *camera, gpointer user),
                gpointer user)
{
    GHashTableIter iter;
    gpointer camera;
    g_hash_table_iter_init(&iter, fleet->cameras);
    while (g_hash_table_iter_next(&iter, NULL, &camera))
        fn(camera, user);
}

static void add_visible(GHashTable *visible, const json_t *array)
{
    size_t i;
    json_t *value;
    json_array_foreach((json_t *)array, i, value)
        g_hash_table_add(visible, GUINT_TO_POINTER((guint)json_integer_value(value)));
}

void fleet_watch(struct fleet *fleet, const json_t *message)
{
    g_autoptr(GHashTable) visible = g_hash_table_new(NULL, NULL);
    add_visible(visible, json_object_get(message, "visible"));
    add_visible(visible, json_object_get(message, "alert"));
    enum sample_class others =
        json_is_true(json_object_get(message, "all")) ? SAMPLE_WATCHED : SAMPLE_IDLE;
    GHashTableIter iter;
    gpointer n, camera;
    g_hash_table_iter_init(&iter, fleet->cameras);
    while (g_hash_table_iter_next(&iter, &n, &camera))
        camera_watch(camera, g_hash_table_contains(visible, n) ? SAMPLE_VISIBLE : others);
}
