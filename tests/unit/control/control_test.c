#include "control/control.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct fixture {
    char *folder, *path;
    struct control *control;
    struct control_call *held; /* of "hold" */
};

static void echo(struct control_call *call, const json_t *args, gpointer user)
{
    (void)user;
    control_progress(call, json_pack("{s:i}", "done", 1));
    control_reply(call, json_deep_copy(args));
}

static void hold(struct control_call *call, const json_t *args, gpointer user)
{
    (void)args;
    ((struct fixture *)user)->held = call;
}

static void half(struct control_call *call, const json_t *args, gpointer user)
{
    (void)args;
    (void)user;
    control_reply_partly(call, "2 rows are bad", json_pack("{s:i}", "bad", 2));
}

static struct fixture *fixture_new(void)
{
    struct fixture *f = g_new0(struct fixture, 1);
    GError *error = NULL;
    f->folder = g_dir_make_tmp("tw-control-XXXXXX", &error);
    g_assert_no_error(error);
    f->path = g_build_filename(f->folder, "wall.sock", NULL);
    f->control = control_create(f->path, NULL, &error);
    g_assert_no_error(error);
    control_register(f->control, "echo", echo, f);
    control_register(f->control, "hold", hold, f);
    control_register(f->control, "half", half, f);
    return f;
}

static void fixture_free(struct fixture *f)
{
    control_destroy(f->control);
    g_assert_false(g_file_test(f->path, G_FILE_TEST_EXISTS));
    g_rmdir(f->folder);
    g_free(f->folder);
    g_free(f->path);
    g_free(f);
}

static int client(const struct fixture *f)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_strlcpy(address.sun_path, f->path, sizeof address.sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
    return fd;
}

static void say(int fd, const char *text)
{
    g_assert_cmpint(send(fd, text, strlen(text), MSG_NOSIGNAL), ==, (ssize_t)strlen(text));
}

/* Turns the loop until a whole line came; "" at the end of the connection. */
static char *hear(int fd)
{
    GString *line = g_string_new(NULL);
    for (;;) {
        char byte;
        ssize_t size = recv(fd, &byte, 1, MSG_DONTWAIT);
        if (size == 0 || (size == 1 && byte == '\n'))
            return g_string_free(line, FALSE);
        if (size == 1)
            g_string_append_c(line, byte);
        else
            g_main_context_iteration(NULL, errno == EAGAIN);
    }
}

static void assert_hear(int fd, const char *line)
{
    g_autofree char *heard = hear(fd);
    g_assert_cmpstr(heard, ==, line);
}

static void test_answers(void)
{
    struct fixture *f = fixture_new();
    int fd = client(f);
    say(fd, "{\"cmd\":\"echo\",\"args\":{\"a\":\"石桥\"}}\n{\"cmd\":\"half\"}\n");
    assert_hear(fd, "{\"progress\":{\"done\":1}}");
    assert_hear(fd, "{\"ok\":true,\"data\":{\"a\":\"石桥\"}}");
    assert_hear(fd, "{\"ok\":false,\"code\":\"partly\",\"message\":\"2 rows are bad\","
                    "\"data\":{\"bad\":2}}");
    close(fd);
    fixture_free(f);
}

static void test_bad_requests_are_told(void)
{
    static const char *const bad[] = {
        "{\n", "[]\n", "\n", "{\"cmd\":1}\n", "\x01\xff\n", "{\"cmd\":\"echo\",\"args\":[]}\n"};
    struct fixture *f = fixture_new();
    int fd = client(f);
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        say(fd, bad[i]);
        g_autofree char *line = hear(fd);
        g_assert_true(g_str_has_prefix(line, "{\"ok\":false,\"code\":\"usage\""));
    }
    say(fd, "{\"cmd\":\"nothing\"}\n");
    assert_hear(fd, "{\"ok\":false,\"code\":\"usage\",\"message\":\"no such command\"}");
    close(fd);
    fixture_free(f);
}

static void test_answer_later_and_one_at_a_time(void)
{
    struct fixture *f = fixture_new();
    int fd = client(f);
    say(fd, "{\"cmd\":\"hold\"}\n{\"cmd\":\"echo\"}\n");
    while (!f->held)
        g_main_context_iteration(NULL, TRUE);
    control_reply_error(f->held, "not_found", "no camera c1");
    assert_hear(fd, "{\"ok\":false,\"code\":\"not_found\",\"message\":\"no camera c1\"}");
    assert_hear(fd, "{\"progress\":{\"done\":1}}");
    assert_hear(fd, "{\"ok\":true,\"data\":{}}");
    close(fd);
    fixture_free(f);
}

static void test_answer_to_one_who_left(void)
{
    struct fixture *f = fixture_new();
    int fd = client(f);
    say(fd, "{\"cmd\":\"hold\"}\n");
    while (!f->held)
        g_main_context_iteration(NULL, TRUE);
    close(fd);
    /* another client is served meanwhile, so the loop has seen the end of the first */
    int other = client(f);
    say(other, "{\"cmd\":\"echo\"}\n");
    assert_hear(other, "{\"progress\":{\"done\":1}}");
    assert_hear(other, "{\"ok\":true,\"data\":{}}");
    control_progress(f->held, json_object());
    control_reply(f->held, json_object());
    f->held = NULL;
    say(other, "{\"cmd\":\"hold\"}\n");
    while (!f->held)
        g_main_context_iteration(NULL, TRUE);
    close(other);
    struct control_call *orphan = f->held;
    fixture_free(f);
    control_reply(orphan, NULL);
}

static void test_socket_is_private(void)
{
    struct fixture *f = fixture_new();
    GStatBuf status;
    g_assert_cmpint(g_stat(f->path, &status), ==, 0);
    g_assert_cmpint(status.st_mode & 0777, ==, 0600);
    GError *error = NULL;
    g_assert_null(control_create(f->path, NULL, &error));
    g_assert_error(error, CONTROL_ERROR, CONTROL_ERROR_BUSY);
    g_clear_error(&error);
    fixture_free(f);
}

static void test_stale_socket_is_replaced(void)
{
    struct fixture *f = fixture_new();
    control_destroy(f->control);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_strlcpy(address.sun_path, f->path, sizeof address.sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    g_assert_cmpint(bind(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
    close(fd);
    GError *error = NULL;
    f->control = control_create(f->path, NULL, &error);
    g_assert_no_error(error);
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/control/answers", test_answers);
    g_test_add_func("/control/bad-requests", test_bad_requests_are_told);
    g_test_add_func("/control/later", test_answer_later_and_one_at_a_time);
    g_test_add_func("/control/left", test_answer_to_one_who_left);
    g_test_add_func("/control/private", test_socket_is_private);
    g_test_add_func("/control/stale", test_stale_socket_is_replaced);
    return g_test_run();
}
