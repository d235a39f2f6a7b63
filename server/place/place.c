#include "place/place.h"
#include "common/log.h"
#include "place/areas.h"
#include "place/base_map.h"
#include "place/ground.h"
#include "place/tiles.h"
#include <glib/gstdio.h>
#include <string.h>

#define TILE_CACHE  "private, max-age=86400"
#define PLACE_CACHE "private, no-cache"

struct place {
    struct place_options options;
    json_t *town;      /* town.json, {} without a town */
    json_t *areas;     /* GeoJSON */
    GArray *area_list; /* struct area, borrowing from `areas` */
    struct ground *ground;
    json_t *findings; /* of the ground, an array */
    GBytes *areas_text;
    GBytes *style_dark, *style_light; /* NULL: none */
    struct tiles *tiles;              /* NULL: none, or not served by us */
};

/* --- reading the folder */

static json_t *load_json(const char *path, GError **error)
{
    json_error_t fault;
    json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &fault);
    if (!json)
        g_set_error(error, PLACE_ERROR, 0, "%s:%d:%d: %s", path, fault.line, fault.column,
                    fault.text);
    return json;
}

static char *path_of(const struct place *place, const char *name)
{
    return g_path_is_absolute(name) ? g_strdup(name)
                                    : g_build_filename(place->options.dir, name, NULL);
}

/* A file that town.json names; NULL without error: it names none. */
static char *named_file(const struct place *place, const char *section, const char *key)
{
    const char *name =
        json_string_value(json_object_get(json_object_get(place->town, section), key));
    return name ? path_of(place, name) : NULL;
}

static bool load_areas(struct place *place, GError **error)
{
    g_autofree char *path = named_file(place, "files", "areas");
    if (!path)
        path = path_of(place, "areas.geojson");
    place->areas = load_json(path, error);
    if (!place->areas)
        return false;
    place->area_list = areas_check(place->areas, path, error);
    return place->area_list && areas_store(place->options.store, place->area_list, error);
}

/* Every finding in the log: whoever imports areas looks there first. */
static bool lay_ground(struct place *place, GError **error)
{
    size_t i;
    json_t *finding;
    place->findings = json_array();
    place->ground = ground_create(place->areas, place->findings, error);
    json_array_foreach(place->findings, i, finding)
    {
        const json_t *message = json_object_get(finding, "message");
        log_warn("place", "areas: %s", json_string_value(json_object_get(message, "en")));
    }
    return place->ground != NULL;
}

/* The style that town.json names for a theme, or the one that follows from the base map. */
static json_t *find_style(const struct place *place, const char *theme, const char *key)
{
    g_autofree char *name = g_strdup_printf("style_%s", theme);
    g_autofree char *path = named_file(place, "base_map", name);
    if (!path)
        path = named_file(place, "files", name);
    const json_t *base = json_object_get(place->town, "base_map");
    if (!path)
        return base ? base_map_style(base, place->tiles ? tiles_info(place->tiles) : NULL, key,
                                     theme)
                    : NULL;
    g_autoptr(GError) error = NULL;
    json_t *style = load_json(path, &error);
    if (!style)
        log_warn("place", "%s", error->message);
    return style;
}

static GBytes *load_style(const struct place *place, const char *theme, const char *key)
{
    json_t *style = find_style(place, theme, key);
    if (!style)
        return NULL;
    g_auto(GStrv) origins = base_map_origins(style);
    for (size_t i = 0; origins[i]; i++)
        net_allow_origin(place->options.net, origins[i]);
    char *text = json_dumps(style, JSON_COMPACT | JSON_REAL_PRECISION(6));
    json_decref(style);
    return g_bytes_new_with_free_func(text, strlen(text), free, text);
}

/* The key of a map service; its file may be read by its owner alone. */
static bool load_key(const struct place *place, char **key, GError **error)
{
    g_autofree char *path = named_file(place, "base_map", "key_file");
    GStatBuf status;
    if (!path)
        return true;
    if (g_stat(path, &status) == 0 && (status.st_mode & 077)) {
        g_set_error(error, PLACE_ERROR, 0, "%s: others can read this key: chmod 600", path);
        return false;
    }
    if (!g_file_get_contents(path, key, NULL, error))
        return false;
    g_strstrip(*key);
    return true;
}

static bool load_base_map(struct place *place, GError **error)
{
    const json_t *base = json_object_get(place->town, "base_map");
    g_autofree char *name = path_of(place, "town.json"), *key = NULL;
    if (base && (!base_map_check(base, name, error) || !load_key(place, &key, error)))
        return false;
    if (base && base_map_is_file(base)) {
        g_autofree char *path = named_file(place, "base_map", "file");
        place->tiles = tiles_open(json_string_value(json_object_get(base, "kind")), path, error);
        if (!place->tiles)
            return false;
    }
    place->style_dark = load_style(place, "dark", key);
    place->style_light = load_style(place, "light", key);
    return true;
}

static bool load_town(struct place *place, GError **error)
{
    g_autofree char *path = path_of(place, "town.json");
    if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
        log_warn("place", "%s is not there: the wall has no map yet", path);
        place->town = json_object();
        place->areas = json_pack("{s:s,s:[]}", "type", "FeatureCollection", "features");
        place->area_list = g_array_new(FALSE, TRUE, sizeof(struct area));
        return true;
    }
    place->town = load_json(path, error);
    if (!place->town)
        return false;
    if (!json_string_value(json_object_get(place->town, "name")) ||
        json_array_size(json_object_get(place->town, "bounds")) != 4) {
        g_set_error(error, PLACE_ERROR, 0, "%s: name and bounds are needed", path);
        return false;
    }
    if (!load_areas(place, error))
        return false;
    g_autoptr(GError) fault = NULL;
    if (!load_base_map(place, &fault)) {
        /* a command room does not stay dark for a base map: areas on plain ground do */
        log_warn("place", "no base map: %s", fault->message);
        json_object_del(place->town, "base_map");
    }
    return true;
}

/* --- routes */

static void get_town(struct net_request *request, gpointer user)
{
    const struct place *place = user;
    json_t *body = json_object();
    static const char *const keys[] = {"name", "name_en", "code", "county", "centre", "bounds"};
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        json_t *value = json_object_get(place->town, keys[i]);
        json_object_set_new(body, keys[i], value ? json_incref(value) : json_null());
    }
    json_t *base = json_deep_copy(json_object_get(place->town, "base_map"));
    if (base) {
        json_object_del(base, "file");
        json_object_del(base, "key_file");
        json_object_del(base, "style_dark");
        json_object_del(base, "style_light");
    }
    json_object_set_new(body, "base_map", base ? base : json_null());
    json_object_set_new(body, "version", json_string(place->options.version));
    net_reply_json(request, 200, body);
}

static void get_areas(struct net_request *request, gpointer user)
{
    const struct place *place = user;
    net_request_set_header(request, "Cache-Control", PLACE_CACHE);
    net_reply_bytes(request, 200, "application/geo+json", place->areas_text);
}

static void reply_style(struct net_request *request, GBytes *style)
{
    if (!style) {
        net_reply_error(request, 404, "no_style", "没有底图样式",
                        "there is no style of a base map");
        return;
    }
    net_request_set_header(request, "Cache-Control", PLACE_CACHE);
    net_reply_bytes(request, 200, "application/json", style);
}

static void get_style(struct net_request *request, gpointer user)
{
    const struct place *place = user;
    const char *theme = net_request_param(request, "theme");
    if (strcmp(theme, "light") == 0)
        reply_style(request, place->style_light);
    else
        reply_style(request, strcmp(theme, "dark") == 0 ? place->style_dark : NULL);
}

static const char *tile_type(const char *format)
{
    return strcmp(format, "pbf") == 0    ? "application/vnd.mapbox-vector-tile"
           : strcmp(format, "png") == 0  ? "image/png"
           : strcmp(format, "webp") == 0 ? "image/webp"
                                         : "image/jpeg";
}

struct tile_request {
    struct place *place;
    struct net_request *request;
};

static void tile_done(GBytes *tile, const GError *error, gpointer user)
{
    struct tile_request *wanted = user;
    struct net_request *request = wanted->request;
    if (error) {
        log_warn("place", "%s", error->message);
        net_reply_error(request, 503, "base_map", "底图文件读取失败",
                        "the base map cannot be read");
    } else if (!tile) {
        net_reply_json(request, 204, NULL);
    } else {
        gsize size;
        const uint8_t *data = g_bytes_get_data(tile, &size);
        if (size > 2 && data[0] == 0x1f && data[1] == 0x8b)
            net_request_set_header(request, "Content-Encoding", "gzip");
        net_request_set_header(request, "Cache-Control", TILE_CACHE);
        net_reply_bytes(request, 200, tile_type(tiles_info(wanted->place->tiles)->format), tile);
    }
    net_request_unref(request);
    g_free(wanted);
}

/* Pure. Reads a whole number in [0, max] that may be followed by ".png" and the like. */
static bool read_index(const char *text, guint64 max, int *value)
{
    char *end = NULL;
    guint64 number = g_ascii_strtoull(text, &end, 10);
    if (end == text || !g_ascii_isdigit(*text) || (*end != '\0' && *end != '.') || number > max)
        return false;
    *value = (int)number;
    return true;
}

static void get_tile(struct net_request *request, gpointer user)
{
    struct place *place = user;
    int z, x, y;
    if (!place->tiles) {
        net_reply_error(request, 404, "no_base_map", "没有底图", "there is no base map");
        return;
    }
    if (!read_index(net_request_param(request, "z"), 22, &z) ||
        !read_index(net_request_param(request, "x"), (1u << z) - 1, &x) ||
        !read_index(net_request_param(request, "y"), (1u << z) - 1, &y)) {
        net_reply_error(request, 400, "bad_tile", "瓦片编号不正确", "there is no such tile number");
        return;
    }
    struct tile_request *wanted = g_new(struct tile_request, 1);
    *wanted = (struct tile_request){place, net_request_ref(request)};
    tiles_read(place->tiles, z, x, y, tile_done, wanted);
}

/* --- wallctl */

static void list_findings(struct control_call *call, const json_t *args, gpointer user)
{
    (void)args;
    const struct place *place = user;
    control_reply(call, json_pack("{s:i,s:O}", "areas", (int)place->area_list->len, "findings",
                                  place->findings));
}

/* --- life */

struct place *place_create(const struct place_options *options, GError **error)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/town", NULL, get_town, 0},
        {"GET", "/api/v1/areas", "place.see", get_areas, 0},
        {"GET", "/api/v1/style/:theme", "place.see", get_style, 0},
        {"GET", "/api/v1/tiles/base/:z/:x/:y", "place.see", get_tile, 0},
    };
    struct place *place = g_new0(struct place, 1);
    place->options = *options;
    if (!load_town(place, error) || !lay_ground(place, error))
        goto fail;
    json_object_set(place->areas, "findings", place->findings);
    char *text = json_dumps(place->areas, JSON_COMPACT | JSON_REAL_PRECISION(9));
    place->areas_text = g_bytes_new_with_free_func(text, strlen(text), free, text);
    net_add_routes(options->net, routes, G_N_ELEMENTS(routes), place);
    control_register(options->control, "areas.findings", list_findings, place);
    log_info("place", "%s: %u villages and communities, %u grid cells", place_name(place),
             place_count(place, "village") + place_count(place, "community"),
             place_count(place, "cell"));
    return place;
fail:
    place_destroy(place);
    return NULL;
}

void place_destroy(struct place *place)
{
    if (!place)
        return;
    tiles_close(place->tiles);
    g_clear_pointer(&place->areas_text, g_bytes_unref);
    g_clear_pointer(&place->style_dark, g_bytes_unref);
    g_clear_pointer(&place->style_light, g_bytes_unref);
    ground_unref(place->ground);
    json_decref(place->findings);
    if (place->area_list)
        g_array_unref(place->area_list);
    json_decref(place->areas);
    json_decref(place->town);
    g_free(place);
}

struct ground *place_ground(const struct place *place)
{
    return place->ground;
}

const char *place_name(const struct place *place)
{
    const char *name = json_string_value(json_object_get(place->town, "name"));
    return name ? name : "";
}

guint place_count(const struct place *place, const char *level)
{
    guint count = 0;
    for (guint i = 0; i < place->area_list->len; i++)
        count += strcmp(g_array_index(place->area_list, struct area, i).level, level) == 0;
    return count;
}
