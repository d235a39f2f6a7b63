/* What lies where: areas under a point, beside it, named by an address; what is told of bad areas.
 */
#include "place/ground.h"
#include "place/place.h"
#include <math.h>
#include <string.h>

/* A town of squares: every village is a row of `cells` cells. */
struct plan {
    double lon, lat, side; /* south-west corner; degrees of a cell's side */
    int villages, cells;
};
static const struct plan small = {116.0, 35.0, 0.004, 3, 13};

static json_t *square(double west, double south, double east, double north)
{
    return json_pack("{s:s,s:[[[f,f],[f,f],[f,f],[f,f],[f,f]]]}", "type", "Polygon", "coordinates",
                     west, south, east, south, east, north, west, north, west, south);
}

static json_t *feature(const char *code, const char *parent, const char *level, const char *layer,
                       const char *name, json_t *geometry)
{
    return json_pack("{s:s,s:{s:s,s:s*,s:s,s:s,s:s},s:o}", "type", "Feature", "properties", "code",
                     code, "parent", parent, "level", level, "layer", layer, "name", name,
                     "geometry", geometry);
}

static const char *const villages[] = {"石桥村", "东石桥村", "柳林社区", "漕河村村委会"};

static void add_village(json_t *features, const struct plan *plan, int row)
{
    double south = plan->lat + row * plan->side, north = plan->lat + (row + 1) * plan->side;
    g_autofree char *code = g_strdup_printf("370812107%03d", 200 + row);
    g_autofree char *name = row < (int)G_N_ELEMENTS(villages) ? g_strdup(villages[row])
                                                              : g_strdup_printf("第%d庄村", row);
    json_array_append_new(
        features,
        feature(code, "370812107", strstr(name, "社区") ? "community" : "village", "governance",
                name, square(plan->lon, south, plan->lon + plan->cells * plan->side, north)));
    for (int i = 0; i < plan->cells; i++) {
        g_autofree char *cell = g_strdup_printf("%s%03d", code, i);
        g_autofree char *cell_name = g_strdup_printf("%s%02d网格", name, row * plan->cells + i);
        json_array_append_new(features, feature(cell, code, "cell", "governance", cell_name,
                                                square(plan->lon + i * plan->side, south,
                                                       plan->lon + (i + 1) * plan->side, north)));
    }
}

static json_t *town(const struct plan *plan)
{
    json_t *features = json_array();
    json_array_append_new(features,
                          feature("370812107", NULL, "town", "governance", "清溪镇",
                                  square(plan->lon, plan->lat, plan->lon + plan->cells * plan->side,
                                         plan->lat + plan->villages * plan->side)));
    for (int row = 0; row < plan->villages; row++)
        add_village(features, plan, row);
    return json_pack("{s:s,s:o}", "type", "FeatureCollection", "features", features);
}

static struct ground *make(json_t *collection, json_t *findings)
{
    g_autoptr(GError) error = NULL;
    struct ground *ground = ground_create(collection, findings, &error);
    g_assert_no_error(error);
    json_decref(collection);
    return ground;
}

static void points(void)
{
    json_t *findings = json_array();
    struct ground *ground = make(town(&small), findings);
    g_assert_cmpuint(json_array_size(findings), ==, 0);
    g_assert_cmpstr(ground_at(ground, "governance", "cell", 116.002, 35.002), ==,
                    "370812107200000");
    g_assert_cmpstr(ground_at(ground, "governance", "cell", 116.0501, 35.0081), ==,
                    "370812107202012");
    g_assert_cmpstr(ground_at(ground, "governance", "village", 116.002, 35.002), ==,
                    "370812107200");
    g_assert_null(ground_at(ground, "governance", "village", 116.002, 35.0081));
    g_assert_cmpstr(ground_at(ground, "governance", "community", 116.002, 35.0081), ==,
                    "370812107202");
    g_assert_cmpstr(ground_at(ground, "governance", "town", 116.002, 35.0081), ==, "370812107");
    g_assert_null(ground_at(ground, "governance", "cell", 116.2, 35.002));
    g_assert_null(ground_at(ground, "police", "cell", 116.002, 35.002));
    g_assert_null(ground_at(ground, "governance", "cell", (double)NAN, 35.002));
    g_assert_null(ground_at(ground, "governance", "cell", 116.002, (double)INFINITY));
    /* on common borders and corners the smaller code */
    g_assert_cmpstr(ground_at(ground, "governance", "cell", 116.004, 35.002), ==,
                    "370812107200000");
    g_assert_cmpstr(ground_at(ground, "governance", "cell", 116.004, 35.004), ==,
                    "370812107200000");
    json_decref(findings);
    ground_unref(ground);
}

static void holes_of_polygons_are_outside(void)
{
    json_t *collection = json_loads(
        "{\"type\":\"FeatureCollection\",\"features\":[{\"properties\":{\"code\":"
        "\"370812107200001\","
        "\"level\":\"cell\",\"name\":\"环\"},\"geometry\":{\"type\":\"MultiPolygon\","
        "\"coordinates\":"
        "[[[[116,35],[117,35],[117,36],[116,36],[116,35]],[[116.4,35.4],[116.6,35.4],[116.6,35.6],"
        "[116.4,35.6],[116.4,35.4]]],[[[118,35],[119,35],[119,36],[118,35]]]]}}]}",
        0, NULL);
    struct ground *ground = make(collection, NULL);
    g_assert_nonnull(ground_at(ground, "governance", "cell", 116.1, 35.1));
    g_assert_null(ground_at(ground, "governance", "cell", 116.5, 35.5));
    g_assert_nonnull(ground_at(ground, "governance", "cell", 118.9, 35.1));
    double lon, lat;
    g_assert_true(ground_label(ground, "370812107200001", &lon, &lat));
    g_assert_nonnull(ground_at(ground, "governance", "cell", lon, lat));
    ground_unref(ground);
}

static void layers(void)
{
    json_t *collection = town(&small);
    json_array_append_new(json_object_get(collection, "features"),
                          feature("370812107900001", "370812107", "cell", "police", "东警务区",
                                  square(116.0, 35.0, 116.03, 35.012)));
    json_t *findings = json_array();
    struct ground *ground = make(collection, findings);
    g_autoptr(GPtrArray) codes = ground_all_at(ground, 116.002, 35.002);
    g_assert_cmpuint(codes->len, ==, 2);
    g_assert_cmpstr(codes->pdata[0], ==, "370812107200000");
    g_assert_cmpstr(codes->pdata[1], ==, "370812107900001");
    g_assert_cmpstr(ground_at(ground, "police", "cell", 116.002, 35.002), ==, "370812107900001");
    /* areas of two layers may overlap, and the police leave a part of the town open */
    g_assert_cmpuint(json_array_size(findings), ==, 1);
    const json_t *finding = json_array_get(findings, 0);
    g_assert_cmpstr(json_string_value(json_object_get(finding, "kind")), ==, "hole");
    json_decref(findings);
    ground_unref(ground);
}

static void nearest(void)
{
    struct ground *ground = make(town(&small), NULL);
    double metres = -1;
    const char *code = ground_nearest(ground, "governance", "cell", 116.053, 35.002, 200, &metres);
    g_assert_cmpstr(code, ==, "370812107200012");
    g_assert_cmpfloat(fabs(metres - ground_distance_m(116.053, 35.002, 116.052, 35.002)), <, 0.2);
    g_assert_null(ground_nearest(ground, "governance", "cell", 116.053, 35.002, 50, &metres));
    code = ground_nearest(ground, "governance", "community", 116.0, 35.0, 1e6, &metres);
    g_assert_cmpstr(code, ==, "370812107202");
    g_assert_cmpfloat(fabs(metres - ground_distance_m(116.0, 35.0, 116.0, 35.008)), <, 1);
    g_assert_cmpstr(ground_nearest(ground, "governance", "cell", 116.002, 35.002, 5, &metres), ==,
                    "370812107200000");
    g_assert_cmpfloat(metres, ==, 0);
    g_assert_nonnull(
        ground_nearest(ground, "governance", "cell", 10, 10, (double)INFINITY, &metres));
    g_assert_null(ground_nearest(ground, "governance", "cell", (double)NAN, 10, 1e6, &metres));
    g_assert_null(ground_nearest(ground, "deputies", "cell", 116.0, 35.0, 1e6, &metres));
    ground_unref(ground);
}

static void tree(void)
{
    struct ground *ground = make(town(&small), NULL);
    g_assert_cmpstr(ground_name(ground, "370812107200"), ==, "石桥村");
    g_assert_cmpstr(ground_parent(ground, "370812107200003"), ==, "370812107200");
    g_assert_cmpstr(ground_parent(ground, "370812107200"), ==, "370812107");
    g_assert_null(ground_parent(ground, "370812107"));
    g_assert_cmpstr(ground_level(ground, "370812107202"), ==, "community");
    g_assert_null(ground_name(ground, "1"));
    g_assert_null(ground_level(ground, NULL));
    double lon, lat;
    g_assert_false(ground_label(ground, "1", &lon, &lat));
    ground_unref(ground);
}

static void addresses(void)
{
    static const struct {
        const char *address, *code;
    } cases[] = {
        {"清溪镇石桥村05网格老槐树下", "370812107200005"},
        {"清溪镇石桥村", "370812107200"},
        {"清溪镇", "370812107"},
        {"石桥５号网格", "370812107200005"},
        {"石桥村第五网格", "370812107200005"},
        {"石桥村 十二 网格", "370812107200012"},
        {"东石桥村口", "370812107201"},
        {"东石桥二十网格", "370812107201007"},
        {"柳林3栋2单元", "370812107202"},
        {"柳林社区居委会门前", "370812107202"},
        {"柳林社区", "370812107202"},
        {"漕河村村委会院内", "370812107203"},
        {"漕河村东头", "370812107203"},
        {"漕河东头", "370812107203"},
        {"38网格", "370812107202012"},        /* numbers stand once in this town */
        {"石桥村38网格", NULL},               /* that one lies in another village */
        {"石桥村99网格", "370812107200"},     /* no cell at all has that number */
        {"石桥村与柳林社区交界处", NULL},     /* each excludes the other */
        {"石桥村柳林路3号", "370812107200"},  /* a road by another one's name */
        {"柳林路3号", NULL},                  /* a road may lie anywhere */
        {"石桥村往柳林方向", "370812107200"}, /* a whole name has more weight */
        {"某地", NULL},
        {"", NULL},
        {"\xff\xfe", NULL},
    };
    struct plan plan = small;
    plan.villages = 4;
    struct ground *ground = make(town(&plan), NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *code = ground_of_address(ground, cases[i].address);
        if (g_strcmp0(code, cases[i].code) != 0)
            g_error("%s: %s, not %s", cases[i].address, code, cases[i].code);
    }
    ground_unref(ground);
}

/* Two towns have a village of one name: the address must name the town. */
static void namesakes(void)
{
    json_t *collection = json_pack(
        "{s:s,s:[o,o,o,o]}", "type", "FeatureCollection", "features",
        feature("370812107", NULL, "town", "governance", "清溪镇", square(116, 35, 116.1, 35.1)),
        feature("370812108", NULL, "town", "governance", "白塔镇", square(116.1, 35, 116.2, 35.1)),
        feature("370812107201", "370812107", "village", "governance", "东村",
                square(116, 35, 116.1, 35.1)),
        feature("370812108201", "370812108", "village", "governance", "东村",
                square(116.1, 35, 116.2, 35.1)));
    struct ground *ground = make(collection, NULL);
    g_assert_cmpstr(ground_of_address(ground, "清溪镇东村"), ==, "370812107201");
    g_assert_cmpstr(ground_of_address(ground, "白塔镇东村"), ==, "370812108201");
    g_assert_null(ground_of_address(ground, "东村"));
    ground_unref(ground);
}

/* The names of two real towns, when they are there. */
static void real_names(const char *file)
{
    g_autofree char *path =
        g_build_filename(TW_SOURCE_DIR, "..", "shared", "data", "place", file, NULL);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return;
    g_auto(GStrv) lines = g_strsplit(g_strstrip(text), "\n", -1);
    json_t *features = json_array();
    for (int i = 0; lines[i]; i++) {
        g_auto(GStrv) cells = g_strsplit(lines[i], ",", -1);
        g_autofree char *name = g_strndup(cells[1] + 1, strlen(cells[1]) - 2);
        json_array_append_new(features,
                              feature(cells[0], cells[2], "village", "governance", name,
                                      square(116 + i * 0.01, 35, 116.01 + i * 0.01, 35.01)));
    }
    struct ground *ground =
        make(json_pack("{s:s,s:o}", "type", "FeatureCollection", "features", features), NULL);
    for (int i = 0; lines[i]; i++) {
        g_auto(GStrv) cells = g_strsplit(lines[i], ",", -1);
        g_autofree char *name = g_strndup(cells[1] + 1, strlen(cells[1]) - 2);
        g_autofree char *address = g_strdup_printf("接报：%s东头老槐树下", name);
        g_assert_cmpstr(ground_of_address(ground, address), ==, cells[0]);
    }
    ground_unref(ground);
}

static void names_of_real_towns(void)
{
    real_names("villages-370812107.csv");
    real_names("villages-451302103.csv");
}

static const json_t *find_kind(const json_t *findings, const char *kind)
{
    for (size_t i = 0; i < json_array_size(findings); i++) {
        const json_t *finding = json_array_get(findings, i);
        if (g_strcmp0(json_string_value(json_object_get(finding, "kind")), kind) == 0)
            return finding;
    }
    return NULL;
}

static void expect_finding(json_t *collection, const char *kind, const char *code, double area_m2)
{
    json_t *findings = json_array();
    struct ground *ground = make(collection, findings);
    const json_t *finding = find_kind(findings, kind);
    if (!finding)
        g_error("no %s", kind);
    const json_t *message = json_object_get(finding, "message");
    g_assert_cmpstr(json_string_value(json_array_get(json_object_get(finding, "codes"), 0)), ==,
                    code);
    g_assert_nonnull(strstr(json_string_value(json_object_get(message, "en")), code));
    g_assert_nonnull(strstr(json_string_value(json_object_get(message, "zh")), code));
    if (area_m2 > 0)
        g_assert_cmpfloat(
            fabs(json_number_value(json_object_get(finding, "area_m2")) / area_m2 - 1), <, 0.01);
    json_decref(findings);
    ground_unref(ground);
}

static json_t *town_with(const char *code, const char *name, json_t *geometry)
{
    json_t *collection = town(&small);
    json_array_append_new(json_object_get(collection, "features"),
                          feature(code, "370812107200", "cell", "governance", name, geometry));
    return collection;
}

/* A cell's side of 0.004 degrees is 364.3 m from west to east there and 444.8 m from south to
 * north. */
static void findings_name_what_is_wrong(void)
{
    expect_finding(
        town_with("370812107200050", "石桥村50网格", square(116.001, 35, 116.003, 35.002)),
        "overlap", "370812107200000", 0.002 * 91080 * 0.002 * 111195);
    expect_finding(town_with("370812107200050", "石桥村50网格", square(115.99, 35, 116.0, 35.002)),
                   "outside", "370812107200050", 0.01 * 91080 * 0.002 * 111195);
    json_t *open = town(&small);
    json_array_remove(json_object_get(open, "features"), 2);
    expect_finding(open, "hole", "370812107", 0.004 * 91080 * 0.004 * 111195);
    json_t *bow = json_loads("{\"type\":\"Polygon\",\"coordinates\":[[[116.001,35.001],[116.003,"
                             "35.003],[116.003,35.001],[116.001,35.003],[116.001,35.001]]]}",
                             0, NULL);
    expect_finding(town_with("370812107200050", "石桥村50网格", bow), "invalid", "370812107200050",
                   0);
    json_t *flat = json_loads(
        "{\"type\":\"Polygon\",\"coordinates\":[[[116,35],[116.1,35.1],[116,35],[116,35]]]}", 0,
        NULL);
    expect_finding(town_with("370812107200050", "石桥村50网格", flat), "broken", "370812107200050",
                   0);
    expect_finding(town_with("370812107200050", "石桥村05网格", square(115.9, 35, 115.91, 35.01)),
                   "same_name", "370812107200005", 0);
    expect_finding(town_with("370812107200050", "南口5网格", square(115.9, 35, 115.91, 35.01)),
                   "same_number", "370812107200005", 0);
}

static void a_repaired_area_is_found(void)
{
    json_t *bow = json_loads("{\"type\":\"Polygon\",\"coordinates\":[[[115,35],[115.2,35.2],[115.2,"
                             "35],[115,35.2],[115,35]]]}",
                             0, NULL);
    struct ground *ground = make(town_with("370812107200050", "石桥村50网格", bow), NULL);
    g_assert_cmpstr(ground_at(ground, "governance", "cell", 115.18, 35.1), ==, "370812107200050");
    g_assert_cmpstr(ground_at(ground, "governance", "cell", 115.02, 35.1), ==, "370812107200050");
    g_assert_null(ground_at(ground, "governance", "cell", 115.1, 35.02));
    ground_unref(ground);
}

static void a_file_wrong_everywhere_is_told_once(void)
{
    json_t *collection = town(&small);
    for (int i = 0; i < 300; i++) {
        g_autofree char *code = g_strdup_printf("370812107200%03d", 100 + i);
        g_autofree char *name = g_strdup_printf("石桥村%d网格", 100 + i);
        json_array_append_new(json_object_get(collection, "features"),
                              feature(code, "370812107200", "cell", "governance", name,
                                      square(116, 35, 116.05, 35.01)));
    }
    json_t *findings = json_array();
    struct ground *ground = make(collection, findings);
    g_assert_cmpuint(json_array_size(findings), ==, 201);
    g_assert_nonnull(find_kind(findings, "more"));
    json_decref(findings);
    ground_unref(ground);
}

static void nothing_at_all(void)
{
    json_t *findings = json_array();
    struct ground *ground =
        make(json_pack("{s:s,s:[]}", "type", "FeatureCollection", "features"), findings);
    double metres;
    g_assert_null(ground_at(ground, "governance", "cell", 116, 35));
    g_assert_null(ground_nearest(ground, "governance", "cell", 116, 35, 100, &metres));
    g_assert_null(ground_of_address(ground, "石桥村"));
    g_autoptr(GPtrArray) codes = ground_all_at(ground, 116, 35);
    g_assert_cmpuint(codes->len, ==, 0);
    json_decref(findings);
    ground_unref(ground);
    g_autoptr(GError) error = NULL;
    json_t *wrong = json_object();
    g_assert_null(ground_create(wrong, NULL, &error));
    g_assert_nonnull(error);
    json_decref(wrong);
}

/* Immutable: four threads ask, each answer is the one of arithmetic. Several towns, because what is
 * made late is made at the first questions. */
static gpointer ask(gpointer data)
{
    struct ground *ground = data;
    g_autoptr(GRand) random = g_rand_new_with_seed(7);
    for (int i = 0; i < 500; i++) {
        int row = g_rand_int_range(random, 0, small.villages);
        int column = g_rand_int_range(random, 0, small.cells);
        double lon = small.lon + (column + g_rand_double_range(random, 0.01, 0.99)) * small.side;
        double lat = small.lat + (row + g_rand_double_range(random, 0.01, 0.99)) * small.side;
        g_autofree char *code = g_strdup_printf("370812107%03d%03d", 200 + row, column);
        double metres;
        g_assert_cmpstr(ground_at(ground, "governance", "cell", lon, lat), ==, code);
        g_assert_cmpstr(ground_nearest(ground, "governance", "cell", lon, lat, 1, &metres), ==,
                        code);
    }
    ground_unref(ground);
    return NULL;
}

static void threads(void)
{
    for (int round = 0; round < 10; round++) {
        struct ground *ground = make(town(&small), NULL);
        GThread *all[4];
        for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
            all[i] = g_thread_new("asks", ask, ground_ref(ground));
        for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
            g_thread_join(all[i]);
        ground_unref(ground);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ground/points", points);
    g_test_add_func("/ground/holes-of-polygons", holes_of_polygons_are_outside);
    g_test_add_func("/ground/layers", layers);
    g_test_add_func("/ground/nearest", nearest);
    g_test_add_func("/ground/tree", tree);
    g_test_add_func("/ground/addresses", addresses);
    g_test_add_func("/ground/namesakes", namesakes);
    g_test_add_func("/ground/names-of-real-towns", names_of_real_towns);
    g_test_add_func("/ground/findings", findings_name_what_is_wrong);
    g_test_add_func("/ground/repaired", a_repaired_area_is_found);
    g_test_add_func("/ground/wrong-everywhere", a_file_wrong_everywhere_is_told_once);
    g_test_add_func("/ground/nothing", nothing_at_all);
    g_test_add_func("/ground/threads", threads);
    return g_test_run();
}
