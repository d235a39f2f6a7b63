/* Cells of tables: what a spreadsheet would take for a formula is disarmed, files are whole or not
 * there. */
#include "ledger/sheet.h"
#include <glib/gstdio.h>
#include <string.h>

static void expect(const char *text, const char *wanted)
{
    g_autoptr(GString) line = g_string_new(NULL);
    sheet_csv_field(line, text);
    g_assert_cmpstr(line->str, ==, wanted);
}

static void test_fields(void)
{
    expect("路灯不亮", "路灯不亮");
    expect("a,b", "\"a,b\"");
    expect("say \"x\"", "\"say \"\"x\"\"\"");
    expect("two\nlines", "\"two\nlines\"");
    expect("=1+1", "\"'=1+1\"");
    expect("+8613812345678", "\"'+8613812345678\"");
    expect("-2", "\"'-2\"");
    expect("@SUM(A1)", "\"'@SUM(A1)\"");
    expect("  =1", "\"'  =1\"");
    expect("\t=1", "\"'\t=1\"");
    expect("\r=1", "\"'\r=1\"");
    expect("＝1", "\"'＝1\"");
    expect("＠x", "\"'＠x\"");
    expect("\xe3\x80\x80=1", "\"'\xe3\x80\x80=1\""); /* behind a wide space */
    expect("", "");
}

static const struct sheet_cell cells[] = {{.kind = CELL_TEXT, .text = "=1"},
                                          {.kind = CELL_NUMBER, .number = -7},
                                          {.kind = CELL_TIME, .time_us = 1767600000000000},
                                          {.kind = CELL_TIME},
                                          {.kind = CELL_TEXT}};
static const char *const names[] = {"标题", "数", "时间", "空", "无"};
static const guint widths[] = {10, 10, 10, 10, 10};

static char *path_of(const char *name)
{
    g_autofree char *dir = g_dir_make_tmp("sheet-XXXXXX", NULL);
    return g_build_filename(dir, name, NULL);
}

static void forget(const char *path)
{
    g_autofree char *dir = g_path_get_dirname(path);
    g_unlink(path);
    g_assert_cmpint(g_rmdir(dir), ==, 0); /* nothing else was left */
}

static void fill(enum sheet_format format, const char *path, guint rows)
{
    struct sheet *sheet = sheet_create(format, path, "表", NULL);
    g_assert_nonnull(sheet);
    g_assert_true(sheet_head(sheet, names, widths, G_N_ELEMENTS(names), NULL));
    for (guint i = 0; i < rows; i++)
        g_assert_true(sheet_row(sheet, cells, G_N_ELEMENTS(cells), NULL));
    g_assert_true(sheet_finish(sheet, NULL));
}

static void test_csv(void)
{
    g_autofree char *path = path_of("a.csv");
    g_autofree char *text = NULL;
    fill(SHEET_CSV, path, 1);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_true(
        g_str_has_prefix(text, "\xef\xbb\xbf标题,数,时间,空,无\r\n\"'=1\",-7,2026-01-05 "));
    g_assert_true(g_str_has_suffix(text, ",,\r\n"));
    forget(path);
}

static void test_xlsx(void)
{
    g_autofree char *path = path_of("a.xlsx");
    g_autofree char *text = NULL;
    gsize size;
    fill(SHEET_XLSX, path, 3000);
    g_assert_true(g_file_get_contents(path, &text, &size, NULL));
    g_assert_cmpint(memcmp(text, "PK\x03\x04", 4), ==, 0);
    forget(path);
}

static void test_drop(void)
{
    for (int format = SHEET_XLSX; format <= SHEET_CSV; format++) {
        g_autofree char *path = path_of("a");
        struct sheet *sheet = sheet_create((enum sheet_format)format, path, "表", NULL);
        g_assert_true(sheet_head(sheet, names, widths, G_N_ELEMENTS(names), NULL));
        sheet_drop(sheet);
        g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
        forget(path);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(sheet_create(SHEET_CSV, "/nowhere/a.csv", "表", &error));
    g_assert_error(error, SHEET_ERROR, SHEET_ERROR_FAILED);
    sheet_drop(NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/sheet/fields", test_fields);
    g_test_add_func("/sheet/csv", test_csv);
    g_test_add_func("/sheet/xlsx", test_xlsx);
    g_test_add_func("/sheet/drop", test_drop);
    return g_test_run();
}
