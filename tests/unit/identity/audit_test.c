#include "fixture.h"
#include "identity/records.h"
#include <string.h>

static bool verify(struct store_tx *tx, gpointer job, GError **error)
{
    gint64 *result = job; /* records, broken */
    GError *bad = NULL;
    bool holds = identity_audit_verify(tx, &result[0], &result[1], &bad);
    g_assert_no_error(bad);
    g_assert_true(holds == (result[1] == 0));
    (void)error;
    return true;
}

static void assert_chain(struct fixture *f, gint64 records, gint64 broken)
{
    gint64 result[2];
    store_drain(f->store);
    g_assert_true(store_read_now(f->store, verify, result, NULL));
    g_assert_cmpint(result[0], ==, records);
    g_assert_cmpint(result[1], ==, broken);
}

static void write_some(struct fixture *f)
{
    for (int i = 0; i < 5; i++)
        identity_audit_later(f->identity, NULL, "camera.import", "导入.csv",
                             json_pack("{s:i,s:s}", "rows", i, "b", "石桥 \"x\""));
    store_drain(f->store);
}

static void test_chain_holds_over_restarts(void)
{
    struct fixture *f = fixture_new();
    assert_chain(f, 0, 0);
    write_some(f);
    fixture_restart(f);
    write_some(f);
    assert_chain(f, 10, 0);
    fixture_free(f);
}

/* The vector of docs/audit.md, computed there with sha256sum. */
static void test_vector(void)
{
    struct fixture *f = fixture_new();
    identity_audit_later(f->identity, NULL, "camera.import", "a.csv",
                         json_pack("{s:i}", "rows", 3));
    store_drain(f->store);
    g_autofree char *hash = fixture_text(f, "SELECT lower(hex(hash)) FROM audit WHERE seq = 1");
    g_assert_cmpstr(hash, ==, "6980aa67f535f40b295f55dc11a39e634104d6173212a8227733d6afe72f6fe7");
    fixture_free(f);
}

static void test_tampering_is_found(void)
{
    static const char *const changes[] = {
        "UPDATE audit SET action = 'x' WHERE seq = 3",
        "UPDATE audit SET time_us = time_us + 1 WHERE seq = 3",
        "UPDATE audit SET login = 'x' WHERE seq = 3",
        "UPDATE audit SET details = '{}' WHERE seq = 3",
        "UPDATE audit SET details = 'not json' WHERE seq = 3",
        "UPDATE audit SET hash = x'00' WHERE seq = 3",
        "UPDATE audit SET prev_hash = x'00' WHERE seq = 3",
        "DELETE FROM audit WHERE seq = 2",
    };
    for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
        struct fixture *f = fixture_new();
        write_some(f);
        g_assert_false(fixture_sql(f, changes[i])); /* the engine refuses */
        g_assert_true(fixture_sql(f, "DROP TRIGGER audit_no_update"));
        g_assert_true(fixture_sql(f, "DROP TRIGGER audit_no_delete"));
        g_assert_true(fixture_sql(f, changes[i]));
        assert_chain(f, i == 7 ? 2 : 3, i == 7 ? 2 : 3);
        fixture_free(f);
    }
}

static void on_check(json_t *page, const GError *error, gpointer user)
{
    json_t **result = user;
    g_assert_no_error(error);
    *result = page;
}

static json_t *wait_for(json_t **result)
{
    while (!*result)
        g_main_context_iteration(NULL, TRUE);
    return g_steal_pointer(result);
}

static void test_pages_and_check(void)
{
    struct fixture *f = fixture_new();
    write_some(f);
    json_t *result = NULL;
    records_check(f->store, on_check, &result);
    json_t *check = wait_for(&result);
    g_autofree char *text = json_dumps(check, JSON_COMPACT | JSON_SORT_KEYS);
    g_assert_cmpstr(text, ==, "{\"broken\":null,\"records\":5}");
    json_decref(check);
    const struct records_filter filter = {.before = 5, .limit = 2, .to_us = G_MAXINT64};
    records_audit(f->store, &filter, on_check, &result);
    json_t *page = wait_for(&result);
    json_t *records = json_object_get(page, "records");
    g_assert_cmpuint(json_array_size(records), ==, 2);
    const json_t *record = json_array_get(records, 0);
    g_assert_cmpstr(json_string_value(json_object_get(record, "seq")), ==, "4");
    g_assert_cmpuint(strlen(json_string_value(json_object_get(record, "hash"))), ==, 64);
    g_assert_cmpint(json_integer_value(json_object_get(json_object_get(record, "details"), "rows")),
                    ==, 3);
    g_assert_cmpstr(json_string_value(json_object_get(page, "next")), ==, "3");
    json_decref(page);
    fixture_free(f);
}

static guint count_of(struct fixture *f, const char *action, const char *login, const char *object,
                      gint64 limit)
{
    json_t *result = NULL;
    const struct records_filter filter = {.action = action,
                                          .login = login,
                                          .object = object,
                                          .before = G_MAXINT64,
                                          .limit = limit,
                                          .to_us = G_MAXINT64};
    records_audit(f->store, &filter, on_check, &result);
    json_t *page = wait_for(&result);
    guint count = (guint)json_array_size(json_object_get(page, "records"));
    json_decref(page);
    return count;
}

static void test_filter(void)
{
    struct fixture *f = fixture_new();
    write_some(f);
    fixture_add(f, "li", "operator", "");
    store_drain(f->store);
    g_assert_cmpuint(count_of(f, NULL, NULL, NULL, 100), ==, 7);
    g_assert_cmpuint(count_of(f, NULL, NULL, NULL, 2), ==, 2);
    g_assert_cmpuint(count_of(f, "camera.", NULL, NULL, 100), ==, 5);
    g_assert_cmpuint(count_of(f, "camera.import", NULL, "导入.csv", 100), ==, 5);
    g_assert_cmpuint(count_of(f, "camera", NULL, NULL, 100), ==, 0);
    g_assert_cmpuint(count_of(f, "user.add", "test", NULL, 100), ==, 1);
    g_assert_cmpuint(count_of(f, "grant.", "test", NULL, 100), ==, 1);
    g_assert_cmpuint(count_of(f, NULL, "nobody", NULL, 100), ==, 0);
    g_assert_cmpuint(count_of(f, NULL, NULL, "x", 100), ==, 0);
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/identity/audit/chain", test_chain_holds_over_restarts);
    g_test_add_func("/identity/audit/vector", test_vector);
    g_test_add_func("/identity/audit/tampering", test_tampering_is_found);
    g_test_add_func("/identity/audit/filter", test_filter);
    g_test_add_func("/identity/audit/pages", test_pages_and_check);
    return g_test_run();
}
