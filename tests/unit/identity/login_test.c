#include "fixture.h"
#include <string.h>

static void test_login_makes_a_session(void)
{
    struct fixture *f = fixture_new();
    g_assert_null(fixture_add(f, "operator", "operator", "330108102"));
    g_assert_null(fixture_login(f, " Operator ", PASSWORD));
    g_assert_cmpuint(strlen(f->token), ==, 43);
    g_assert_cmpstr(f->session->login, ==, "operator");
    g_assert_cmpstr(f->session->role, ==, "operator");
    g_assert_cmpstr(f->session->areas[0], ==, "330108102");
    g_assert_cmpuint(strlen(f->session->csrf), ==, 43);
    g_assert_true(net_session_may(f->session, "camera.live"));
    g_assert_false(net_session_may(f->session, "camera.edit"));
    struct net_session *found = identity_session_find(f->identity, f->token);
    g_assert_true(found == f->session);
    net_session_unref(found);
    g_assert_null(
        identity_session_find(f->identity, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM audit WHERE action = 'login'"), ==, 1);
    fixture_free(f);
}

static void test_token_is_not_in_the_files(void)
{
    struct fixture *f = fixture_new();
    fixture_add(f, "operator", "operator", "");
    g_assert_null(fixture_login(f, "operator", PASSWORD));
    store_drain(f->store);
    static const char *const ends[] = {"", "-wal"};
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autofree char *path = g_strconcat(f->path, ends[i], NULL);
        g_autofree char *content = NULL;
        gsize size;
        g_assert_true(g_file_get_contents(path, &content, &size, NULL));
        g_assert_null(memmem(content, size, f->token, strlen(f->token)));
        g_assert_null(memmem(content, size, PASSWORD, strlen(PASSWORD)));
    }
    g_autofree char *hash = fixture_text(f, "SELECT password_hash FROM user_account");
    g_assert_true(g_str_has_prefix(hash, "$argon2id$"));
    fixture_free(f);
}

static void test_restart_keeps_people_logged_in(void)
{
    struct fixture *f = fixture_new();
    fixture_add(f, "operator", "operator", "330108102");
    fixture_login(f, "operator", PASSWORD);
    g_autofree char *csrf = g_strdup(f->session->csrf);
    g_autofree char *id = g_strdup(f->session->id);
    fixture_restart(f);
    struct net_session *found = identity_session_find(f->identity, f->token);
    g_assert_nonnull(found);
    g_assert_cmpstr(found->csrf, ==, csrf);
    g_assert_cmpstr(found->id, ==, id);
    g_assert_true(identity_may_in(found, RIGHT_CAMERA_LIVE, "330108102001"));
    net_session_unref(found);
    fixture_free(f);
}

static void test_unknown_and_wrong_are_told_alike(void)
{
    struct fixture *f = fixture_new();
    fixture_add(f, "operator", "operator", "");
    const char *const logins[] = {"operator", "nobody"};
    for (size_t i = 0; i < G_N_ELEMENTS(logins); i++) {
        for (int n = 0; n < 4; n++)
            g_assert_true(fixture_login(f, logins[i], "wrong password") == &PROBLEM_WRONG_LOGIN);
        /* the fifth meets the lock, for a login that exists and for one that does not */
        g_assert_true(fixture_login(f, logins[i], PASSWORD) == &PROBLEM_LIMIT);
        g_assert_cmpuint(f->retry_after_s, ==, 900);
    }
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM audit WHERE action = 'login.failed'"), ==,
                    8);
    fixture_restart(f);
    g_assert_true(fixture_login(f, "operator", PASSWORD) == &PROBLEM_LIMIT);
    fixture_now_us += 15 * MINUTE;
    g_assert_null(fixture_login(f, "operator", PASSWORD));
    fixture_free(f);
}

static void on_unlocked(const struct problem *problem, const struct account *account, gpointer user)
{
    struct fixture *f = user;
    g_assert_null(problem);
    g_assert_nonnull(account);
    f->answers++;
}

/* Neither the lock nor its many tries hold up whom an administrator has unlocked. */
static void test_unlocked_may_log_in_at_once(void)
{
    struct fixture *f = fixture_new();
    fixture_add(f, "operator", "operator", "");
    g_autofree char *id = g_strdup(f->user_id);
    for (int n = 0; n < 8; n++)
        g_assert_nonnull(fixture_login(f, "operator", "wrong password"));
    g_assert_true(fixture_login(f, "operator", PASSWORD) == &PROBLEM_LIMIT);
    unsigned answers = f->answers;
    struct identity_actor *admin = identity_actor_new(NULL);
    admin->login = g_strdup("test");
    identity_user_unlock(f->identity, admin, id, on_unlocked, f);
    fixture_turn(f, answers + 1);
    g_assert_null(fixture_login(f, "operator", PASSWORD));
    fixture_free(f);
}

static void test_good_logins_reset_the_count(void)
{
    struct fixture *f = fixture_new();
    fixture_add(f, "operator", "operator", "");
    for (int i = 0; i < 4; i++) {
        g_assert_true(fixture_login(f, "operator", "wrong password") == &PROBLEM_WRONG_LOGIN);
        fixture_now_us += MINUTE;
        g_assert_null(fixture_login(f, "operator", PASSWORD));
    }
    fixture_free(f);
}

static void test_rate_of_an_address(void)
{
    struct fixture *f = fixture_new();
    unsigned limited = 0;
    for (int i = 0; i < 40; i++) {
        char login[16];
        g_snprintf(login, sizeof login, "guess%d", i);
        limited += fixture_login(f, login, "wrong password") == &PROBLEM_LIMIT;
    }
    g_assert_cmpuint(limited, ==, 10);
    g_assert_cmpuint(f->retry_after_s, ==, 2);
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM audit WHERE action = 'login.limited'"), ==,
                    1);
    fixture_now_us += 2LL * G_USEC_PER_SEC;
    g_assert_true(fixture_login(f, "guess41", "wrong") == &PROBLEM_WRONG_LOGIN);
    fixture_free(f);
}

/* Nobody is thrown out or locked for longer because somebody set the clock. */
static void test_clock_is_set(void)
{
    struct fixture *f = fixture_new();
    fixture_add(f, "operator", "operator", "");
    fixture_add(f, "other", "operator", "");
    for (int n = 0; n < 4; n++)
        fixture_login(f, "other", "wrong password");
    g_assert_null(fixture_login(f, "operator", PASSWORD));
    const int64_t steps[] = {30 * 24 * HOUR, -60 * 24 * HOUR, 3 * HOUR};
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        fixture_set_us += steps[i];
        fixture_now_us += steps[i];
        struct net_session *found = identity_session_find(f->identity, f->token);
        g_assert_nonnull(found);
        net_session_unref(found);
        identity_tick(f->identity);
        g_assert_true(fixture_login(f, "other", PASSWORD) == &PROBLEM_LIMIT);
        g_assert_cmpuint(f->retry_after_s, ==, 900);
    }
    fixture_now_us += 15 * MINUTE;
    g_assert_null(fixture_login(f, "other", PASSWORD));
    fixture_now_us += 61 * MINUTE;
    g_assert_null(identity_session_find(f->identity, f->token));
    fixture_free(f);
}

static void on_ended(const char *session_id, gpointer user)
{
    g_string_append_printf(user, "%s ", session_id);
}

static void test_sessions_end(void)
{
    struct fixture *f = fixture_new();
    GString *ended = g_string_new(NULL);
    identity_on_session_ended(f->identity, on_ended, ended);
    fixture_add(f, "operator", "operator", "");
    fixture_login(f, "operator", PASSWORD);
    for (int i = 0; i < 9; i++) { /* in use: the idle limit of an hour does not strike */
        fixture_now_us += HOUR;
        identity_tick(f->identity);
        struct net_session *found = identity_session_find(f->identity, f->token);
        g_assert_nonnull(found);
        net_session_unref(found);
    }
    g_assert_cmpstr(ended->str, ==, "");
    fixture_now_us += HOUR + 1; /* the absolute limit of 10 hours does */
    identity_session_touch(f->identity, f->session);
    identity_tick(f->identity);
    g_assert_true(g_str_has_prefix(ended->str, f->session->id));
    g_assert_null(identity_session_find(f->identity, f->token));
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM session"), ==, 0);

    fixture_login(f, "operator", PASSWORD);
    fixture_now_us += HOUR + 1;
    g_assert_null(identity_session_find(f->identity, f->token));
    fixture_login(f, "operator", PASSWORD);
    session_end(f->identity, f->session->id);
    g_assert_null(identity_session_find(f->identity, f->token));
    fixture_restart(f);
    g_assert_null(identity_session_find(f->identity, f->token));
    g_string_free(ended, TRUE);
    fixture_free(f);
}

static void on_late(const struct login_result *result, gpointer user)
{
    g_assert_nonnull(result->problem);
    ++*(unsigned *)user;
}

static void test_stopping_answers_what_waits(void)
{
    struct fixture *f = fixture_new();
    unsigned late = 0;
    for (int i = 0; i < 4; i++)
        identity_login(f->identity,
                       &(struct login_attempt){"nobody", "wrong", NULL, "10.0.0.7", NULL}, on_late,
                       &late);
    fixture_restart(f);
    g_assert_cmpuint(late, ==, 4);
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/identity/login/session", test_login_makes_a_session);
    g_test_add_func("/identity/login/token-is-not-stored", test_token_is_not_in_the_files);
    g_test_add_func("/identity/login/restart", test_restart_keeps_people_logged_in);
    g_test_add_func("/identity/login/unknown-and-wrong", test_unknown_and_wrong_are_told_alike);
    g_test_add_func("/identity/login/good-resets", test_good_logins_reset_the_count);
    g_test_add_func("/identity/login/address", test_rate_of_an_address);
    g_test_add_func("/identity/login/unlocked", test_unlocked_may_log_in_at_once);
    g_test_add_func("/identity/login/clock", test_clock_is_set);
    g_test_add_func("/identity/login/end", test_sessions_end);
    g_test_add_func("/identity/login/stopping", test_stopping_answers_what_waits);
    return g_test_run();
}
