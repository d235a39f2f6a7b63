/* The real wallctl against a real control socket: what it sends, prints and returns. */
#include "control/control.h"
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

struct fixture {
    char *folder, *socket;
    struct control *control;
    json_t *args; /* of the last request */
};

struct outcome {
    int status;
    char *out, *err;
    bool done;
};

static void keep_args(struct fixture *f, const json_t *args)
{
    json_decref(f->args);
    f->args = json_deep_copy(args);
}

static void users_add(struct control_call *call, const json_t *args, gpointer user)
{
    keep_args(user, args);
    control_reply(call, json_pack("{s:s,s:s}", "login", "wang", "role", "operator"));
}

static void cameras_show(struct control_call *call, const json_t *args, gpointer user)
{
    keep_args(user, args);
    control_reply_error(call, "not_found", "there is no camera c9");
}

static void cameras_list(struct control_call *call, const json_t *args, gpointer user)
{
    keep_args(user, args);
    control_reply_error(call, "busy", "later");
}

static void cameras_import(struct control_call *call, const json_t *args, gpointer user)
{
    keep_args(user, args);
    control_progress(call, json_pack("{s:i}", "done", 1));
    control_reply_partly(call, "1 row was refused",
                         json_pack("{s:i,s:i}", "rows", 2, "refused", 1));
}

static struct fixture *fixture_new(void)
{
    struct fixture *f = g_new0(struct fixture, 1);
    GError *error = NULL;
    f->folder = g_dir_make_tmp("tw-wallctl-XXXXXX", NULL);
    f->socket = g_build_filename(f->folder, "wall.sock", NULL);
    f->control = control_create(f->socket, NULL, &error);
    g_assert_no_error(error);
    control_register(f->control, "users.add", users_add, f);
    control_register(f->control, "cameras.show", cameras_show, f);
    control_register(f->control, "cameras.list", cameras_list, f);
    control_register(f->control, "cameras.import", cameras_import, f);
    return f;
}

static void fixture_free(struct fixture *f)
{
    control_destroy(f->control);
    json_decref(f->args);
    g_rmdir(f->folder);
    g_free(f->folder);
    g_free(f->socket);
    g_free(f);
}

static void on_end(GObject *process, GAsyncResult *result, gpointer user)
{
    struct outcome *o = user;
    GError *error = NULL;
    g_subprocess_communicate_utf8_finish(G_SUBPROCESS(process), result, &o->out, &o->err, &error);
    g_assert_no_error(error);
    o->status = g_subprocess_get_exit_status(G_SUBPROCESS(process));
    o->done = true;
}

/* Runs `wallctl --socket S WORDS` with `input` while the loop turns. */
static struct outcome run(struct fixture *f, const char *socket, const char *words,
                          const char *input)
{
    g_autofree char *line =
        g_strdup_printf("%s --socket %s %s", TW_WALLCTL, socket ? socket : f->socket, words);
    g_auto(GStrv) argv = g_strsplit(line, " ", -1);
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                  G_SUBPROCESS_FLAGS_STDERR_PIPE);
    g_subprocess_launcher_setenv(launcher, "LC_ALL", "C", TRUE);
    GError *error = NULL;
    g_autoptr(GSubprocess) process =
        g_subprocess_launcher_spawnv(launcher, (const char *const *)argv, &error);
    g_assert_no_error(error);
    struct outcome o = {0};
    g_subprocess_communicate_utf8_async(process, input, NULL, on_end, &o);
    while (!o.done)
        g_main_context_iteration(NULL, TRUE);
    return o;
}

static void outcome_clear(struct outcome *o)
{
    g_free(o->out);
    g_free(o->err);
}

static void assert_args(struct fixture *f, const char *expected)
{
    g_autofree char *text = json_dumps(f->args, JSON_COMPACT | JSON_SORT_KEYS);
    g_assert_cmpstr(text, ==, expected);
}

static void assert_status(struct fixture *f, const char *words, int status)
{
    struct outcome o = run(f, NULL, words, "");
    g_assert_cmpint(o.status, ==, status);
    outcome_clear(&o);
}

static void test_password_comes_from_standard_input(void)
{
    struct fixture *f = fixture_new();
    struct outcome o =
        run(f, NULL, "users add wang --role operator --name 王 --password-stdin", "sésame ouvre\n");
    g_assert_cmpint(o.status, ==, 0);
    g_assert_cmpstr(o.out, ==, "added wang (operator)\n");
    assert_args(f, "{\"login\":\"wang\",\"name\":\"王\",\"password\":\"sésame ouvre\","
                   "\"role\":\"operator\"}");
    outcome_clear(&o);
    assert_status(f, "users add wang --role operator", 2);
    assert_status(f, "users add wang --role operator --password-stdin", 2);
    fixture_free(f);
}

static void test_statuses(void)
{
    struct fixture *f = fixture_new();
    struct outcome o = run(f, NULL, "cameras show c9 --json", "");
    g_assert_cmpint(o.status, ==, 4);
    g_assert_nonnull(strstr(o.out, "\"code\": \"not_found\""));
    g_assert_cmpstr(o.err, ==, "wallctl: there is no camera c9\n");
    outcome_clear(&o);
    assert_status(f, "cameras list", 1);
    assert_status(f, "cameras dance", 2);
    o = run(f, NULL, "feeds --lang zh", "");
    g_assert_cmpint(o.status, ==, 2);
    g_assert_true(g_str_has_prefix(o.err, "wallctl: 用法不对 / feeds wants to know"));
    g_assert_nonnull(strstr(o.err, "  wallctl feeds rotate ID"));
    g_assert_nonnull(strstr(o.err, "--mapping 名称|文件"));
    g_assert_null(strstr(o.err, "wallctl poison"));
    outcome_clear(&o);
    o = run(f, NULL, "cameras show c9 --lang zh", "");
    g_assert_cmpstr(o.err, ==, "wallctl: 没有找到 / there is no camera c9\n");
    outcome_clear(&o);
    o = run(f, "/nowhere/wall.sock", "status", "");
    g_assert_cmpint(o.status, ==, 3);
    g_assert_nonnull(strstr(o.err, "/nowhere/wall.sock"));
    outcome_clear(&o);
    o = run(f, NULL, "--help --lang zh", "");
    g_assert_cmpint(o.status, ==, 0);
    g_assert_nonnull(strstr(o.out, "摄像机"));
    outcome_clear(&o);
    fixture_free(f);
}

static void test_import_partly_and_gb18030(void)
{
    struct fixture *f = fixture_new();
    struct outcome o = run(f, NULL, "cameras import - --dry-run --json", "id,name\nc1,石桥\n");
    g_assert_cmpint(o.status, ==, 5);
    g_assert_cmpstr(o.err, ==, "wallctl: 1 row was refused\n");
    json_t *data = json_loads(o.out, 0, NULL);
    g_assert_cmpint(json_integer_value(json_object_get(data, "refused")), ==, 1);
    json_decref(data);
    outcome_clear(&o);
    assert_args(f, "{\"csv\":\"id,name\\nc1,石桥\\n\",\"dry_run\":true,\"name\":\"-\"}");
    g_autofree char *path = g_build_filename(f->folder, "cameras.csv", NULL);
    gsize size;
    g_autofree char *bytes = g_convert("c1,石桥", -1, "GB18030", "UTF-8", NULL, &size, NULL);
    g_assert_true(g_file_set_contents(path, bytes, (gssize)size, NULL));
    g_autofree char *words = g_strdup_printf("cameras import %s", path);
    assert_status(f, words, 5);
    g_assert_cmpstr(json_string_value(json_object_get(f->args, "csv")), ==, "c1,石桥");
    g_assert_true(g_file_set_contents(path,
                                      "\xff\xfe"
                                      "c\0\x31\0",
                                      6, NULL)); /* UTF-16 */
    assert_status(f, words, 1);
    g_unlink(path);
    o = run(f, NULL, words, "");
    g_assert_cmpint(o.status, ==, 1);
    g_assert_nonnull(strstr(o.err, path));
    outcome_clear(&o);
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wallctl/run/password", test_password_comes_from_standard_input);
    g_test_add_func("/wallctl/run/statuses", test_statuses);
    g_test_add_func("/wallctl/run/import", test_import_partly_and_gb18030);
    return g_test_run();
}
