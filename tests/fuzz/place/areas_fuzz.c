/* A town's areas: any JSON is refused with a reason, or gives areas that name and place themselves,
 * and a ground on which each of them is found or told to be wrong. Then an address that holds all
 * that was read. */
#include "place/areas.h"
#include "place/crs.h"
#include "place/ground.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct ground *ground, const GArray *areas, const char *text)
{
    double lon, lat, metres;
    for (guint i = 0; i < areas->len; i++) {
        const struct area *area = &g_array_index(areas, struct area, i);
        g_assert_cmpstr(ground_name(ground, area->code), ==, area->name);
        g_assert_true(ground_label(ground, area->code, &lon, &lat));
        ground_at(ground, area->layer, area->level, lon, lat);
        ground_nearest(ground, area->layer, area->level, lon, lat, 1000, &metres);
        g_ptr_array_unref(ground_all_at(ground, lon, lat));
        ground_of_address(ground, area->name);
        crs_to_wgs84("BD09", lon, lat, &lon, &lat);
    }
    ground_of_address(ground, text);
}

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
    if (areas) {
        json_t *findings = json_array();
        struct ground *ground = ground_create(collection, findings, NULL);
        g_autofree char *text = g_strndup((const char *)data, size);
        g_assert_nonnull(ground);
        ask(ground, areas, text);
        ground_unref(ground);
        json_decref(findings);
        g_array_unref(areas);
    }
    json_decref(collection);
    return 0;
}
