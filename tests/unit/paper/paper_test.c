/* Papers are drawn by us and read by poppler's programs: every character is there and can be
 * selected, fonts are inside, long texts go on on the next page, nothing is lost at its end. */
#include "paper/paper.h"
#include <glib/gstdio.h>
#include <string.h>

static struct paper *example(void)
{
    struct paper *paper = paper_new();
    paper->unit = g_strdup("某某镇综治指挥中心");
    paper->title = g_strdup("交办单");
    paper->number = g_strdup("编号：2026-0117");
    paper->heading = g_strdup("办理须知");
    paper->seal = g_strdup("某某镇综治指挥中心");
    paper->date = g_strdup("2026年11月22日");
    paper->foot = g_strdup("2026-0117 · 打印于 2026-11-22 22:00");
    paper_add_field(paper, "交办部门", "派出所", true);
    paper_add_field(paper, "交办时间", "2026年11月22日 21:30", true);
    paper_add_field(paper, "事项", "劝停夜间施工", false);
    paper_add_note(paper, "接单后及时处置；不属本部门职责的，一个工作日内退单并说明理由。");
    paper_add_sign(paper, "交办人");
    paper_add_sign(paper, "接收人");
    paper->qr = json_array();
    for (int i = 0; i < 21; i++)
        json_array_append_new(
            paper->qr, json_string(i % 2 ? "101010101010101010101" : "110011001100110011001"));
    return paper;
}

/* What a program of others prints of the file; g_free(). */
static char *ask(GBytes *pdf, const char *program, const char *option, const char *last)
{
    g_autofree char *path = NULL, *out = NULL, *err = NULL;
    g_autoptr(GError) error = NULL;
    gsize size;
    const char *data = g_bytes_get_data(pdf, &size);
    int status, fd = g_file_open_tmp("paper-XXXXXX.pdf", &path, &error);
    g_assert_no_error(error);
    g_close(fd, NULL);
    g_assert_true(g_file_set_contents(path, data, (gssize)size, NULL));
    const char *words[] = {program, path, NULL, NULL, NULL};
    if (option) {
        words[1] = option;
        words[2] = path;
    }
    words[option ? 3 : 2] = last;
    g_spawn_sync(NULL, (char **)words, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err, &status,
                 &error);
    g_assert_no_error(error);
    g_assert_cmpint(status, ==, 0);
    g_unlink(path);
    return g_steal_pointer(&out);
}

/* Without the white space that lines and cells bring. */
static char *text_of(GBytes *pdf)
{
    g_autofree char *text = ask(pdf, "pdftotext", "-raw", "-");
    GString *bare = g_string_new(NULL);
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        if (!g_unichar_isspace(g_utf8_get_char(p)) && *p != '\f')
            g_string_append_unichar(bare, g_utf8_get_char(p));
    }
    return g_string_free(bare, FALSE);
}

static GBytes *render(struct paper *paper, guint *pages)
{
    g_autoptr(GError) error = NULL;
    GBytes *pdf = paper_render(paper, pages, &error);
    g_assert_no_error(error);
    paper_free(paper);
    return pdf;
}

static void test_text(void)
{
    guint pages;
    g_autoptr(GBytes) pdf = render(example(), &pages);
    g_autofree char *text = text_of(pdf);
    static const char *const there[] = {"某某镇综治指挥中心", "交办单",         "编号：2026-0117",
                                        "交办部门",           "派出所",         "劝停夜间施工",
                                        "1．接单后及时处置",  "2026年11月22日", "（盖章）",
                                        "第1页，共1页",       "接收人"};
    g_assert_cmpuint(pages, ==, 1);
    for (gsize i = 0; i < G_N_ELEMENTS(there); i++) {
        if (!strstr(text, there[i]))
            g_error("%s is not in %s", there[i], text);
    }
    g_autofree char *info = ask(pdf, "pdfinfo", NULL, NULL);
    g_assert_nonnull(strstr(info, "A4"));
    g_assert_nonnull(strstr(info, "交办单"));
}

static void test_fonts(void)
{
    g_autoptr(GBytes) pdf = render(example(), NULL);
    g_autofree char *fonts = ask(pdf, "pdffonts", NULL, NULL);
    g_auto(GStrv) lines = g_strsplit(fonts, "\n", -1);
    guint count = 0;
    for (guint i = 2; lines[i] && *lines[i]; i++, count++) {
        g_assert_nonnull(strstr(lines[i], "CJK")); /* "emb sub uni" are all yes */
        g_assert_nonnull(strstr(lines[i], "yes yes yes"));
    }
    g_assert_cmpuint(count, >=, 2);
}

/* One character for each sentence: a page may end anywhere. */
static const char *mark_of(guint i, char utf8[7])
{
    utf8[g_unichar_to_utf8(0x6000 + i, utf8)] = '\0';
    return utf8;
}

/* Texts of every length around the end of the page: nothing is lost, whatever breaks. */
static void test_breaks(void)
{
    guint before = 1;
    char utf8[7];
    for (guint sentences = 0; sentences <= 160; sentences += 10) {
        struct paper *paper = example();
        GString *long_text = g_string_new(NULL);
        for (guint i = 0; i < sentences; i++)
            g_string_append_printf(long_text, "沿街商户占道经营%s。", mark_of(i, utf8));
        paper_add_field(paper, "内容", long_text->str, false);
        paper_add_note(paper, long_text->str);
        guint pages;
        g_autoptr(GBytes) pdf = render(paper, &pages);
        g_autofree char *text = text_of(pdf);
        g_autofree char *total = g_strdup_printf("共%u页", pages);
        g_assert_nonnull(strstr(text, total));
        g_assert_cmpuint(pages, >=, before);
        before = pages;
        for (guint i = 0; i < sentences; i++) {
            const char *one = mark_of(i, utf8), *first = strstr(text, one);
            g_assert_nonnull(first);
            g_assert_nonnull(strstr(first + 1, one));
        }
        g_assert_nonnull(strstr(text, "（盖章）"));
        g_string_free(long_text, TRUE);
    }
    g_assert_cmpuint(before, >, 3);
}

static void test_strange(void)
{
    struct paper *paper = example();
    g_autofree char *wide = g_strnfill(3000, 'W'); /* no place to break */
    paper_add_field(paper, "标准", wide, true);
    paper_add_field(paper, "空", NULL, true);
    paper_add_field(paper, "生僻字", "𠮷㐂 <b>&amp;</b> \xff\xfe (注) \\ % \x01", false);
    GString *lines = g_string_new(NULL);
    for (int i = 0; i < 200; i++)
        g_string_append(lines, "\n");
    paper_add_field(paper, "空行", lines->str, true);
    g_string_free(lines, TRUE);
    guint pages;
    g_autoptr(GBytes) pdf = render(paper, &pages);
    g_autofree char *text = text_of(pdf);
    g_assert_cmpuint(pages, >=, 3);
    g_assert_nonnull(strstr(text, "𠮷㐂<b>&amp;</b>"));
    guint count = 0;
    for (const char *p = text; *p; p++)
        count += *p == 'W';
    g_assert_cmpuint(count, ==, 3000);
}

/* --- the thread */

struct waiting {
    GMainLoop *loop;
    guint answers, dropped;
    gsize bytes;
};

static void printed(GBytes *pdf, const GError *error, gpointer user)
{
    struct waiting *waiting = user;
    g_assert_no_error(error);
    waiting->bytes += g_bytes_get_size(pdf);
    if (++waiting->answers == 3)
        g_main_loop_quit(waiting->loop);
}

static void dropped(gpointer user)
{
    ((struct waiting *)user)->dropped++;
}

static void test_press(void)
{
    struct waiting waiting = {.loop = g_main_loop_new(NULL, FALSE)};
    struct paper_press *press = paper_press_create(NULL);
    for (int i = 0; i < 3; i++)
        paper_press_print(press, example(), printed, dropped, &waiting);
    g_main_loop_run(waiting.loop);
    g_assert_cmpuint(waiting.bytes, >, 3000);
    for (int i = 0; i < 5; i++)
        paper_press_print(press, example(), printed, dropped, &waiting);
    paper_press_destroy(press);
    g_assert_cmpuint(waiting.answers + waiting.dropped, ==, 8);
    g_main_loop_unref(waiting.loop);
}

struct crowd {
    GMainLoop *loop;
    guint papers, busy, wanted;
};

static void crowded(GBytes *pdf, const GError *error, gpointer user)
{
    struct crowd *crowd = user;
    g_assert_true(pdf || g_error_matches(error, PAPER_ERROR, PAPER_ERROR_BUSY));
    crowd->busy += pdf == NULL;
    crowd->papers += pdf != NULL;
    if (crowd->papers == crowd->wanted)
        g_main_loop_quit(crowd->loop);
}

/* More than may wait are refused at once, on the loop; those before them and those after are not.
 */
static void test_crowd(void)
{
    struct crowd crowd = {.loop = g_main_loop_new(NULL, FALSE)};
    struct paper_press *press = paper_press_create(NULL);
    for (guint round = 1; round <= 2; round++) {
        for (int i = 0; i < 132; i++)
            paper_press_print(press, example(), crowded, NULL, &crowd);
        g_assert_cmpuint(crowd.busy, ==, 100 * round);
        crowd.wanted = 32 * round;
        g_main_loop_run(crowd.loop);
        g_assert_cmpuint(crowd.papers, ==, 32 * round);
    }
    paper_press_destroy(press);
    g_main_loop_unref(crowd.loop);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/paper/text", test_text);
    g_test_add_func("/paper/fonts", test_fonts);
    g_test_add_func("/paper/breaks", test_breaks);
    g_test_add_func("/paper/strange", test_strange);
    g_test_add_func("/paper/press", test_press);
    g_test_add_func("/paper/crowd", test_crowd);
    return g_test_run();
}
