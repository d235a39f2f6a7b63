#include "cases/case_columns.h"
#include "cases/case_words.h"
#include "identity/persons.h"
#include <stddef.h>
#include <string.h>

enum column_kind {
    COLUMN_INDEX,
    COLUMN_TEXT,
    COLUMN_WORD,
    COLUMN_TIME,
    COLUMN_NUMBER,
    COLUMN_STATE,
    COLUMN_AREA,
    COLUMN_DEPARTMENT,
    COLUMN_OTHERS, /* departments beside the lead */
    COLUMN_NAME,
    COLUMN_PHONE,
    COLUMN_ORDER_TEXT,
    COLUMN_ORDER_TIME,
    COLUMN_SATISFACTION,
    COLUMN_YES,
};
struct column {
    const char *zh, *en;
    guint width, tables; /* characters; bit of each case_table */
    enum column_kind kind;
    guint at; /* in struct case_row, or in struct order */
    int list; /* of COLUMN_WORD */
};

/* The order of the lead department, the last one. */
struct order {
    char *item, *standard, *feedback;
    gint64 sent_us, taken_us, due_us, done_us;
};

#define R          (1u << TABLE_REQUEST_LEDGER)
#define D          (1u << TABLE_DISPUTE_LEDGER)
#define P          (1u << TABLE_REQUESTS)
#define A          (1u << TABLE_ASSIGNED)
#define F          (1u << TABLE_DONE)
#define ALL        (R | D | P | A | F)
#define ROW(field) (guint) offsetof(struct case_row, field)
#define TO(field)  (guint) offsetof(struct order, field)

static const struct column columns[] = {
    {"序号", "No.", 6, ALL, COLUMN_INDEX, 0, 0},
    {"编号", "Code", 12, ALL, COLUMN_TEXT, ROW(code), 0},
    {"受理时间", "Accepted", 17, ALL, COLUMN_TIME, ROW(accepted_us), 0},
    {"来源渠道", "Channel", 12, R | D | P, COLUMN_WORD, ROW(channel), WORDS_CHANNEL},
    {"诉求人", "Requester", 12, R | P, COLUMN_NAME, 0, 0},
    {"当事人", "Party", 12, D, COLUMN_NAME, 0, 0},
    {"联系电话", "Phone", 16, R | D | P, COLUMN_PHONE, 0, 0},
    {"所属区域", "Area", 18, ALL, COLUMN_AREA, ROW(area), 0},
    {"地址", "Address", 28, R | D | P, COLUMN_TEXT, ROW(address), 0},
    {"标题", "Title", 32, ALL, COLUMN_TEXT, ROW(title), 0},
    {"内容", "Text", 48, R | D | P, COLUMN_TEXT, ROW(body), 0},
    {"类别", "Category", 12, R | P | A | F, COLUMN_WORD, ROW(category), WORDS_CATEGORY},
    {"分级", "Grade", 16, R | P | A, COLUMN_WORD, ROW(grade), WORDS_GRADE},
    {"纠纷类型", "Kind of dispute", 14, D, COLUMN_WORD, ROW(dispute), WORDS_DISPUTE},
    {"规模", "Scale", 12, D, COLUMN_WORD, ROW(scale), WORDS_SCALE},
    {"预警颜色", "Colour", 10, D, COLUMN_WORD, ROW(colour), WORDS_COLOUR},
    {"责任单位", "Lead", 16, ALL, COLUMN_DEPARTMENT, ROW(lead), 0},
    {"协办单位", "Co-handlers", 20, R | D | A, COLUMN_OTHERS, 0, 0},
    {"交办事项", "Item", 28, A | F, COLUMN_ORDER_TEXT, TO(item), 0},
    {"办理标准", "Standard", 20, A | F, COLUMN_ORDER_TEXT, TO(standard), 0},
    {"交办时间", "Sent", 17, R | A, COLUMN_ORDER_TIME, TO(sent_us), 0},
    {"接单时间", "Taken", 17, R | A, COLUMN_ORDER_TIME, TO(taken_us), 0},
    {"办理期限", "Due", 17, A, COLUMN_ORDER_TIME, TO(due_us), 0},
    {"调解层级", "Level of mediation", 10, D, COLUMN_NUMBER, ROW(level), 0},
    {"调解次数", "Attempts", 10, D, COLUMN_NUMBER, ROW(attempts), 0},
    {"达成协议时间", "Agreed", 17, D, COLUMN_TIME, ROW(agreed_us), 0},
    {"办理结果", "Result", 48, R | D | F, COLUMN_ORDER_TEXT, TO(feedback), 0},
    {"反馈时间", "Fed back", 17, F, COLUMN_ORDER_TIME, TO(done_us), 0},
    {"办结时间", "Closed", 17, R | D | F, COLUMN_TIME, ROW(closed_us), 0},
    {"满意度", "Satisfaction", 12, R | D | F, COLUMN_SATISFACTION, ROW(satisfaction), 0},
    {"重启次数", "Reopened", 10, R | D | F, COLUMN_NUMBER, ROW(reopened), 0},
    {"超期次数", "Times overdue", 10, R | D | A | F, COLUMN_NUMBER, ROW(overdue), 0},
    {"状态", "State", 12, ALL, COLUMN_STATE, 0, 0},
    {"首问责任人", "First contact", 12, R | D, COLUMN_TEXT, ROW(first_name), 0},
    {"演练", "Exercise", 8, R | D, COLUMN_YES, ROW(exercise), 0},
};

static const struct {
    const char *name, *zh, *en;
} tables[TABLE_COUNT] = {
    [TABLE_REQUEST_LEDGER] = {"request_ledger", "诉求台账", "Request ledger"},
    [TABLE_DISPUTE_LEDGER] = {"dispute_ledger", "矛盾纠纷台账", "Dispute ledger"},
    [TABLE_REQUESTS] = {"requests", "问题清单", "Requests"},
    [TABLE_ASSIGNED] = {"assigned", "交办清单", "Assigned"},
    [TABLE_DONE] = {"done", "办结清单", "Done"},
};

int case_table_find(const char *name)
{
    for (int i = 0; name && i < TABLE_COUNT; i++) {
        if (strcmp(tables[i].name, name) == 0)
            return i;
    }
    return -1;
}

const char *case_table_name(enum case_table table)
{
    return tables[table].name;
}

const char *case_table_title(enum case_table table, bool english)
{
    return english ? tables[table].en : tables[table].zh;
}

/* --- names */

static GHashTable *read_names(struct store_tx *tx, const char *sql, GError **error)
{
    GError *bad = NULL;
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    store_rows_auto rows = store_query(tx, error, sql, "");
    while (rows && store_rows_next(rows, &bad))
        g_hash_table_insert(names, store_text_dup(rows, 0), store_text_dup(rows, 1));
    if (bad)
        g_propagate_error(error, bad);
    if (rows && !bad)
        return names;
    g_hash_table_unref(names);
    return NULL;
}

bool case_table_open(struct store_tx *tx, struct case_table_fill *fill, GError **error)
{
    fill->areas = read_names(tx, "SELECT code, name FROM area", error);
    if (fill->areas)
        fill->departments = read_names(tx, "SELECT id, name FROM department", error);
    return fill->departments != NULL;
}

void case_table_close(struct case_table_fill *fill)
{
    g_clear_pointer(&fill->areas, g_hash_table_unref);
    g_clear_pointer(&fill->departments, g_hash_table_unref);
}

bool case_table_head(const struct case_table_fill *fill, struct sheet *sheet, GError **error)
{
    const char *names[G_N_ELEMENTS(columns)];
    guint widths[G_N_ELEMENTS(columns)], count = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
        if (!(columns[i].tables & (1u << fill->table)))
            continue;
        names[count] = fill->english ? columns[i].en : columns[i].zh;
        widths[count++] = columns[i].width;
    }
    return sheet_head(sheet, names, widths, count, error);
}

/* --- one row */

struct line {
    struct case_table_fill *fill;
    const struct case_row *row;
    struct person_known *reporter; /* NULL: none, or not for this person */
    struct order order;
    GPtrArray *texts; /* owned, until the row is written */
};

static bool read_order(struct store_tx *tx, struct line *line, GError **error)
{
    GError *bad = NULL;
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT item, standard, feedback, sent_us, taken_us, due_us, done_us FROM"
                    " case_order WHERE case_id = ? AND lead = 1 ORDER BY sent_us DESC, id LIMIT 1",
                    "s", line->row->id);
    if (rows && store_rows_next(rows, &bad))
        line->order = (struct order){store_text_dup(rows, 0), store_text_dup(rows, 1),
                                     store_text_dup(rows, 2), store_int(rows, 3),
                                     store_int(rows, 4),      store_int(rows, 5),
                                     store_int(rows, 6)};
    if (!line->order.due_us) /* as the workflow has it */
        line->order.due_us = line->row->finish_us;
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

/* As on the screen: masked, nobody for whom it is not; unmasked where it may be, with the reason.
 */
static bool read_reporter(struct store_tx *tx, struct line *line, GError **error)
{
    const struct case_row *row = line->row;
    const struct case_table_fill *fill = line->fill;
    struct case_seen seen = case_seen_of(row);
    GError *bad = NULL;
    if (!row->reporter || !case_who_may(fill->who, RIGHT_PERSON_SEE, row->area) ||
        !case_may_know_reporter(row->about, fill->who, case_who_roles(fill->who, &seen)))
        return true;
    if (fill->reason && case_who_may(fill->who, RIGHT_PERSON_REVEAL, row->area))
        line->reporter = person_reveal(tx, fill->vault, fill->who->actor, row->reporter,
                                       fill->reason, fill->now_us, &bad);
    else
        line->reporter = person_read(tx, fill->vault, row->reporter, PERSON_MASKED, &bad);
    if (bad && bad->code == STORE_ERROR_NOT_FOUND) /* erased meanwhile */
        g_clear_error(&bad);
    if (bad)
        g_propagate_error(error, bad);
    return !bad;
}

static const char *own(struct line *line, char *text)
{
    g_ptr_array_add(line->texts, text);
    return text;
}

static const char *name_of(GHashTable *names, const char *id)
{
    const char *name = id ? g_hash_table_lookup(names, id) : NULL;
    return name ? name : id;
}

static const char *department_name(const struct case_table_fill *fill, const char *id)
{
    if (g_strcmp0(id, CASE_GRID) == 0)
        return fill->english ? "grid of the place" : "本网格";
    return name_of(fill->departments, id);
}

static const char *others(struct line *line)
{
    GString *text = g_string_new(NULL);
    g_auto(GStrv) ids = g_strsplit(line->row->departments ? line->row->departments : "", " ", -1);
    for (char **id = ids; *id; id++) {
        if (!**id || g_strcmp0(*id, line->row->lead) == 0)
            continue;
        const char *comma = line->fill->english ? ", " : "、";
        g_string_append_printf(text, "%s%s", text->len ? comma : "",
                               department_name(line->fill, *id));
    }
    return own(line, g_string_free(text, FALSE));
}

static const char *in_language(const struct line *line, const struct case_word *word)
{
    return !word ? NULL : line->fill->english ? word->en : word->zh;
}

static const char *state_of(const struct line *line)
{
    const struct workflow *workflow = case_book_workflow(line->fill->book, line->row->workflow);
    int state = workflow ? workflow_state_find(workflow, line->row->state) : -1;
    if (state < 0)
        return line->row->state;
    const struct workflow_state *named = workflow_state(workflow, state);
    return line->fill->english ? named->en : named->zh;
}

static const char *text_at(const void *base, guint at)
{
    return *(char *const *)(const void *)((const char *)base + at);
}

static gint64 number_at(const void *base, guint at)
{
    return *(const gint64 *)(const void *)((const char *)base + at);
}

static const char *cell_text(struct line *line, const struct column *column)
{
    const struct case_row *row = line->row;
    switch (column->kind) {
    case COLUMN_TEXT:
        return text_at(row, column->at);
    case COLUMN_WORD:
        return in_language(line, case_word((enum case_list)column->list, text_at(row, column->at)));
    case COLUMN_SATISFACTION:
        return in_language(line, case_word(WORDS_RESULT, row->satisfaction));
    case COLUMN_STATE:
        return state_of(line);
    case COLUMN_AREA:
        return name_of(line->fill->areas, row->area);
    case COLUMN_DEPARTMENT:
        return department_name(line->fill, row->lead);
    case COLUMN_OTHERS:
        return others(line);
    case COLUMN_NAME:
        return line->reporter ? line->reporter->name : NULL;
    case COLUMN_PHONE:
        return line->reporter ? line->reporter->phone : NULL;
    case COLUMN_ORDER_TEXT:
        return text_at(&line->order, column->at);
    case COLUMN_YES:
        return !number_at(row, column->at) ? NULL : line->fill->english ? "yes" : "是";
    default:
        return NULL;
    }
}

static struct sheet_cell cell_of(struct line *line, const struct column *column)
{
    switch (column->kind) {
    case COLUMN_INDEX:
        return (struct sheet_cell){.kind = CELL_NUMBER, .number = line->fill->rows};
    case COLUMN_NUMBER:
        return (struct sheet_cell){.kind = CELL_NUMBER, .number = number_at(line->row, column->at)};
    case COLUMN_TIME:
        return (struct sheet_cell){.kind = CELL_TIME, .time_us = number_at(line->row, column->at)};
    case COLUMN_ORDER_TIME:
        return (struct sheet_cell){.kind = CELL_TIME,
                                   .time_us = number_at(&line->order, column->at)};
    default:
        return (struct sheet_cell){.kind = CELL_TEXT, .text = cell_text(line, column)};
    }
}

static bool write_line(struct line *line, struct sheet *sheet, GError **error)
{
    struct sheet_cell cells[G_N_ELEMENTS(columns)];
    guint count = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
        if (columns[i].tables & (1u << line->fill->table))
            cells[count++] = cell_of(line, &columns[i]);
    }
    return sheet_row(sheet, cells, count, error);
}

bool case_table_row(struct store_tx *tx, struct case_table_fill *fill, const struct case_row *row,
                    struct sheet *sheet, GError **error)
{
    struct line line = {.fill = fill, .row = row, .texts = g_ptr_array_new_with_free_func(g_free)};
    fill->rows++;
    bool fine = read_order(tx, &line, error) && read_reporter(tx, &line, error) &&
                write_line(&line, sheet, error);
    person_known_free(line.reporter);
    g_free(line.order.item);
    g_free(line.order.standard);
    g_free(line.order.feedback);
    g_ptr_array_unref(line.texts);
    return fine;
}
