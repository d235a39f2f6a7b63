#include "fixture.h"
#include <string.h>

static void test_what_is_refused(void)
{
    static const struct {
        const char *json;
        const struct problem *problem;
    } cases[] = {
        {"{}", &PROBLEM_LOGIN},
        {"{\"login\":\"a\"}", &PROBLEM_LOGIN},
        {"{\"login\":\"Ab\"}", &PROBLEM_LOGIN},
        {"{\"login\":\"a b\"}", &PROBLEM_LOGIN},
        {"{\"login\":7}", &PROBLEM_LOGIN},
        {"{\"login\":\"ab\"}", &PROBLEM_NAME},
        {"{\"login\":\"ab\",\"name\":\"\"}", &PROBLEM_NAME},
        {"{\"login\":\"ab\",\"name\":\"a\\nb\"}", &PROBLEM_NAME},
        {"{\"login\":\"ab\",\"name\":\"x\"}", &PROBLEM_ROLE},
        {"{\"login\":\"ab\",\"name\":\"x\",\"grants\":[{\"role\":\"king\"}]}", &PROBLEM_ROLE},
        {"{\"login\":\"ab\",\"name\":\"x\",\"grants\":[{\"role\":\"operator\",\"area\":\"12\"}]}",
         &PROBLEM_AREA},
        {"{\"login\":\"ab\",\"name\":\"x\",\"grants\":[{\"role\":\"operator\","
         "\"area\":\"33010810x\"}]}",
         &PROBLEM_AREA},
        {"{\"login\":\"ab\",\"name\":\"x\",\"grants\":[{\"role\":\"system_admin\"},"
         "{\"role\":\"security_auditor\"}]}",
         &PROBLEM_ROLES_CONFLICT},
        {"{\"login\":\"ab\",\"name\":\"x\",\"grants\":[{\"role\":\"operator\"}]}",
         &PROBLEM_PASSWORD},
        {"{\"login\":\"ab\",\"name\":\"x\",\"grants\":[{\"role\":\"operator\"}],"
         "\"password\":\"short\"}",
         &PROBLEM_PASSWORD},
        {"{\"login\":\"password1\",\"name\":\"x\",\"grants\":[{\"role\":\"operator\"}],"
         "\"password\":\"password1\"}",
         &PROBLEM_PASSWORD},
        {"{\"login\":\"ab\",\"name\":\"x\",\"grants\":[{\"role\":\"operator\"}],"
         "\"password\":\"long enough\",\"department\":\"none\"}",
         &PROBLEM_DEPARTMENT},
    };
    struct fixture *f = fixture_new();
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const struct problem *problem = fixture_add_json(f, cases[i].json);
        g_assert_nonnull(problem);
        g_assert_cmpstr(problem->code, ==, cases[i].problem->code);
    }
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM user_account"), ==, 0);
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM outbox"), ==, 0);
    fixture_free(f);
}

static void test_add_is_stored_announced_and_on_record(void)
{
    struct fixture *f = fixture_new();
    g_assert_null(fixture_add(f, "operator", "operator", "330108102"));
    g_assert_true(fixture_add(f, "operator", "leader", "") == &PROBLEM_TAKEN);
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM user_account"), ==, 1);
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM role_grant"), ==, 1);
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM outbox WHERE topic = 'user'"), ==, 1);
    g_autofree char *body = fixture_text(f, "SELECT body FROM outbox");
    g_assert_null(strstr(body, "argon2"));
    g_assert_nonnull(strstr(body, "综治中心"));
    g_autofree char *details =
        fixture_text(f, "SELECT details FROM audit WHERE action = 'user.add'");
    g_assert_cmpstr(details, ==,
                    "{\"enabled\":true,\"grants\":[{\"area\":\"330108102\",\"role\":\"operator\"}],"
                    "\"login\":\"operator\"}");
    fixture_restart(f);
    g_autoptr(GPtrArray) people = identity_people(f->identity);
    g_assert_cmpuint(people->len, ==, 1);
    g_assert_null(fixture_login(f, "operator", PASSWORD));
    fixture_free(f);
}

static void test_department_names_the_unit(void)
{
    struct fixture *f = fixture_new();
    g_assert_true(fixture_sql(f, "INSERT INTO department (id, name, updated_us)"
                                 " VALUES ('d1', '司法所', 0)"));
    g_assert_null(fixture_add_json(f, "{\"login\":\"li\",\"name\":\"李\",\"department\":\"d1\","
                                      "\"password\":\"long enough\",\"grants\":"
                                      "[{\"role\":\"mediator\"}]}"));
    const struct account *account = g_hash_table_lookup(f->identity->people, f->user_id);
    g_assert_cmpstr(account->unit, ==, "司法所");
    fixture_free(f);
}

static void test_change_needs_the_version_and_ends_sessions(void)
{
    struct fixture *f = fixture_new();
    fixture_add(f, "operator", "operator", "");
    g_autofree char *id = g_strdup(f->user_id);
    fixture_login(f, "operator", PASSWORD);
    g_assert_true(fixture_change(f, "nobody", "{\"version\":1}") == &PROBLEM_NO_USER);
    g_assert_true(fixture_change(f, id, "{\"name\":\"新\"}") == &PROBLEM_VERSION);
    g_assert_true(fixture_change(f, id, "{\"name\":\"新\",\"version\":2}") == &PROBLEM_VERSION);
    struct net_session *found = identity_session_find(f->identity, f->token);
    g_assert_nonnull(found);
    net_session_unref(found);
    g_assert_null(fixture_change(f, id, "{\"version\":1,\"grants\":[{\"role\":\"leader\"}]}"));
    g_assert_cmpint(f->user_version, ==, 2);
    g_assert_null(identity_session_find(f->identity, f->token));
    g_assert_null(fixture_login(f, "operator", PASSWORD));
    g_assert_cmpstr(f->session->role, ==, "leader");
    g_assert_null(fixture_change(f, id, "{\"version\":2,\"enabled\":false}"));
    g_assert_true(fixture_login(f, "operator", PASSWORD) == &PROBLEM_WRONG_LOGIN);
    g_assert_null(
        fixture_change(f, id, "{\"version\":3,\"enabled\":true,\"password\":\"another one\"}"));
    g_assert_true(fixture_login(f, "operator", PASSWORD) == &PROBLEM_WRONG_LOGIN);
    g_assert_null(fixture_login(f, "operator", "another one"));
    fixture_free(f);
}

static void test_last_admin_stays(void)
{
    struct fixture *f = fixture_new();
    fixture_add(f, "admin", "system_admin", "");
    g_autofree char *id = g_strdup(f->user_id);
    g_assert_true(fixture_change(f, id, "{\"version\":1,\"enabled\":false}") ==
                  &PROBLEM_LAST_ADMIN);
    fixture_add(f, "admin2", "system_admin", "");
    g_assert_null(fixture_change(f, id, "{\"version\":1,\"enabled\":false}"));
    fixture_free(f);
}

static void on_password(const struct problem *problem, const struct account *account, gpointer user)
{
    struct fixture *f = user;
    (void)account;
    f->problem = problem;
    f->answers++;
}

static const struct problem *change_password(struct fixture *f, const char *old, const char *new)
{
    unsigned wanted = f->answers + 1;
    identity_password_change(f->identity, f->session, old, new, on_password, f);
    fixture_turn(f, wanted);
    return f->problem;
}

static void test_own_password(void)
{
    struct fixture *f = fixture_new();
    fixture_add(f, "operator", "operator", "");
    fixture_login(f, "operator", PASSWORD);
    g_autofree char *other = g_strdup(f->token);
    fixture_login(f, "operator", PASSWORD);
    g_assert_true(change_password(f, "wrong", "another one") == &PROBLEM_WRONG_PASSWORD);
    g_assert_true(change_password(f, PASSWORD, "short") == &PROBLEM_PASSWORD);
    g_assert_true(change_password(f, NULL, NULL) == &PROBLEM_PASSWORD);
    g_assert_null(change_password(f, PASSWORD, "another one"));
    struct net_session *mine = identity_session_find(f->identity, f->token);
    g_assert_nonnull(mine);
    net_session_unref(mine);
    g_assert_null(identity_session_find(f->identity, other));
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM audit WHERE action = 'password.change'"),
                    ==, 1);
    g_assert_true(fixture_login(f, "operator", PASSWORD) == &PROBLEM_WRONG_LOGIN);
    g_assert_null(fixture_login(f, "operator", "another one"));
    fixture_free(f);
}

static void test_rights_reach_areas(void)
{
    struct fixture *f = fixture_new();
    fixture_add_json(f, "{\"login\":\"mixed\",\"name\":\"x\",\"password\":\"" PASSWORD "\","
                        "\"grants\":[{\"role\":\"operator\",\"area\":\"330108102003\"},"
                        "{\"role\":\"supervisor\",\"area\":\"330108102\"}]}");
    g_assert_null(fixture_login(f, "mixed", PASSWORD));
    const struct net_session *s = f->session;
    g_assert_true(identity_may(s, RIGHT_CAMERA_LIVE));
    g_assert_true(identity_may_in(s, RIGHT_CAMERA_LIVE, "330108102003007"));
    g_assert_false(identity_may_in(s, RIGHT_CAMERA_LIVE, "330108102004"));
    g_assert_true(identity_may_in(s, RIGHT_CAMERA_LIST, "330108102004"));
    g_assert_false(identity_may_in(s, RIGHT_CAMERA_LIST, "330108103"));
    g_assert_true(identity_may_see_area(s, "330108102"));
    g_assert_false(identity_may_see_area(s, "330108103"));
    g_assert_false(identity_may_in(s, RIGHT_CAMERA_LIST, ""));
    g_assert_false(identity_may(NULL, RIGHT_SESSION));
    json_t *rights = identity_rights_json(s);
    g_autofree char *text = json_dumps(rights, JSON_COMPACT);
    g_assert_cmpstr(text, ==,
                    "[\"alert.handle\",\"alert.see\",\"camera.list\",\"camera.live\","
                    "\"case.act\",\"case.indicators\",\"case.open\",\"case.own\",\"case.register\","
                    "\"case.see\",\"duty.edit\",\"duty.see\",\"duty.sign\",\"feed.see\","
                    "\"meeting.host\",\"meeting.join\",\"person.edit\",\"person.reveal\","
                    "\"person.see\",\"place.see\",\"session\",\"wall.drive\",\"wall.see\"]");
    json_decref(rights);
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/identity/users/refused", test_what_is_refused);
    g_test_add_func("/identity/users/add", test_add_is_stored_announced_and_on_record);
    g_test_add_func("/identity/users/department", test_department_names_the_unit);
    g_test_add_func("/identity/users/change", test_change_needs_the_version_and_ends_sessions);
    g_test_add_func("/identity/users/last-admin", test_last_admin_stays);
    g_test_add_func("/identity/users/own-password", test_own_password);
    g_test_add_func("/identity/users/areas", test_rights_reach_areas);
    return g_test_run();
}
