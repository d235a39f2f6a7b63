/* Grants for a time: what they are refused for, and that they hold from then until then. */
#include "fixture.h"
#include <string.h>

#define TOWN    "330108102"
#define VILLAGE "330108102003"
#define DEPUTY  "{\"role\":\"deputy\",\"area\":\"" TOWN "\"}"

static unsigned changed, ended;

static void on_changed(const char *session, gpointer user)
{
    (void)session, (void)user;
    changed++;
}

static void on_ended(const char *session, gpointer user)
{
    (void)session, (void)user;
    ended++;
}

static void watch(struct fixture *f)
{
    changed = ended = 0;
    identity_on_session_changed(f->identity, on_changed, NULL);
    identity_on_session_ended(f->identity, on_ended, NULL);
}

/* A grant as JSON, its times from now in minutes, 0: none. */
static char *grant(const char *role, const char *area, gint64 from_min, gint64 until_min)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "{\"role\":\"%s\",\"area\":\"%s\"", role, area);
    if (from_min)
        g_string_append_printf(text, ",\"from_us\":\"%" G_GINT64_FORMAT "\"",
                               (gint64)(fixture_now_us + from_min * MINUTE));
    if (until_min)
        g_string_append_printf(text, ",\"until_us\":\"%" G_GINT64_FORMAT "\"",
                               (gint64)(fixture_now_us + until_min * MINUTE));
    g_string_append(text, "}");
    return g_strdup(text->str);
}

static const struct problem *add(struct fixture *f, const char *grants)
{
    g_autofree char *json = g_strdup_printf(
        "{\"login\":\"li\",\"name\":\"李代表\",\"password\":\"" PASSWORD "\",\"grants\":[%s]}",
        grants);
    return fixture_add_json(f, json);
}

static const struct problem *change(struct fixture *f, const char *grants)
{
    g_autofree char *id = g_strdup(f->user_id);
    g_autofree char *json = g_strdup_printf("{\"version\":%" G_GINT64_FORMAT ",\"grants\":[%s]}",
                                            f->user_version, grants);
    return fixture_change(f, id, json);
}

/* What the session that the cookie finds may do in the village; "": there is none. */
static const char *may(struct fixture *f, enum right right)
{
    struct net_session *session = identity_session_find(f->identity, f->token);
    const char *answer = !session ? "" : identity_may_in(session, right, VILLAGE) ? "yes" : "no";
    if (session)
        net_session_unref(session);
    return answer;
}

static void go_on(struct fixture *f, gint64 by_us)
{
    fixture_now_us += by_us;
    identity_tick(f->identity);
}

static gint64 records(struct fixture *f, const char *action)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT COUNT(*) FROM audit WHERE action = '%s'", action);
    return fixture_int(f, sql);
}

static void test_refused(void)
{
    static const struct {
        const char *grants;
        const char *code;
    } rows[] = {
        {"{\"role\":\"operator\",\"from_us\":5}", "invalid_grant_time"},
        {"{\"role\":\"operator\",\"from_us\":\"soon\"}", "invalid_grant_time"},
        {"{\"role\":\"operator\",\"from_us\":\"-1\"}", "invalid_grant_time"},
        {"{\"role\":\"operator\",\"until_us\":\"99999999999999999999\"}", "invalid_grant_time"},
        {"{\"role\":\"operator\",\"until_us\":\"253402300800000001\"}", "invalid_grant_time"},
        {"{\"role\":\"operator\",\"from_us\":\"8\",\"until_us\":\"8\"}", "invalid_grant_time"},
        {"{\"role\":\"operator\",\"until_us\":\"7\"}", "grant_past"},
        {"{\"role\":\"operator\"},{\"role\":\"operator\",\"until_us\":\"253402300799000000\"}",
         "grant_twice"},
        {"{\"role\":\"deputy\",\"until_us\":\"253402300000000000\"},{\"role\":\"deputy_observe\"}",
         "grant_span"},
        {"{\"role\":\"deputy\",\"until_us\":\"253402300000000000\"},"
         "{\"role\":\"deputy_observe\",\"until_us\":\"253402300000000001\"}",
         "grant_span"},
        {"{\"role\":\"deputy\",\"from_us\":\"9\"},{\"role\":\"deputy_observe\"}", "grant_span"},
        {"{\"role\":\"deputy\",\"area\":\"" VILLAGE "\"},{\"role\":\"deputy_observe\"}",
         "grant_without_role"},
    };
    struct fixture *f = fixture_new();
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const struct problem *problem = add(f, rows[i].grants);
        g_assert_nonnull(problem);
        g_assert_cmpstr(problem->code, ==, rows[i].code);
        g_assert_cmpstr(problem->path, ==, "grants");
    }
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM role_grant"), ==, 0);
    g_assert_null(add(f, "{\"role\":\"operator\",\"from_us\":null,\"until_us\":null},"
                         "{\"role\":\"operator\"}"));
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM role_grant"), ==, 1);
    fixture_free(f);
}

static void test_begins_and_ends(void)
{
    struct fixture *f = fixture_new();
    watch(f);
    g_autofree char *some = grant("deputy_collect", VILLAGE, 5, 30);
    g_autofree char *both = g_strconcat(DEPUTY ",", some, NULL);
    g_assert_null(add(f, both));
    g_assert_null(fixture_login(f, "li", PASSWORD));
    g_assert_cmpstr(may(f, RIGHT_CASE_REGISTER), ==, "no");
    g_assert_cmpint(records(f, "grant.give"), ==, 2);
    g_assert_cmpint(records(f, "grant.begin"), ==, 0);

    go_on(f, 5 * MINUTE - 1);
    g_assert_cmpstr(may(f, RIGHT_CASE_REGISTER), ==, "no");
    fixture_now_us += 1; /* by the request alone, before any timer */
    g_assert_cmpstr(may(f, RIGHT_CASE_REGISTER), ==, "yes");
    g_assert_cmpuint(changed, ==, 1);
    g_assert_cmpint(records(f, "grant.begin"), ==, 1);
    g_assert_false(identity_may(f->session, RIGHT_CASE_REGISTER)); /* who held it has the old one */

    go_on(f, 25 * MINUTE - 1);
    g_assert_cmpstr(may(f, RIGHT_CASE_REGISTER), ==, "yes");
    go_on(f, 1); /* by the tick */
    g_assert_cmpuint(changed, ==, 2);
    g_assert_cmpstr(may(f, RIGHT_CASE_REGISTER), ==, "no");
    g_assert_cmpstr(may(f, RIGHT_PLACE_SEE), ==, "yes");
    g_assert_cmpuint(ended, ==, 0);
    go_on(f, MINUTE);
    g_assert_cmpint(records(f, "grant.end"), ==, 1);
    g_autofree char *details =
        fixture_text(f, "SELECT details FROM audit WHERE action = 'grant.end'");
    g_assert_nonnull(strstr(details, "\"role\":\"deputy_collect\""));
    g_assert_nonnull(strstr(details, "\"why\":\"time\""));

    /* saved again with the one that is over, which is no reason to refuse; then prolonged */
    g_autofree char *same = g_strdup(both);
    g_assert_null(change(f, same));
    g_assert_cmpint(records(f, "grant.give"), ==, 2);
    g_autofree char *more = grant("deputy_collect", VILLAGE, 0, 60);
    g_autofree char *longer = g_strconcat(DEPUTY ",", more, NULL);
    g_assert_null(change(f, longer));
    g_assert_null(fixture_login(f, "li", PASSWORD));
    g_assert_cmpstr(may(f, RIGHT_CASE_REGISTER), ==, "yes");
    g_assert_cmpint(records(f, "grant.give"), ==, 3);
    g_assert_cmpint(records(f, "grant.end"), ==, 1);
    g_assert_null(change(f, DEPUTY));
    g_assert_cmpint(records(f, "grant.end"), ==, 2);
    fixture_free(f);
}

/* Nobody ran when it ended: it is over at the start, and told once. */
static void test_while_stopped(void)
{
    struct fixture *f = fixture_new();
    g_autofree char *some = grant("deputy_observe", TOWN, 0, 30);
    g_autofree char *both = g_strconcat(DEPUTY ",", some, NULL);
    g_assert_null(add(f, both));
    g_assert_null(fixture_login(f, "li", PASSWORD));
    g_assert_cmpstr(may(f, RIGHT_MEETING_JOIN), ==, "yes");
    g_autofree char *token = g_strdup(f->token);
    fixture_now_us += 30 * MINUTE;
    fixture_restart(f);
    g_assert_cmpstr(may(f, RIGHT_MEETING_JOIN), ==, "no");
    g_assert_cmpstr(may(f, RIGHT_PLACE_SEE), ==, "yes");
    g_assert_cmpint(records(f, "grant.end"), ==, 1);
    fixture_restart(f);
    go_on(f, MINUTE);
    g_assert_cmpint(records(f, "grant.end"), ==, 1);
    fixture_free(f);
}

static guint listed;

static void count_grant(const struct identity_user *user, const char *role, const char *area,
                        gpointer data)
{
    (void)user, (void)area, (void)data;
    listed += strcmp(role, "leader") == 0;
}

static guint leaders(struct fixture *f)
{
    listed = 0;
    identity_each_grant(f->identity, count_grant, NULL);
    return listed;
}

/* Without any grant that holds, sessions end and nobody gets in. */
static void test_none_left(void)
{
    struct fixture *f = fixture_new();
    watch(f);
    g_autofree char *later = grant("leader", TOWN, 10, 20);
    g_assert_null(add(f, later));
    g_assert_cmpuint(leaders(f), ==, 0);
    const struct problem *problem = fixture_login(f, "li", PASSWORD);
    g_assert_true(problem == &PROBLEM_NO_GRANT);
    g_assert_cmpint(fixture_int(f, "SELECT failures FROM user_account"), ==, 0);
    go_on(f, 10 * MINUTE);
    g_assert_cmpuint(leaders(f), ==, 1);
    g_assert_null(fixture_login(f, "li", PASSWORD));
    g_assert_cmpstr(f->session->role, ==, "leader");
    go_on(f, 10 * MINUTE);
    g_assert_cmpuint(ended, ==, 1);
    g_assert_cmpstr(may(f, RIGHT_SESSION), ==, "");
    g_assert_cmpuint(leaders(f), ==, 0);
    g_assert_true(fixture_login(f, "li", PASSWORD) == &PROBLEM_NO_GRANT);
    fixture_free(f);
}

/* Who administers for a time is not who stays; an auditor to come is nobody's already. */
static void test_offices(void)
{
    struct fixture *f = fixture_new();
    fixture_add(f, "admin", "system_admin", "");
    g_autofree char *id = g_strdup(f->user_id);
    gint64 version = f->user_version;
    g_autofree char *some = grant("system_admin", "", 0, 60);
    g_assert_null(add(f, some));
    f->user_version = version;
    g_autofree char *leaving = g_strdup_printf(
        "{\"version\":1,\"grants\":[{\"role\":\"system_admin\",\"until_us\":\"%" G_GINT64_FORMAT
        "\"}]}",
        (gint64)(fixture_now_us + HOUR));
    g_assert_true(fixture_change(f, id, leaving) == &PROBLEM_LAST_ADMIN);
    g_assert_true(fixture_change(f, id, "{\"version\":1,\"enabled\":false}") ==
                  &PROBLEM_LAST_ADMIN);
    g_autofree char *later = grant("security_auditor", "", 60, 0);
    g_autofree char *mixed = g_strconcat("{\"role\":\"system_admin\"},", later, NULL);
    g_autofree char *json = g_strdup_printf("{\"version\":1,\"grants\":[%s]}", mixed);
    g_assert_true(fixture_change(f, id, json) == &PROBLEM_ROLES_CONFLICT);
    fixture_free(f);
}

/* The disk was full when it ended: it ended all the same, and is told later. */
static void test_told_later(void)
{
    struct fixture *f = fixture_new();
    g_autofree char *some = grant("leader", TOWN, 0, 30);
    g_autofree char *both = g_strconcat("{\"role\":\"operator\"},", some, NULL);
    g_assert_null(add(f, both));
    g_assert_null(fixture_login(f, "li", PASSWORD));
    g_assert_true(fixture_sql(f, "CREATE TRIGGER broken BEFORE UPDATE ON role_grant BEGIN"
                                 " SELECT RAISE(ABORT, 'no'); END"));
    go_on(f, 30 * MINUTE);
    store_drain(f->store);
    g_assert_cmpstr(may(f, RIGHT_CASE_SEE), ==, "yes");
    g_assert_cmpstr(may(f, RIGHT_DUTY_EDIT), ==, "no");
    g_assert_cmpint(records(f, "grant.end"), ==, 0);
    g_assert_true(fixture_sql(f, "DROP TRIGGER broken"));
    while (g_main_context_iteration(NULL, FALSE))
        ;
    go_on(f, MINUTE);
    g_assert_cmpint(records(f, "grant.end"), ==, 1);
    go_on(f, MINUTE);
    g_assert_cmpint(records(f, "grant.end"), ==, 1);
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/identity/grants/refused", test_refused);
    g_test_add_func("/identity/grants/begins-and-ends", test_begins_and_ends);
    g_test_add_func("/identity/grants/while-stopped", test_while_stopped);
    g_test_add_func("/identity/grants/none-left", test_none_left);
    g_test_add_func("/identity/grants/offices", test_offices);
    g_test_add_func("/identity/grants/told-later", test_told_later);
    return g_test_run();
}
