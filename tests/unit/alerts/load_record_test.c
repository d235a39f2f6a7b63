/* The alarm load on record: rows by seat and ten minutes, that grow and are forgotten. */
#include "alerts/load_record.h"
#include "fixture.h"

#define SECOND ((gint64)G_USEC_PER_SEC)
#define SLOT   (600 * SECOND)
/* A beginning of ten minutes. */
#define BEGIN (INT64_C(1767225600) * SECOND)

static void look(struct load_record *record, guint alerts, bool flood, gint64 at_us)
{
    load_record_add(record, "u1", "值班员", alerts, 0, flood);
    load_record_add(record, "", "", alerts, alerts * 10, false);
    load_record_look(record, at_us);
}

static gint64 sum(struct fixture *f, const char *column, const char *user, gint64 begin_us)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT COALESCE(SUM(%s), -1) FROM seat_load WHERE user_id = '%s'"
                        " AND begin_us = %" G_GINT64_FORMAT,
                        column, user, begin_us);
    return fixture_int(f, sql);
}

static void test_slots(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    struct alerts alerts = {.options = {.store = f->store}};
    struct load_record *record = load_record_create(&alerts);
    look(record, 3, false, BEGIN);
    for (int i = 1; i <= 5; i++)
        look(record, 2, i > 2, BEGIN + i * 2 * SECOND);
    look(record, 1, false, BEGIN + 5 * 60 * SECOND); /* nobody knows whether it was there */
    load_record_destroy(record);
    g_assert_cmpint(sum(f, "alerts", "u1", BEGIN), ==, 14);
    g_assert_cmpint(sum(f, "seconds", "u1", BEGIN), ==, 10);
    g_assert_cmpint(sum(f, "flood_seconds", "u1", BEGIN), ==, 6);
    g_assert_cmpint(sum(f, "reports", "", BEGIN), ==, 140);
    record = load_record_create(&alerts); /* after a restart within the ten minutes */
    look(record, 1, false, BEGIN + SLOT - 4 * SECOND);
    look(record, 1, false, BEGIN + SLOT - 2 * SECOND);
    look(record, 5, false, BEGIN + SLOT + SECOND);
    load_record_destroy(record);
    g_assert_cmpint(sum(f, "alerts", "u1", BEGIN), ==, 16);
    g_assert_cmpint(sum(f, "seconds", "u1", BEGIN), ==, 12);
    g_assert_cmpint(sum(f, "alerts", "u1", BEGIN + SLOT), ==, 5);
    fixture_free(f);
}

static bool forget(struct store_tx *tx, gpointer now_us, GError **error)
{
    return load_record_forget(tx, *(gint64 *)now_us, error);
}

static void test_bounded(void)
{
    struct fixture *f = fixture_new();
    GError *error = NULL;
    fixture_open(f, 0, 0);
    struct alerts alerts = {.options = {.store = f->store}};
    struct load_record *record = load_record_create(&alerts);
    look(record, 3, false, BEGIN);
    look(record, 3, false, BEGIN + SLOT);
    load_record_destroy(record);
    gint64 now_us = BEGIN + LOAD_RECORD_DAYS * 86400 * SECOND + 1;
    store_write_now(f->store, forget, &now_us, &error);
    g_assert_no_error(error);
    g_assert_cmpint(sum(f, "alerts", "u1", BEGIN), ==, -1);
    g_assert_cmpint(sum(f, "alerts", "u1", BEGIN + SLOT), ==, 3);
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/load-record/slots", test_slots);
    g_test_add_func("/load-record/bounded", test_bounded);
    return g_test_run();
}
