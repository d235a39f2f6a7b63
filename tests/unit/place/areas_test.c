/* Areas of GeoJSON: what is refused, with which words; what reaches the store. */
#include "place/areas.h"
#include "place/place.h"
#include <glib.h>
#include <glib/gstdio.h>

#define RING "[[120,30],[120.1,30],[120.1,30.1],[120,30]]"
#define FEATURE(code, level, rings)                                                                \
    "{\"type\":\"Feature\",\"properties\":{\"code\":\"" code "\",\"level\":\"" level               \
    "\",\"name\":\"石桥\",\"parent\":\"330000001\",\"label\":[120.05,30.02]},"                   \
    "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[" rings "]}}"
#define COLLECTION(features) "{\"type\":\"FeatureCollection\",\"features\":[" features "]}"

static void expect_fault(const char *text, const char *words)
{
    json_t *json = json_loads(text, 0, NULL);
    g_assert_nonnull(json);
    g_autoptr(GError) error = NULL;
    g_assert_null(areas_check(json, "areas.geojson", &error));
    g_assert_nonnull(strstr(error->message, words));
    json_decref(json);
}

static void faults(void)
{
    expect_fault("{}", "FeatureCollection");
    expect_fault(COLLECTION(FEATURE("33", "town", RING)), "feature 1 (33): code:");
    expect_fault(COLLECTION(FEATURE("330000001", "planet", RING)), "level:");
    expect_fault(COLLECTION(FEATURE("330000001", "town", "[[120,30],[121,30],[120,31]]")),
                 "geometry:");
    expect_fault(COLLECTION(FEATURE("330000001", "town", "[[120,300],[1,2],[3,4],[120,300]]")),
                 "geometry:");
    expect_fault(
        COLLECTION(FEATURE("330000001", "town", RING) "," FEATURE("330000001", "town", RING)),
        "feature 2 (330000001): code: is used twice");
}

static bool count_areas(struct store_tx *tx, gpointer job, GError **error)
{
    bool found;
    return store_query_int(tx, error, job, &found, "SELECT count(*) FROM area", "");
}

static void stored(void)
{
    g_autofree char *dir = g_dir_make_tmp("tw-areas-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "t.db", NULL);
    const struct store_options options = {.path = path};
    g_autoptr(GError) error = NULL;
    struct store *store = store_open(&options, &error);
    g_assert_no_error(error);
    json_t *json = json_loads(
        COLLECTION(FEATURE("330000001001", "village", RING) "," FEATURE("330000001", "town", RING)),
        0, NULL);
    g_autoptr(GArray) areas = areas_check(json, "areas", &error);
    g_assert_no_error(error);
    for (int round = 0; round < 2; round++) { /* the second time changes nothing */
        g_assert_true(areas_store(store, areas, &error));
        gint64 count = 0;
        g_assert_true(store_read_now(store, count_areas, &count, &error));
        g_assert_cmpint(count, ==, 2);
    }
    store_close(store);
    json_decref(json);
    g_autofree char *remove = g_strdup_printf("rm -r '%s'", dir);
    g_assert_true(g_spawn_command_line_sync(remove, NULL, NULL, NULL, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/areas/faults", faults);
    g_test_add_func("/areas/stored", stored);
    return g_test_run();
}
