#include "intake/file_roots.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    char *dir, *drop, *outside;
    char *roots[2];
};

static char *in(const char *dir, const char *name)
{
    return g_build_filename(dir, name, NULL);
}

static void put(const char *path, const char *text)
{
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void set_up(struct place *place, gconstpointer user)
{
    (void)user;
    g_autofree char *made = g_dir_make_tmp("townwall-XXXXXX", NULL);
    char *real = realpath(made, NULL);
    place->dir = g_strdup(real);
    free(real);
    place->drop = in(place->dir, "drop");
    place->outside = in(place->dir, "outside.db");
    g_assert_cmpint(g_mkdir(place->drop, 0700), ==, 0);
    put(place->outside, "secret");
    place->roots[0] = place->drop;
}

static void tear_down(struct place *place, gconstpointer user)
{
    (void)user;
    const char *words[] = {"rm", "-rf", place->dir, NULL};
    g_assert_true(g_spawn_sync(NULL, (char **)words, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
    g_free(place->dir);
    g_free(place->drop);
    g_free(place->outside);
}

static void expect(struct place *place, const char *path, const char *real)
{
    g_autofree char *got = file_roots_resolve(place->roots, path);
    g_assert_cmpstr(got, ==, real);
}

static void inside(struct place *place, gconstpointer user)
{
    (void)user;
    g_autofree char *file = in(place->drop, "a.db"), *later = in(place->drop, "not/yet.db");
    g_autofree char *dots = in(place->drop, "x/../a.db");
    put(file, "");
    expect(place, place->drop, place->drop);
    expect(place, file, file);
    expect(place, dots, file);
    expect(place, later, later);
}

static void outside(struct place *place, gconstpointer user)
{
    (void)user;
    g_autofree char *dots = in(place->drop, "../outside.db");
    g_autofree char *beside = g_strconcat(place->drop, "-too/a.db", NULL);
    g_autofree char *missing = in(place->dir, "missing.db");
    expect(place, place->outside, NULL);
    expect(place, missing, NULL);
    expect(place, dots, NULL);
    expect(place, beside, NULL);
    expect(place, place->dir, NULL);
    expect(place, "/etc/passwd", NULL);
    expect(place, "/", NULL);
    expect(place, "drop/a.db", NULL);
    expect(place, "", NULL);
    expect(place, NULL, NULL);
    g_assert_null(file_roots_resolve(NULL, place->drop));
    char *const everything[] = {(char *)"/", NULL};
    g_autofree char *all = file_roots_resolve(everything, place->outside);
    g_assert_cmpstr(all, ==, place->outside);
}

static void links(struct place *place, gconstpointer user)
{
    (void)user;
    g_autofree char *out = in(place->drop, "out.db"), *up = in(place->drop, "up");
    g_autofree char *through = in(up, "outside.db"), *new_below = in(up, "new.db");
    g_autofree char *dangling = in(place->drop, "dangling"), *within = in(place->drop, "within");
    g_autofree char *file = in(place->drop, "a.db"), *way_in = in(place->dir, "way-in");
    g_autofree char *by_way = in(way_in, "a.db");
    put(file, "");
    g_assert_cmpint(symlink(place->outside, out), ==, 0);
    g_assert_cmpint(symlink(place->dir, up), ==, 0);
    g_assert_cmpint(symlink("/nonexistent/x", dangling), ==, 0);
    g_assert_cmpint(symlink(file, within), ==, 0);
    g_assert_cmpint(symlink(place->drop, way_in), ==, 0);
    expect(place, out, NULL);
    expect(place, through, NULL);
    expect(place, new_below, NULL);
    expect(place, dangling, NULL);
    expect(place, within, file);
    expect(place, by_way, file);
    place->roots[0] = way_in; /* the root itself may be a link */
    expect(place, file, file);
    expect(place, by_way, file);
    expect(place, place->outside, NULL);
}

static void plain(struct place *place, gconstpointer user)
{
    (void)user;
    g_autofree char *file = in(place->drop, "a.csv"), *link = in(place->drop, "link.csv");
    g_autofree char *pipe = in(place->drop, "pipe.csv"), *folder = in(place->drop, "done");
    g_autofree char *folder_link = in(place->drop, "bad");
    g_autoptr(GError) error = NULL;
    gsize size = 0;
    put(file, "abc");
    g_assert_cmpint(symlink(place->outside, link), ==, 0);
    g_assert_cmpint(mkfifo(pipe, 0600), ==, 0);
    g_autofree char *text = plain_file_read(file, 3, &size, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(size, ==, 3);
    g_assert_cmpstr(text, ==, "abc");
    g_assert_null(plain_file_read(file, 2, &size, &error));
    g_assert_error(error, G_FILE_ERROR, G_FILE_ERROR_NOSPC);
    g_assert_null(plain_file_read(link, 100, &size, NULL));
    g_assert_null(plain_file_read(pipe, 100, &size, NULL));
    g_assert_null(plain_file_read(place->drop, 100, &size, NULL));
    g_assert_true(plain_folder_make(folder));
    g_assert_true(plain_folder_make(folder));
    g_assert_cmpint(symlink(place->dir, folder_link), ==, 0);
    g_assert_false(plain_folder_make(folder_link));
    g_assert_false(plain_folder_make(file));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name)                                                                                  \
    g_test_add("/intake/file_roots/" #name, struct place, NULL, set_up, name, tear_down)
    ADD(inside);
    ADD(outside);
    ADD(links);
    ADD(plain);
    return g_test_run();
}
