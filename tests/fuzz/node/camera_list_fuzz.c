/* Camera sets as they come to the media plane: a part of the control message, or a CSV text. What
 * is taken has a handle and an id. */
#include "node/camera_list.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct camera_list *list)
{
    size_t count;
    const struct camera_config *cameras = camera_list_get(list, &count);
    for (size_t i = 0; i < count; i++) {
        g_assert_cmpuint(cameras[i].n, >, 0);
        g_assert_nonnull(cameras[i].id);
        g_assert_true(g_utf8_validate(cameras[i].id, -1, NULL));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct camera_list *list = camera_list_create();
    json_t *array = json_loadb((const char *)data, size, 0, NULL);
    g_autoptr(GError) error = NULL;
    if (array && !camera_list_add_json(list, array, &error))
        g_assert_nonnull(error);
    json_decref(array);
    check(list);
    camera_list_destroy(list);
    if (!g_utf8_validate((const char *)data, (gssize)size, NULL))
        return 0;
    list = camera_list_create();
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GError) why = NULL;
    if (!camera_list_add_csv(list, text, &why))
        g_assert_nonnull(why);
    check(list);
    camera_list_destroy(list);
    return 0;
}
