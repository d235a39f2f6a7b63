/* townwall-file and who believes nothing of what it leaves. */
#include "files/cleaner.h"
#include "files/raster.h"
#include <glib/gstdio.h>
#include <string.h>

#define SECOND_US ((gint64)G_USEC_PER_SEC)

static struct cleaner_options with(const char *program)
{
    return (struct cleaner_options){.program = program,
                                    .most_bytes = {1 << 20, 1 << 20, 1 << 20},
                                    .megapixels = 1,
                                    .deadline_us = 60 * SECOND_US};
}

static GBytes *some_jpeg(uint32_t width)
{
    struct raster raster = {width, 40, 3, g_malloc0((gsize)width * 40 * 3)};
    size_t bytes;
    uint8_t *jpeg = raster_jpeg(&raster, 90, &bytes);
    raster_clear(&raster);
    return g_bytes_new_take(jpeg, bytes);
}

static const char *try(const struct cleaner_options *options, GBytes *bytes,
                       struct cleaned *cleaned)
{
    struct file_refusal refusal;
    gsize size;
    const guint8 *data = g_bytes_get_data(bytes, &size);
    return cleaner_run(options, data, size, cleaned, &refusal) ? "" : refusal.code;
}

static void test_picture(void)
{
    struct cleaner_options options = with(TW_FILE_PROGRAM);
    struct cleaned cleaned;
    g_autoptr(GBytes) jpeg = some_jpeg(60);
    g_assert_cmpstr(try(&options, jpeg, &cleaned), ==, "");
    g_assert_cmpint(cleaned.width_px, ==, 60);
    g_assert_nonnull(cleaned.thumb);
    cleaned_clear(&cleaned);
    g_autoptr(GBytes) wide = some_jpeg(30000);
    g_assert_cmpstr(try(&options, wide, &cleaned), ==, "too_many_pixels");
    options.most_bytes[CLASS_PICTURE] = 10;
    g_assert_cmpstr(try(&options, jpeg, &cleaned), ==, "too_large");
}

/* Programs that do not do what townwall-file does. */
static char *script(const char *text)
{
    char *path = NULL;
    int fd = g_file_open_tmp("cleaner-XXXXXX", &path, NULL);
    g_assert_cmpint(fd, >=, 0);
    g_close(fd, NULL);
    g_assert_true(g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
    g_assert_cmpint(g_chmod(path, 0700), ==, 0);
    return path;
}

static void test_others(void)
{
    static const char *const texts[] = {
        "#!/bin/sh\nkill -SEGV $$\n",
        "#!/bin/sh\nexit 0\n",
        "#!/bin/sh\nprintf 'nonsense that is long enough to be a head' >&4\n",
        /* says that it is done, and that there are more bytes than there are */
        "#!/bin/sh\nprintf "
        "'\\001\\000\\000\\000\\001\\000\\000\\000\\001\\000\\000\\000\\377\\377\\377\\000\\001\\00"
        "0"
        "\\000\\000\\000\\000\\000\\000xx' >&4\n",
        /* right lengths, but no picture */
        "#!/bin/sh\nprintf "
        "'\\001\\000\\000\\000\\001\\000\\000\\000\\001\\000\\000\\000\\001\\000\\000\\000\\001\\00"
        "0"
        "\\000\\000\\000\\000\\000\\000xx' >&4\n",
        "#!/bin/sh\nexec sleep 1000\n",
    };
    g_autoptr(GBytes) jpeg = some_jpeg(60);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autofree char *path = script(texts[i]);
        struct cleaner_options options = with(path);
        struct cleaned cleaned;
        if (strstr(texts[i], "sleep"))
            options.deadline_us = SECOND_US / 5;
        g_assert_cmpstr(try(&options, jpeg, &cleaned), ==, "damaged");
        g_remove(path);
    }
    struct cleaner_options none = with("/nowhere/townwall-file");
    struct cleaned cleaned;
    g_assert_cmpstr(try(&none, jpeg, &cleaned), ==, "busy");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cleaner/picture", test_picture);
    g_test_add_func("/cleaner/others", test_others);
    return g_test_run();
}
