/* Watched folders of warnings: files that cannot be moved, folders that hang. */
#include "inner_door.h"
#include "intake/cap_folder.h"
#include "intake/cap_shelf.h"
#include <glib/gstdio.h>
#include <string.h>

#define LATER_US (INT64_C(20) * G_USEC_PER_SEC)

/* --- a folder that hangs: cap_shelf_next() is led here by the linker (CMakeLists.txt) */

struct cap_file *__real_cap_shelf_next(struct cap_shelf *shelf, int64_t now_us,
                                       struct cap_trouble *trouble);
struct cap_file *__wrap_cap_shelf_next(struct cap_shelf *shelf, int64_t now_us,
                                       struct cap_trouble *trouble);

static GMutex lock;
static GCond answered;
static guint to_hang, hanging;

struct cap_file *__wrap_cap_shelf_next(struct cap_shelf *shelf, int64_t now_us,
                                       struct cap_trouble *trouble)
{
    g_mutex_lock(&lock);
    if (to_hang) {
        to_hang--;
        for (hanging++; hanging;)
            g_cond_wait(&answered, &lock);
    }
    g_mutex_unlock(&lock);
    return __real_cap_shelf_next(shelf, now_us, trouble);
}

/* --- */

static void put(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    g_autofree char *text = g_strdup_printf(
        "<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'><identifier>%s</identifier>"
        "<sender>cma@gov.cn</sender><sent>2026-11-22T08:00:00+08:00</sent><status>Actual</status>"
        "<msgType>Alert</msgType><scope>Public</scope><info>"
        "<language>zh-CN</language><category>Met</category><event>暴雨</event>"
        "<urgency>Immediate</urgency><severity>Severe</severity><certainty>Observed</certainty>"
        "<area><areaDesc>清溪镇</areaDesc></area></info></alert>",
        name);
    g_autoptr(GError) error = NULL;
    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
}

static char *folder_of(struct inner_door *door, const char *name)
{
    char *folder = g_build_filename(door->folder, name, NULL);
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    return folder;
}

static void watch(struct inner_door *door, const char *id, const char *folder)
{
    g_autofree char *json =
        g_strdup_printf("{'id':'%s','kind':'cap','settings':{'folder':'%s'}}", id, folder);
    inner_door_add(door, json);
}

static struct cap_folders *begin(struct inner_door *door)
{
    const struct cap_folders_options options = {.loop = door->loop,
                                                .intake = INNER_INTAKE(door),
                                                .feeds = door->feeds,
                                                .file_roots = door->file_roots};
    return cap_folders_create(&options);
}

static bool three_came(struct inner_door *door)
{
    return door->events->len >= 3;
}

static void files_that_cannot_be_moved(void)
{
    struct inner_door door;
    inner_door_open(&door);
    g_autofree char *folder = folder_of(&door, "w"), *done = g_build_filename(folder, "done", NULL);
    g_assert_true(g_file_set_contents(done, "no folder", -1, NULL));
    put(folder, "a.xml");
    put(folder, "b.xml");
    put(folder, "c.xml");
    struct cap_folders *folders = begin(&door);
    watch(&door, "weather", folder);
    inner_door_until(&door, three_came);
    for (guint i = 0; i < 3; i++) {
        g_autofree char *id = g_strdup_printf("cma@gov.cn,%c.xml", 'a' + (int)i);
        g_assert_cmpstr(((const struct event *)door.events->pdata[i])->id, ==, id);
    }
    const struct feed *feed = feeds_find(door.feeds, "weather");
    g_assert_nonnull(strstr(feed->numbers.error_en, "cannot be moved"));
    cap_folders_destroy(folders);
    inner_door_close(&door);
}

static struct cap_file *next(struct cap_shelf *shelf, int64_t after_us, bool troubled)
{
    struct cap_trouble trouble = {0};
    struct cap_file *file = cap_shelf_next(shelf, g_get_real_time() + after_us, &trouble);
    g_assert_true((trouble.en != NULL) == troubled);
    g_assert_true((trouble.zh != NULL) == troubled);
    cap_trouble_clear(&trouble);
    return file;
}

/* They are moved when that has become possible; a new file of that name is another one. */
static void moved_later(void)
{
    struct inner_door door;
    inner_door_open(&door);
    g_autofree char *folder = folder_of(&door, "w"), *done = g_build_filename(folder, "done", NULL);
    g_autofree char *moved = g_build_filename(done, "a.xml", NULL);
    g_assert_true(g_file_set_contents(done, "no folder", -1, NULL));
    put(folder, "a.xml");
    struct cap_shelf *shelf = cap_shelf_create("weather", folder, door.file_roots);
    g_assert_null(next(shelf, 0, false)); /* it was just written */
    struct cap_file *file = next(shelf, LATER_US, false);
    g_assert_cmpstr(file->name, ==, "a.xml");
    struct cap_trouble trouble = {0};
    cap_shelf_put(shelf, file, "done", NULL, &trouble);
    g_assert_nonnull(trouble.en);
    cap_trouble_clear(&trouble);
    cap_file_free(file);
    g_assert_null(next(shelf, 2 * LATER_US, true));
    g_assert_null(next(shelf, 2 * LATER_US + 1, false)); /* not each time */
    g_assert_cmpint(g_unlink(done), ==, 0);
    g_assert_null(next(shelf, 3 * LATER_US, false));
    g_assert_true(g_file_test(moved, G_FILE_TEST_EXISTS));
    put(folder, "a.xml");
    file = next(shelf, 4 * LATER_US, false);
    g_assert_cmpstr(file->why, ==, NULL);
    g_assert_nonnull(file->event);
    cap_file_free(file);
    cap_shelf_destroy(shelf);
    inner_door_close(&door);
}

static bool one_hangs(struct inner_door *door)
{
    (void)door;
    g_mutex_lock(&lock);
    bool hangs = hanging > 0;
    g_mutex_unlock(&lock);
    return hangs;
}

static void a_folder_that_hangs(void)
{
    struct inner_door door;
    inner_door_open(&door);
    g_autofree char *far = folder_of(&door, "far"), *near = folder_of(&door, "near");
    struct cap_folders *folders = begin(&door);
    to_hang = 1;
    watch(&door, "far", far);
    inner_door_until(&door, one_hangs);
    for (guint i = 0; i < 3; i++) {
        g_autofree char *name = g_strdup_printf("n%u.xml", i);
        put(near, name);
    }
    watch(&door, "near", near);
    inner_door_until(&door, three_came);
    inner_door_remove(&door, "far");
    g_assert_true(one_hangs(&door));
    g_mutex_lock(&lock);
    hanging = 0;
    g_cond_broadcast(&answered);
    g_mutex_unlock(&lock);
    cap_folders_destroy(folders);
    inner_door_close(&door);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cap-folder/cannot-be-moved", files_that_cannot_be_moved);
    g_test_add_func("/cap-folder/moved-later", moved_later);
    g_test_add_func("/cap-folder/hangs", a_folder_that_hangs);
    return g_test_run();
}
