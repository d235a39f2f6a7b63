#include "place/base_map.h"
#include "place/place.h"
#include <string.h>

#define TIANDITU "https://t%d.tianditu.gov.cn/%s_w/wmts"
enum { TIANDITU_HOSTS = 8 };
#define WMTS_QUERY                                                                                 \
    "SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=%s&STYLE=%s&TILEMATRIXSET=%s&FORMAT=%s"      \
    "&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"

static const char *text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/* --- checking */

static bool is_web_address(const char *url)
{
    return url && (g_str_has_prefix(url, "https://") || g_str_has_prefix(url, "http://")) &&
           strcspn(url, " \"'<>;,\\") == strlen(url);
}

static const char *fault_of_xyz(const json_t *map)
{
    const char *url = text(map, "url");
    if (!is_web_address(url) || !strstr(url, "{z}") || !strstr(url, "{x}") || !strstr(url, "{y}"))
        return "base_map.url: expected http(s)://… with {z}, {x} and {y}";
    if (strstr(url, "{s}") && json_array_size(json_object_get(map, "subdomains")) == 0)
        return "base_map.subdomains: expected the names that {s} stands for";
    return NULL;
}

static const char *fault_of_wmts(const json_t *map)
{
    if (!is_web_address(text(map, "url")))
        return "base_map.url: expected the http(s):// address of a service";
    return text(map, "layer") && text(map, "matrix_set")
               ? NULL
               : "base_map: layer and matrix_set are needed";
}

static bool is_layer_list(const json_t *list)
{
    size_t i;
    json_t *value;
    json_array_foreach((json_t *)list, i, value)
    {
        const char *name = json_string_value(value);
        if (!name || !*name || strspn(name, "abcdefghijklmnopqrstuvwxyz_") != strlen(name))
            return false;
    }
    return json_array_size(list) > 0;
}

static const char *fault_of(const json_t *map, const char *kind)
{
    const json_t *layers = json_object_get(map, "layers");
    if (base_map_is_file(map))
        return text(map, "file") ? NULL : "base_map.file: expected the name of a file";
    if (strcmp(kind, "xyz") == 0)
        return fault_of_xyz(map);
    if (strcmp(kind, "wmts") == 0)
        return fault_of_wmts(map);
    if (strcmp(kind, "tianditu") == 0) {
        if (!text(map, "key_file"))
            return "base_map.key_file: expected the name of the file with the key";
        return !layers || is_layer_list(layers) ? NULL
                                                : "base_map.layers: expected names like \"vec\"";
    }
    return "base_map.kind: expected mbtiles, pmtiles, xyz, wmts or tianditu";
}

bool base_map_check(const json_t *base_map, const char *name, GError **error)
{
    const char *kind = text(base_map, "kind");
    const char *fault = fault_of(base_map, kind ? kind : "");
    if (fault)
        g_set_error(error, PLACE_ERROR, 0, "%s: %s", name, fault);
    return !fault;
}

bool base_map_is_file(const json_t *base_map)
{
    const char *kind = text(base_map, "kind");
    return kind && (strcmp(kind, "mbtiles") == 0 || strcmp(kind, "pmtiles") == 0);
}

/* --- sources */

static char *replace(const char *in, const char *what, const char *with)
{
    g_auto(GStrv) parts = g_strsplit(in, what, -1);
    return g_strjoinv(with, parts);
}

static json_t *xyz_addresses(const json_t *map)
{
    const char *url = text(map, "url");
    const json_t *subdomains = json_object_get(map, "subdomains");
    json_t *list = json_array();
    size_t i;
    json_t *value;
    json_array_foreach((json_t *)subdomains, i, value)
    {
        const char *subdomain = json_string_value(value);
        if (!subdomain)
            continue;
        g_autofree char *address = replace(url, "{s}", subdomain);
        json_array_append_new(list, json_string(address));
    }
    if (json_array_size(list) == 0)
        json_array_append_new(list, json_string(url));
    return list;
}

static char *wmts_query(const char *layer, const char *style, const char *set, const char *format)
{
    g_autofree char *safe_layer = g_uri_escape_string(layer, NULL, FALSE);
    g_autofree char *safe_style = g_uri_escape_string(style ? style : "default", NULL, FALSE);
    g_autofree char *safe_set = g_uri_escape_string(set, NULL, FALSE);
    g_autofree char *safe_format = g_uri_escape_string(format ? format : "image/png", NULL, FALSE);
    return g_strdup_printf(WMTS_QUERY, safe_layer, safe_style, safe_set, safe_format);
}

static json_t *wmts_addresses(const json_t *map)
{
    const char *url = text(map, "url");
    g_autofree char *query = wmts_query(text(map, "layer"), text(map, "style"),
                                        text(map, "matrix_set"), text(map, "format"));
    return json_pack("[o]", json_sprintf("%s%s%s", url, strchr(url, '?') ? "&" : "?", query));
}

static json_t *tianditu_addresses(const char *layer, const char *key)
{
    g_autofree char *query = wmts_query(layer, NULL, "w", "tiles");
    g_autofree char *safe_key = g_uri_escape_string(key ? key : "", NULL, FALSE);
    json_t *list = json_array();
    for (int host = 0; host < TIANDITU_HOSTS; host++) {
        g_autofree char *address = g_strdup_printf(TIANDITU, host, layer);
        json_array_append_new(list, json_sprintf("%s?%s&tk=%s", address, query, safe_key));
    }
    return list;
}

static bool is_vector(const json_t *map, const struct tile_info *info)
{
    return info ? strcmp(info->format, "pbf") == 0
                : g_strcmp0(text(map, "kind"), "xyz") == 0 &&
                      g_strcmp0(text(map, "tile_type"), "vector") == 0;
}

/* Takes `addresses`. */
static json_t *make_source(const json_t *map, const struct tile_info *info, json_t *addresses)
{
    bool vector = is_vector(map, info);
    json_t *source =
        json_pack("{s:s,s:o}", "type", vector ? "vector" : "raster", "tiles", addresses);
    static const char *const copied[][2] = {
        {"attribution", "attribution"}, {"min_zoom", "minzoom"}, {"max_zoom", "maxzoom"}};
    if (!vector) {
        json_t *size = json_object_get(map, "tile_size");
        json_object_set_new(source, "tileSize", size ? json_incref(size) : json_integer(256));
    }
    if (info) {
        json_object_set_new(source, "minzoom", json_integer(info->min_zoom));
        json_object_set_new(source, "maxzoom", json_integer(info->max_zoom));
    }
    for (size_t i = 0; i < G_N_ELEMENTS(copied); i++) {
        json_t *value = json_object_get(map, copied[i][0]);
        if (value)
            json_object_set(source, copied[i][1], value);
    }
    return source;
}

static json_t *make_sources(const json_t *map, const struct tile_info *info, const char *key)
{
    static const char own[] = "/api/v1/tiles/base/{z}/{x}/{y}";
    const char *kind = text(map, "kind");
    json_t *sources = json_object();
    if (strcmp(kind, "tianditu") != 0) {
        json_t *addresses = base_map_is_file(map)      ? json_pack("[s]", own)
                            : strcmp(kind, "xyz") == 0 ? xyz_addresses(map)
                                                       : wmts_addresses(map);
        json_object_set_new(sources, "base", make_source(map, info, addresses));
        return sources;
    }
    json_t *layers = json_object_get(map, "layers");
    layers = layers ? json_incref(layers) : json_pack("[s,s]", "vec", "cva");
    size_t i;
    json_t *layer;
    json_array_foreach(layers, i, layer)
    {
        const char *name = json_string_value(layer);
        g_autofree char *id = i == 0 ? g_strdup("base") : g_strdup_printf("base-%s", name);
        json_object_set_new(sources, id, make_source(map, info, tianditu_addresses(name, key)));
    }
    json_decref(layers);
    return sources;
}

/* --- layers */

/* The --map-* tokens of the interface; "wood" is mixed from land and house. */
struct palette {
    const char *out, *land, *wood, *river, *house, *road, *road_large, *cell, *village, *label,
        *halo;
};
static const struct palette dark = {"#0f1112", "#1c1f21", "#191d1e", "#27323b",
                                    "#2c3134", "#33383b", "#545b60", "#3a4044",
                                    "#666e74", "#c3c8cc", "#131516"};
static const struct palette light = {"#d3d7da", "#eceeef", "#e2e6e4", "#c9d5de",
                                     "#d2d6d9", "#dadddf", "#ffffff", "#b9bfc4",
                                     "#858d93", "#2d3438", "#f1f3f4"};

static json_t *background(const char *colour)
{
    return json_pack("{s:s,s:s,s:{s:s}}", "id", "out", "type", "background", "paint",
                     "background-color", colour);
}

/* Drawn in the order given; `field` = `value` chooses the features, NULL: all. */
struct vector_layer {
    const char *id, *layer, *field, *value, *colour;
    double line_px; /* 0: a fill */
};

static json_t *make_vector_layer(const struct vector_layer *layer)
{
    json_t *out = json_pack("{s:s,s:s,s:s,s:s}", "id", layer->id, "type",
                            layer->line_px > 0 ? "line" : "fill", "source", "base", "source-layer",
                            layer->layer);
    json_t *paint = layer->line_px > 0 ? json_pack("{s:s,s:f}", "line-color", layer->colour,
                                                   "line-width", layer->line_px)
                                       : json_pack("{s:s}", "fill-color", layer->colour);
    json_object_set_new(out, "paint", paint);
    if (layer->field) /* a class is a number, the rest are words: compared as text */
        json_object_set_new(
            out, "filter",
            json_pack("[s,[s,[s,s]],s]", "==", "to-string", "get", layer->field, layer->value));
    return out;
}

static json_t *vector_layers(const struct palette *p)
{
    const struct vector_layer table[] = {
        {"land", "land", "kind", "town", p->land, 0},
        {"wood", "landuse", "kind", "wood", p->wood, 0},
        {"outside", "land", "kind", "outside", p->out, 0},
        {"water", "water", NULL, NULL, p->river, 0},
        {"building", "building", NULL, NULL, p->house, 0},
        {"road-3", "road", "class", "3", p->road, 1},
        {"road-2", "road", "class", "2", p->road_large, 2},
        {"road-1", "road", "class", "1", p->road_large, 4},
        {"cell-border", "area", "level", "cell", p->cell, 1},
        {"village-border", "area", "level", "village", p->village, 1.3},
        {"town-border", "area", "level", "town", p->village, 2},
    };
    json_t *layers = json_pack("[o]", background(p->out));
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        json_array_append_new(layers, make_vector_layer(&table[i]));
    json_array_append_new(
        layers,
        json_pack("{s:s,s:s,s:s,s:s,s:[s,[s,s],s],s:{s:[s,s],s:[s],s:i},s:{s:s,s:s,s:f}}", "id",
                  "village-name", "type", "symbol", "source", "base", "source-layer", "label",
                  "filter", "==", "get", "kind", "village", "layout", "text-field", "get", "name",
                  "text-font", "Noto Sans CJK SC", "text-size", 16, "paint", "text-color", p->label,
                  "text-halo-color", p->halo, "text-halo-width", 1.6));
    return layers;
}

static json_t *raster_layers(const json_t *sources, const struct palette *p, bool dim)
{
    json_t *layers = json_pack("[o]", background(p->out));
    const char *id;
    json_t *source;
    json_object_foreach((json_t *)sources, id, source)
    {
        json_t *layer = json_pack("{s:s,s:s,s:s}", "id", id, "type", "raster", "source", id);
        if (dim)
            json_object_set_new(
                layer, "paint",
                json_pack("{s:f,s:f}", "raster-brightness-max", 0.45, "raster-saturation", -0.6));
        json_array_append_new(layers, layer);
    }
    return layers;
}

json_t *base_map_style(const json_t *base_map, const struct tile_info *info, const char *key,
                       const char *theme)
{
    bool is_light = strcmp(theme, "light") == 0;
    const struct palette *palette = is_light ? &light : &dark;
    json_t *sources = make_sources(base_map, info, key);
    json_t *layers = is_vector(base_map, info) ? vector_layers(palette)
                                               : raster_layers(sources, palette, !is_light);
    return json_pack("{s:i,s:o,s:{s:s},s:o,s:o}", "version", 8, "name",
                     json_sprintf("townwall %s", theme), "metadata", "townwall:theme", theme,
                     "sources", sources, "layers", layers);
}

/* --- other servers */

/* As it stands in an address or a header, never decoded to something else. */
static bool is_host(const char *host)
{
    for (const char *c = host; *c; c++)
        if (!g_ascii_isalnum(*c) && !strchr(".-_:", *c))
            return false;
    return *host != '\0';
}

static void add_origin(GPtrArray *origins, const char *address)
{
    g_autoptr(GUri) uri = g_uri_parse(address, G_URI_FLAGS_PARSE_RELAXED, NULL);
    const char *host = uri ? g_uri_get_host(uri) : NULL;
    if (!is_web_address(address) || !host || !is_host(host))
        return;
    const char *scheme = g_uri_get_scheme(uri);
    bool bare = strchr(host, ':') != NULL; /* an IPv6 address */
    GString *origin = g_string_new(NULL);
    g_string_append_printf(origin, "%s://%s%s%s", scheme, bare ? "[" : "", host, bare ? "]" : "");
    if (g_uri_get_port(uri) > 0)
        g_string_append_printf(origin, ":%d", g_uri_get_port(uri));
    if (g_ptr_array_find_with_equal_func(origins, origin->str, g_str_equal, NULL))
        g_string_free(origin, TRUE);
    else
        g_ptr_array_add(origins, g_string_free(origin, FALSE));
}

char **base_map_origins(const json_t *style)
{
    GPtrArray *origins = g_ptr_array_new();
    const char *id;
    json_t *source, *address;
    size_t i;
    json_object_foreach(json_object_get(style, "sources"), id, source)
    {
        json_array_foreach(json_object_get(source, "tiles"), i, address)
        {
            if (json_is_string(address))
                add_origin(origins, json_string_value(address));
        }
    }
    static const char *const others[] = {"glyphs", "sprite"};
    for (size_t k = 0; k < G_N_ELEMENTS(others); k++)
        if (text(style, others[k]))
            add_origin(origins, text(style, others[k]));
    g_ptr_array_add(origins, NULL);
    return (char **)g_ptr_array_free(origins, FALSE);
}
