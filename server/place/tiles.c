#include "place/tiles.h"
#include "place/place.h"
#include <string.h>

struct tiles {
    /* --- immutable after tiles_open() */
    const struct tile_file_ops *ops;
    struct tile_info info;
    GThreadPool *pool; /* of one thread */
    GMainContext *context;
    /* --- that thread */
    void *file;
    /* --- loop thread */
    guint reading; /* reads whose answer was not given yet */
};

struct read_job {
    struct tiles *tiles;
    int z, x, y;
    tiles_done_fn done;
    gpointer user;
    GBytes *tile;
    GError *error;
};

static gboolean deliver(gpointer data)
{
    struct read_job *job = data;
    job->tiles->reading--;
    job->done(job->tile, job->error, job->user);
    g_clear_pointer(&job->tile, g_bytes_unref);
    g_clear_error(&job->error);
    g_free(job);
    return G_SOURCE_REMOVE;
}

/* The pool's thread. */
static void run(gpointer data, gpointer user)
{
    struct read_job *job = data;
    struct tiles *tiles = user;
    job->tile = tiles->ops->read(tiles->file, job->z, job->x, job->y, &job->error);
    g_autoptr(GSource) source = g_idle_source_new();
    g_source_set_priority(source, G_PRIORITY_DEFAULT);
    g_source_set_callback(source, deliver, job, NULL);
    g_source_attach(source, tiles->context);
}

void tiles_read(struct tiles *tiles, int z, int x, int y, tiles_done_fn done, gpointer user)
{
    struct read_job *job = g_new0(struct read_job, 1);
    *job = (struct read_job){.tiles = tiles, .z = z, .x = x, .y = y, .done = done, .user = user};
    tiles->reading++;
    g_thread_pool_push(tiles->pool, job, NULL);
}

struct tiles *tiles_open(const char *kind, const char *path, GError **error)
{
    static const struct tile_file_ops *const kinds[] = {&mbtiles_ops, &pmtiles_ops};
    struct tiles *tiles = g_new0(struct tiles, 1);
    tiles->context = g_main_context_ref_thread_default();
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (strcmp(kind, kinds[i]->kind) == 0)
            tiles->ops = kinds[i];
    if (!tiles->ops) {
        g_set_error(error, PLACE_ERROR, 0, "%s: no kind of tile file is called %s", path, kind);
        goto fail;
    }
    tiles->info = (struct tile_info){.max_zoom = TILE_MAX_ZOOM};
    tiles->file = tiles->ops->open(path, &tiles->info, error);
    if (!tiles->file)
        goto fail;
    tiles->pool = g_thread_pool_new(run, tiles, 1, FALSE, NULL);
    return tiles;
fail:
    tiles_close(tiles);
    return NULL;
}

void tiles_close(struct tiles *tiles)
{
    if (!tiles)
        return;
    while (tiles->reading)
        g_main_context_iteration(tiles->context, TRUE);
    if (tiles->pool)
        g_thread_pool_free(tiles->pool, FALSE, TRUE);
    if (tiles->ops)
        tiles->ops->close(tiles->file);
    g_main_context_unref(tiles->context);
    g_free(tiles);
}

const struct tile_info *tiles_info(const struct tiles *tiles)
{
    return &tiles->info;
}
