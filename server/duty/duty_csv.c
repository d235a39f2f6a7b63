#include "duty/duty_csv.h"
#include "common/csv.h"
#include "duty/plan.h"
#include <string.h>

enum column {
    COLUMN_DAY,
    COLUMN_TIME,
    COLUMN_ROLE,
    COLUMN_NAME,
    COLUMN_LOGIN,
    COLUMN_NOTE,
    COLUMNS
};
enum { MOST_ROWS = 5000, NOTE_CHARS = 100 };

static const struct {
    const char *code, *zh;
    bool needed;
} columns[COLUMNS] = {
    {"day", "日期", true},  {"shift", "班次", true},    {"role", "岗位", true},
    {"name", "姓名", true}, {"login", "登录名", false}, {"note", "备注", false},
};

struct reading {
    struct duty_csv *csv;
    const json_t *plan;
    int at[COLUMNS]; /* of each column in the file; -1: it has none */
    GPtrArray *cells;
    guint line;
};

static void tell(struct reading *r, const char *column, const char *zh, const char *en)
{
    json_array_append_new(r->csv->errors,
                          json_pack("{s:i,s:s,s:{s:s,s:s}}", "line", (int)r->line, "column", column,
                                    "message", "zh", zh, "en", en));
}

static bool read_heads(struct reading *r)
{
    bool any = false;
    for (int c = 0; c < COLUMNS; c++)
        r->at[c] = -1;
    for (guint i = 0; i < r->cells->len; i++) {
        const char *head = g_strstrip(r->cells->pdata[i]);
        for (int c = 0; c < COLUMNS; c++)
            if (!strcmp(head, columns[c].code) || !strcmp(head, columns[c].zh))
                r->at[c] = (int)i;
    }
    for (int c = 0; c < COLUMNS; c++) {
        if (columns[c].needed && r->at[c] < 0)
            tell(r, columns[c].code, "缺少这一列", "this column is missing");
        any |= columns[c].needed && r->at[c] < 0;
    }
    return !any;
}

/* "" where the row has none. */
static const char *cell(const struct reading *r, enum column column)
{
    int at = r->at[column];
    return at >= 0 && (guint)at < r->cells->len ? g_strstrip(r->cells->pdata[at]) : "";
}

/* The code of what is named by its code or a name; NULL: there is no such. */
static const char *code_of(const json_t *list, const char *word)
{
    size_t i;
    json_t *item;
    json_array_foreach((json_t *)list, i, item)
    {
        const json_t *name = json_object_get(item, "name");
        const char *code = json_string_value(json_object_get(item, "code"));
        if (!g_strcmp0(word, code) ||
            !g_strcmp0(word, json_string_value(json_object_get(name, "zh"))) ||
            !g_strcmp0(word, json_string_value(json_object_get(name, "en"))))
            return code;
    }
    return NULL;
}

static bool refuse(struct reading *r, enum column column, const char *zh, const char *en)
{
    tell(r, columns[column].code, zh, en);
    return false;
}

static bool take_row(struct reading *r)
{
    const char *day = cell(r, COLUMN_DAY), *name = cell(r, COLUMN_NAME);
    const char *login = cell(r, COLUMN_LOGIN), *note = cell(r, COLUMN_NOTE);
    const char *time = code_of(json_object_get(r->plan, "times"), cell(r, COLUMN_TIME));
    const char *role = code_of(json_object_get(r->plan, "roles"), cell(r, COLUMN_ROLE));
    if (!plan_day_good(day))
        return refuse(r, COLUMN_DAY, "应为 2026-11-22 这样的日期", "wants a day like 2026-11-22");
    if (!time)
        return refuse(r, COLUMN_TIME, "没有这个班次", "is no shift of the plan");
    if (!role)
        return refuse(r, COLUMN_ROLE, "没有这个岗位", "is no role of the plan");
    if (!*name || g_utf8_strlen(name, -1) > DUTY_NAME_CHARS)
        return refuse(r, COLUMN_NAME, "姓名应为 1 到 40 字", "wants 1 to 40 characters");
    if (g_utf8_strlen(note, -1) > NOTE_CHARS)
        return refuse(r, COLUMN_NOTE, "备注 100 字以内", "wants at most 100 characters");
    g_autofree char *id = g_strdup_printf("%s.%s", day, time);
    json_t *people = json_object_get(r->csv->shifts, id);
    if (!people) {
        people = json_array();
        json_object_set_new(r->csv->shifts, id, people);
    }
    if (json_array_size(people) >= DUTY_MOST_PEOPLE)
        return refuse(r, COLUMN_NAME, "一班至多 60 人", "a shift has at most 60 people");
    json_array_append_new(people, json_pack("{s:s,s:s,s:s,s:s,s:i}", "role", role, "name", name,
                                            "login", login, "note", note, "line", (int)r->line));
    return true;
}

void duty_csv_read(struct duty_csv *csv, const json_t *plan, const char *data, size_t size)
{
    struct csv_reader reader;
    g_autoptr(GPtrArray) cells = g_ptr_array_new_with_free_func(g_free);
    struct reading r = {.csv = csv, .plan = plan, .cells = cells, .line = 1};
    *csv = (struct duty_csv){.shifts = json_object(), .errors = json_array()};
    csv_reader_init(&reader, data, size);
    enum csv_result result = csv_read(&reader, cells, &r.line);
    if (result != CSV_RECORD || !read_heads(&r)) {
        if (result != CSV_RECORD)
            tell(&r, "", "没有表头", "there is no row of names");
        csv->refused++;
        return;
    }
    while (csv->rows < MOST_ROWS && (result = csv_read(&reader, cells, &r.line)) != CSV_END) {
        csv->rows++;
        if (result == CSV_RECORD && take_row(&r))
            continue;
        csv->refused++;
        if (result != CSV_RECORD)
            tell(&r, "", result == CSV_BAD_UTF8 ? "不是有效的 UTF-8" : "引号不成对",
                 result == CSV_BAD_UTF8 ? "is not valid UTF-8" : "a quote is not closed");
    }
    if (csv->rows == MOST_ROWS && csv_read(&reader, cells, &r.line) != CSV_END) {
        tell(&r, "", "超过 5000 行，其余未读", "more than 5,000 rows: the rest was not read");
        csv->refused++;
    }
}

void duty_csv_clear(struct duty_csv *csv)
{
    json_decref(csv->shifts);
    json_decref(csv->errors);
    *csv = (struct duty_csv){0};
}
