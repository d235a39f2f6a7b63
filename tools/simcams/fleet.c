#include "simcams/fleet.h"
#include "simcams/roster.h"
#include <gio/gio.h>
#include <string.h>

/* A scene has a file for each codec and profile; what is missing is taken from the other profile.
 */
struct scene {
    char *name;
    char *files[2][PROFILE_COUNT]; /* by codec */
};

static const char *const profile_names[PROFILE_COUNT] = {"sub", "main"};

static void scene_free(gpointer data)
{
    struct scene *scene = data;
    g_free(scene->name);
    for (int codec = 0; codec < 2; codec++)
        for (int profile = 0; profile < PROFILE_COUNT; profile++)
            g_free(scene->files[codec][profile]);
    g_free(scene);
}

static struct scene *find_scene(GPtrArray *scenes, const char *name)
{
    for (guint i = 0; i < scenes->len; i++) {
        struct scene *scene = scenes->pdata[i];
        if (strcmp(scene->name, name) == 0)
            return scene;
    }
    return NULL;
}

/* SCENE-sub.h264, SCENE-main.stamp.h265 and the like; other names are passed over. */
static void add_file(GPtrArray *scenes, const char *folder, const char *file)
{
    enum codec codec;
    if (g_str_has_suffix(file, ".h264"))
        codec = CODEC_H264;
    else if (g_str_has_suffix(file, ".h265"))
        codec = CODEC_H265;
    else
        return;
    for (int profile = 0; profile < PROFILE_COUNT; profile++) {
        g_autofree char *mark = g_strdup_printf("-%s.", profile_names[profile]);
        const char *at = strstr(file, mark);
        if (!at)
            continue;
        g_autofree char *name = g_strndup(file, (gsize)(at - file));
        struct scene *scene = find_scene(scenes, name);
        if (!scene) {
            scene = g_new0(struct scene, 1);
            scene->name = g_steal_pointer(&name);
            g_ptr_array_add(scenes, scene);
        }
        g_free(scene->files[codec][profile]);
        scene->files[codec][profile] = g_build_filename(folder, file, NULL);
    }
}

static int compare_scenes(gconstpointer a, gconstpointer b)
{
    return strcmp((*(struct scene *const *)a)->name, (*(struct scene *const *)b)->name);
}

static GPtrArray *read_scenes(const char *folder, GError **error)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
    if (!dir)
        return NULL;
    GPtrArray *scenes = g_ptr_array_new_with_free_func(scene_free);
    const char *file;
    while ((file = g_dir_read_name(dir)))
        add_file(scenes, folder, file);
    g_ptr_array_sort(scenes, compare_scenes);
    return scenes;
}

/* A well-mixed 32-bit number of seed, camera and purpose (the finaliser of MurmurHash3). */
static uint32_t draw(int seed, unsigned number, unsigned purpose)
{
    uint32_t h = (uint32_t)seed * 0x9e3779b9u ^ number * 0x85ebca6bu ^ purpose * 0xc2b2ae35u;
    h = (h ^ (h >> 16)) * 0x85ebca6bu;
    h = (h ^ (h >> 13)) * 0xc2b2ae35u;
    return h ^ (h >> 16);
}

static const struct clip *take_clip(struct fleet *fleet, const char *path, unsigned gop,
                                    GError **error)
{
    struct clip *clip = g_hash_table_lookup(fleet->clips, path);
    if (clip)
        return clip;
    clip = clip_load(path, gop, strstr(path, ".stamp.") != NULL, error);
    if (clip)
        g_hash_table_insert(fleet->clips, g_strdup(path), clip);
    return clip;
}

/* The n-th scene which has this codec, counted around; NULL if none has. */
static struct scene *pick_scene(GPtrArray *scenes, enum codec codec, uint32_t n)
{
    guint fitting = 0;
    for (guint i = 0; i < scenes->len; i++) {
        struct scene *scene = scenes->pdata[i];
        fitting += scene->files[codec][0] || scene->files[codec][1];
    }
    if (!fitting)
        return NULL;
    n %= fitting;
    for (guint i = 0;; i++) {
        struct scene *scene = scenes->pdata[i];
        if ((scene->files[codec][0] || scene->files[codec][1]) && n-- == 0)
            return scene;
    }
}

static bool check_main_size(const struct clip *clip, const struct options *options, GError **error)
{
    if (!options->main_width_px ||
        (clip->width_px == options->main_width_px && clip->height_px == options->main_height_px))
        return true;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                "%s: the main clips are %dx%d; scenes.sh makes others", options->clips,
                clip->width_px, clip->height_px);
    return false;
}

static bool give_scene(struct fleet *fleet, struct camera *camera, const struct roster_row *row,
                       GPtrArray *scenes, const struct options *options, GError **error)
{
    enum codec codec = draw(options->seed, camera->number, 1) < options->h265_share * 4294967296.0
                           ? CODEC_H265
                           : CODEC_H264;
    if (row && row->has_codec)
        codec = row->codec;
    struct scene *scene = row && row->scene ? find_scene(scenes, row->scene) : NULL;
    if (scene && !scene->files[codec][0] && !scene->files[codec][1])
        scene = NULL;
    if (row && row->scene && !scene) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                    "camera %u: the clips have no scene \"%s\" in %s", camera->number, row->scene,
                    codec_name(codec));
        return false;
    }
    if (!scene)
        scene = pick_scene(scenes, codec, draw(options->seed, camera->number, 2));
    if (!scene) {
        codec = codec == CODEC_H264 ? CODEC_H265 : CODEC_H264;
        scene = pick_scene(scenes, codec, draw(options->seed, camera->number, 2));
    }
    if (!scene) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                    "%s: no clips (SCENE-sub.h264, SCENE-main.h265 …)", options->clips);
        return false;
    }
    camera->scene = g_strdup(scene->name);
    for (int profile = 0; profile < PROFILE_COUNT; profile++) {
        const char *file = scene->files[codec][profile];
        if (!file)
            file = scene->files[codec][PROFILE_COUNT - 1 - profile];
        camera->clips[profile] = take_clip(fleet, file, (unsigned)options->gop, error);
        if (!camera->clips[profile])
            return false;
    }
    return check_main_size(camera->clips[PROFILE_MAIN], options, error);
}

static bool give_file(struct fleet *fleet, struct camera *camera, const struct roster_row *row,
                      const struct options *options, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(options->list);
    g_autofree char *path = g_path_is_absolute(row->file)
                                ? g_strdup(row->file)
                                : g_build_filename(folder, row->file, NULL);
    const struct clip *clip = take_clip(fleet, path, (unsigned)options->gop, error);
    camera->scene = g_path_get_basename(path);
    camera->clips[PROFILE_SUB] = clip;
    camera->clips[PROFILE_MAIN] = clip;
    return clip != NULL;
}

static bool add_camera(struct fleet *fleet, unsigned number, const struct roster_row *row,
                       GPtrArray *scenes, const struct options *options, GError **error)
{
    struct camera *camera = g_new0(struct camera, 1);
    camera->number = number;
    camera->id = row && *row->id ? g_strdup(row->id) : g_strdup_printf("%u", number);
    g_ptr_array_add(fleet->cameras, camera);
    const bool ok = row && row->file ? give_file(fleet, camera, row, options, error)
                                     : give_scene(fleet, camera, row, scenes, options, error);
    if (!ok)
        return false;
    camera->offset = draw(options->seed, number, 3) % camera->clips[PROFILE_SUB]->pictures->len;
    camera->timestamp_base = draw(options->seed, number, 4);
    return true;
}

static void camera_free(gpointer data)
{
    struct camera *camera = data;
    g_free(camera->id);
    g_free(camera->scene);
    g_free(camera);
}

static bool read_list(const struct options *options, GPtrArray **rows, GError **error)
{
    if (!options->list)
        return true;
    g_autofree char *text = NULL;
    gsize size_bytes;
    if (!g_file_get_contents(options->list, &text, &size_bytes, error))
        return false;
    *rows = roster_parse(text, size_bytes, error);
    return *rows != NULL;
}

static bool fill(struct fleet *fleet, const struct options *options, GError **error)
{
    g_autoptr(GPtrArray) rows = NULL;
    if (!read_list(options, &rows, error))
        return false;
    g_autoptr(GPtrArray) scenes = read_scenes(options->clips, error);
    if (!scenes)
        return false;
    const struct roster_row *by_number[4096] = {0};
    unsigned count = (unsigned)options->cameras;
    for (guint i = 0; rows && i < rows->len; i++) {
        const struct roster_row *row = rows->pdata[i];
        by_number[row->number] = row;
        if (options->cameras == 0)
            count = MAX(count, row->number);
    }
    for (unsigned number = 1; number <= count; number++)
        if (!add_camera(fleet, number, by_number[number], scenes, options, error))
            return false;
    return true;
}

struct fleet *fleet_create(const struct options *options, GError **error)
{
    struct fleet *fleet = g_new0(struct fleet, 1);
    fleet->cameras = g_ptr_array_new_with_free_func(camera_free);
    fleet->clips =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)clip_destroy);
    if (fill(fleet, options, error))
        return fleet;
    fleet_destroy(fleet);
    return NULL;
}

void fleet_destroy(struct fleet *fleet)
{
    if (!fleet)
        return;
    g_ptr_array_unref(fleet->cameras);
    g_hash_table_unref(fleet->clips);
    g_free(fleet);
}

struct camera *fleet_camera(const struct fleet *fleet, unsigned number)
{
    return number >= 1 && number <= fleet->cameras->len ? fleet->cameras->pdata[number - 1] : NULL;
}

size_t fleet_largest_picture_bytes(const struct fleet *fleet)
{
    size_t largest = 0;
    GHashTableIter iter;
    gpointer clip;
    g_hash_table_iter_init(&iter, fleet->clips);
    while (g_hash_table_iter_next(&iter, NULL, &clip))
        largest = MAX(largest, ((const struct clip *)clip)->largest_picture_bytes);
    return largest;
}
