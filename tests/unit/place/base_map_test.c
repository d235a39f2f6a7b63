/* What town.json says of a base map: mistakes, and the styles that follow. */
#include "place/base_map.h"
#include "place/place.h"
#include <string.h>

static json_t *parse(const char *text)
{
    json_t *json = json_loads(text, 0, NULL);
    g_assert_nonnull(json);
    return json;
}

static const char *tile(const json_t *style, const char *source, size_t index)
{
    const json_t *at = json_object_get(json_object_get(style, "sources"), source);
    return json_string_value(json_array_get(json_object_get(at, "tiles"), index));
}

static const char *source_type(const json_t *style)
{
    const json_t *base = json_object_get(json_object_get(style, "sources"), "base");
    return json_string_value(json_object_get(base, "type"));
}

static json_t *style_of(const char *base_map, const struct tile_info *info, const char *theme)
{
    json_t *map = parse(base_map);
    g_autoptr(GError) error = NULL;
    g_assert_true(base_map_check(map, "town.json", &error));
    json_t *style = base_map_style(map, info, "secret key", theme);
    json_decref(map);
    g_assert_nonnull(style);
    g_assert_cmpint(json_integer_value(json_object_get(style, "version")), ==, 8);
    return style;
}

static void mistakes(void)
{
    static const char *const rows[][2] = {
        {"{}", "base_map.kind"},
        {"{\"kind\":\"paper\"}", "base_map.kind"},
        {"{\"kind\":\"mbtiles\"}", "base_map.file"},
        {"{\"kind\":\"pmtiles\",\"file\":7}", "base_map.file"},
        {"{\"kind\":\"xyz\"}", "base_map.url"},
        {"{\"kind\":\"xyz\",\"url\":\"https://a/{z}/{x}\"}", "base_map.url"},
        {"{\"kind\":\"xyz\",\"url\":\"ftp://a/{z}/{x}/{y}\"}", "base_map.url"},
        {"{\"kind\":\"xyz\",\"url\":\"https://a; script-src */{z}/{x}/{y}\"}", "base_map.url"},
        {"{\"kind\":\"xyz\",\"url\":\"https://{s}.a/{z}/{x}/{y}\"}", "base_map.subdomains"},
        {"{\"kind\":\"wmts\",\"url\":\"https://a\",\"layer\":\"b\"}", "matrix_set"},
        {"{\"kind\":\"tianditu\"}", "base_map.key_file"},
        {"{\"kind\":\"tianditu\",\"key_file\":\"k\",\"layers\":[\"Vec/..\"]}", "base_map.layers"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        json_t *map = parse(rows[i][0]);
        g_autoptr(GError) error = NULL;
        g_assert_false(base_map_check(map, "town.json", &error));
        g_assert_error(error, PLACE_ERROR, 0);
        g_assert_true(g_str_has_prefix(error->message, "town.json: "));
        g_assert_nonnull(strstr(error->message, rows[i][1]));
        json_decref(map);
    }
}

static void files(void)
{
    static const struct tile_info vector = {"pbf", 10, 16}, raster = {"png", 5, 17};
    json_t *style = style_of("{\"kind\":\"pmtiles\",\"file\":\"a\"}", &vector, "dark");
    g_assert_cmpstr(source_type(style), ==, "vector");
    g_assert_cmpstr(tile(style, "base", 0), ==, "/api/v1/tiles/base/{z}/{x}/{y}");
    g_auto(GStrv) none = base_map_origins(style);
    g_assert_cmpuint(g_strv_length(none), ==, 0);
    g_assert_cmpuint(json_array_size(json_object_get(style, "layers")), >, 10);
    json_decref(style);
    style = style_of("{\"kind\":\"mbtiles\",\"file\":\"a\",\"tile_size\":512}", &raster, "light");
    const json_t *base = json_object_get(json_object_get(style, "sources"), "base");
    g_assert_cmpstr(source_type(style), ==, "raster");
    g_assert_cmpint(json_integer_value(json_object_get(base, "tileSize")), ==, 512);
    g_assert_cmpint(json_integer_value(json_object_get(base, "maxzoom")), ==, 17);
    json_decref(style);
}

/* The dark theme dims a raster map, the light one shows it as it is. */
static void dimmed(void)
{
    const char *map = "{\"kind\":\"xyz\",\"url\":\"https://a.example/{z}/{x}/{y}.png\","
                      "\"attribution\":\"© a\",\"max_zoom\":18}";
    for (int light = 0; light < 2; light++) {
        json_t *style = style_of(map, NULL, light ? "light" : "dark");
        const json_t *layer = json_array_get(json_object_get(style, "layers"), 1);
        g_assert_cmpint(json_object_get(layer, "paint") == NULL, ==, light);
        const json_t *base = json_object_get(json_object_get(style, "sources"), "base");
        g_assert_cmpstr(json_string_value(json_object_get(base, "attribution")), ==, "© a");
        g_assert_cmpint(json_integer_value(json_object_get(base, "maxzoom")), ==, 18);
        json_decref(style);
    }
}

static void subdomains(void)
{
    json_t *style = style_of("{\"kind\":\"xyz\",\"url\":\"https://{s}.a.example:8080/{z}/{x}/{y}\","
                             "\"subdomains\":[\"m\",\"n\"],\"tile_type\":\"vector\"}",
                             NULL, "dark");
    g_assert_cmpstr(source_type(style), ==, "vector");
    g_assert_cmpstr(tile(style, "base", 1), ==, "https://n.a.example:8080/{z}/{x}/{y}");
    g_auto(GStrv) origins = base_map_origins(style);
    g_assert_cmpuint(g_strv_length(origins), ==, 2);
    g_assert_cmpstr(origins[0], ==, "https://m.a.example:8080");
    json_decref(style);
}

static void wmts(void)
{
    json_t *style = style_of("{\"kind\":\"wmts\",\"url\":\"http://maps.example/wmts?map=a\","
                             "\"layer\":\"base & more\",\"matrix_set\":\"EPSG:3857\"}",
                             NULL, "dark");
    g_assert_cmpstr(tile(style, "base", 0), ==,
                    "http://maps.example/wmts?map=a&SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
                    "&LAYER=base%20%26%20more&STYLE=default&TILEMATRIXSET=EPSG%3A3857"
                    "&FORMAT=image%2Fpng&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}");
    g_auto(GStrv) origins = base_map_origins(style);
    g_assert_cmpuint(g_strv_length(origins), ==, 1);
    g_assert_cmpstr(origins[0], ==, "http://maps.example");
    json_decref(style);
}

static void tianditu(void)
{
    json_t *style = style_of("{\"kind\":\"tianditu\",\"key_file\":\"k\"}", NULL, "light");
    const char *address = tile(style, "base-cva", 7);
    g_assert_true(g_str_has_prefix(address, "https://t7.tianditu.gov.cn/cva_w/wmts?SERVICE=WMTS"));
    g_assert_true(g_str_has_suffix(address, "&tk=secret%20key"));
    g_assert_cmpuint(json_array_size(json_object_get(style, "layers")), ==, 3);
    g_auto(GStrv) origins = base_map_origins(style);
    g_assert_cmpuint(g_strv_length(origins), ==, 8);
    json_decref(style);
}

/* A style of the town may name anything; only clean addresses get into a header. */
static void strange_origins(void)
{
    json_t *style = parse("{\"sources\":{\"a\":{\"tiles\":[\"https://a%20b.example/\",7,\"/own\","
                          "\"https://good.example/x\",\"javascript:1\",\"https://[::1]:8/{z}\"]}},"
                          "\"glyphs\":\"https://good.example/{fontstack}\"}");
    g_auto(GStrv) origins = base_map_origins(style);
    g_assert_cmpuint(g_strv_length(origins), ==, 2);
    g_assert_cmpstr(origins[0], ==, "https://good.example");
    g_assert_cmpstr(origins[1], ==, "https://[::1]:8");
    json_decref(style);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/base_map/mistakes", mistakes);
    g_test_add_func("/base_map/files", files);
    g_test_add_func("/base_map/dimmed", dimmed);
    g_test_add_func("/base_map/subdomains", subdomains);
    g_test_add_func("/base_map/wmts", wmts);
    g_test_add_func("/base_map/tianditu", tianditu);
    g_test_add_func("/base_map/strange_origins", strange_origins);
    return g_test_run();
}
