/* Cases: codes of a year, one alert one case, taking back, the chain of what was done. */
#include "cases/case_log.h"
#include "cases/cases.h"
#include "fixture.h"
#include <math.h>
#include <string.h>

#define JUNE_2026_US (INT64_C(1781000000) * G_USEC_PER_SEC)
#define YEAR_US      (INT64_C(366) * 24 * 3600 * G_USEC_PER_SEC)

static const struct identity_actor who = {.user = "u1", .login = "operator", .address = "::1"};

struct step {
    const char *verb, *id, *alert;
    gint64 now_us;
    char *code;
    bool closed;
    gint64 broken;
};

static bool do_step(struct store_tx *tx, gpointer job, GError **error)
{
    struct step *step = job;
    const struct case_seed seed = {.id = step->id,
                                   .alert = step->alert,
                                   .dimension = "dispute",
                                   .type = "neighbour",
                                   .title = "邻里纠纷",
                                   .lon = NAN,
                                   .lat = NAN,
                                   .priority = 3};
    if (strcmp(step->verb, "open") == 0)
        return case_open(tx, &seed, &who, step->now_us, &step->code, error);
    if (strcmp(step->verb, "link") == 0)
        return case_link(tx, step->id, step->alert, &who, step->now_us, &step->code, error);
    if (strcmp(step->verb, "undo") == 0)
        return case_undo(tx, step->id, step->alert, &who, step->now_us, &step->closed, error);
    return case_log_verify(tx, step->id, &step->broken, error) || !*error;
}

static struct step at(const char *verb, const char *id, const char *alert, gint64 now_us)
{
    return (struct step){.verb = verb, .id = id, .alert = alert, .now_us = now_us};
}

/* Returned: the code, g_free(). */
static char *must(struct fixture *f, struct step step)
{
    GError *error = NULL;
    store_write_now(f->store, do_step, &step, &error);
    g_assert_no_error(error);
    return step.code ? step.code : g_strdup(step.closed ? "closed" : "");
}

static void must_not(struct fixture *f, struct step step, enum store_error code)
{
    g_autoptr(GError) error = NULL;
    store_write_now(f->store, do_step, &step, &error);
    g_assert_error(error, STORE_ERROR, (int)code);
    g_free(step.code);
}

#define EXPECT(expected, ...)                                                                      \
    do {                                                                                           \
        g_autofree char *got = must(f, at(__VA_ARGS__));                                           \
        g_assert_cmpstr(got, ==, expected);                                                        \
    } while (0)

static struct fixture *open_store(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    return f;
}

static void test_codes(void)
{
    struct fixture *f = open_store();
    EXPECT("2026-0001", "open", "k1", "a1", JUNE_2026_US);
    EXPECT("2026-0002", "open", "k2", "a2", JUNE_2026_US);
    EXPECT("2027-0001", "open", "k3", "a3", JUNE_2026_US + YEAR_US);
    EXPECT("2026-0003", "open", "k4", "a4", JUNE_2026_US);
    must_not(f, at("open", "k5", "a1", JUNE_2026_US), STORE_ERROR_CONFLICT);
    EXPECT("2026-0004", "open", "k5", "a5", JUNE_2026_US); /* a refused one takes no number */
    fixture_free(f);
}

static void test_undo(void)
{
    struct fixture *f = open_store();
    EXPECT("2026-0001", "open", "k1", "a1", JUNE_2026_US);
    EXPECT("2026-0001", "link", "k1", "a2", JUNE_2026_US);
    must_not(f, at("link", "k1", "a2", JUNE_2026_US), STORE_ERROR_CONFLICT);
    must_not(f, at("link", "none", "a9", JUNE_2026_US), STORE_ERROR_NOT_FOUND);
    EXPECT("", "undo", "k1", "a1", JUNE_2026_US + 1);       /* another alert is in it: it goes on */
    EXPECT("closed", "undo", "k1", "a2", JUNE_2026_US + 2); /* it was the last one */
    must_not(f, at("undo", "k1", "a1", JUNE_2026_US), STORE_ERROR_CONFLICT);
    EXPECT("2026-0002", "open", "k2", "a1", JUNE_2026_US);
    EXPECT("closed", "undo", "k2", "a1", JUNE_2026_US + 3);
    must_not(f, at("link", "k2", "a3", JUNE_2026_US), STORE_ERROR_NOT_FOUND);
    g_assert_cmpint(fixture_int(f, "SELECT closed_us FROM case_file WHERE id = 'k2'"), ==,
                    JUNE_2026_US + 3);
    fixture_free(f);
}

static gint64 broken_at(struct fixture *f, const char *id)
{
    GError *error = NULL;
    struct step step = {.verb = "verify", .id = id};
    store_write_now(f->store, do_step, &step, &error);
    g_assert_no_error(error);
    return step.broken;
}

static void test_chain(void)
{
    struct fixture *f = open_store();
    EXPECT("2026-0001", "open", "k1", "a1", JUNE_2026_US);
    EXPECT("2026-0001", "link", "k1", "a2", JUNE_2026_US);
    EXPECT("", "undo", "k1", "a2", JUNE_2026_US);
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM case_log"), ==, 3);
    g_assert_cmpint(broken_at(f, "k1"), ==, 0);
    fixture_sql(f, "DROP TRIGGER case_log_no_update");
    fixture_sql(f, "UPDATE case_log SET note = 'another' WHERE seq = 2");
    g_assert_cmpint(broken_at(f, "k1"), ==, 2);
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_setenv("TZ", "Asia/Shanghai", TRUE);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cases/codes", test_codes);
    g_test_add_func("/cases/undo", test_undo);
    g_test_add_func("/cases/chain", test_chain);
    return g_test_run();
}
