#include "node/camera_list.h"

static void test_csv(void)
{
    struct camera_list *list = camera_list_create();
    g_autoptr(GError) error = NULL;
    g_assert_true(camera_list_add_csv(list,
                                      "\xef\xbb\xbfid,name,url,sub_url,mode\r\n"
                                      "c1,\"石桥, \"\"东\"\"\",rtsp://a/1,rtsp://a/2,\r\n"
                                      "c2,,,rtsp://b/2,on_demand\n"
                                      "c3,x,file:///v.mp4,,disabled",
                                      &error));
    g_assert_no_error(error);
    size_t count;
    const struct camera_config *configs = camera_list_get(list, &count);
    g_assert_cmpuint(count, ==, 3);
    g_assert_cmpstr(configs[0].name, ==, "石桥, \"东\"");
    g_assert_cmpstr(configs[0].sub_url, ==, "rtsp://a/2");
    g_assert_cmpuint(configs[1].n, ==, 2);
    g_assert_null(configs[1].url);
    g_assert_cmpint(configs[1].mode, ==, CAMERA_ON_DEMAND);
    g_assert_cmpstr(configs[2].url, ==, "file:///v.mp4");
    g_assert_cmpint(configs[2].mode, ==, CAMERA_DISABLED);
    camera_list_destroy(list);
}

static void assert_refused(const char *text, const char *message)
{
    struct camera_list *list = camera_list_create();
    g_autoptr(GError) error = NULL;
    g_assert_false(camera_list_add_csv(list, text, &error));
    g_assert_cmpstr(error->message, ==, message);
    camera_list_destroy(list);
}

static void test_csv_errors(void)
{
    assert_refused("id,url\nc1,rtsp://a\n,rtsp://b\n", "line 3: a camera needs an id");
    assert_refused("id,url\nc1,\n", "line 2: a camera needs an url or a sub_url");
    assert_refused("id,url,mode\nc1,rtsp://a,maybe\n",
                   "line 2: mode is always, on_demand, sampled or disabled");
}

static void test_json(void)
{
    struct camera_list *list = camera_list_create();
    g_autoptr(GError) error = NULL;
    json_t *array = json_pack("[{s:i,s:s,s:s,s:s,s:s}]", "n", 7, "id", "c7", "name", "x", "url",
                              "rtsp://a/1", "mode", "always");
    g_assert_true(camera_list_add_json(list, array, &error));
    size_t count;
    g_assert_cmpuint(camera_list_get(list, &count)[0].n, ==, 7);
    json_decref(array);
    array = json_pack("[{s:s}]", "id", "c7");
    g_assert_false(camera_list_add_json(list, array, &error));
    g_assert_cmpstr(error->message, ==, "camera 0: n above 0 and an id are needed");
    json_decref(array);
    camera_list_destroy(list);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/camera-list/csv", test_csv);
    g_test_add_func("/camera-list/csv-errors", test_csv_errors);
    g_test_add_func("/camera-list/json", test_json);
    return g_test_run();
}
