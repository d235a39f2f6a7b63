#include "wallctl/arguments.h"
#include "wallctl/print.h"
#include "wallctl/table.h"
#include "wallctl/text.h"
#include <string.h>

/* Reads a command line given as one text. */
static struct arguments *read_line(const char *line, char **message)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    GError *error = NULL;
    struct arguments *a =
        arguments_read((int)g_strv_length(words), words, "/default.sock", LANGUAGE_EN, &error);
    g_assert_true(!a == !!error);
    *message = error ? g_strdup(error->message) : NULL;
    g_clear_error(&error);
    return a;
}

static void test_wrong_usage(void)
{
    static const char *const lines[][2] = {
        {"wallctl", "a command is missing"},
        {"wallctl cameras", "cameras wants to know"},
        {"wallctl camels", "no command camels"},
        {"wallctl cameras dance", "no command cameras dance"},
        {"wallctl status now", "takes nothing more"},
        {"wallctl cameras show", "takes ID"},
        {"wallctl cameras show c1 c2", "takes ID"},
        {"wallctl status --dry-run", "takes no --dry-run"},
        {"wallctl cameras list --role operator", "takes no --role"},
        {"wallctl status --loud", "no option --loud"},
        {"wallctl status --json=1", "takes no value"},
        {"wallctl status -x", "no option -x"},
        {"wallctl status --socket", "needs a value"},
        {"wallctl status --lang fr", "zh or en"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autofree char *message = NULL;
        g_assert_null(read_line(lines[i][0], &message));
        g_assert_nonnull(strstr(message, lines[i][1]));
    }
}

static void test_right_usage(void)
{
    g_autofree char *message = NULL;
    struct arguments *a =
        read_line("wallctl --socket=/a users add --role operator -- -wang", &message);
    g_assert_cmpstr(a->command->cmd, ==, "users.add");
    g_assert_cmpstr(a->socket, ==, "/a");
    g_assert_cmpstr(a->role, ==, "operator");
    g_assert_cmpstr(a->operand, ==, "-wang");
    arguments_free(a);
    a = read_line("wallctl cameras import - --dry-run --json --lang zh", &message);
    g_assert_cmpstr(a->command->cmd, ==, "cameras.import");
    g_assert_cmpstr(a->socket, ==, "/default.sock");
    g_assert_cmpstr(a->operand, ==, "-");
    g_assert_true(a->dry_run && a->json && a->language == LANGUAGE_ZH);
    arguments_free(a);
    a = read_line("wallctl --help anything at all", &message);
    g_assert_true(a->help);
    arguments_free(a);
}

static void test_language(void)
{
    g_assert_cmpint(language_of(NULL, NULL, "zh_CN.UTF-8"), ==, LANGUAGE_ZH);
    g_assert_cmpint(language_of("C", NULL, "zh_CN.UTF-8"), ==, LANGUAGE_EN);
    g_assert_cmpint(language_of("", "zh", "en"), ==, LANGUAGE_ZH);
    g_assert_cmpint(language_of(NULL, NULL, NULL), ==, LANGUAGE_EN);
}

static void test_texts_exist_in_both_languages(void)
{
    for (int i = 0; i < TEXT_COUNT; i++) {
        g_assert_nonnull(text_of((enum text)i, LANGUAGE_EN));
        g_assert_nonnull(text_of((enum text)i, LANGUAGE_ZH));
    }
    for (const struct command *c = commands; c->cmd; c++) {
        const char *second = c->words[1] ? c->words[1] : "";
        g_autofree char *usage =
            g_strdup_printf("wallctl %s%s%s", c->words[0], c->words[1] ? " " : "", second);
        g_assert_nonnull(strstr(text_of(TEXT_HELP, LANGUAGE_EN), usage));
        g_assert_nonnull(strstr(text_of(TEXT_HELP, LANGUAGE_ZH), usage));
    }
}

static void test_table_is_straight_with_chinese(void)
{
    struct table *table = table_create((const char *[]){"ID", "名称", "X", NULL});
    table_add(table, (const char *[]){"c1", "石桥05-12", "1", NULL});
    table_add(table, (const char *[]){"camera", "e\xcc\x81", "", NULL});
    table_add(table, (const char *[]){"\x1b[31m", "a\nb\xe2\x80\xae", "\xff", NULL});
    GString *out = g_string_new(NULL);
    table_write(table, out);
    g_assert_cmpstr(out->str, ==,
                    "ID      名称       X\n"
                    "c1      石桥05-12  1\n"
                    "camera  e\xcc\x81\n"
                    "?[31m   a?b?       \xef\xbf\xbd\n");
    g_string_free(out, TRUE);
    table_destroy(table);
}

static void assert_print(void (*print)(const json_t *, enum language, GString *), const char *json,
                         enum language language, const char *expected)
{
    json_t *data = json_loads(json, 0, NULL);
    GString *out = g_string_new(NULL);
    g_assert_nonnull(data);
    print(data, language, out);
    g_assert_cmpstr(out->str, ==, expected);
    g_string_free(out, TRUE);
    json_decref(data);
}

static void test_printing(void)
{
    assert_print(print_status,
                 "{\"version\":\"1\",\"media\":{\"nodes\":[{\"id\":\"m1\"}],"
                 "\"n\":3,\"none\":null,\"list\":[1,2]}}",
                 LANGUAGE_EN,
                 "NAME              VALUE\n"
                 "version           1\n"
                 "media.nodes.0.id  m1\n"
                 "media.n           3\n"
                 "media.none\n"
                 "media.list        [1,2]\n");
    assert_print(
        print_status,
        "{\"version\":\"1\",\"media\":{\"nodes\":[{\"id\":\"live\",\"state\":\"connected\"}],"
        "\"counts\":{\"live\":3},\"unheard of\":true}}",
        LANGUAGE_ZH,
        "名称                  值\n"
        "版本                  1\n"
        "媒体.节点.0.编号      live\n"
        "媒体.节点.0.状态      在线\n"
        "媒体.按状态计数.正常  3\n"
        "媒体.unheard of       是\n");
}

static void test_printing_lists(void)
{
    assert_print(print_cameras,
                 "{\"cameras\":[{\"id\":\"c1\",\"name\":\"桥\",\"area\":\"33\",\"state\":\"live\","
                 "\"reason\":null}]}",
                 LANGUAGE_ZH, "编号  名称  区划  状态  原因  编码\nc1    桥    33    live\n");
    assert_print(print_import,
                 "{\"dry_run\":false,\"rows\":3,\"created\":1,\"updated\":0,\"unchanged\":1,"
                 "\"refused\":1,\"errors\":[{\"line\":4,\"column\":\"url\",\"message\":"
                 "{\"zh\":\"缺少\",\"en\":\"missing\"}}],\"warnings\":[]}",
                 LANGUAGE_EN,
                 "line 4, url: missing\n3 rows: 1 created, 0 updated, 1 unchanged, 1 refused\n");
    assert_print(
        print_users,
        "{\"users\":[{\"login\":\"wang\",\"name\":\"王\",\"role\":\"operator\",\"unit\":"
        "\"\",\"enabled\":true,\"grants\":[{\"role\":\"operator\",\"area\":\"\"},"
        "{\"role\":\"deputy\",\"area\":\"330108102\",\"from_us\":null,\"until_us\":"
        "\"1798732800000000\",\"state\":\"over\"}]}]}",
        LANGUAGE_EN,
        "LOGIN  NAME  ROLE      UNIT  ENABLED  GRANTS\nwang   王    operator        true     "
        "operator, deputy@330108102/..2026-12-31T16:00 (over)\n");
    assert_print(print_user, "{\"login\":\"wang\",\"role\":\"operator\"}", LANGUAGE_ZH,
                 "已添加 wang（operator）\n");
}

int main(int argc, char **argv)
{
    g_setenv("TZ", "UTC", TRUE); /* times are printed by the machine's clock */
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/wallctl/wrong-usage", test_wrong_usage);
    g_test_add_func("/wallctl/right-usage", test_right_usage);
    g_test_add_func("/wallctl/language", test_language);
    g_test_add_func("/wallctl/texts", test_texts_exist_in_both_languages);
    g_test_add_func("/wallctl/table", test_table_is_straight_with_chinese);
    g_test_add_func("/wallctl/printing", test_printing);
    g_test_add_func("/wallctl/lists", test_printing_lists);
    return g_test_run();
}
