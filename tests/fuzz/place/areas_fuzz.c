/* A town's areas: any JSON is refused with a reason, or gives areas that name and place
 * themselves. */
#include "place/areas.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *collection = json_loadb((const char *)data, size, 0, NULL);
    if (!collection)
        return 0;
    g_autoptr(GError) error = NULL;
    GArray *areas = areas_check(collection, "areas.geojson", &error);
    g_assert_true((areas == NULL) == (error != NULL));
    for (guint i = 0; areas && i < areas->len; i++) {
        const struct area *area = &g_array_index(areas, struct area, i);
        g_assert_nonnull(area->code);
        g_assert_nonnull(area->name);
        g_assert_nonnull(area->level);
        g_assert_nonnull(area->feature);
    }
    if (areas)
        g_array_unref(areas);
    json_decref(collection);
    return 0;
}
