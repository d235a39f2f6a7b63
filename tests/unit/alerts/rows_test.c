/* Alerts, situations and decisions to the store and back, and found by their words. */
#include "alerts/alerts_private.h"
#include "alerts/row.h"
#include "common/words.h"
#include "fixture.h"
#include <math.h>

static struct alert_row *full_row(void)
{
    const struct alert alert = {
        .id = (char *)"01a",
        .state = ALERT_SHELVED,
        .priority = 2,
        .signal = true,
        .active = true,
        .chatter = true,
        .marks = EVENT_EXERCISE,
        .source = (char *)"hotline",
        .device = (char *)"c0001",
        .parent = (char *)"switch-3",
        .dimension = (char *)"livelihood",
        .type = (char *)"noise",
        .title = (char *)"老槐树下噪音",
        .text = (char *)"音响声大",
        .address = (char *)"石桥村",
        .reporter = (char *)"k1",
        .lon = 120.5,
        .lat = 30.25,
        .azimuth_deg = NAN,
        .fov_deg = 60,
        .area = (char *)"330100100001001",
        .place = PLACE_DEVICE,
        .first_us = 1,
        .last_us = 2,
        .created_us = 3,
        .shelved_until_us = 4,
        .expires_us = 5,
        .ended_us = 6,
        .end = (char *)"ignored",
        .situation = (char *)"s1",
        .case_id = (char *)"k9",
        .count = 7,
        .acknowledged_by = (char *)"值班员",
        .acknowledged_us = 8,
    };
    struct alert_row *row = alert_row_new(NULL);
    alert_row_fill(row, &alert, g_strdup("{\"m\":1}"));
    row->version = 9;
    row->case_code = g_strdup("2026-0001");
    row->assigned = g_strdup("u1");
    row->assigned_name = g_strdup("王");
    row->suggestion = json_pack("{s:s,s:f}", "case", "k9", "score", 0.82);
    g_free(row->near_cases);
    row->near_cases = g_strdup("k1 k2");
    row->by_name = g_strdup("李");
    row->by_act = g_strdup("shelve");
    row->by_us = 10;
    row->reason_zh = g_strdup("同一设备");
    row->reason_en = g_strdup("same device");
    return row;
}

struct job {
    struct alert_row *row, *back;
    struct situation_row *situation;
    const char *query;
    bool found;
};

static bool write_row(struct store_tx *tx, gpointer job, GError **error)
{
    return alert_row_write(tx, ((struct job *)job)->row, error);
}

static bool write_situation(struct store_tx *tx, gpointer job, GError **error)
{
    return situation_row_write(tx, ((struct job *)job)->situation, error);
}

static bool read_row(struct store_tx *tx, gpointer user, GError **error)
{
    struct job *job = user;
    store_rows_auto rows = store_query(tx, error, "SELECT " ALERT_COLUMNS " FROM alert", "");
    if (!rows || !store_rows_next(rows, error))
        return false;
    job->back = alert_row_read(rows);
    return true;
}

static bool search(struct store_tx *tx, gpointer user, GError **error)
{
    struct job *job = user;
    gint64 one;
    g_autofree char *query = words_query(job->query);
    return store_query_int(tx, error, &one, &job->found,
                           "SELECT 1 FROM alert_search WHERE alert_search MATCH ?", "s", query);
}

static void run(struct fixture *f, bool write, store_fn fn, struct job *job)
{
    GError *error = NULL;
    bool fine = write ? store_write_now(f->store, fn, job, &error)
                      : store_read_now(f->store, fn, job, &error);
    g_assert_no_error(error);
    g_assert_true(fine);
}

static struct fixture *open_store(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    return f;
}

static void test_round_trip(void)
{
    struct fixture *f = open_store();
    struct job job = {.row = full_row()};
    run(f, true, write_row, &job);
    run(f, false, read_row, &job);
    json_t *before = alert_row_json(job.row), *after = alert_row_json(job.back);
    g_assert_true(json_equal(before, after));
    g_assert_cmpint(json_integer_value(json_object_get(after, "nearby")), ==, 2);
    g_assert_cmpint(json_integer_value(json_object_get(after, "recent")), ==, 0);
    g_assert_cmpstr(job.back->alert.memo, ==, "{\"m\":1}");
    g_assert_cmpstr(job.back->alert.parent, ==, "switch-3");
    g_assert_cmpstr(job.back->alert.reporter, ==, "k1");
    g_assert_true(isnan(job.back->alert.azimuth_deg));
    g_assert_cmpint(job.back->alert.expires_us, ==, 5);
    json_decref(before);
    json_decref(after);
    alert_row_unref(job.back);
    alert_row_unref(job.row);
    fixture_free(f);
}

/* One more of the same touches nothing else, and no second entry of the index is made. */
static void test_count(void)
{
    struct fixture *f = open_store();
    struct job job = {.row = full_row()};
    run(f, true, write_row, &job);
    job.row->is_new = false;
    job.row->counted = true;
    job.row->alert.count = 8;
    job.row->alert.last_us = 20;
    job.row->alert.priority = 4;
    run(f, true, write_row, &job);
    g_assert_cmpint(fixture_int(f, "SELECT count FROM alert"), ==, 8);
    g_assert_cmpint(fixture_int(f, "SELECT last_us FROM alert"), ==, 20);
    g_assert_cmpint(fixture_int(f, "SELECT priority FROM alert"), ==, 2);
    job.row->counted = false;
    run(f, true, write_row, &job);
    g_assert_cmpint(fixture_int(f, "SELECT priority FROM alert"), ==, 4);
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM alert_search"), ==, 1);
    alert_row_unref(job.row);
    fixture_free(f);
}

static void test_search(void)
{
    static const char *const hits[] = {"槐", "噪音", "老槐树", "声大 石桥", "c00", "NOISE"};
    static const char *const misses[] = {"槐花", "桥石", "0001", "警"};
    struct fixture *f = open_store();
    struct job job = {.row = full_row()};
    run(f, true, write_row, &job);
    for (size_t i = 0; i < G_N_ELEMENTS(hits) + G_N_ELEMENTS(misses); i++) {
        bool hit = i < G_N_ELEMENTS(hits);
        job.query = hit ? hits[i] : misses[i - G_N_ELEMENTS(hits)];
        run(f, false, search, &job);
        g_assert_true(job.found == hit);
    }
    alert_row_unref(job.row);
    fixture_free(f);
}

/* What a source says instead is found by its words, and no longer by the old ones. */
static void test_retold(void)
{
    static const struct {
        const char *query;
        bool found;
    } table[] = {{"槐", false}, {"噪音", true}, {"施工", true}, {"c00", true}, {"01", false}};
    struct fixture *f = open_store();
    struct job job = {.row = full_row()};
    run(f, true, write_row, &job);
    job.row->is_new = false;
    job.row->retold = true;
    g_free(job.row->alert.title);
    job.row->alert.title = g_strdup("施工噪音");
    run(f, true, write_row, &job);
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        job.query = table[i].query;
        run(f, false, search, &job);
        g_assert_true(job.found == table[i].found);
    }
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM alert_search"), ==, 1);
    alert_row_unref(job.row);
    fixture_free(f);
}

static bool count_row(struct store_tx *tx, gpointer job, GError **error)
{
    return alert_row_count(tx, ((struct job *)job)->row, error);
}

static const struct alert *none(const char *id, gpointer user)
{
    (void)id;
    (void)user;
    return NULL;
}

/* What is counted for early warning, on which day, and what counts as an alarm of a seat. */
static void test_count_cell(void)
{
    static const struct {
        unsigned marks;
        gint64 ended_us; /* after it was made */
        bool cell, alarm;
        int days_ago;
    } table[] = {
        {0, -1, true, true, 0},
        {0, 5, true, true, 0},
        {0, 0, true, false, 0},
        {EVENT_LATE, -1, true, false, 20},
        {EVENT_LATE | EVENT_PAST, 0, true, false, 20},
        {EVENT_EXERCISE, -1, false, false, 0},
        {EVENT_TEST, -1, false, false, 0},
    };
    const gint64 day_us = INT64_C(86400000000), now_us = 20000 * day_us + day_us / 3;
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        struct fixture *f = open_store();
        struct job job = {.row = full_row()};
        struct alert *a = &job.row->alert;
        a->marks = table[i].marks;
        a->first_us = now_us - 20 * day_us;
        a->created_us = now_us;
        a->ended_us = table[i].ended_us < 0 ? 0 : now_us + table[i].ended_us;
        g_assert_true(alert_row_alarms(a, NULL, none, NULL) == table[i].alarm);
        run(f, true, count_row, &job);
        run(f, true, count_row, &job);
        g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM cell_count"), ==, table[i].cell);
        if (table[i].cell) {
            g_assert_cmpint(fixture_int(f, "SELECT count FROM cell_count"), ==, 2);
            g_assert_cmpint(fixture_int(f, "SELECT day FROM cell_count"), ==,
                            alerts_day(now_us - table[i].days_ago * day_us));
        }
        alert_row_unref(job.row);
        fixture_free(f);
    }
}

static const struct alert *one(const char *id, gpointer user)
{
    (void)id;
    return user;
}

/* What joins a situation is no new row of a seat's queue, but danger to life is one. */
static void test_alarms_of_situations(void)
{
    struct alert_row *row = full_row();
    struct alert *a = &row->alert;
    a->marks = 0;
    a->ended_us = 0;
    struct situation situation = {.id = (char *)"s", .alerts = g_ptr_array_new()};
    g_ptr_array_add(situation.alerts, a->id);
    struct situation_row *first = situation_row_new(&situation, 1, "t");
    g_ptr_array_insert(situation.alerts, 0, (gpointer) "another");
    struct situation_row *later = situation_row_new(&situation, 1, "t");
    a->priority = 2;
    g_assert_true(alert_row_alarms(a, NULL, none, NULL));
    g_assert_true(alert_row_alarms(a, first, none, NULL));
    g_assert_false(alert_row_alarms(a, later, none, NULL));
    a->priority = 1;
    g_assert_true(alert_row_alarms(a, later, none, NULL));
    struct alert fire = {.id = (char *)"another", .priority = 1, .type = a->type};
    g_assert_false(alert_row_alarms(a, later, one, &fire)); /* the same again */
    fire.type = (char *)"another type";
    g_assert_true(alert_row_alarms(a, later, one, &fire));
    fire.type = a->type;
    fire.ended_us = 1;
    g_assert_true(alert_row_alarms(a, later, one, &fire));
    fire.ended_us = 0;
    fire.priority = 2;
    g_assert_true(alert_row_alarms(a, later, one, &fire));
    /* information of a machine is none, and what joins it is the first */
    struct alert before = {.id = (char *)"another", .priority = 4, .device = (char *)"c0001"};
    a->priority = 2;
    g_assert_false(alert_row_alarms(&before, NULL, none, NULL));
    g_assert_true(alert_row_alarms(a, later, one, &before));
    before.device = NULL;
    g_assert_true(alert_row_alarms(&before, NULL, none, NULL));
    g_assert_false(alert_row_alarms(a, later, one, &before));
    situation_row_unref(first);
    situation_row_unref(later);
    g_ptr_array_unref(situation.alerts);
    alert_row_unref(row);
}

static void test_fold(void)
{
    struct decision one = {.kind = DECISION_COUNT,
                           .score = 1,
                           .rule = "dedup",
                           .inputs = json_pack("{s:i}", "n", 1),
                           .zh = g_strdup("一"),
                           .en = g_strdup("one")};
    struct decision_row *row = decision_row_take(&one, 5);
    g_assert_null(one.inputs);
    struct decision two = {.kind = DECISION_COUNT,
                           .score = 2,
                           .rule = "dedup",
                           .inputs = json_pack("{s:i}", "n", 2),
                           .zh = g_strdup("二"),
                           .en = g_strdup("two")};
    decision_row_fold(row, &two);
    g_assert_cmpint(row->events, ==, 2);
    g_assert_cmpstr(row->en, ==, "two");
    g_assert_cmpint(json_integer_value(json_object_get(row->inputs, "n")), ==, 2);
    decision_row_free(row);
}

/* What was only seen again is told in few bytes, and written without its alerts. */
static void test_seen(void)
{
    struct fixture *f = open_store();
    struct situation situation = {.id = (char *)"s1",
                                  .priority = 2,
                                  .lon = 120,
                                  .lat = 30,
                                  .first_us = 5,
                                  .last_us = 9,
                                  .alerts = g_ptr_array_new()};
    g_ptr_array_add(situation.alerts, (gpointer) "01a");
    struct situation_row *row = situation_row_new(&situation, 3, "老槐树");
    struct job job = {.situation = row};
    run(f, true, write_situation, &job);
    row->situation.last_us = 20;
    g_ptr_array_add(row->situation.alerts, g_strdup("01b"));
    row->seen = true;
    run(f, true, write_situation, &job);
    g_assert_cmpint(fixture_int(f, "SELECT last_us FROM situation"), ==, 20);
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM situation WHERE alerts = '[\"01a\"]'"), ==,
                    1);
    json_t *seen = situation_row_count_json(row);
    g_autofree char *text = json_dumps(seen, JSON_COMPACT);
    g_assert_cmpstr(text, ==, "[\"s1\",\"20\"]");
    json_decref(seen);
    struct alert_row *alert = full_row();
    json_t *counted = alert_row_count_json(alert);
    g_autofree char *count = json_dumps(counted, JSON_COMPACT);
    g_assert_cmpstr(count, ==, "[\"01a\",7,\"2\"]");
    json_decref(counted);
    alert_row_unref(alert);
    situation_row_unref(row);
    g_ptr_array_unref(situation.alerts);
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rows/round-trip", test_round_trip);
    g_test_add_func("/rows/count", test_count);
    g_test_add_func("/rows/seen", test_seen);
    g_test_add_func("/rows/search", test_search);
    g_test_add_func("/rows/count-cell", test_count_cell);
    g_test_add_func("/rows/retold", test_retold);
    g_test_add_func("/rows/alarms-of-situations", test_alarms_of_situations);
    g_test_add_func("/rows/fold", test_fold);
    return g_test_run();
}
