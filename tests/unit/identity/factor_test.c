/* The second factor: enrolled, confirmed, asked for at the login, each code good once. */
#include "fixture.h"
#include "identity/totp.h"

struct answer {
    bool done;
    const struct problem *problem;
    char *secret;
};

static void on_factor(const struct problem *problem, const char *secret, gpointer user)
{
    struct answer *answer = user;
    answer->done = true;
    answer->problem = problem;
    if (secret)
        answer->secret = g_strdup(secret);
}

static const struct problem *wait_for(struct answer *answer)
{
    while (!answer->done)
        g_main_context_iteration(NULL, TRUE);
    answer->done = false;
    return answer->problem;
}

/* The code of a time from now. */
static char *code_at(const char *secret, gint64 later_us)
{
    uint8_t key[TOTP_KEY_BYTES];
    g_assert_true(totp_key_of(secret, key));
    guint64 step = (guint64)((fixture_now_us + later_us) / TOTP_STEP_US);
    return g_strdup_printf("%06u", totp_code(key, sizeof key, step, TOTP_DIGITS));
}

/* Logged in, enrolled and confirmed; returned: the secret. */
static char *enrol(struct fixture *f)
{
    struct answer answer = {0};
    fixture_add(f, "li", "operator", "");
    g_assert_null(fixture_login(f, "li", PASSWORD));
    identity_factor_enrol(f->identity, f->session, "wrong", on_factor, &answer);
    g_assert_true(wait_for(&answer) == &PROBLEM_WRONG_PASSWORD);
    identity_factor_confirm(f->identity, f->session, "123456", on_factor, &answer);
    g_assert_true(wait_for(&answer) == &PROBLEM_NO_FACTOR);
    identity_factor_enrol(f->identity, f->session, PASSWORD, on_factor, &answer);
    g_assert_null(wait_for(&answer));
    g_assert_null(fixture_login(f, "li", PASSWORD)); /* not in force before it is confirmed */
    g_autofree char *wrong = code_at(answer.secret, 10 * MINUTE);
    identity_factor_confirm(f->identity, f->session, wrong, on_factor, &answer);
    g_assert_true(wait_for(&answer) == &PROBLEM_CODE_WRONG);
    g_autofree char *code = code_at(answer.secret, 0);
    identity_factor_confirm(f->identity, f->session, code, on_factor, &answer);
    g_assert_null(wait_for(&answer));
    identity_factor_enrol(f->identity, f->session, PASSWORD, on_factor, &answer);
    g_assert_true(wait_for(&answer) == &PROBLEM_FACTOR_THERE);
    return answer.secret;
}

static void test_asked_for_at_the_login(void)
{
    struct fixture *f = fixture_new();
    g_autofree char *secret = enrol(f);
    fixture_now_us += MINUTE;
    g_assert_true(fixture_login(f, "li", PASSWORD) == &PROBLEM_CODE_NEEDED);
    g_assert_true(fixture_login(f, "li", "wrong") == &PROBLEM_WRONG_LOGIN);
    g_autofree char *code = code_at(secret, 0);
    g_assert_true(fixture_login_code(f, "li", "wrong", code) == &PROBLEM_WRONG_LOGIN);
    g_assert_null(fixture_login_code(f, "li", PASSWORD, code));
    g_assert_true(fixture_login_code(f, "li", PASSWORD, code) == &PROBLEM_CODE); /* once */
    fixture_restart(f);
    fixture_now_us += MINUTE;
    g_autofree char *old = code_at(secret, -MINUTE), *next = code_at(secret, 0);
    g_assert_true(fixture_login_code(f, "li", PASSWORD, old) == &PROBLEM_CODE);
    g_assert_null(fixture_login_code(f, "li", PASSWORD, next));
    g_autofree char *bytes = fixture_text(f, "SELECT hex(totp_enc) FROM user_account");
    g_assert_null(strstr(bytes, secret));
    fixture_free(f);
}

static void test_wrong_codes_lock(void)
{
    struct fixture *f = fixture_new();
    g_autofree char *secret = enrol(f);
    for (int i = 0; i < 4; i++) {
        fixture_now_us += MINUTE;
        g_autofree char *wrong = code_at(secret, HOUR);
        g_assert_true(fixture_login_code(f, "li", PASSWORD, wrong) == &PROBLEM_CODE);
    }
    fixture_now_us += MINUTE;
    g_autofree char *good = code_at(secret, 0);
    g_assert_true(fixture_login_code(f, "li", PASSWORD, good) == &PROBLEM_LIMIT);
    fixture_free(f);
}

static void test_taken_off(void)
{
    struct fixture *f = fixture_new();
    struct answer answer = {0};
    g_autofree char *secret = enrol(f);
    fixture_now_us += MINUTE;
    identity_factor_off(f->identity, f->session, "wrong", on_factor, &answer);
    g_assert_true(wait_for(&answer) == &PROBLEM_WRONG_PASSWORD);
    identity_factor_off(f->identity, f->session, PASSWORD, on_factor, &answer);
    g_assert_null(wait_for(&answer));
    g_assert_null(fixture_login(f, "li", PASSWORD));
    g_assert_cmpint(
        fixture_int(f, "SELECT COUNT(*) FROM audit WHERE action IN ('totp.on', 'totp.off')"), ==,
        2);
    fixture_free(f);
}

static void test_reset_by_who_manages_users(void)
{
    struct fixture *f = fixture_new();
    struct answer answer = {0};
    g_autofree char *secret = enrol(f);
    g_autofree char *id = g_strdup(f->user_id);
    struct identity_actor *local = identity_actor_new(NULL);
    identity_factor_reset(f->identity, local, id, on_factor, &answer);
    g_assert_null(wait_for(&answer));
    identity_factor_reset(f->identity, identity_actor_new(NULL), "nobody", on_factor, &answer);
    g_assert_true(wait_for(&answer) == &PROBLEM_NO_USER);
    fixture_now_us += MINUTE;
    g_assert_null(fixture_login(f, "li", PASSWORD));
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/identity/factor/login", test_asked_for_at_the_login);
    g_test_add_func("/identity/factor/locks", test_wrong_codes_lock);
    g_test_add_func("/identity/factor/off", test_taken_off);
    g_test_add_func("/identity/factor/reset", test_reset_by_who_manages_users);
    return g_test_run();
}
