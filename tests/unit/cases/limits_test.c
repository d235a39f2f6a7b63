/* Limits of the case itself and when they rest: petitions and their extension, merged and suspended
 * cases. */
#include "cases/cases_private.h"
#include "desk.h"

static gint64 order_due(struct fixture *f, const char *timer, const char *department)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT t.due_us FROM case_timer t JOIN case_order o ON o.id = t.order_id"
                        " WHERE t.timer = '%s' AND o.department = '%s' AND t.ended_us = 0",
                        timer, department);
    return fixture_int(f, sql);
}

/* 60 days, 30 more at most, once, with written reasons, not by who asked. */
static void test_petition(void)
{
    static const char *const due_of =
        "SELECT due_us FROM case_timer WHERE timer = 'petition' AND ended_us = 0";
    struct fixture *f =
        desk_begin("{\"title\":\"信访事项\",\"area\":\"330106001002\",\"channel\":\"petition\"}");
    const gint64 midnight_us = NOW_US - 9 * HOUR_US, day_us = 24 * HOUR_US;
    const gint64 due_us = midnight_us + 61 * day_us, most_us = due_us + 30 * day_us;
    g_assert_cmpint(fixture_int(f, due_of), ==, due_us);
    g_assert_cmpint(fixture_int(f, "SELECT due_us FROM case_timer WHERE timer = 'petition_route'"),
                    ==, midnight_us + 16 * day_us);
    ACT(operator_seat, NOISE_TRIAGE);
    ACT(operator_seat, "{\"act\":\"dispatch\",\"lead\":\"police\"}");
#define ASK_UNTIL(timer, text, at)                                                                 \
    g_strdup_printf("{\"act\":\"ask_extension\",\"reason\":\"complex\"" text ",\"timer\":\"" timer \
                    "\",\"until_us\":\"%" G_GINT64_FORMAT "\"}",                                   \
                    (gint64)(at))
    g_autofree char *longer = ASK_UNTIL("petition", ",\"text\":\"案情复杂\"", most_us + 1);
    g_autofree char *bare = ASK_UNTIL("petition", "", most_us);
    g_autofree char *other = ASK_UNTIL("delivery", ",\"text\":\"案情复杂\"", most_us);
    g_autofree char *ask = ASK_UNTIL("petition", ",\"text\":\"案情复杂\"", most_us);
#undef ASK_UNTIL
    REFUSED(operator_seat, "too_long", longer);
    REFUSED(operator_seat, "no_reason", bare);
    REFUSED(operator_seat, "no_limit", other);
    g_assert_cmpstr(desk_act(f, operator_seat, "k1", due_us, ask), ==, "too_late");
    ACT(operator_seat, ask);
    REFUSED(operator_seat, "asked_already", ask);
    g_autofree char *id = desk_text(f, "SELECT id FROM case_ask");
    g_autofree char *grant = g_strdup_printf("{\"act\":\"grant\",\"to\":\"%s\"}", id);
    REFUSED(operator_seat, "no_right", grant);
    g_assert_cmpint(fixture_int(f, due_of), ==, due_us);
    ACT(supervisor, grant);
    g_assert_cmpint(fixture_int(f, due_of), ==, most_us);
    REFUSED(operator_seat, "extended_already", ask);
    desk_end(f);
}

/* Two days inside another case count in no limit, and tell nobody. */
static void test_merge_rests(void)
{
    const gint64 day_us = 24 * HOUR_US;
    struct fixture *f = desk_dispatched();
    desk_open(f, taker, "k2", NOISE_FORM);
    fixture_sql(f, "UPDATE case_timer SET next_us = 0 WHERE case_id = 'k2'");
    gint64 take_us = order_due(f, "take", "police"), work_us = order_due(f, "work", "police");
    ACT_AT(operator_seat, NOW_US + HOUR_US, "{\"act\":\"merge\",\"to\":\"k2\"}");
    g_assert_cmpint(desk_clock(f, NOW_US + 60 * day_us), ==, 0);
    ACT_AT(operator_seat, NOW_US + HOUR_US + 2 * day_us, "{\"act\":\"unmerge\"}");
    STATE("DISPATCHED");
    g_assert_cmpint(order_due(f, "take", "police"), ==, take_us + 2 * day_us);
    /* one of its working days ended meanwhile */
    g_assert_cmpint(order_due(f, "work", "police"), ==, work_us + day_us);
    g_assert_cmpint(
        fixture_int(f, "SELECT to_us - from_us FROM case_pause WHERE reason = 'merged'"), ==,
        2 * day_us);
    desk_end(f);
}

/* A suspended case is suspended again when it comes back, and goes on from there. */
static void test_merge_suspended(void)
{
    struct fixture *f = desk_dispatched();
    desk_open(f, taker, "k2", NOISE_FORM);
    ACT(police, "{\"act\":\"take\"}");
    ACT(police, "{\"act\":\"ask_pause\",\"reason\":\"appraisal\"}");
    g_autofree char *id = desk_text(f, "SELECT id FROM case_ask");
    g_autofree char *grant = g_strdup_printf("{\"act\":\"grant\",\"to\":\"%s\"}", id);
    ACT(supervisor, grant);
    ACT(supervisor, "{\"act\":\"merge\",\"to\":\"k2\"}");
    STATE("MERGED");
    ACT_AT(supervisor, NOW_US + HOUR_US, "{\"act\":\"unmerge\"}");
    STATE("SUSPENDED");
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM case_timer WHERE case_id = 'k1'"
                                   " AND ended_us = 0 AND state <> 'paused'"),
                    ==, 0);
    ACT_AT(supervisor, NOW_US + 2 * HOUR_US, "{\"act\":\"resume\"}");
    STATE("WORKING");
    struct case_row row = desk_row(f, "k1");
    g_assert_cmpint(row.calendar_unknown, ==, 0);
    g_assert_cmpint(row.due_us, >, 0);
    case_row_clear(&row);
    desk_end(f);
}

/* A case that ends while it is suspended runs when it is opened again. */
static void test_reopened_after_pause(void)
{
    struct fixture *f = desk_dispatched();
    ACT(police, "{\"act\":\"take\"}");
    ACT(police, "{\"act\":\"ask_pause\",\"reason\":\"appraisal\"}");
    g_autofree char *id = desk_text(f, "SELECT id FROM case_ask");
    g_autofree char *grant = g_strdup_printf("{\"act\":\"grant\",\"to\":\"%s\"}", id);
    ACT(supervisor, grant);
    ACT(supervisor, "{\"act\":\"terminate\",\"text\":\"撤回\"}");
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM case_pause WHERE to_us = 0"), ==, 0);
    desk_end(f);
}

int main(int argc, char **argv)
{
    g_setenv("TZ", "Asia/Shanghai", TRUE);
    g_test_init(&argc, &argv, NULL);
    desk_open_people();
    g_test_add_func("/case_limits/petition", test_petition);
    g_test_add_func("/case_limits/merge-rests", test_merge_rests);
    g_test_add_func("/case_limits/merge-suspended", test_merge_suspended);
    g_test_add_func("/case_limits/ended-while-suspended", test_reopened_after_pause);
    return g_test_run();
}
