/* Their names to ours. */
#include "intake/csv_table.h"
#include "intake/mapping.h"
#include "intake/time_text.h"
#include <string.h>

static json_t *json_of(const char *text)
{
    g_autofree char *copy = g_strdelimit(g_strdup(text), "'", '"');
    json_error_t fault;
    json_t *json = json_loads(copy, JSON_DECODE_ANY, &fault);
    if (!json)
        g_error("%s: %s", text, fault.text);
    return json;
}

/* What one field becomes; NULL: refused. */
static char *field(const char *rule, const char *name, const char *item)
{
    g_autofree char *text = g_strdup_printf("{'fields':{'%s':%s}}", name, rule);
    json_t *json = json_of(text), *theirs = json_of(item);
    g_autoptr(GError) error = NULL;
    struct mapping *mapping = mapping_read(json, &error);
    g_assert_no_error(error);
    struct form_fault fault = {0};
    json_t *ours = mapping_apply(mapping, theirs, &fault);
    char *value = NULL;
    if (ours) {
        json_t *found = json_object_get(ours, name);
        char *dumped = found ? json_dumps(found, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
        value = g_strdup(dumped ? dumped : "");
        free(dumped);
    } else {
        g_assert_cmpstr(fault.field, ==, name);
        g_assert_nonnull(fault.zh);
        g_assert_nonnull(fault.en);
    }
    form_fault_clear(&fault);
    json_decref(ours);
    json_decref(theirs);
    json_decref(json);
    mapping_free(mapping);
    return value;
}

static void test_fields(void)
{
    static const struct {
        const char *name, *rule, *item, *value; /* value NULL: refused, "": absent */
    } cases[] = {
        {"id", "'a'", "{'a':'x'}", "\"x\""},
        {"id", "'a'", "{'a':77}", "\"77\""},
        {"id", "'a'", "{'a':'  '}", ""},
        {"id", "'a'", "{'a':null}", ""},
        {"id", "'a.b.1'", "{'a':{'b':[1,'y']}}", "\"y\""},
        {"id", "'/a.b/c~1d'", "{'a.b':{'c/d':'z'}}", "\"z\""},
        {"id", "{'from':['a','b']}", "{'b':'x'}", "\"x\""},
        {"id", "{'join':['a','b','c'],'with':'-'}", "{'a':1,'c':'x'}", "\"1-x\""},
        {"id", "{'from':'a','absent':['-']}", "{'a':'-'}", ""},
        {"kind", "{'value':'cleared'}", "{}", "\"cleared\""},
        {"type", "{'from':'a','table':{'1':'fire'}}", "{'a':1}", "\"fire\""},
        {"type", "{'from':'a','table':{'1':'fire'}}", "{'a':2}", NULL},
        {"type", "{'from':'a','table':{'1':'fire','*':'other'}}", "{'a':2}", "\"other\""},
        {"type", "{'from':'a','table':{'1':'fire'},'default':'x'}", "{'a':2}", "\"x\""},
        {"type", "{'from':'a','default':'x'}", "{}", "\"x\""},
        {"type", "{'from':'a','words':[['火','fire'],['水','flood']]}", "{'a':'发水着火'}",
         "\"fire\""},
        {"priority", "'a'", "{'a':'2'}", "2"},
        {"priority", "'a'", "{'a':5}", NULL},
        {"lon", "'a'", "{'a':' 120.5 '}", "120.5"},
        {"lon", "'a'", "{'a':'120.5E'}", NULL},
        {"lon", "'a'", "{'a':'nan'}", NULL},
        {"lon", "{'from':'a','scale':0.5}", "{'a':241}", "120.5"},
        {"refs", "'a'", "{'a':'x, y'}", "[\"x\",\"y\"]"},
        {"refs", "'a'", "{'a':['x']}", "[\"x\"]"},
        {"shape", "'a'", "{'a':{'type':'Polygon'}}", "{\"type\":\"Polygon\"}"},
        {"extra", "{'pick':['a','b.c']}", "{'a':1,'b':{'c':[2]}}", "{\"a\":1,\"b.c\":[2]}"},
        {"extra", "{'pick':['a']}", "{}", ""},
        {"occurred_us", "{'from':'a','time':'s'}", "{'a':1790000000}", "1790000000000000"},
        {"occurred_us", "'a'", "{'a':'morning'}", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *value = field(cases[i].rule, cases[i].name, cases[i].item);
        g_test_message("%s %s", cases[i].rule, cases[i].item);
        g_assert_cmpstr(value, ==, cases[i].value);
    }
}

static void test_prose_is_cut_and_cleaned(void)
{
    g_autofree char *title = field("'a'", "title", "{'a':'x\\r\\ny\\u0001z'}");
    g_assert_cmpstr(title, ==, "\"x\\ny z\"");
    g_autoptr(GString) item = g_string_new("{'a':'");
    for (int i = 0; i < 300; i++)
        g_string_append(item, "字");
    g_string_append(item, "'}");
    g_autofree char *cut = field("'a'", "title", item->str);
    g_assert_cmpint(g_utf8_strlen(cut, -1), ==, 202); /* with its quotes */
    g_assert_true(g_str_has_suffix(cut, "…\""));
}

static void test_wrong_mappings_name_the_place(void)
{
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"{}", "fields"},
        {"{'fields':{}}", "fields"},
        {"{'fields':{'id':'a'},'odd':1}", "odd"},
        {"{'fields':{'source':'a'}}", "source"},
        {"{'fields':{'received_us':'a'}}", "received_us"},
        {"{'fields':{'id':5}}", "id"},
        {"{'fields':{'id':{'frm':'a'}}}", "frm"},
        {"{'fields':{'id':{}}}", "id"},
        {"{'fields':{'id':{'from':'a','table':[]}}}", "table"},
        {"{'fields':{'id':{'from':'a','words':[['']]}}}", "words"},
        {"{'fields':{'id':{'from':'a','time':'iso'}}}", "time"},
        {"{'fields':{'occurred_us':{'from':'a','time':'%Q'}}}", "time"},
        {"{'fields':{'occurred_us':{'from':'a','zone':'Moon/Base'}}}", "zone"},
        {"{'fields':{'id':{'from':'a','pick':['b']}}}", "pick"},
        {"{'fields':{'id':{'from':[]}}}", "from"},
        {"{'fields':{'id':{'from':'a','join':['b','c','d']}}}", "join"},
        {"{'fields':{'lon':{'from':'a','scale':0}}}", "scale"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        json_t *json = json_of(cases[i].text);
        g_autoptr(GError) error = NULL;
        g_assert_null(mapping_read(json, &error));
        g_assert_nonnull(error);
        g_test_message("%s: %s", cases[i].text, error->message);
        g_assert_nonnull(strstr(error->message, cases[i].part));
        json_decref(json);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(mapping_open("nothing", &error));
    g_clear_error(&error);
    g_assert_null(mapping_open("{", &error));
    g_assert_nonnull(error);
}

/* Every mapping that comes with the program makes events of what it names. */
static void test_shipped(void)
{
    for (const char *const *name = mapping_names(); *name; name++) {
        g_autoptr(GError) error = NULL;
        struct mapping *mapping = mapping_open(*name, &error);
        g_assert_no_error(error);
        g_autofree char *path = g_strdup_printf("%s/config/feeds/%s.json", TW_SOURCE_DIR, *name);
        json_t *json = json_load_file(path, 0, NULL), *item = json_object();
        const json_t *fields = json_object_get(json, "fields");
        static const struct {
            const char *field, *value;
        } given[] = {{"id", "A-1"},       {"title", "夜间"},       {"occurred_us", NULL},
                     {"lon", "120.1"},    {"lat", "30.2"},         {"reporter", "13800138000"},
                     {"address", "一号"}, {"type", "construction"}};
        for (guint i = 0; i < G_N_ELEMENTS(given); i++) {
            const json_t *rule = json_object_get(fields, given[i].field);
            const json_t *from = json_object_get(rule, "from");
            const char *path_text = json_string_value(rule);
            if (!path_text)
                path_text = json_string_value(json_is_array(from) ? json_array_get(from, 0) : from);
            const char *value = given[i].value ? given[i].value : "2026-11-22 08:00:00";
            if (path_text)
                json_object_set_new(item, path_text, json_string(value));
        }
        if (strcmp(*name, "csv") == 0)
            json_object_set_new(item, "dimension", json_string("traffic"));
        struct form_fault fault = {0};
        json_t *ours = mapping_apply(mapping, item, &fault);
        g_assert_cmpstr(fault.en, ==, NULL);
        const struct form form = {.source = "f", .now_us = INT64_C(1795305600000000)};
        json_object_del(ours, "reporter");
        event_auto event = form_event(&form, ours, &fault);
        g_assert_cmpstr(fault.en, ==, NULL);
        g_assert_cmpstr(event->id, ==, "A-1");
        g_assert_cmpint(event->occurred_us, ==, INT64_C(1795305600000000));
        json_decref(ours);
        json_decref(item);
        json_decref(json);
        mapping_free(mapping);
    }
}

static void test_times(void)
{
    static const struct {
        const char *text, *form, *zone;
        int64_t us; /* -1: refused */
    } cases[] = {
        {"2026-11-22T00:00:00Z", "iso", "+08:00", INT64_C(1795305600000000)},
        {"2026-11-22T08:00:00.5", "iso", "+08:00", INT64_C(1795305600500000)},
        {"2026-11-22 08:00", "iso", "Asia/Shanghai", INT64_C(1795305600000000)},
        {"2026-11-22T09:00:00+0900", "iso", "+08:00", INT64_C(1795305600000000)},
        {"2026-11-22", "iso", "+00:00", INT64_C(1795305600000000)},
        {"2026-11-22T", "iso", "+00:00", -1},
        {"2026-02-30", "iso", "+00:00", -1},
        {"2026-11-22T24:00:00", "iso", "+00:00", -1},
        {"2026-11-22T08:00:00+15:00", "iso", "+00:00", -1},
        {"2026年11月22日 8时5分", "%Y年%m月%d日 %H时%M分", "+08:00", INT64_C(1795305900000000)},
        {"20261122080000", "%Y%m%d%H%M%S", "+08:00", INT64_C(1795305600000000)},
        {"22/11/2026  08:00:00.123 +08:00", "%d/%m/%Y %H:%M:%S.%f %z", "+00:00",
         INT64_C(1795305600123000)},
        {"2026-11-22 08:00:00x", "%Y-%m-%d %H:%M:%S", "+08:00", -1},
        {"2026-07-01 12:00:00", "%Y-%m-%d %H:%M:%S", "Europe/Berlin", INT64_C(1782900000000000)},
        {"1795305600", "s", "+08:00", INT64_C(1795305600000000)},
        {"1795305600.25", "s", "+08:00", INT64_C(1795305600250000)},
        {"1795305600250", "ms", "+08:00", INT64_C(1795305600250000)},
        {"1795305600250000", "us", "+08:00", INT64_C(1795305600250000)},
        {"-5", "s", "+08:00", -1},
        {"99999999999999999999", "us", "+08:00", -1},
        {"", "iso", "+08:00", -1},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(cases[i].zone);
        int64_t us = -1;
        g_test_message("%s as %s", cases[i].text, cases[i].form);
        g_assert_nonnull(zone);
        g_assert_true(time_text_form_good(cases[i].form));
        bool read = time_text_read(cases[i].text, cases[i].form, zone, &us);
        g_assert_cmpint(read, ==, cases[i].us >= 0);
        if (read)
            g_assert_cmpint(us, ==, cases[i].us);
    }
    g_assert_false(time_text_form_good("%H:%M"));
    g_assert_false(time_text_form_good("%"));
    g_assert_false(time_text_form_good("%Y%q"));
}

static void test_csv(void)
{
    static const char text[] = "\xEF\xBB\xBFid, title ,\r\n1,\"a,\"\"b\",x\r\n2,,\r\n3,a,b,c\r\n";
    struct csv_table table = {0};
    struct form_fault fault = {0};
    json_t *row = NULL;
    guint line = 0;
    g_assert_true(csv_table_open(&table, text, sizeof text - 1, &fault));
    g_assert_cmpint(csv_table_next(&table, &row, &line, &fault), ==, CSV_ROW);
    g_assert_cmpstr(json_string_value(json_object_get(row, "title")), ==, "a,\"b");
    g_assert_cmpuint(json_object_size(row), ==, 2);
    json_decref(row);
    g_assert_cmpint(csv_table_next(&table, &row, &line, &fault), ==, CSV_ROW);
    g_assert_cmpuint(json_object_size(row), ==, 1);
    json_decref(row);
    g_assert_cmpint(csv_table_next(&table, &row, &line, &fault), ==, CSV_ROW_BAD);
    g_assert_cmpuint(line, ==, 4);
    form_fault_clear(&fault);
    g_assert_cmpint(csv_table_next(&table, &row, &line, &fault), ==, CSV_ROW_END);
    csv_table_close(&table);
    static const char *const wrong[] = {"", "a,a\n1,2\n", ",\n1,2\n"};
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_assert_false(csv_table_open(&table, wrong[i], strlen(wrong[i]), &fault));
        form_fault_clear(&fault);
        csv_table_close(&table);
    }
}

static void test_items(void)
{
    json_t *json = json_of("{'items':'data.rows','fields':{'id':'a'}}");
    struct mapping *mapping = mapping_read(json, NULL);
    static const struct {
        const char *body;
        int count; /* -1: none */
    } cases[] = {{"{'data':{'rows':[{},{}]}}", 2},
                 {"{'data':{'rows':{}}}", 1},
                 {"{'data':{}}", -1},
                 {"[1]", -1},
                 {"5", -1}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        json_t *body = json_of(cases[i].body);
        json_t *items = mapping_items(mapping, body);
        g_assert_cmpint(items ? (int)json_array_size(items) : -1, ==, cases[i].count);
        json_decref(items);
        json_decref(body);
    }
    mapping_free(mapping);
    json_decref(json);
}

/* A test uses up no name of the source, and takes back nothing of it. */
static void tests_have_names_of_ours(void)
{
    event_auto event = event_new();
    g_autofree char *longest = g_strnfill(122, 'x'), *two = g_strconcat(longest, "é", NULL);
    const char *refs[] = {"A-1", two, NULL};
    event->source = g_strdup("hotline");
    event->id = g_strdup("A-2");
    event->kind = EVENT_CANCELLED;
    event->dimension = g_strdup("livelihood");
    event->type = g_strdup("noise");
    event->title = g_strdup("撤销");
    event->received_us = 1;
    event->ref_ids = g_strdupv((char **)refs);
    form_make_test(event, "01ABC");
    g_autoptr(GError) error = NULL;
    event_check(event, NULL, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(event->marks, ==, EVENT_TEST);
    g_assert_cmpstr(event->id, ==, "test-01ABC");
    g_assert_cmpstr(event->ref_ids[0], ==, "test-A-1");
    g_assert_cmpuint(strlen(event->ref_ids[1]), ==, 127); /* é is not cut in half */
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/intake/mapping/fields", test_fields);
    g_test_add_func("/intake/mapping/prose", test_prose_is_cut_and_cleaned);
    g_test_add_func("/intake/mapping/wrong", test_wrong_mappings_name_the_place);
    g_test_add_func("/intake/mapping/shipped", test_shipped);
    g_test_add_func("/intake/mapping/items", test_items);
    g_test_add_func("/intake/time", test_times);
    g_test_add_func("/intake/csv", test_csv);
    g_test_add_func("/intake/mapping/tests", tests_have_names_of_ours);
    return g_test_run();
}
