/* The camera list: what is read, and that every mistake is told with its line and column. */
#include "wall/camera_csv.h"
#include <glib.h>
#include <math.h>
#include <string.h>

static struct camera_csv *parse(const char *text)
{
    return camera_csv_parse(text, strlen(text));
}

static const struct camera_fields *row(const struct camera_csv *csv, guint i)
{
    g_assert_cmpuint(i, <, csv->rows->len);
    return csv->rows->pdata[i];
}

static const struct camera_csv_note *note(const struct camera_csv *csv, guint i)
{
    g_assert_cmpuint(i, <, csv->notes->len);
    return csv->notes->pdata[i];
}

static void good(void)
{
    struct camera_csv *csv = parse("\xEF\xBB\xBFid,name,url,sub_url,lon,lat,crs,area,azimuth,"
                                   "notice_sign,video_keep_days,scene\r\n"
                                   "c1,\"石桥,05-12\",rtsp://admin:a@b:c?%@10.0.0.1/"
                                   "1,,120.5,30.25,WGS84,330000001001005,90,yes,30,river\r\n"
                                   "\r\n"
                                   "c2,\"两行\n名字\",rtsp://h/2,rtsp://h/2s,,,,,,,,\n");
    g_assert_cmpuint(csv->records, ==, 2);
    g_assert_cmpuint(csv->bad, ==, 0);
    g_assert_cmpuint(csv->notes->len, ==, 0);
    const struct camera_fields *first = row(csv, 0);
    g_assert_cmpstr(first->name, ==, "石桥,05-12");
    g_assert_cmpstr(first->url, ==, "rtsp://admin:a@b:c?%@10.0.0.1/1");
    g_assert_null(first->sub_url);
    g_assert_cmpfloat(first->lon, ==, 120.5);
    g_assert_cmpint(first->notice_sign, ==, 1);
    g_assert_cmpint(first->video_keep_days, ==, 30);
    g_assert_cmpstr(json_string_value(json_object_get(first->properties, "scene")), ==, "river");
    const struct camera_fields *second = row(csv, 1);
    g_assert_cmpstr(second->name, ==, "两行\n名字");
    g_assert_true(isnan(second->lon));
    g_assert_cmpint(second->notice_sign, ==, -1);
    g_assert_cmpstr(second->mode, ==, "always");
    g_assert_cmpuint(g_array_index(csv->lines, guint, 1), ==, 4);
    camera_csv_destroy(csv);
}

static void mistakes(void)
{
    struct camera_csv *csv = parse("id,name,url,lon,lat,crs,area,mode\n"
                                   "c1,a,rtsp://h/1,200,30,WGS84,330,always\n" /* 2 */
                                   "c2,,rtsp://h/2,,,,,\n"                     /* 3 */
                                   "c3,c,not a url,,,,,\n"                     /* 4 */
                                   "c4,d,rtsp://h/4,120,,,,\n"                 /* 5 */
                                   "c5,e,rtsp://h/5,,,,,sometimes\n"           /* 6 */
                                   "c6,f,rtsp://h/6\n"                         /* 7 */
                                   "c7,\"g,rtsp://h/7,,,,,\n"                  /* 8 */
                                   "c8,h,rtsp://h/8,,,,12x,\n"                 /* 9 */
                                   "c9,\xff,rtsp://h/9,,,,,\n"                 /* 10 */
                                   "ok,i,rtsp://h/10,,,,,\n"                   /* 11 */
                                   "ok,j,rtsp://h/11,,,,,\n");                 /* 12 */
    static const struct {
        guint line;
        const char *column;
    } want[] = {{2, "lon"}, {3, "name"}, {4, "url"},  {5, "lat"}, {6, "mode"},
                {7, ""},    {8, ""},     {9, "area"}, {10, ""},   {12, "id"}};
    g_assert_cmpuint(csv->records, ==, 11);
    g_assert_cmpuint(csv->bad, ==, 10);
    g_assert_cmpuint(csv->rows->len, ==, 1);
    g_assert_cmpuint(csv->notes->len, ==, G_N_ELEMENTS(want));
    for (guint i = 0; i < G_N_ELEMENTS(want); i++) {
        g_assert_cmpuint(note(csv, i)->line, ==, want[i].line);
        g_assert_cmpstr(note(csv, i)->column, ==, want[i].column);
        g_assert_true(g_utf8_validate(note(csv, i)->zh, -1, NULL));
        g_assert_cmpuint(strlen(note(csv, i)->en), >, 5);
    }
    g_assert_cmpstr(note(csv, 0)->en, ==, "expected a number -180 to 180, got \"200\"");
    camera_csv_destroy(csv);
}

static void no_password_in_messages(void)
{
    struct camera_csv *csv = parse("id,name,url\nc1,a,rtsp://u:secret@h/ x\n");
    g_assert_cmpuint(csv->bad, ==, 1);
    g_assert_null(strstr(note(csv, 0)->en, "secret"));
    g_assert_null(strstr(note(csv, 0)->zh, "secret"));
    camera_csv_destroy(csv);
}

static void ports(void)
{
    struct camera_csv *csv = parse("id,name,url\n"
                                   "c1,a,rtsp://u:1234567@h:554/a\n"
                                   "c2,b,rtsp://h:99999/a\n"
                                   "c3,c,rtsp://u:p:w@h:0/a\n"
                                   "c4,d,rtsp://[2001:db8::1]/a\n"
                                   "c5,e,rtsp://[::1]:70000/a\n"
                                   "c6,f,rtsp://h?x=1:99999\n");
    g_assert_cmpuint(csv->bad, ==, 3);
    static const guint lines[] = {3, 4, 6};
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
        g_assert_cmpuint(note(csv, i)->line, ==, lines[i]);
    g_assert_nonnull(strstr(note(csv, 0)->en, "65535"));
    camera_csv_destroy(csv);
    csv = parse("id,name,url,mode\nc1,a,rtsp://h/,never\n");
    g_assert_nonnull(strstr(note(csv, 0)->en, "always, on_demand"));
    camera_csv_destroy(csv);
}

static void headers(void)
{
    static const char *const files[] = {"", "id,name\nc1,a\n", "id,name,url,id\n", "\"id\n"};
    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        struct camera_csv *csv = parse(files[i]);
        g_assert_cmpuint(csv->rows->len, ==, 0);
        g_assert_cmpuint(csv->notes->len, >=, 1);
        camera_csv_destroy(csv);
    }
    struct camera_csv *csv = parse("id,name,url,颜色\nc1,a,rtsp://h/1,红\n");
    g_assert_cmpuint(csv->rows->len, ==, 1);
    g_assert_true(note(csv, 0)->warning);
    g_assert_cmpstr(json_string_value(json_object_get(row(csv, 0)->properties, "颜色")), ==, "红");
    camera_csv_destroy(csv);
}

static void gcj02_is_converted(void)
{
    struct camera_csv *csv =
        parse("id,name,url,lon,lat,crs\nc1,a,rtsp://h/1,120.00466,29.99758,GCJ02\n");
    g_assert_cmpfloat(fabs(row(csv, 0)->lon - 120.0), <, 2e-4);
    g_assert_cmpfloat(row(csv, 0)->source_lon, ==, 120.00466);
    camera_csv_destroy(csv);
}

/* One cell of a square tenth of a degree. */
static struct ground *one_cell(void)
{
    static const char text[] =
        "{'type':'FeatureCollection','features':[{'type':'Feature','properties':{'code':"
        "'330109105001001','parent':'330109105001','level':'cell','layer':'governance','name':"
        "'石桥村01网格','label':[120.05,30.05]},'geometry':{'type':'Polygon','coordinates':"
        "[[[120,30],[120.1,30],[120.1,30.1],[120,30.1],[120,30]]]}},{'type':'Feature','properties':"
        "{'code':'330109105001002','parent':'330109105001','level':'cell','layer':'governance',"
        "'name':'石桥村02网格','label':[120.15,30.05]},'geometry':{'type':'Polygon','coordinates':"
        "[[[120.1,30],[120.2,30],[120.2,30.1],[120.1,30.1],[120.1,30]]]}}]}";
    g_autofree char *json = g_strdelimit(g_strdup(text), "'", '"');
    json_t *collection = json_loads(json, 0, NULL);
    struct ground *ground = ground_create(collection, NULL, NULL);
    json_decref(collection);
    return ground;
}

static void areas_are_held_against_the_town(void)
{
    struct ground *ground = one_cell();
    struct camera_csv *csv = parse("id,name,url,lon,lat,area\n"
                                   "c1,a,rtsp://h/1,120.05,30.05,330109105001001\n"
                                   "c2,a,rtsp://h/1,120.15,30.05,330109105001001\n"
                                   "c3,a,rtsp://h/1,,,999\n"
                                   "c4,a,rtsp://h/1,120.15,30.05,\n");
    camera_csv_check_areas(csv, ground);
    g_assert_cmpuint(csv->rows->len, ==, 4);
    g_assert_cmpuint(csv->notes->len, ==, 2);
    g_assert_cmpuint(note(csv, 0)->line, ==, 3);
    g_assert_cmpstr(note(csv, 0)->zh, ==, "坐标在石桥村02网格，不在石桥村01网格");
    g_assert_true(note(csv, 0)->warning);
    g_assert_cmpuint(note(csv, 1)->line, ==, 4);
    g_assert_nonnull(strstr(note(csv, 1)->en, "no area 999"));
    camera_csv_destroy(csv);
    ground_unref(ground);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/camera-csv/good", good);
    g_test_add_func("/camera-csv/mistakes", mistakes);
    g_test_add_func("/camera-csv/no-password", no_password_in_messages);
    g_test_add_func("/camera-csv/ports", ports);
    g_test_add_func("/camera-csv/headers", headers);
    g_test_add_func("/camera-csv/areas", areas_are_held_against_the_town);
    g_test_add_func("/camera-csv/gcj02", gcj02_is_converted);
    return g_test_run();
}
