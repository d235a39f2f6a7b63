/* Whatever is uploaded: its kind is told from its bytes, a video is cleaned in place without losing
 * its shape, an orientation is one of eight, a name is one that can be shown and saved. */
#include "files/file_kind.h"
#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const uint8_t *data, size_t size, enum file_kind kind)
{
    g_autofree char *given = g_strndup((const char *)data, MIN(size, 300));
    g_autofree char *decoded = file_name_decode(given);
    g_autofree char *name = file_name_clean(decoded ? decoded : given, kind);
    g_assert_true(g_utf8_validate(name, -1, NULL));
    g_assert_true(g_str_has_suffix(name, file_kind_info(kind)->suffix));
    g_assert_null(strpbrk(name, "/\\\"<>|\r\n"));
    g_assert_cmpint(name[0], !=, '.');
    g_assert_cmpint(g_utf8_strlen(name, -1), <=, 90);
    g_autofree char *disposition = file_name_disposition(name, kind);
    g_assert_true(g_str_is_ascii(disposition));
    g_assert_null(strpbrk(disposition, "\r\n"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum file_kind kind = FILE_TEXT;
    struct file_refusal refusal;
    if (!file_kind_of(data, size, &kind, &refusal)) {
        g_assert_nonnull(refusal.code);
        kind = FILE_TEXT;
    }
    for (int i = 0; i < FILE_KIND_COUNT; i++) {
        unsigned orientation = exif_orientation(data, size, (enum file_kind)i);
        g_assert_cmpuint(orientation, >=, 1);
        g_assert_cmpuint(orientation, <=, 8);
    }
    if (kind == FILE_MP4) {
        g_autofree uint8_t *copy = g_memdup2(data, size);
        if (mp4_clean(copy, size)) {
            g_assert_true(mp4_is_whole(copy, size));
            g_autofree uint8_t *again = g_memdup2(copy, size);
            g_assert_true(mp4_clean(again, size));
            g_assert_cmpint(memcmp(again, copy, size), ==, 0);
        }
    }
    zip_look(data, size);
    check_name(data, size, kind);
    return 0;
}
