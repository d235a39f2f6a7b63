#include "ledger/sheet.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <xlsxwriter.h>

/* A cell of XLSX takes 32,767 characters. */
enum { CELL_CHARS = 32000, BUFFER = 65536 };

struct sheet {
    enum sheet_format format;
    char *path, *dir;
    guint32 rows;
    /* --- XLSX */
    lxw_workbook *book;
    lxw_worksheet *page;
    lxw_format *bold, *clock;
    /* --- CSV */
    FILE *file;
};

static bool fail(const struct sheet *sheet, int number, const char *what, GError **error)
{
    bool full = number == ENOSPC || number == EDQUOT;
    g_set_error(error, SHEET_ERROR, full ? SHEET_ERROR_FULL : SHEET_ERROR_FAILED, "%s: %s",
                sheet->path, what ? what : g_strerror(number));
    return false;
}

/* --- CSV */

static bool is_formula(const char *text)
{
    while (*text && g_unichar_isspace(g_utf8_get_char(text)))
        text = g_utf8_next_char(text);
    gunichar first = g_utf8_get_char(text);
    return first && (strchr("=+-@", first < 128 ? (int)first : ' ') != NULL || first == 0xff1d ||
                     first == 0xff0b || first == 0xff0d || first == 0xff20);
}

void sheet_csv_field(GString *line, const char *text)
{
    bool guard = is_formula(text) || *text == '\t' || *text == '\r';
    bool quote = guard || strpbrk(text, ",\"\r\n\t;") || g_ascii_isspace(*text);
    if (quote)
        g_string_append_c(line, '"');
    if (guard)
        g_string_append_c(line, '\'');
    for (; *text; text++) {
        if (*text == '"')
            g_string_append_c(line, '"');
        g_string_append_c(line, *text);
    }
    if (quote)
        g_string_append_c(line, '"');
}

static bool write_line(struct sheet *sheet, const GString *line, GError **error)
{
    return fwrite(line->str, 1, line->len, sheet->file) == line->len ||
           fail(sheet, errno, NULL, error);
}

static char *clock_text(gint64 time_us)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_local(time_us / G_USEC_PER_SEC);
    return g_date_time_format(at, "%Y-%m-%d %H:%M");
}

static bool csv_row(struct sheet *sheet, const struct sheet_cell *cells, guint count,
                    GError **error)
{
    g_autoptr(GString) line = g_string_new(NULL);
    for (guint i = 0; i < count; i++) {
        if (i)
            g_string_append_c(line, ',');
        if (cells[i].kind == CELL_NUMBER) {
            g_string_append_printf(line, "%" G_GINT64_FORMAT, cells[i].number);
        } else if (cells[i].kind == CELL_TIME && cells[i].time_us) {
            g_autofree char *clock = clock_text(cells[i].time_us);
            g_string_append(line, clock);
        } else if (cells[i].kind == CELL_TEXT && cells[i].text) {
            sheet_csv_field(line, cells[i].text);
        }
    }
    g_string_append(line, "\r\n");
    return write_line(sheet, line, error);
}

/* --- XLSX */

static bool xlsx_ok(const struct sheet *sheet, lxw_error code, GError **error)
{
    return code == LXW_NO_ERROR || fail(sheet, errno, lxw_strerror(code), error);
}

static lxw_error write_time(struct sheet *sheet, lxw_col_t column, gint64 time_us)
{
    time_t second = (time_t)(time_us / G_USEC_PER_SEC);
    struct tm local;
    localtime_r(&second, &local);
    lxw_datetime at = {.year = local.tm_year + 1900,
                       .month = local.tm_mon + 1,
                       .day = local.tm_mday,
                       .hour = local.tm_hour,
                       .min = local.tm_min,
                       .sec = 0};
    return worksheet_write_datetime(sheet->page, sheet->rows, column, &at, sheet->clock);
}

static bool xlsx_cell(struct sheet *sheet, lxw_col_t column, const struct sheet_cell *cell,
                      lxw_format *look, GError **error)
{
    if (cell->kind == CELL_NUMBER)
        return xlsx_ok(
            sheet,
            worksheet_write_number(sheet->page, sheet->rows, column, (double)cell->number, look),
            error);
    if (cell->kind == CELL_TIME)
        return !cell->time_us || xlsx_ok(sheet, write_time(sheet, column, cell->time_us), error);
    if (!cell->text || !*cell->text)
        return true;
    g_autofree char *cut = g_utf8_strlen(cell->text, -1) > CELL_CHARS
                               ? g_utf8_substring(cell->text, 0, CELL_CHARS)
                               : NULL;
    return xlsx_ok(
        sheet,
        worksheet_write_string(sheet->page, sheet->rows, column, cut ? cut : cell->text, look),
        error);
}

static bool xlsx_row(struct sheet *sheet, const struct sheet_cell *cells, guint count,
                     lxw_format *look, GError **error)
{
    for (guint i = 0; i < count; i++) {
        if (!xlsx_cell(sheet, (lxw_col_t)i, &cells[i], look, error))
            return false;
    }
    return true;
}

static bool open_xlsx(struct sheet *sheet, const char *title, GError **error)
{
    lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = sheet->dir};
    sheet->book = workbook_new_opt(sheet->path, &options);
    sheet->page = sheet->book ? workbook_add_worksheet(sheet->book, title) : NULL;
    if (!sheet->page)
        return fail(sheet, errno, "the table cannot be made", error);
    sheet->bold = workbook_add_format(sheet->book);
    format_set_bold(sheet->bold);
    sheet->clock = workbook_add_format(sheet->book);
    format_set_num_format(sheet->clock, "yyyy-mm-dd hh:mm");
    worksheet_freeze_panes(sheet->page, 1, 0);
    return true;
}

/* --- both */

static void sheet_free(struct sheet *sheet)
{
    g_free(sheet->path);
    g_free(sheet->dir);
    g_free(sheet);
}

struct sheet *sheet_create(enum sheet_format format, const char *path, const char *title,
                           GError **error)
{
    struct sheet *sheet = g_new0(struct sheet, 1);
    sheet->format = format;
    sheet->path = g_strdup(path);
    sheet->dir = g_path_get_dirname(path);
    if (format == SHEET_XLSX) {
        if (open_xlsx(sheet, title, error))
            return sheet;
    } else {
        sheet->file = fopen(path, "wbxe");
        if (sheet->file && fputs("\xef\xbb\xbf", sheet->file) >= 0)
            return sheet;
        fail(sheet, errno, NULL, error);
    }
    sheet_drop(sheet);
    return NULL;
}

bool sheet_head(struct sheet *sheet, const char *const *names, const guint *widths, guint count,
                GError **error)
{
    g_autofree struct sheet_cell *cells = g_new0(struct sheet_cell, count);
    for (guint i = 0; i < count; i++) {
        cells[i].text = names[i];
        if (sheet->format == SHEET_XLSX)
            worksheet_set_column(sheet->page, (lxw_col_t)i, (lxw_col_t)i, widths[i], NULL);
    }
    bool fine = sheet->format == SHEET_XLSX ? xlsx_row(sheet, cells, count, sheet->bold, error)
                                            : csv_row(sheet, cells, count, error);
    sheet->rows++;
    return fine;
}

bool sheet_row(struct sheet *sheet, const struct sheet_cell *cells, guint count, GError **error)
{
    bool fine = sheet->format == SHEET_XLSX ? xlsx_row(sheet, cells, count, NULL, error)
                                            : csv_row(sheet, cells, count, error);
    sheet->rows++;
    return fine;
}

bool sheet_finish(struct sheet *sheet, GError **error)
{
    bool fine = true;
    if (sheet->book) {
        errno = 0;
        lxw_error code = workbook_close(sheet->book); /* frees it in any case */
        fine = xlsx_ok(sheet, code, error);
        sheet->book = NULL;
    }
    if (sheet->file && fclose(sheet->file) != 0)
        fine = fail(sheet, errno, NULL, error);
    if (!fine)
        g_unlink(sheet->path);
    sheet_free(sheet);
    return fine;
}

void sheet_drop(struct sheet *sheet)
{
    if (!sheet)
        return;
    if (sheet->book)
        workbook_close(sheet->book);
    if (sheet->file)
        fclose(sheet->file);
    g_unlink(sheet->path);
    sheet_free(sheet);
}
