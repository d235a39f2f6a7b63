/* What is written into the index, and how it is asked. */
#include "common/words.h"

static void check_words(const char *text, const char *expected)
{
    g_autoptr(GString) words = g_string_new(NULL);
    words_add(words, text);
    g_assert_cmpstr(words->str, ==, expected);
}

static void check_query(const char *text, const char *expected)
{
    g_autofree char *query = words_query(text);
    g_assert_cmpstr(query, ==, expected);
}

static void test_words(void)
{
    check_words("噪音", "噪 噪音 音");
    check_words("槐", "槐");
    check_words("老槐树C0001下", "老 老槐 槐 槐树 树 c0001 下");
    check_words("Fire, at Gate-3", "fire at gate 3");
    check_words("", "");
    check_words("，。!", "");
    check_words("\xff\xfe", "");
    check_words("ﬁre Ｆ３", "fire f3");             /* one form of what looks the same */
    check_words("王𬭚", "王 王x02cb5a x02cb5a"); /* of a younger Unicode than SQLite's */
}

static void test_query(void)
{
    check_query("噪", "\"噪\"");
    check_query("噪音", "\"噪音\"");
    check_query("老槐树", "\"老槐\" AND \"槐树\"");
    check_query("槐 noi", "\"槐\" AND \"noi\"*");
    check_query("\" OR alert:x", "\"or\"* AND \"alert\"* AND \"x\"*");
    check_query("a\xe1\xa6\xbf"
                "b",
                "\"ax0019bfb\"*"); /* SQLite would see two words, and refuse */
    check_query("…", NULL);
    check_query("", NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/words/index", test_words);
    g_test_add_func("/words/query", test_query);
    return g_test_run();
}
