#include "common/config.h"
#include <glib/gstdio.h>
#include <string.h>

#define SCHEMA TW_SOURCE_DIR "/config/townwall.schema.json"

static char *folder;

static char *write_file(const char *name, const char *text, mode_t mode)
{
    char *path = g_build_filename(folder, name, NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_cmpint(g_chmod(path, mode), ==, 0);
    return path;
}

static void expect_errors(const char *text, const char *expected)
{
    g_autofree char *path = write_file("c.json", text, 0644);
    g_autoptr(GError) error = NULL;
    g_assert_null(config_load(path, SCHEMA, &error));
    g_assert_nonnull(error);
    GString *message = g_string_new(error->message);
    g_string_replace(message, folder, "DIR", 0);
    g_assert_cmpstr(message->str, ==, expected);
    g_string_free(message, TRUE);
}

static void test_shipped(void)
{
    g_autoptr(GError) error = NULL;
    json_t *config = config_load(TW_SOURCE_DIR "/config/townwall.json", SCHEMA, &error);
    g_assert_no_error(error);
    g_assert_cmpint(config_int(config, "server.port"), ==, 8443);
    json_decref(config);
}

/* The programs carry the schema of the repository with them. */
static void test_built_in_schema(void)
{
    g_autoptr(GError) error = NULL;
    json_t *carried = config_load(NULL, NULL, &error);
    g_assert_no_error(error);
    json_t *read = config_load(NULL, SCHEMA, &error);
    g_assert_no_error(error);
    g_assert_true(json_equal(carried, read));
    json_decref(carried);
    json_decref(read);
}

static void test_defaults(void)
{
    g_autoptr(GError) error = NULL;
    json_t *config = config_load(NULL, SCHEMA, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(config_string(config, "media.transport"), ==, "auto");
    g_assert_cmpfloat(config_number(config, "media.main_linger_s"), ==, 10);
    g_assert_cmpint(config_int(config, "media.thumbnail.width"), ==, 160);
    g_assert_null(config_get(config, "server.tls.cert"));
    g_assert_null(config_get(config, "server.nothing.here"));
    g_autofree char *store = config_path(config, "store.path");
    g_assert_cmpstr(store, ==, "/var/lib/townwall/townwall.db");
    g_autofree char *link = config_address(config, "link.address");
    g_assert_cmpstr(link, ==, "unix:/var/lib/townwall/media.sock");
    json_decref(config);
}

static void test_messages(void)
{
    expect_errors("{\"media\":{\"picture_cores\":\"fast\"}}",
                  "DIR/c.json: media.picture_cores: expected number 0.1 to 64, got \"fast\"");
    expect_errors("{\"media\":{\"pictur_cores\":1},\"server\":{\"port\":70000}}",
                  "DIR/c.json: server.port: expected integer 0 to 65535, got 70000\n"
                  "DIR/c.json: media.pictur_cores: unknown key; did you mean \"picture_cores\"?");
    expect_errors(
        "{\"log\":{\"level\":\"loud\"}}",
        "DIR/c.json: log.level: expected one of \"error\", \"warn\", \"info\", \"debug\", "
        "got \"loud\"");
    expect_errors("{\n \"log\": oops\n}",
                  "DIR/c.json: line 2, column 12: invalid token near 'oops'");
    expect_errors("{\"media\":{\"picture_cores\":0.05,\"keep_gops\":1.5,\"gst\":7}}",
                  "DIR/c.json: media.keep_gops: expected integer 0 to 100, got 1.5\n"
                  "DIR/c.json: media.picture_cores: expected number 0.1 to 64, got 0.05\n"
                  "DIR/c.json: media.gst: expected object, got 7");
    expect_errors("{\"media\":{\"node_id\":\"A\"},\"store\":{\"path\":\"\"},\"a\":1}",
                  "DIR/c.json: a: unknown key\n"
                  "DIR/c.json: store.path: expected string of at least 1 character, got \"\"\n"
                  "DIR/c.json: media.node_id: expected string matching ^[a-z0-9][a-z0-9-]{0,31}$ "
                  "such as \"media-1\", got \"A\"");
    expect_errors(
        "{\"redis\":{\"url\":\"http://u:geheim@h\"}}",
        "DIR/c.json: redis.url: expected string matching ^(unix:.+|rediss?://.+)$ such as "
        "\"redis://10.0.0.6:6379/0\", got a secret that does not fit");
    expect_errors("{\"log\":{\"level\":\"info\",\"level\":\"warn\"}}",
                  "DIR/c.json: line 1, column 30: duplicate object key near '\"level\"'");
    expect_errors("[]", "DIR/c.json: expected a JSON object at the top");
}

static void write_secret(const char *name, const char *text, mode_t mode)
{
    g_free(write_file(name, text, mode));
}

static void test_secrets(void)
{
    write_secret("open", "0123456789abcdef\n", 0640);
    write_secret("good", "0123456789abcdef\n", 0600);
    write_secret("short", "hunter2\n", 0600);
    expect_errors("{\"server\":{\"metrics_token\":{\"$file\":\"open\"}}}",
                  "DIR/c.json: server.metrics_token: secret file DIR/open has mode 0640: others "
                  "than its owner may use it; expected 0600 or 0400");
    expect_errors("{\"server\":{\"metrics_token\":{\"$env\":\"TW_NOT_SET\"}}}",
                  "DIR/c.json: server.metrics_token: environment variable TW_NOT_SET is not set");
    expect_errors(
        "{\"log\":{\"level\":{\"$file\":\"short\"}}}",
        "DIR/c.json: log.level: expected one of \"error\", \"warn\", \"info\", \"debug\", "
        "got a secret that does not fit");
    g_autofree char *path =
        write_file("c.json", "{\"server\":{\"metrics_token\":{\"$file\":\"good\"}}}", 0644);
    g_autoptr(GError) error = NULL;
    json_t *config = config_load(path, SCHEMA, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(config_string(config, "server.metrics_token"), ==, "0123456789abcdef");
    json_decref(config);
}

static void remove_folder(void)
{
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        g_unlink(path);
    }
    g_dir_close(dir);
    g_rmdir(folder);
    g_free(folder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("tw-config-XXXXXX", NULL);
    g_test_add_func("/config/shipped", test_shipped);
    g_test_add_func("/config/defaults", test_defaults);
    g_test_add_func("/config/built_in_schema", test_built_in_schema);
    g_test_add_func("/config/messages", test_messages);
    g_test_add_func("/config/secrets", test_secrets);
    int result = g_test_run();
    remove_folder();
    return result;
}
