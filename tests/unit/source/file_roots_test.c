#include "source/file_roots.h"
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <unistd.h>

struct folders {
    char *top, *videos, *clip, *secret, *link_in, *link_out;
};

static void setup(struct folders *f, gconstpointer unused)
{
    (void)unused;
    f->top = g_dir_make_tmp("townwall-roots-XXXXXX", NULL);
    f->videos = g_build_filename(f->top, "videos", NULL);
    f->clip = g_build_filename(f->videos, "a clip.mp4", NULL);
    f->secret = g_build_filename(f->top, "secret", NULL);
    f->link_in = g_build_filename(f->videos, "same.mp4", NULL);
    f->link_out = g_build_filename(f->videos, "out.mp4", NULL);
    g_assert_cmpint(g_mkdir(f->videos, 0700), ==, 0);
    g_assert_true(g_file_set_contents(f->clip, "x", 1, NULL));
    g_assert_true(g_file_set_contents(f->secret, "x", 1, NULL));
    g_assert_cmpint(symlink(f->clip, f->link_in), ==, 0);
    g_assert_cmpint(symlink(f->secret, f->link_out), ==, 0);
}

static void teardown(struct folders *f, gconstpointer unused)
{
    (void)unused;
    char **const paths[] = {&f->link_in, &f->link_out, &f->clip, &f->secret, &f->videos, &f->top};
    for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_assert_cmpint(g_remove(*paths[i]), ==, 0);
        g_free(*paths[i]);
    }
}

static bool allows(char **roots, const char *folder, const char *rest)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *url = g_strconcat("file://", folder, rest, NULL);
    bool allowed = file_roots_allow(roots, url, &error);
    if (!allowed)
        g_assert_error(error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED);
    return allowed;
}

static void test_below(struct folders *f, gconstpointer unused)
{
    (void)unused;
    char *roots[] = {"/nowhere", f->videos, NULL};
    g_assert_true(allows(roots, f->videos, "/a%20clip.mp4"));
    g_assert_true(allows(roots, f->videos, "/same.mp4"));
    g_assert_true(allows(roots, f->videos, "/../videos/same.mp4"));
    g_assert_true(allows(roots, f->videos, "/not-there.mp4"));
    g_assert_false(allows(roots, f->videos, ""));
    g_assert_false(allows(roots, f->videos, "/"));
    g_assert_false(allows(roots, f->videos, "-more/a.mp4"));
    g_assert_false(allows(roots, f->videos, "/../secret"));
    g_assert_false(allows(roots, f->videos, "/%2e%2e/secret"));
    g_assert_false(allows(roots, f->videos, "/out.mp4"));
    g_assert_false(allows(roots, "/etc/passwd", ""));
    g_assert_false(allows(roots, "", "etc/passwd"));
    char *all[] = {"/", NULL};
    g_assert_true(allows(all, "/etc/passwd", ""));
    g_assert_true(allows(all, f->videos, "/out.mp4"));
}

static void test_none(struct folders *f, gconstpointer unused)
{
    (void)unused;
    char *empty[] = {NULL};
    g_assert_false(allows(NULL, f->videos, "/same.mp4"));
    g_assert_false(allows(empty, f->videos, "/same.mp4"));
    g_assert_true(file_roots_allow(NULL, "http://127.0.0.1/x.ts", NULL));
    g_autoptr(GError) error = NULL;
    g_assert_false(file_roots_allow(NULL, "FILE:///etc/passwd", &error));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/file-roots/below", struct folders, NULL, setup, test_below, teardown);
    g_test_add("/file-roots/none", struct folders, NULL, setup, test_none, teardown);
    return g_test_run();
}
