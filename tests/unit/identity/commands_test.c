/* The first people of an installation: wallctl, the control socket and identity together. */
#include "fixture.h"
#include "identity/identity_face.h"
#include <gio/gio.h>
#include <string.h>

struct outcome {
    bool done;
    int status;
    char *out, *err;
};

static void on_end(GObject *process, GAsyncResult *result, gpointer user)
{
    struct outcome *o = user;
    GError *error = NULL;
    g_subprocess_communicate_utf8_finish(G_SUBPROCESS(process), result, &o->out, &o->err, &error);
    g_assert_no_error(error);
    o->status = g_subprocess_get_exit_status(G_SUBPROCESS(process));
    o->done = true;
}

/* Runs wallctl; compares its status and looks for `words` in what it printed. */
static void expect(const char *socket, const char *arguments, const char *input, int status,
                   const char *words)
{
    g_autofree char *line =
        g_strdup_printf("%s --lang en --socket %s %s", TW_WALLCTL, socket, arguments);
    g_auto(GStrv) argv = g_strsplit(line, " ", -1);
    GError *error = NULL;
    g_autoptr(GSubprocess) process =
        g_subprocess_newv((const char *const *)argv,
                          G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                              G_SUBPROCESS_FLAGS_STDERR_PIPE,
                          &error);
    g_assert_no_error(error);
    struct outcome o = {0};
    g_subprocess_communicate_utf8_async(process, input, NULL, on_end, &o);
    while (!o.done)
        g_main_context_iteration(NULL, TRUE);
    g_assert_cmpint(o.status, ==, status);
    g_autofree char *both = g_strconcat(o.out, o.err, NULL);
    if (!strstr(both, words))
        g_error("'%s' is not in: %s", words, both);
    g_free(o.out);
    g_free(o.err);
}

static void test_first_people(void)
{
    struct fixture *f = fixture_new();
    g_autofree char *socket = g_build_filename(f->folder, "wall.sock", NULL);
    GError *error = NULL;
    struct control *control = control_create(socket, NULL, &error);
    g_assert_no_error(error);
    identity_add_commands(f->identity, control);
    expect(socket, "users add wang --role operator --name 王 --area 330108102 --password-stdin",
           PASSWORD "\n", 0, "added wang (operator)");
    expect(socket, "users password wang --password-stdin", PASSWORD "2\n", 0,
           "wang has a new password");
    expect(socket, "users password wang --password-stdin", PASSWORD "\n", 0,
           "wang has a new password");
    expect(socket, "users password wang --password-stdin", "1\n", 1, "password");
    expect(socket, "users password wang", "", 2, "--password-stdin");
    expect(socket, "users password nobody --password-stdin", PASSWORD "\n", 4, "no such login");
    expect(socket, "users add wang --role operator --password-stdin", PASSWORD "\n", 1,
           "login is in use");
    expect(socket, "users add Wang --role operator --password-stdin", PASSWORD "\n", 1,
           "lower-case");
    expect(socket, "users add li --role king --password-stdin", PASSWORD "\n", 1, "no such role");
    expect(socket, "users add li --role operator --password-stdin", "short\n", 1, "8 to 128");
    expect(socket, "users list", "", 0, "wang   王    operator");
    g_assert_null(fixture_login(f, "wang", PASSWORD));
    g_assert_cmpstr(f->session->areas[0], ==, "330108102");
    g_autofree char *who = fixture_text(f, "SELECT login FROM audit WHERE action = 'user.add'");
    g_assert_true(g_str_has_prefix(who, "wallctl uid "));
    control_destroy(control);
    fixture_free(f);
}

static void test_departments_and_changes(void)
{
    struct fixture *f = fixture_new();
    g_autofree char *socket = g_build_filename(f->folder, "wall.sock", NULL);
    GError *error = NULL;
    struct control *control = control_create(socket, NULL, &error);
    g_assert_no_error(error);
    identity_add_commands(f->identity, control);
    expect(socket, "departments add zhen --name 镇政府", "", 0, "镇政府");
    expect(socket, "departments add sifa --name 司法所 --kind station --parent zhen --leader 陈",
           "", 0, "司法所");
    expect(socket, "departments add sifa --name 又一个", "", 1, "in use");
    expect(socket, "departments add x1", "", 2, "--name");
    expect(socket, "departments add x2 --name x --kind castle", "", 1, "no such kind");
    expect(socket, "departments change zhen --parent sifa", "", 1, "its own");
    expect(socket, "departments change sifa --phone 12", "", 1, "5 to 20 digits");
    expect(socket, "departments change none --name x", "", 4, "no such department");
    g_assert_true(department_within(f->identity, "sifa", "zhen"));
    g_assert_false(department_within(f->identity, "zhen", "sifa"));
    fixture_add(f, "li", "department_handler", "");
    expect(socket, "users change li --department sifa --phone 13812345678", "", 0, "司法所");
    expect(socket, "departments change sifa --name 石桥司法所", "", 0, "石桥司法所");
    g_autoptr(GPtrArray) users = department_users(f->identity, "sifa", "department_handler");
    g_assert_cmpuint(users->len, ==, 1);
    const struct identity_user *user = users->pdata[0];
    g_assert_cmpstr(user->login, ==, "li");
    g_assert_cmpstr(user->unit, ==, "石桥司法所");
    g_assert_nonnull(user->person);
    g_autoptr(GPtrArray) none = department_users(f->identity, "sifa", "leader");
    g_assert_cmpuint(none->len, ==, 0);
    expect(socket, "users change li --grants deputy@330108102,deputy_collect@330108103", "", 1,
           "only for deputies");
    expect(socket, "users change li --grants deputy@330108102,deputy_collect@330108102003", "", 0,
           "deputy_collect");
    expect(socket, "users change li --grants deputy/2026-12-01", "", 2, "FROM..UNTIL");
    expect(socket, "users change li --grants deputy/..2026-12-01T25:00", "", 2, "FROM..UNTIL");
    expect(socket, "users change li --grants deputy/2030-12-02..2030-12-01", "", 1,
           "has to end after it begins");
    expect(socket, "users change li --grants deputy/..2020-12-01", "", 1, "has passed");
    expect(socket,
           "users change li --grants "
           "deputy@330108102,deputy_collect@330108102003/2030-12-01..2031-01-31",
           "", 0, "deputy_collect");
    expect(socket, "users list", "", 0,
           "deputy_collect@330108102003/2030-12-01T00:00..2031-02-01T00:00 (not yet)");
    expect(socket, "users change li --enable --disable", "", 2, "not both");
    expect(socket, "users unlock li", "", 0, "li");
    expect(socket, "users totp-off nobody", "", 4, "no such login");
    control_destroy(control);
    fixture_restart(f);
    g_assert_cmpstr(department_get(f->identity, "sifa")->parent, ==, "zhen");
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM person_link WHERE closed_us = 0"), ==, 2);
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/identity/commands/first-people", test_first_people);
    g_test_add_func("/identity/commands/departments", test_departments_and_changes);
    return g_test_run();
}
