/* Sealed files: what was put comes back, whatever else is refused, nothing half done stays. */
#include "files/shelf.h"
#include <glib/gstdio.h>
#include <string.h>

static const guint8 key[SHELF_KEY_BYTES] = {1, 2, 3};

struct place {
    char *dir;
    struct shelf *shelf;
};

static void set_up(struct place *p, gconstpointer data)
{
    (void)data;
    p->dir = g_dir_make_tmp("shelf-XXXXXX", NULL);
    p->shelf = shelf_open(p->dir, NULL);
    g_assert_nonnull(p->shelf);
}

static void tear_down(struct place *p, gconstpointer data)
{
    (void)data;
    shelf_close(p->shelf);
    g_autofree char *command = g_strdup_printf("rm -r '%s'", p->dir);
    g_assert_cmpint(system(command), ==, 0);
    g_free(p->dir);
}

static void test_sizes(struct place *p, gconstpointer data)
{
    static const gsize sizes[] = {0, 1, 65535, 65536, 65537, 131072, 1000003};
    (void)data;
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree char *name = g_strdup_printf("file%zu", i);
        guint8 *bytes = g_malloc(sizes[i] + 1);
        for (gsize n = 0; n < sizes[i]; n++)
            bytes[n] = (guint8)(n * 7 + i);
        g_autoptr(GBytes) content = g_bytes_new_take(bytes, sizes[i]);
        g_assert_true(shelf_put(p->shelf, name, key, content, NULL));
        g_autoptr(GBytes) back = shelf_get(p->shelf, name, key, NULL);
        g_assert_nonnull(back);
        g_assert_true(g_bytes_equal(content, back));
    }
    g_autoptr(GPtrArray) names = shelf_names(p->shelf);
    g_assert_cmpuint(names->len, ==, G_N_ELEMENTS(sizes));
}

static void expect_error(struct place *p, const char *name, const guint8 *with, int code)
{
    GError *error = NULL;
    g_assert_null(shelf_get(p->shelf, name, with, &error));
    g_assert_error(error, SHELF_ERROR, code);
    g_error_free(error);
}

static void rewrite(struct place *p, const char *name, gssize change, gsize cut)
{
    g_autofree char *folder = g_strdup(name + strlen(name) - 2);
    g_autofree char *path = g_build_filename(p->dir, folder, name, NULL);
    char *bytes;
    gsize size;
    g_assert_true(g_file_get_contents(path, &bytes, &size, NULL));
    if (change >= 0)
        bytes[change] ^= 1;
    g_assert_true(g_file_set_contents(path, bytes, (gssize)(size - cut), NULL));
    g_free(bytes);
}

static void test_damage(struct place *p, gconstpointer data)
{
    static const guint8 other[SHELF_KEY_BYTES] = {9};
    (void)data;
    g_autofree char *text = g_strnfill(200000, 'a');
    g_autoptr(GBytes) content = g_bytes_new(text, 200000);
    g_assert_true(shelf_put(p->shelf, "one-aa", key, content, NULL));
    g_assert_true(shelf_put(p->shelf, "two-aa", key, content, NULL));
    expect_error(p, "none", key, SHELF_ERROR_GONE);
    expect_error(p, "one-aa", other, SHELF_ERROR_DAMAGED);
    rewrite(p, "one-aa", 100000, 0);
    expect_error(p, "one-aa", key, SHELF_ERROR_DAMAGED);
    rewrite(p, "one-aa", 100000, 0);
    rewrite(p, "one-aa", -1, 1);
    expect_error(p, "one-aa", key, SHELF_ERROR_DAMAGED);
    /* whole pieces are missing */
    rewrite(p, "two-aa", -1, 200000 - 65536 * 3 + 17);
    expect_error(p, "two-aa", key, SHELF_ERROR_DAMAGED);
    shelf_remove(p->shelf, "two-aa");
    shelf_remove(p->shelf, "two-aa");
    expect_error(p, "two-aa", key, SHELF_ERROR_GONE);
}

static void test_names(struct place *p, gconstpointer data)
{
    (void)data;
    g_autoptr(GBytes) content = g_bytes_new_static("x", 1);
    g_assert_true(shelf_put(p->shelf, "one-aa", key, content, NULL));
    g_assert_true(shelf_put(p->shelf, "two-aa", key, content, NULL));
    /* one cannot stand in for the other */
    g_autofree char *one = g_build_filename(p->dir, "aa", "one-aa", NULL);
    g_autofree char *two = g_build_filename(p->dir, "aa", "two-aa", NULL);
    g_assert_cmpint(g_rename(one, two), ==, 0);
    expect_error(p, "two-aa", key, SHELF_ERROR_DAMAGED);
}

static void test_unfinished(struct place *p, gconstpointer data)
{
    (void)data;
    g_autofree char *path = g_build_filename(p->dir, "unfinished", "cut", NULL);
    g_assert_true(g_file_set_contents(path, "half", 4, NULL));
    shelf_close(p->shelf);
    p->shelf = shelf_open(p->dir, NULL);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    g_autoptr(GPtrArray) names = shelf_names(p->shelf);
    g_assert_cmpuint(names->len, ==, 0);
}

#define ADD(name, fn) g_test_add(name, struct place, NULL, set_up, fn, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/shelf/sizes", test_sizes);
    ADD("/shelf/damage", test_damage);
    ADD("/shelf/names", test_names);
    ADD("/shelf/unfinished", test_unfinished);
    return g_test_run();
}
