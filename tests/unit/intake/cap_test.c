/* Messages of CAP 1.2: what they say as events, what is refused and why; what others have sent. */
#include "intake/cap_event.h"
#include "intake/cap_shape.h"
#include "intake/cap_words.h"
#include <libxml/parser.h>
#include <math.h>
#include <string.h>

#define NOW INT64_C(1795305600000000) /* 2026-11-22T00:00:00Z */
#define HEAD                                                                                       \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><c:alert "                                          \
    "xmlns:c=\"urn:oasis:names:tc:emergency:cap:1.2\"><c:identifier>%s</c:identifier>"             \
    "<c:sender>cma@gov.cn</c:sender><c:sent>2026-11-22T08:00:00+08:00</c:sent>"                    \
    "<c:status>%s</c:status><c:msgType>%s</c:msgType><c:scope>Public</c:scope>"
#define TAIL "</c:alert>"
#define INFO                                                                                                        \
    "<c:info><c:language>zh-CN</c:language><c:category>Met</c:category><c:event>暴雨</c:event>"                   \
    "<c:urgency>Immediate</c:urgency><c:severity>Severe</c:severity>"                                               \
    "<c:certainty>Observed</c:certainty><c:expires>2026-11-22T20:00:00+08:00</c:expires>"                           \
    "<c:headline>清溪镇发布暴雨橙色预警</c:headline><c:description>三小时 50 毫米以上\n请防范" \
    "</c:description><c:instruction>停止户外活动</c:instruction><c:area><c:areaDesc>清溪镇"                \
    "</c:areaDesc><c:polygon>35.0,116.0 35.0,116.1 35.1,116.1 35.1,116.0 35.0,116.0</c:polygon>"                    \
    "<c:geocode><c:valueName>行政区划</c:valueName><c:value>370812107</c:value></c:geocode>"                    \
    "</c:area></c:info>"

static char *message(const char *id, const char *status, const char *type, const char *rest)
{
    g_autofree char *head = g_strdup_printf(HEAD, id, status, type);
    return g_strconcat(head, rest, TAIL, NULL);
}

static struct cap_alert *read_good(const char *text)
{
    g_autoptr(GError) error = NULL;
    const char *zh = NULL;
    struct cap_alert *alert = cap_read(text, strlen(text), &zh, &error);
    g_assert_no_error(error);
    g_assert_null(zh);
    return alert;
}

static struct event *event_of(const char *text)
{
    struct cap_alert *alert = read_good(text);
    g_autoptr(GError) error = NULL;
    const char *note = NULL;
    struct event *event = cap_event(alert, "weather", NOW, &note, &error);
    g_assert_no_error(error);
    g_assert_true((event == NULL) == (note != NULL));
    cap_free(alert);
    return event;
}

static const char *extra(const struct event *event, const char *key)
{
    return json_string_value(json_object_get(event->extra, key));
}

static void a_warning(void)
{
    g_autofree char *text = message("A1", "Actual", "Alert", INFO);
    event_auto event = event_of(text);
    g_assert_cmpstr(event->id, ==, "cma@gov.cn,A1");
    g_assert_cmpint(event->kind, ==, EVENT_REPORT);
    g_assert_cmpstr(event->dimension, ==, "warning");
    g_assert_cmpstr(event->type, ==, "rainstorm");
    g_assert_cmpstr(event->title, ==, "清溪镇发布暴雨橙色预警");
    g_assert_cmpstr(event->text, ==, "三小时 50 毫米以上\n请防范\n\n停止户外活动");
    g_assert_cmpuint(event->priority, ==, 2);
    g_assert_cmpstr(event->area, ==, "370812107");
    g_assert_cmpstr(event->address, ==, "清溪镇");
    g_assert_cmpint(event->occurred_us, ==, NOW);
    g_assert_cmpint(event->expires_us, ==, NOW + INT64_C(12) * 3600 * G_USEC_PER_SEC);
    g_assert_cmpuint(event->marks, ==, 0);
    g_assert_cmpstr(extra(event, "colour"), ==, "orange");
    g_assert_cmpstr(extra(event, "colour_from"), ==, "headline");
    g_assert_cmpstr(extra(event, "signature"), ==, "none");
    g_assert_cmpstr(json_string_value(json_object_get(event->shape, "type")), ==, "Polygon");
    const json_t *ring = json_array_get(json_object_get(event->shape, "coordinates"), 0);
    g_assert_cmpuint(json_array_size(ring), ==, 5);
    g_assert_cmpfloat(json_number_value(json_array_get(json_array_get(ring, 0), 0)), ==, 116.0);
}

static void kinds_and_marks(void)
{
    static const struct {
        const char *status, *type;
        int kind; /* -1: no event */
        unsigned marks;
    } cases[] = {
        {"Exercise", "Alert", EVENT_REPORT, EVENT_EXERCISE},
        {"Test", "Alert", EVENT_REPORT, EVENT_TEST},
        {"Actual", "Update", EVENT_UPDATED, 0},
        {"Exercise", "Cancel", EVENT_CANCELLED, EVENT_EXERCISE},
        {"Actual", "Cancel", EVENT_CANCELLED, 0},
        {"Actual", "Ack", -1, 0},
        {"Actual", "Error", -1, 0},
        {"Draft", "Alert", -1, 0},
        {"System", "Alert", -1, 0},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        bool first = strcmp(cases[i].type, "Alert") == 0;
        g_autofree char *text =
            message("A2", cases[i].status, cases[i].type,
                    first ? INFO
                          : "<c:references>cma@gov.cn,A1,2026-11-22T08:00:00+08:00 "
                            "cma@gov.cn,A0,2026-11-22T07:00:00+08:00</c:references>" INFO);
        event_auto event = event_of(text);
        g_assert_true((event == NULL) == (cases[i].kind < 0));
        if (!event)
            continue;
        g_assert_cmpint((int)event->kind, ==, cases[i].kind);
        g_assert_cmpuint(event->marks, ==, cases[i].marks);
        g_assert_cmpstr(event->ref_ids ? event->ref_ids[0] : NULL, ==,
                        first ? NULL : "cma@gov.cn,A1");
    }
    /* a cancellation needs no info */
    g_autofree char *bare =
        message("A3", "Actual", "Cancel",
                "<c:note>解除</c:note><c:references>cma@gov.cn,A1,x</c:references>");
    event_auto event = event_of(bare);
    g_assert_cmpstr(event->title, ==, "解除");
}

static void colours(void)
{
    static const struct {
        const char *severity, *headline, *parameter, *value, *colour, *from;
    } cases[] = {
        {"Extreme", "Storm", NULL, NULL, "red", "severity"},
        {"Severe", "Storm", NULL, NULL, "orange", "severity"},
        {"Moderate", "Storm", NULL, NULL, "yellow", "severity"},
        {"Minor", "Storm", NULL, NULL, "blue", "severity"},
        {"Unknown", "Storm", NULL, NULL, NULL, NULL},
        {"Red", "Storm", NULL, NULL, "red", "severity"},
        {"YELLOW", "Storm", NULL, NULL, "yellow", "severity"},
        {"Minor", "红色预警", NULL, NULL, "red", "headline"},
        {"Minor", "红旗村大风", NULL, NULL, "blue", "severity"},
        {"Minor", "Storm", "awareness_level", "3; orange; Severe", "orange", "parameter"},
        {"Minor", "Storm", "预警级别", "Ⅲ级", "yellow", "parameter"},
        {"Minor", "Storm", "Color", "Blue", "blue", "parameter"},
        {"Minor", "红色预警", "预警等级", "橙色", "orange", "parameter"},
        {"Minor", "Storm", "station", "red", "blue", "severity"},
        {"Minor", "Storm", "预警级别", "Ⅰ级", "red", "parameter"},
        {"Minor", "Storm", "预警级别", "一级", "red", "parameter"},
        {"Minor", "Storm", "风力等级", "十一级", "blue", "severity"},
        {"Minor", "Storm", "风力等级", "阵风十二级，一级响应", "red", "parameter"},
        {"Minor", "Storm", "level", "infrared", "blue", "severity"},
        {"Minor", "Storm", "level", "level_red", "red", "parameter"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *parameter =
            cases[i].parameter
                ? g_strdup_printf("<c:parameter><c:valueName>%s</c:valueName><c:value>%s</c:value>"
                                  "</c:parameter>",
                                  cases[i].parameter, cases[i].value)
                : g_strdup("");
        g_autofree char *info = g_strdup_printf(
            "<c:info><c:category>Met</c:category><c:event>Wind</c:event><c:urgency>Future"
            "</c:urgency><c:severity>%s</c:severity><c:certainty>Likely</c:certainty><c:headline>%s"
            "</c:headline>%s</c:info>",
            cases[i].severity, cases[i].headline, parameter);
        g_autofree char *text = message("C", "Actual", "Alert", info);
        event_auto event = event_of(text);
        g_assert_cmpstr(extra(event, "colour"), ==, cases[i].colour);
        g_assert_cmpstr(extra(event, "colour_from"), ==, cases[i].from);
    }
}

static void types(void)
{
    static const struct {
        const char *event, *type;
    } cases[] = {
        {"Black ice", "road_ice"},         {"ICE STORMS", "road_ice"},
        {"Special notice", "weather"},     {"Police advice", "weather"},
        {"Window and windows", "weather"}, {"High winds", "wind"},
        {"Flash Flooding", "flood"},       {"Coastal floods", "flood"},
        {"Wildfires", "fire_danger"},      {"Fireworks", "weather"},
        {"Heavy snowfall", "snowstorm"},   {"Theatre", "weather"},
        {"道路结冰 ice", "road_ice"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *info = g_strdup_printf(
            "<c:info><c:category>Met</c:category><c:event>%s</c:event><c:urgency>Future"
            "</c:urgency><c:severity>Minor</c:severity><c:certainty>Likely</c:certainty></c:info>",
            cases[i].event);
        g_autofree char *text = message("T", "Actual", "Alert", info);
        event_auto event = event_of(text);
        g_assert_cmpstr(event->type, ==, cases[i].type);
    }
}

#define SMALL(language, severity, headline, area)                                                  \
    "<c:info><c:language>" language                                                                \
    "</c:language><c:category>Met</c:category><c:event>x</c:event>"                                \
    "<c:urgency>Future</c:urgency><c:severity>" severity "</c:severity><c:certainty>Likely"        \
    "</c:certainty><c:headline>" headline "</c:headline><c:area><c:areaDesc>a</c:areaDesc>" area   \
    "</c:area></c:info>"

static void languages_and_shapes(void)
{
    g_autofree char *text =
        message("L", "Actual", "Alert",
                SMALL("en-US", "Extreme", "English", "<c:circle>10,10 5</c:circle>")
                    SMALL("zh-CN", "Minor", "轻", "<c:circle>35.05,116.05 2.5</c:circle>")
                        SMALL("zh-CN", "Severe", "重",
                              "<c:polygon>35,116 35.1,116 35.1,116.1 35,116</c:polygon>"
                              "<c:circle>35,116 0</c:circle>"));
    event_auto event = event_of(text);
    g_assert_cmpstr(event->title, ==, "重");
    g_assert_cmpstr(json_string_value(json_object_get(event->shape, "type")), ==, "MultiPolygon");
    const json_t *polygons = json_object_get(event->shape, "coordinates");
    g_assert_cmpuint(json_array_size(polygons), ==, 2); /* the circle without a radius is a point */
    const json_t *circle = json_array_get(json_array_get(polygons, 0), 0);
    g_assert_cmpuint(json_array_size(circle), ==, 65);
    double east = json_number_value(json_array_get(json_array_get(circle, 0), 0));
    double metres = (east - 116.05) * 111194.9266 * cos(35.05 * G_PI / 180);
    g_assert_cmpfloat(fabs(metres - 2500), <, 1);
    /* a ring that came clockwise is turned: its surface counts positive */
    const json_t *ring = json_array_get(json_array_get(polygons, 1), 0);
    double turn = 0;
    for (size_t i = 0; i + 1 < json_array_size(ring); i++) {
        const json_t *a = json_array_get(ring, i), *b = json_array_get(ring, i + 1);
        turn += json_number_value(json_array_get(a, 0)) * json_number_value(json_array_get(b, 1)) -
                json_number_value(json_array_get(b, 0)) * json_number_value(json_array_get(a, 1));
    }
    g_assert_cmpfloat(turn, >, 0);
}

static void a_large_shape_is_thinned(void)
{
    g_autoptr(GString) polygon = g_string_new("<c:polygon>");
    for (int i = 0; i <= 20000; i++)
        g_string_append_printf(polygon, "%.5f,%.5f ",
                               35 + 0.3 * sin(2 * G_PI * (i % 20000) / 20000),
                               116 + 0.3 * cos(2 * G_PI * (i % 20000) / 20000));
    g_string_append(polygon, "</c:polygon>");
    g_autofree char *info = g_strdup_printf(
        "<c:info><c:category>Met</c:category><c:event>x</c:event><c:urgency>Future"
        "</c:urgency><c:severity>Minor</c:severity><c:certainty>Likely</c:certainty>"
        "<c:area><c:areaDesc>a</c:areaDesc>%s</c:area></c:info>",
        polygon->str);
    g_autofree char *text = message("B", "Actual", "Alert", info);
    event_auto event = event_of(text);
    g_assert_nonnull(event->shape);
    g_assert_cmpuint(json_dumpb(event->shape, NULL, 0, JSON_COMPACT), <=, 60 << 10);
}

static void encodings_and_signatures(void)
{
    g_autofree char *utf8 = message(
        "E", "Actual", "Alert",
        INFO "<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"><SignedInfo/></Signature>");
    event_auto event = event_of(utf8);
    g_assert_cmpstr(extra(event, "signature"), ==, "unchecked");
    char *declared = strstr(utf8, "UTF-8\"?>");
    g_autofree char *renamed =
        g_strdup_printf("%.*sGB18030%s", (int)(declared - utf8), utf8, declared + strlen("UTF-8"));
    gsize size = 0;
    g_autofree char *bytes = g_convert(renamed, -1, "GB18030", "UTF-8", NULL, &size, NULL);
    g_autoptr(GError) error = NULL;
    struct cap_alert *alert = cap_read(bytes, size, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(((struct cap_info *)alert->infos->pdata[0])->event, ==, "暴雨");
    cap_free(alert);
}

static void expect_fault(const char *text, size_t size, const char *words)
{
    g_autoptr(GError) error = NULL;
    const char *zh = NULL;
    g_assert_null(cap_read(text, size, &zh, &error));
    g_assert_nonnull(zh);
    if (!strstr(error->message, words))
        g_error("%s, not %s", error->message, words);
}

static void faults(void)
{
    static const struct {
        const char *from, *to, *words;
    } cases[] = {
        {"cap:1.2", "cap:3.0", "alert: is no message"},
        {"<c:identifier>A1", "<c:identifier>A 1", "identifier:"},
        {"cma@gov.cn", "", "sender:"},
        {"2026-11-22T08:00:00+08:00", "2026-11-22 08:00", "sent: expected"},
        {"2026-11-22T08:00:00+08:00", "2026-11-22T08:00:00", "sent: expected"},
        {"2026-11-22T08:00:00+08:00", "2026-13-22T08:00:00+08:00", "sent: expected"},
        {"Actual", "Real", "status:"},
        {"<c:scope>Public</c:scope>", "", "scope:"},
        {">Alert<", ">Update<", "references:"},
        {"<c:event>暴雨</c:event>", "", "event:"},
        {">Met<", ">Weather<", "category:"},
        {">Severe<", ">Bad<", "severity:"},
        {"<c:areaDesc>清溪镇</c:areaDesc>", "", "areaDesc:"},
        {"35.0,116.0 35.0,116.1", "35.0;116.0 35.0,116.1", "polygon: expected pairs"},
        {"35.0,116.0 35.0,116.1", "95.0,116.0 35.0,116.1", "polygon: expected pairs"},
        {"35.1,116.0 35.0,116.0", "35.1,116.0", "polygon: expected at least"},
        {"<c:valueName>行政区划</c:valueName>", "", "geocode: valueName"},
        {"</c:area>", "", "XML: line"},
        {"暴雨橙色", "&nbsp;", "XML: line"},
    };
    g_autofree char *good = message("A1", "Actual", "Alert", INFO);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) text = g_string_new(good);
        g_assert_cmpuint(g_string_replace(text, cases[i].from, cases[i].to, 1), ==, 1);
        expect_fault(text->str, text->len, cases[i].words);
    }
    expect_fault("", 0, "XML:");
    expect_fault("hello", 5, "XML:");
}

static void bombs(void)
{
    static const char laughs[] =
        "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY l2 "
        "\"&lol;&lol;&lol;\">"
        "]><alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">&l2;</alert>";
    static const char outside[] =
        "<?xml version=\"1.0\"?><!DOCTYPE a SYSTEM \"file:///etc/passwd\">"
        "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"/>";
    static const char entity[] =
        "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
        "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">&x;</alert>";
    expect_fault(laughs, sizeof laughs - 1, "document type");
    expect_fault(outside, sizeof outside - 1, "document type");
    expect_fault(entity, sizeof entity - 1, "document type");
    g_autoptr(GString) deep = g_string_new(NULL);
    for (int i = 0; i < 100000; i++)
        g_string_append(deep, "<a>");
    expect_fault(deep->str, deep->len, "deep");
    g_autofree char *large = g_malloc0(CAP_MAX_BYTES + 1);
    memset(large, ' ', CAP_MAX_BYTES + 1);
    expect_fault(large, CAP_MAX_BYTES + 1, "1 MiB");
}

/* Messages that others have sent, when they are there. */
static void real_messages(void)
{
    static const struct {
        const char *file, *type, *words; /* of the title; NULL: refused */
    } cases[] = {
        {"canada.cap", "thunderstorm", "severe thunderstorm watch"},
        {"earthquake.cap", "earthquake", "EQ "},
        {"earthquake-iso8859-1.cap", "earthquake", "Usulután"},
        {"weather.cap", NULL, ""},
        {"invalid.cap", NULL, NULL},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path =
            g_build_filename(TW_SOURCE_DIR, "..", "shared", "data", "cap", cases[i].file, NULL);
        g_autofree char *text = NULL;
        gsize size;
        if (!g_file_get_contents(path, &text, &size, NULL))
            continue;
        if (!cases[i].words) {
            expect_fault(text, size, "scope:");
            continue;
        }
        g_autoptr(GError) error = NULL;
        struct cap_alert *alert = cap_read(text, size, NULL, &error);
        g_assert_no_error(error);
        const char *note;
        event_auto event = cap_event(alert, "weather", NOW, &note, &error);
        g_assert_no_error(error);
        g_assert_nonnull(strstr(event->title, cases[i].words));
        if (cases[i].type)
            g_assert_cmpstr(event->type, ==, cases[i].type);
        cap_free(alert);
    }
}

/* Line ends as other systems write them are no reason to refuse a warning. */
static void line_ends(void)
{
    g_autoptr(GString) info = g_string_new(INFO);
    g_string_replace(info, "以上\n请", "以上&#13;&#10;请&#13;", 1);
    g_string_replace(info, "发布", "&#13;\t发布", 1);
    g_autofree char *text = message("A1", "Actual", "Alert", info->str);
    event_auto event = event_of(text);
    g_assert_cmpstr(event->text, ==, "三小时 50 毫米以上\n请\n防范\n\n停止户外活动");
    g_assert_cmpstr(event->title, ==, "清溪镇 发布暴雨橙色预警");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    xmlInitParser();
    g_test_add_func("/cap/warning", a_warning);
    g_test_add_func("/cap/kinds-and-marks", kinds_and_marks);
    g_test_add_func("/cap/colours", colours);
    g_test_add_func("/cap/types", types);
    g_test_add_func("/cap/languages-and-shapes", languages_and_shapes);
    g_test_add_func("/cap/large-shape", a_large_shape_is_thinned);
    g_test_add_func("/cap/encodings-and-signatures", encodings_and_signatures);
    g_test_add_func("/cap/faults", faults);
    g_test_add_func("/cap/bombs", bombs);
    g_test_add_func("/cap/line-ends", line_ends);
    g_test_add_func("/cap/real-messages", real_messages);
    int result = g_test_run();
    xmlCleanupParser();
    return result;
}
