/* The life of a case: every way through the default workflow, who may what, timers, pauses,
 * mediation, returns, merging, conflicts, the same thing asked twice. */
#include "cases/cases_private.h"
#include "desk.h"
#include <string.h>

/* --- tests */

static void test_loop(void)
{
    struct fixture *f = desk_dispatched();
    ACT(police, "{\"act\":\"take\"}");
    STATE("WORKING");
    REFUSED(police, "no_order", "{\"act\":\"take\"}");
    ACT(police, "{\"act\":\"feedback\",\"text\":\"已劝停\"}");
    STATE("WORKING"); /* the other department is not done */
    ACT(green, "{\"act\":\"take\"}");
    ACT(green, "{\"act\":\"feedback\",\"text\":\"已测噪声\"}");
    STATE("FEEDBACK");
    ACT(operator_seat, "{\"act\":\"review\",\"result\":\"back\"}");
    STATE("WORKING");
    ACT(police, "{\"act\":\"feedback\",\"text\":\"再次劝停\"}");
    ACT(operator_seat, "{\"act\":\"review\",\"result\":\"pass\"}");
    STATE("VERIFY");
    REFUSED(operator_seat, "no_right", "{\"act\":\"verify\",\"result\":\"satisfied\"}");
    ACT(verifier, "{\"act\":\"verify\",\"result\":\"satisfied\",\"text\":\"满意\"}");
    STATE("CLOSED");
    ACT(operator_seat, "{\"act\":\"archive\"}");
    STATE("ARCHIVED");
    REFUSED(operator_seat, "not_now", NOISE_TRIAGE);
    desk_end(f);
}

static void test_rights(void)
{
    struct fixture *f = desk_dispatched();
    struct case_who *roads = desk_person("roads1", "department_handler", "roads");
    struct case_who *away = case_who_make("far", "far", NULL);
    case_who_add(away, "operator", "330107");
    REFUSED(roads, "not_found", "{\"act\":\"take\"}");
    REFUSED(away, "not_found", "{\"act\":\"comment\",\"text\":\"x\"}");
    REFUSED(police, "no_right", "{\"act\":\"dispatch\",\"lead\":\"green\"}");
    REFUSED(verifier, "not_found", "{\"act\":\"comment\",\"text\":\"x\"}");
    REFUSED(operator_seat, "bad", "{\"act\":\"dispatch\",\"lead\":\"green\",\"surprise\":1}");
    REFUSED(operator_seat, "bad", "{\"act\":\"fly\"}");
    ACT(taker, "{\"act\":\"comment\",\"text\":\"来电人补充\"}");
    case_who_free(roads);
    case_who_free(away);
    desk_end(f);
}

static void test_handler_never_verifies(void)
{
    struct fixture *f = desk_dispatched();
    case_who_add(police, "verifier", "330106"); /* somebody gave both roles */
    fixture_sql(f, "UPDATE case_order SET state = 'WITHDRAWN' WHERE department = 'green'");
    ACT(police, "{\"act\":\"take\"}");
    ACT(police, "{\"act\":\"feedback\",\"text\":\"好了\"}");
    ACT(operator_seat, "{\"act\":\"review\",\"result\":\"pass\"}");
    REFUSED(police, "verifier_is_handler", "{\"act\":\"verify\",\"result\":\"satisfied\"}");
    g_array_set_size(police->grants, 1);
    desk_end(f);
}

/* A workflow may lead to the call back by any way: nothing is closed by nothing. */
static void test_no_evidence(void)
{
    struct fixture *f = desk_dispatched();
    ACT(operator_seat, "{\"act\":\"comment\",\"text\":\"x\"}");
    fixture_sql(f, "UPDATE case_file SET state = 'VERIFY', done_us = 1 WHERE id = 'k1'");
    REFUSED(verifier, "no_evidence", "{\"act\":\"verify\",\"result\":\"satisfied\"}");
    desk_end(f);
}

static void test_versions(void)
{
    struct fixture *f = desk_begin(NOISE_FORM);
    g_assert_cmpstr(desk_act_with(f, operator_seat, "k1", NOW_US, 1, "key-00001", NOISE_TRIAGE), ==,
                    "");
    g_assert_cmpstr(desk_act_with(f, operator_seat, "k1", NOW_US, 1, "key-00002", NOISE_TRIAGE), ==,
                    "conflict");
    g_assert_cmpstr(desk_act_with(f, operator_seat, "k1", NOW_US, 1, "key-00001", NOISE_TRIAGE), ==,
                    "again");
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM case_log"), ==, 2);
    /* what needs no version changes none */
    g_assert_cmpstr(desk_act_with(f, operator_seat, "k1", NOW_US, -1, "key-00003",
                                  "{\"act\":\"comment\",\"text\":\"x\"}"),
                    ==, "");
    g_assert_cmpint(desk_version(f, "k1"), ==, 2);
    desk_end(f);
}

static void test_returns(void)
{
    struct fixture *f = desk_dispatched();
    ACT(green, "{\"act\":\"return\",\"text\":\"不属我办职责\"}");
    STATE("DISPATCHED"); /* a co-handler's */
    ACT(police, "{\"act\":\"return\",\"text\":\"不属我所职责\"}");
    STATE("RETURNED");
    ACT(operator_seat, "{\"act\":\"dispatch\",\"lead\":\"green\"}");
    ACT(green, "{\"act\":\"return\",\"text\":\"还是不属\"}");
    STATE("RULING");
    REFUSED(operator_seat, "no_right", "{\"act\":\"dispatch\",\"lead\":\"police\"}");
    ACT(supervisor, "{\"act\":\"dispatch\",\"lead\":\"police\"}");
    STATE("DISPATCHED");
    g_assert_cmpstr(
        desk_act(f, police, "k1", NOW_US + 48 * HOUR_US, "{\"act\":\"return\",\"text\":\"晚了\"}"),
        ==, "too_late");
    desk_end(f);
}

static gint64 order_due(struct fixture *f, const char *timer, const char *department)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT t.due_us FROM case_timer t JOIN case_order o ON o.id = t.order_id"
                        " WHERE t.timer = '%s' AND o.department = '%s' AND t.ended_us = 0",
                        timer, department);
    return fixture_int(f, sql);
}

/* A date that was set for the work is none for giving it back. */
static void test_return_before_date(void)
{
    struct fixture *f =
        desk_begin("{\"title\":\"占道经营\",\"area\":\"330106001002\",\"channel\":\"hotline\"}");
    gint64 set_us = NOW_US + 10 * 24 * HOUR_US;
    ACT(operator_seat, NOISE_TRIAGE);
    g_autofree char *dispatch = g_strdup_printf(
        "{\"act\":\"dispatch\",\"lead\":\"police\",\"due_us\":\"%" G_GINT64_FORMAT "\"}", set_us);
    ACT(operator_seat, dispatch);
    g_assert_cmpint(order_due(f, "work", "police"), ==, set_us);
    g_assert_cmpint(order_due(f, "give_back", "police"), <, NOW_US + 48 * HOUR_US);
    g_assert_cmpstr(
        desk_act(f, police, "k1", NOW_US + 48 * HOUR_US, "{\"act\":\"return\",\"text\":\"晚了\"}"),
        ==, "too_late");
    desk_end(f);
}

static void test_conflict_of_interest(void)
{
    struct fixture *f = desk_begin("{\"title\":\"投诉派出所\",\"area\":\"330106001002\","
                                   "\"channel\":\"hotline\",\"about\":\"police\"}");
    ACT(operator_seat, NOISE_TRIAGE);
    REFUSED(operator_seat, "conflict_of_interest", "{\"act\":\"dispatch\",\"lead\":\"police\"}");
    REFUSED(operator_seat, "conflict_of_interest",
            "{\"act\":\"dispatch\",\"lead\":\"green\",\"co\":[\"police\"]}");
    REFUSED(operator_seat, "no_department", "{\"act\":\"dispatch\",\"lead\":\"moon\"}");
    ACT(operator_seat, "{\"act\":\"dispatch\",\"lead\":\"green\"}");
    REFUSED(police, "not_found", "{\"act\":\"comment\",\"text\":\"x\"}");
    REFUSED(operator_seat, "conflict_of_interest",
            "{\"act\":\"edit\",\"form\":{\"about\":\"green\"}}");
    desk_end(f);
}

static void test_delivery_timer(void)
{
    struct fixture *f = desk_begin(NOISE_FORM);
    struct case_row row = desk_row(f, "k1");
    g_assert_cmpint(row.due_us, ==, NOW_US + HOUR_US);
    g_assert_cmpint(row.warn_us, ==, NOW_US + 45 * MINUTE_US);
    g_assert_cmpstr(row.due_timer, ==, "delivery");
    case_row_clear(&row);
    g_assert_cmpint(desk_clock(f, NOW_US + HOUR_US - 1), ==, 0);
    g_assert_cmpint(desk_clock(f, NOW_US + HOUR_US), ==, 1);
    g_assert_cmpint(desk_clock(f, NOW_US + HOUR_US), ==, 0); /* nothing twice */
    g_assert_cmpint(desk_clock(f, NOW_US - HOUR_US), ==, 0); /* the clock stepped back */
    g_assert_cmpint(desk_clock(f, NOW_US + 2 * HOUR_US), ==, 0);
    row = desk_row(f, "k1");
    g_assert_cmpint(row.overdue, ==, 1);
    g_assert_cmpint(row.due_us, ==, NOW_US + HOUR_US); /* stays red */
    case_row_clear(&row);
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM case_log WHERE action = 'overdue'"), ==,
                    1);
    desk_end(f);
}

struct sighting {
    const char *order;
};
static bool do_see(struct store_tx *tx, gpointer data, GError **error)
{
    return case_order_seen(tx, ((struct sighting *)data)->order, NOW_US + MINUTE_US, error);
}

/* Delivered is what a department has seen, not what was sent. */
static void test_delivered(void)
{
    struct fixture *f = desk_dispatched();
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM case_timer WHERE timer = 'delivery'"
                                   " AND ended_us = 0"),
                    ==, 1);
    g_autofree char *order = desk_text(f, "SELECT id FROM case_order WHERE lead = 1");
    struct sighting seen = {order};
    g_assert_true(store_write_now(f->store, do_see, &seen, NULL));
    g_assert_true(store_write_now(f->store, do_see, &seen, NULL));
    g_assert_cmpint(fixture_int(f, "SELECT ended_us FROM case_timer WHERE timer = 'delivery'"), ==,
                    NOW_US + MINUTE_US);
    g_assert_cmpint(desk_version(f, "k1"), ==, 3); /* nobody is told that somebody was faster */
    desk_end(f);
}

static void test_take_in_time(void)
{
    struct fixture *f = desk_dispatched();
    ACT_AT(police, NOW_US + HOUR_US, "{\"act\":\"take\"}");
    ACT_AT(green, NOW_US + 3 * HOUR_US, "{\"act\":\"take\"}");
    g_assert_cmpint(fixture_int(f, "SELECT in_time FROM case_order WHERE department = 'police'"),
                    ==, 1);
    g_assert_cmpint(fixture_int(f, "SELECT in_time FROM case_order WHERE department = 'green'"), ==,
                    0);
    desk_end(f);
}

static void test_pause(void)
{
    struct fixture *f = desk_dispatched();
    ACT(police, "{\"act\":\"take\"}");
    REFUSED(police, "bad", "{\"act\":\"ask_pause\",\"reason\":\"no_wish\"}");
    ACT(police, "{\"act\":\"ask_pause\",\"reason\":\"appraisal\",\"text\":\"等鉴定\"}");
    REFUSED(police, "asked_already", "{\"act\":\"ask_pause\",\"reason\":\"appraisal\"}");
    g_autofree char *id = desk_text(f, "SELECT id FROM case_ask");
    g_autofree char *grant = g_strdup_printf("{\"act\":\"grant\",\"to\":\"%s\"}", id);
    REFUSED(police, "no_right", grant);
    struct case_row before = desk_row(f, "k1");
    ACT_AT(supervisor, NOW_US + 24 * HOUR_US, grant);
    STATE("SUSPENDED");
    struct case_row row = desk_row(f, "k1");
    g_assert_cmpint(row.due_us, ==, 0);
    case_row_clear(&row);
    g_assert_cmpint(desk_clock(f, NOW_US + 60 * 24 * HOUR_US), ==, 0); /* everything rests */
    ACT_AT(supervisor, NOW_US + 48 * HOUR_US, "{\"act\":\"resume\"}");
    STATE("WORKING");
    row = desk_row(f, "k1");
    /* ten working days; one ended in the pause */
    g_assert_cmpint(row.finish_us, ==, before.finish_us + 24 * HOUR_US);
    case_row_clear(&row);
    case_row_clear(&before);
    desk_end(f);
}

static void test_extension(void)
{
    struct fixture *f = desk_dispatched();
    gint64 until_us = NOW_US + 40 * 24 * HOUR_US;
    ACT(police, "{\"act\":\"take\"}");
    gint64 back_us = order_due(f, "give_back", "police");
    gint64 green_us = order_due(f, "work", "green");
    g_autofree char *ask = g_strdup_printf(
        "{\"act\":\"ask_extension\",\"reason\":\"complex\",\"until_us\":\"%" G_GINT64_FORMAT "\"}",
        until_us);
    ACT(police, ask);
    g_autofree char *id = desk_text(f, "SELECT id FROM case_ask");
    g_autofree char *grant = g_strdup_printf("{\"act\":\"grant\",\"to\":\"%s\"}", id);
    ACT(supervisor, grant);
    STATE("WORKING");
    struct case_row row = desk_row(f, "k1");
    g_assert_cmpint(row.finish_us, ==, until_us);
    case_row_clear(&row);
    g_assert_cmpint(order_due(f, "work", "police"), ==, until_us);
    g_assert_cmpint(order_due(f, "give_back", "police"), ==, back_us);
    g_assert_cmpint(order_due(f, "work", "green"), ==, green_us);
    REFUSED(supervisor, "not_asked", grant);
    g_assert_cmpstr(
        desk_act(f, police, "k1", NOW_US + 48 * HOUR_US, "{\"act\":\"return\",\"text\":\"晚了\"}"),
        ==, "too_late");
    desk_end(f);
}

static void test_mediation(void)
{
    static const char *const failed =
        "{\"act\":\"attempt\",\"result\":\"failed\",\"text\":\"未达成\"}";
    struct fixture *f = desk_dispatched();
    ACT(police, "{\"act\":\"take\"}");
    ACT(operator_seat, "{\"act\":\"mediate\"}");
    STATE("MEDIATING");
    struct case_row row = desk_row(f, "k1");
    g_assert_cmpint(row.level, ==, 1);
    case_row_clear(&row);
    for (int i = 0; i < 3; i++)
        ACT(mediator, failed);
    row = desk_row(f, "k1");
    g_assert_cmpint(row.level, ==, 2);
    g_assert_cmpint(row.attempts, ==, 0);
    case_row_clear(&row);
    ACT(mediator, failed);
    /* the window of level 2 ends with one attempt */
    g_autofree char *due =
        desk_text(f, "SELECT due_us FROM case_timer WHERE timer = 'level' AND ended_us = 0");
    gint64 due_us = g_ascii_strtoll(due, NULL, 10);
    g_assert_cmpint(due_us, ==, NOW_US - 9 * HOUR_US + 16 * 24 * HOUR_US);
    fixture_sql(f, "UPDATE case_timer SET next_us = 0 WHERE timer <> 'level'");
    g_assert_cmpint(desk_clock(f, due_us), ==, 1);
    row = desk_row(f, "k1");
    g_assert_cmpint(row.level, ==, 3);
    case_row_clear(&row);
    g_autofree char *details =
        desk_text(f, "SELECT details FROM case_log WHERE action = 'escalated'");
    g_assert_nonnull(strstr(details, "\"few_attempts\":true"));
    ACT_AT(mediator, due_us, "{\"act\":\"attempt\",\"result\":\"agreed\",\"text\":\"达成协议\"}");
    STATE("FEEDBACK");
    g_autofree char *confirm =
        desk_text(f, "SELECT timer FROM case_timer WHERE timer = 'confirm' AND ended_us = 0");
    g_assert_cmpstr(confirm, ==, "confirm");
    desk_clock(f, fixture_int(f, "SELECT next_us FROM case_timer WHERE timer = 'review'"));
    for (int i = 0; i < 3; i++) { /* 7, 3 and 1 days before */
        gint64 next_us = fixture_int(f, "SELECT next_us FROM case_timer WHERE timer = 'confirm'");
        g_assert_cmpint(desk_clock(f, next_us), ==, 1);
    }
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM case_log WHERE action = 'reminder'"), ==,
                    3);
    REFUSED(police, "no_right", "{\"act\":\"court\",\"result\":\"applied\"}");
    REFUSED(mediator, "bad", "{\"act\":\"court\",\"result\":\"maybe\"}");
    ACT(mediator, "{\"act\":\"court\",\"result\":\"applied\"}");
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM case_timer WHERE timer = 'confirm' AND"
                                   " ended_us = 0"),
                    ==, 0);
    REFUSED(mediator, "done_already", "{\"act\":\"court\",\"result\":\"waived\"}");
    desk_end(f);
}

static void test_refused_mediation(void)
{
    struct fixture *f = desk_dispatched();
    ACT(police, "{\"act\":\"take\"}");
    ACT(police, "{\"act\":\"mediate\"}");
    ACT(mediator, "{\"act\":\"attempt\",\"result\":\"refused\",\"text\":\"对方明确拒绝\"}");
    STATE("WORKING");
    desk_end(f);
}

static void test_call_back(void)
{
    struct fixture *f = desk_begin(NOISE_FORM);
    ACT(taker, "{\"act\":\"spot\",\"text\":\"当场解释清楚\"}");
    STATE("VERIFY");
    ACT(verifier, "{\"act\":\"verify\",\"result\":\"unreached\"}");
    ACT(verifier, "{\"act\":\"verify\",\"result\":\"unreached\"}");
    STATE("VERIFY");
    ACT(verifier, "{\"act\":\"verify\",\"result\":\"unreached\"}");
    STATE("CLOSED");
    struct case_row row = desk_row(f, "k1");
    g_assert_cmpstr(row.satisfaction, ==, "unverified");
    case_row_clear(&row);
    ACT(verifier, "{\"act\":\"reopen\",\"text\":\"来电人说没解决\"}");
    STATE("REOPENED");
    ACT(operator_seat, NOISE_TRIAGE);
    ACT(operator_seat, "{\"act\":\"dispatch\",\"lead\":\"police\"}");
    ACT(police, "{\"act\":\"take\"}");
    ACT(police, "{\"act\":\"feedback\",\"text\":\"解决\"}");
    ACT(operator_seat, "{\"act\":\"review\",\"result\":\"pass\"}");
    REFUSED(verifier, "call_first", "{\"act\":\"verify\",\"result\":\"unverified\"}");
    ACT(verifier, "{\"act\":\"verify\",\"result\":\"dissatisfied\",\"text\":\"还吵\"}");
    STATE("REOPENED");
    row = desk_row(f, "k1");
    g_assert_cmpint(row.reopened, ==, 2);
    g_assert_cmpint(row.closed_us, ==, 0);
    case_row_clear(&row);
    desk_end(f);
}

static void test_joint_across_holiday(void)
{
    struct fixture *f = desk_dispatched();
    gint64 eve_us = NOW_US + INT64_C(212) * 24 * HOUR_US; /* 2026-09-30 */
    ACT(police, "{\"act\":\"take\"}");
    ACT_AT(operator_seat, eve_us, "{\"act\":\"joint\",\"text\":\"两部门会商\"}");
    STATE("JOINT");
    gint64 due_us = fixture_int(f, "SELECT due_us FROM case_timer WHERE timer = 'plan'");
    g_assert_cmpint(due_us, ==, eve_us - 9 * HOUR_US + 11 * 24 * HOUR_US); /* 24:00 of 10-10 */
    ACT_AT(police, eve_us, "{\"act\":\"plan\",\"text\":\"先停工再整改\"}");
    STATE("WORKING");
    desk_end(f);
}

static bool do_reckon(struct store_tx *tx, gpointer data, GError **error)
{
    return cases_reckon(tx, data, NOW_US, error);
}

static void test_unknown_year(void)
{
    struct fixture *f = desk_dispatched();
    gint64 late_us = NOW_US + INT64_C(303) * 24 * HOUR_US; /* 2026-12-30 */
    ACT(police, "{\"act\":\"take\"}");
    ACT_AT(operator_seat, late_us, "{\"act\":\"joint\"}");
    struct case_row row = desk_row(f, "k1");
    g_assert_cmpint(row.calendar_unknown, ==, 1);
    case_row_clear(&row);
    /* the next start has the year's notice */
    static const char notice[] =
        "{\"year\":2027,\"source\":\"x\",\"off\":[\"2027-01-01\"],\"work\":[]}";
    struct case_book *book = case_book_create(NULL, NULL);
    g_assert_true(calendar_add(book->calendar, notice, strlen(notice), "2027.json", NULL));
    g_assert_true(store_write_now(f->store, do_reckon, book, NULL));
    row = desk_row(f, "k1");
    g_assert_cmpint(row.calendar_unknown, ==, 0);
    case_row_clear(&row);
    gint64 due_us = fixture_int(f, "SELECT due_us FROM case_timer WHERE timer = 'plan'");
    g_assert_cmpint(due_us, ==, late_us - 9 * HOUR_US + 7 * 24 * HOUR_US); /* 24:00 of 01-05 */
    case_book_destroy(book);
    desk_end(f);
}

/* An order to the grid is for the grid workers of the case's cell and for no other. */
static void test_grid(void)
{
    struct fixture *f = desk_begin(NOISE_FORM);
    struct case_who *near = case_who_make("near", "near", NULL);
    struct case_who *far = case_who_make("far", "far", NULL);
    case_who_add(near, "grid_worker", "330106001002");
    case_who_add(far, "grid_worker", "330106009001");
    ACT(operator_seat, "{\"act\":\"dispatch\",\"lead\":\"grid\"}");
    REFUSED(far, "not_found", "{\"act\":\"take\"}");
    ACT(near, "{\"act\":\"take\"}");
    ACT(near, "{\"act\":\"feedback\",\"text\":\"已清理\"}");
    STATE("FEEDBACK");
    case_who_free(near);
    case_who_free(far);
    desk_end(f);
}

static void test_merge(void)
{
    struct fixture *f = desk_dispatched();
    desk_open(f, taker, "k2", NOISE_FORM);
    REFUSED(operator_seat, "bad_target", "{\"act\":\"merge\",\"to\":\"k1\"}");
    ACT(operator_seat, "{\"act\":\"merge\",\"to\":\"k2\",\"text\":\"同一件事\"}");
    STATE("MERGED");
    g_assert_cmpstr(desk_act(f, operator_seat, "k2", NOW_US, "{\"act\":\"merge\",\"to\":\"k1\"}"),
                    ==, "bad_target");
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM case_log WHERE action = 'merged_in'"), ==,
                    1);
    ACT(operator_seat, "{\"act\":\"unmerge\",\"text\":\"不是一件\"}");
    STATE("DISPATCHED");
    struct case_row row = desk_row(f, "k1");
    g_assert_null(row.merged_into);
    g_assert_cmpint(row.due_us, >, 0);
    case_row_clear(&row);
    desk_end(f);
}

static void test_supervision(void)
{
    struct fixture *f = desk_dispatched();
    ACT(supervisor, "{\"act\":\"urge\",\"text\":\"请尽快\"}");
    ACT(supervisor, "{\"act\":\"card\",\"colour\":\"yellow\",\"text\":\"超期\"}");
    ACT(supervisor, "{\"act\":\"card\",\"colour\":\"red\",\"text\":\"再超期\"}");
    REFUSED(operator_seat, "no_right", "{\"act\":\"card\",\"colour\":\"red\",\"text\":\"x\"}");
    ACT(operator_seat, "{\"act\":\"meet\",\"kind\":\"weekend\",\"time_us\":\"1772413200000000\","
                       "\"place\":\"村委会\",\"text\":\"说事\"}");
    g_autofree char *meeting = desk_text(f, "SELECT id FROM case_meeting");
    g_autofree char *resolve = g_strdup_printf("{\"act\":\"resolve\",\"meeting\":\"%s\",\"text\":"
                                               "\"每天十点后停工\",\"department\":\"police\","
                                               "\"due_us\":\"1772500000000000\"}",
                                               meeting);
    ACT(operator_seat, resolve);
    g_autofree char *item = desk_text(f, "SELECT id FROM case_item");
    g_autofree char *done =
        g_strdup_printf("{\"act\":\"resolve_done\",\"to\":\"%s\",\"text\":\"已落实\"}", item);
    ACT(police, done);
    REFUSED(police, "no_target", done);
    /* a leader's instruction that nobody carries out is told once */
    struct case_who *leader = desk_person("leader", "leader", NULL);
    ACT(leader, "{\"act\":\"instruct\",\"text\":\"务必妥处\",\"department\":\"police\","
                "\"due_us\":\"1772420000000000\"}");
    case_who_free(leader);
    fixture_sql(f, "UPDATE case_timer SET next_us = 0");
    g_assert_cmpint(desk_clock(f, INT64_C(1772419999000000)), ==, 0);
    g_assert_cmpint(desk_clock(f, INT64_C(1772420000000000)), ==, 1);
    g_assert_cmpint(desk_clock(f, INT64_C(1772500000000001)), ==, 0); /* the resolution is done */
    g_autofree char *told = desk_text(f, "SELECT details FROM case_log WHERE action = 'overdue'");
    g_assert_nonnull(strstr(told, "\"timer\":\"instruction\""));
    struct case_row row = desk_row(f, "k1");
    g_assert_cmpint(row.yellow, ==, 1);
    g_assert_cmpint(row.red, ==, 1);
    g_assert_cmpint(row.urged, ==, 1);
    case_row_clear(&row);
    desk_end(f);
}

int main(int argc, char **argv)
{
    g_setenv("TZ", "Asia/Shanghai", TRUE);
    g_test_init(&argc, &argv, NULL);
    desk_open_people();
    g_test_add_func("/case_life/loop", test_loop);
    g_test_add_func("/case_life/rights", test_rights);
    g_test_add_func("/case_life/handler-never-verifies", test_handler_never_verifies);
    g_test_add_func("/case_life/no-evidence", test_no_evidence);
    g_test_add_func("/case_life/versions", test_versions);
    g_test_add_func("/case_life/returns", test_returns);
    g_test_add_func("/case_life/return-before-date", test_return_before_date);
    g_test_add_func("/case_life/conflict-of-interest", test_conflict_of_interest);
    g_test_add_func("/case_life/delivery-timer", test_delivery_timer);
    g_test_add_func("/case_life/delivered", test_delivered);
    g_test_add_func("/case_life/take-in-time", test_take_in_time);
    g_test_add_func("/case_life/pause", test_pause);
    g_test_add_func("/case_life/extension", test_extension);
    g_test_add_func("/case_life/mediation", test_mediation);
    g_test_add_func("/case_life/refused-mediation", test_refused_mediation);
    g_test_add_func("/case_life/call-back", test_call_back);
    g_test_add_func("/case_life/joint-across-holiday", test_joint_across_holiday);
    g_test_add_func("/case_life/unknown-year", test_unknown_year);
    g_test_add_func("/case_life/grid", test_grid);
    g_test_add_func("/case_life/merge", test_merge);
    g_test_add_func("/case_life/supervision", test_supervision);
    return g_test_run();
}
