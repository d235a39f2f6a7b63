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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/identity/commands/first-people", test_first_people);
    return g_test_run();
}
