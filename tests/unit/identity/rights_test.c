#include "identity/rights.h"

static void test_names_are_complete(void)
{
    for (int i = 0; i < RIGHT_COUNT; i++) {
        enum right right;
        g_assert_nonnull(right_name((enum right)i));
        g_assert_true(right_find(right_name((enum right)i), &right));
        g_assert_cmpint((int)right, ==, i);
    }
    enum right right;
    g_assert_null(right_name(RIGHT_COUNT));
    g_assert_false(right_find("camera.steal", &right));
}

static bool role_may(const char *code, enum right right)
{
    return role_find(code)->rights & right_bit((enum right)right);
}

static void test_roles_are_those_of_the_domain(void)
{
    static const char *const codes[] = {
        "call_taker",       "operator",       "grid_worker",      "department_handler",
        "supervisor",       "verifier",       "mediator",         "deputy",
        "auditor",          "front_desk",     "leader",           "system_admin",
        "security_auditor", "deputy_collect", "deputy_hand_over", "deputy_mediation",
        "deputy_observe",   "deputy_audit",
    };
    int count = 0;
    for (const struct role *role = roles(); role->code; role++)
        count++;
    g_assert_cmpint(count, ==, G_N_ELEMENTS(codes));
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        g_assert_nonnull(role_find(codes[i]));
        g_assert_true(role_may(codes[i], RIGHT_SESSION));
        g_assert_cmpstr(role_find(codes[i])->of, ==,
                        g_str_has_prefix(codes[i], "deputy_") ? "deputy" : NULL);
    }
    g_assert_null(role_find("king"));
    g_assert_null(role_find(NULL));
}

static void test_who_sees_pictures(void)
{
    for (const struct role *role = roles(); role->code; role++) {
        bool live = g_str_equal(role->code, "operator") || g_str_equal(role->code, "leader");
        g_assert_true(role_may(role->code, RIGHT_CAMERA_LIVE) == live);
    }
    g_assert_true(role_may("operator", RIGHT_WALL_DRIVE));
    g_assert_false(role_may("leader", RIGHT_WALL_DRIVE));
}

static void test_admin_and_auditor_stay_apart(void)
{
    const struct role *admin = role_find("system_admin"), *audit = role_find("security_auditor");
    const rights_t changes =
        right_bit(RIGHT_USER_EDIT) | right_bit(RIGHT_CONFIG_EDIT) | right_bit(RIGHT_CAMERA_EDIT);
    g_assert_cmpuint(admin->rights & right_bit(RIGHT_AUDIT_SEE), ==, 0);
    g_assert_cmpuint(audit->rights & changes, ==, 0);
    g_assert_false(roles_compatible(admin, audit));
    g_assert_false(roles_compatible(audit, admin));
    g_assert_true(roles_compatible(admin, role_find("operator")));
    g_assert_true(roles_compatible(audit, role_find("leader")));
}

static void test_areas(void)
{
    static const struct {
        const char *granted, *area;
        bool within;
    } cases[] = {
        {"", "330108102", true},
        {"", "", true},
        {NULL, NULL, true},
        {"330108102", "330108102", true},
        {"330108102", "330108102003", true},
        {"330108102", "330108102003001", true},
        {"330108102003", "330108102", false},
        {"330108102003", "330108102004001", false},
        {"330108102", "330108103001", false},
        {"330108102", "", false},
        {"330108102", NULL, false},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_true(area_within(cases[i].granted, cases[i].area) == cases[i].within);
}

static void test_what_concerns_the_town_is_of_no_village(void)
{
    const struct role *admin = role_find("system_admin"), *auditor = role_find("security_auditor");
    for (const char *const *area = (const char *const[]){"", "330108102", NULL}; *area; area++) {
        g_assert_cmpuint(role_rights_in(admin, *area), ==, admin->rights);
        g_assert_cmpuint(role_rights_in(auditor, *area), ==, auditor->rights);
    }
    rights_t village = role_rights_in(admin, "330108102003");
    g_assert_false(village & right_bit(RIGHT_CONFIG_EDIT));
    g_assert_false(village & right_bit(RIGHT_FEED_EDIT));
    g_assert_true(village & right_bit(RIGHT_USER_EDIT));
    g_assert_true(village & right_bit(RIGHT_CAMERA_EDIT));
    g_assert_false(role_rights_in(auditor, "330108102003001") & right_bit(RIGHT_AUDIT_SEE));
    g_assert_false(role_rights_in(role_find("supervisor"), "330108102003") &
                   right_bit(RIGHT_DUTY_EDIT));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/identity/rights/names", test_names_are_complete);
    g_test_add_func("/identity/rights/roles", test_roles_are_those_of_the_domain);
    g_test_add_func("/identity/rights/pictures", test_who_sees_pictures);
    g_test_add_func("/identity/rights/apart", test_admin_and_auditor_stay_apart);
    g_test_add_func("/identity/rights/areas", test_areas);
    g_test_add_func("/identity/rights/town", test_what_concerns_the_town_is_of_no_village);
    return g_test_run();
}
