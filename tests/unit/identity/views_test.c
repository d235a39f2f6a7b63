#include "fixture.h"
#include "identity/records.h"
#include <string.h>

static void on_reason(const struct problem *problem, gint64 until_us, gpointer user)
{
    struct fixture *f = user;
    f->problem = problem;
    f->answers++;
    if (!problem)
        g_assert_cmpint(until_us, ==, fixture_now_us + 12 * HOUR);
}

static const struct problem *give(struct fixture *f, const char *reason)
{
    unsigned wanted = f->answers + 1;
    identity_reason_give(f->identity, f->session, reason, on_reason, f);
    fixture_turn(f, wanted);
    return f->problem;
}

static struct fixture *operator_new(void)
{
    struct fixture *f = fixture_new();
    fixture_add(f, "operator", "operator", "");
    fixture_login(f, "operator", PASSWORD);
    return f;
}

static void test_reason_holds_for_a_shift(void)
{
    struct fixture *f = operator_new();
    g_assert_null(identity_view_reason(f->identity, f->session));
    g_assert_true(give(f, NULL) == &PROBLEM_REASON);
    g_assert_true(give(f, " x ") == &PROBLEM_REASON);
    g_assert_null(give(f, " 日常巡查 "));
    g_assert_cmpstr(identity_view_reason(f->identity, f->session), ==, "日常巡查");
    fixture_restart(f);
    fixture_login(f, "operator", PASSWORD);
    g_assert_cmpstr(identity_view_reason(f->identity, f->session), ==, "日常巡查");
    fixture_now_us += 12 * HOUR;
    g_assert_null(identity_view_reason(f->identity, f->session));
    fixture_free(f);
}

static void test_each_view_is_one_record(void)
{
    struct fixture *f = operator_new();
    give(f, "日常巡查");
    struct identity_view view = {
        .camera = "c0001", .profile = "sub", .kind = "live", .seat = "s12"};
    guint64 first = identity_view_begin(f->identity, f->session, &view);
    guint64 second = identity_view_begin(f->identity, f->session, &view);
    g_assert_cmpuint(first, !=, second);
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM view_log WHERE end_us IS NULL"), ==, 2);
    fixture_now_us += MINUTE;
    identity_view_end(f->identity, first, "stopped");
    identity_view_end(f->identity, first, "closed");
    identity_view_end(f->identity, 0, "closed");
    identity_view_end(f->identity, 999, "closed");
    g_autofree char *text = fixture_text(
        f, "SELECT login || '|' || name || '|' || unit || '|' || reason || '|' || camera || '|' ||"
           " profile || '|' || kind || '|' || seat || '|' || address || '|' || end_reason || '|' ||"
           " (end_us - start_us) FROM view_log WHERE end_us IS NOT NULL");
    g_assert_cmpstr(
        text, ==, "operator|王小明|综治中心|日常巡查|c0001|sub|live|s12|10.0.0.7|stopped|60000000");
    fixture_restart(f); /* a clean stop ends what is open now */
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM view_log WHERE end_us IS NULL"), ==, 0);
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM view_log"
                                   " WHERE end_reason = 'server_stopped'"),
                    ==, 1);
    fixture_free(f);
}

static void test_a_kill_leaves_no_view_open(void)
{
    struct fixture *f = operator_new();
    /* what a killed server leaves behind */
    g_assert_true(fixture_sql(
        f, "INSERT INTO view_log (id, user_id, login, name, unit, reason, camera, profile, kind,"
           " start_us) VALUES ('a', 'u', 'l', 'n', 'x', 'r', 'c1', 'sub', 'live', 5000),"
           " ('b', 'u', 'l', 'n', 'x', 'r', 'c1', 'sub', 'live', 9000)"));
    identity_destroy(f->identity);
    g_assert_true(fixture_sql(f, "UPDATE setting SET value = '7000' WHERE name = 'alive_us'"));
    struct identity_options options = {.store = f->store, .cheap_hash = true};
    f->identity = identity_create(&options, NULL);
    g_assert_cmpint(fixture_int(f, "SELECT end_us FROM view_log WHERE id = 'a'"), ==, 7000);
    g_assert_cmpint(fixture_int(f, "SELECT end_us FROM view_log WHERE id = 'b'"), ==, 9000);
    fixture_free(f);
}

struct page {
    json_t *json;
    unsigned calls;
};

static void on_page(json_t *json, const GError *error, gpointer user)
{
    struct page *page = user;
    g_assert_no_error(error);
    json_decref(page->json);
    page->json = json;
    page->calls++;
}

static void turn(const struct page *page, unsigned calls)
{
    while (page->calls < calls)
        g_main_context_iteration(NULL, TRUE);
}

static void test_pages_newest_first(void)
{
    struct fixture *f = operator_new();
    for (int i = 1; i <= 3; i++) {
        g_autofree char *sql = g_strdup_printf(
            "INSERT INTO view_log (id, user_id, login, name, unit, reason, camera, profile, kind,"
            " content, start_us) VALUES ('v%d', 'u%d', 'l', 'n', 'x', 'r', 'c%d', 'sub', 'live',"
            " '[1]', %d)",
            i, i, i % 2, i);
        g_assert_true(fixture_sql(f, sql));
    }
    struct page page = {0};
    records_views(f->store, NULL, NULL, NULL, 2, on_page, &page);
    turn(&page, 1);
    json_t *views = json_object_get(page.json, "views");
    g_assert_cmpuint(json_array_size(views), ==, 2);
    g_autofree char *first = json_dumps(json_array_get(views, 0), JSON_COMPACT | JSON_SORT_KEYS);
    g_assert_cmpstr(
        first, ==,
        "{\"address\":\"\",\"camera\":\"c1\",\"content\":[1],\"end_reason\":null,"
        "\"end_us\":null,\"id\":\"v3\",\"kind\":\"live\",\"login\":\"l\",\"name\":\"n\","
        "\"profile\":\"sub\",\"reason\":\"r\",\"seat\":\"\",\"start_us\":\"3\","
        "\"unit\":\"x\",\"user\":\"u3\"}");
    g_assert_cmpstr(json_string_value(json_object_get(page.json, "next")), ==, "v2");
    records_views(f->store, "v2", NULL, NULL, 2, on_page, &page);
    turn(&page, 2);
    g_assert_cmpuint(json_array_size(json_object_get(page.json, "views")), ==, 1);
    g_assert_true(json_is_null(json_object_get(page.json, "next")));
    records_views(f->store, NULL, "c1", "u3", 10, on_page, &page);
    turn(&page, 3);
    g_assert_cmpuint(json_array_size(json_object_get(page.json, "views")), ==, 1);
    json_decref(page.json);
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/identity/views/reason", test_reason_holds_for_a_shift);
    g_test_add_func("/identity/views/record", test_each_view_is_one_record);
    g_test_add_func("/identity/views/kill", test_a_kill_leaves_no_view_open);
    g_test_add_func("/identity/views/pages", test_pages_newest_first);
    return g_test_run();
}
