#include "cases/ledger.h"
#include "cases/case_words.h"
#include "common/csv.h"
#include "identity/persons.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { TITLE_CHARS = 200, TEXT_CHARS = 4000, NAME_CHARS = 60 };

static const struct {
    const char *name;
    int list; /* whose words a cell has; −1: none */
} fields[LEDGER_FIELDS] = {
    [LEDGER_CODE] = {"code", -1},
    [LEDGER_ACCEPTED] = {"accepted", -1},
    [LEDGER_CHANNEL] = {"channel", WORDS_CHANNEL},
    [LEDGER_NAME] = {"name", -1},
    [LEDGER_PHONE] = {"phone", -1},
    [LEDGER_ID_NUMBER] = {"id_number", -1},
    [LEDGER_AREA] = {"area", -1},
    [LEDGER_ADDRESS] = {"address", -1},
    [LEDGER_TITLE] = {"title", -1},
    [LEDGER_TEXT] = {"text", -1},
    [LEDGER_CATEGORY] = {"category", WORDS_CATEGORY},
    [LEDGER_GRADE] = {"grade", WORDS_GRADE},
    [LEDGER_LEDGER] = {"ledger", WORDS_LEDGER},
    [LEDGER_DISPUTE] = {"dispute", WORDS_DISPUTE},
    [LEDGER_SCALE] = {"scale", WORDS_SCALE},
    [LEDGER_COLOUR] = {"colour", WORDS_COLOUR},
    [LEDGER_LEAD] = {"lead", -1},
    [LEDGER_RESULT] = {"result", -1},
    [LEDGER_CLOSED] = {"closed", -1},
    [LEDGER_SATISFACTION] = {"satisfaction", WORDS_RESULT},
    [LEDGER_STATE] = {"state", -1},
    [LEDGER_LON] = {"lon", -1},
    [LEDGER_LAT] = {"lat", -1},
};

int ledger_field_find(const char *name)
{
    for (int i = 0; name && i < LEDGER_FIELDS; i++) {
        if (strcmp(fields[i].name, name) == 0)
            return i;
    }
    return -1;
}

const char *ledger_field_name(enum ledger_field field)
{
    return fields[field].name;
}

/* --- the map */

struct ledger_map {
    GHashTable *columns;               /* name, plain → field + 1 */
    GHashTable *values[LEDGER_FIELDS]; /* word, plain → code; NULL: none */
};

/* Without spaces, in small letters, width and marks of order left out: people write names of
 * columns in many ways. Returned: g_free(). */
static char *plain(const char *text)
{
    g_autofree char *normal = g_utf8_normalize(text, -1, G_NORMALIZE_ALL_COMPOSE);
    GString *out = g_string_new(NULL);
    for (const char *at = normal ? normal : ""; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (!g_unichar_isspace(c) && c != '*' && c != ':' && c != 0xfeff)
            g_string_append_unichar(out, g_unichar_tolower(c));
    }
    return g_string_free(out, FALSE);
}

static bool bad(GError **error, const char *name, const char *place, const char *why)
{
    g_set_error(error, LEDGER_ERROR, 0, "%s: %s: %s", name, place, why);
    return false;
}

static bool read_fields(struct ledger_map *map, const json_t *file, const char *name,
                        GError **error)
{
    const char *field;
    json_t *names;
    json_object_foreach(json_object_get(file, "fields"), field, names)
    {
        int known = ledger_field_find(field);
        if (known < 0)
            return bad(error, name, field, "there is no such field");
        for (size_t i = 0; i < json_array_size(names); i++) {
            const char *text = json_string_value(json_array_get(names, i));
            if (!text)
                return bad(error, name, field, "names are texts");
            g_hash_table_insert(map->columns, plain(text), GINT_TO_POINTER(known + 1));
        }
    }
    return true;
}

static bool read_values(struct ledger_map *map, const json_t *file, const char *name,
                        GError **error)
{
    const char *field, *word;
    json_t *words, *code;
    json_object_foreach(json_object_get(file, "values"), field, words)
    {
        int known = ledger_field_find(field);
        if (known < 0 || (fields[known].list < 0 && known != LEDGER_STATE))
            return bad(error, name, field, "the field has no words");
        if (!map->values[known])
            map->values[known] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
        json_object_foreach(words, word, code)
        {
            const char *text = json_string_value(code);
            bool fits = text && (known == LEDGER_STATE
                                     ? strlen(text) <= NAME_CHARS
                                     : case_word((enum case_list)fields[known].list, text) != NULL);
            if (!fits)
                return bad(error, name, word, "there is no such code");
            g_hash_table_insert(map->values[known], plain(word), g_strdup(text));
        }
    }
    return true;
}

struct ledger_map *ledger_map_read(const char *text, gsize size, const char *name, GError **error)
{
    json_error_t fault;
    json_t *file = json_loadb(text, size, 0, &fault);
    struct ledger_map *map = g_new0(struct ledger_map, 1);
    map->columns = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    bool fine = json_is_object(file) || bad(error, name, "file", "an object is needed");
    fine = fine && read_fields(map, file, name, error) && read_values(map, file, name, error);
    json_decref(file);
    if (fine)
        return map;
    ledger_map_destroy(map);
    return NULL;
}

void ledger_map_destroy(struct ledger_map *map)
{
    if (!map)
        return;
    g_hash_table_unref(map->columns);
    for (int i = 0; i < LEDGER_FIELDS; i++) {
        if (map->values[i])
            g_hash_table_unref(map->values[i]);
    }
    g_free(map);
}

/* --- faults */

void ledger_fault(struct ledger_file *file, guint line, const char *column, const char *zh,
                  const char *en)
{
    if (json_array_size(file->faults) < LEDGER_FAULTS)
        json_array_append_new(file->faults,
                              json_pack("{s:I,s:s,s:{s:s,s:s}}", "line", (json_int_t)line, "column",
                                        column, "message", "zh", zh, "en", en));
}

/* --- the row of names */

struct reading {
    const struct ledger_map *map;
    struct ledger_file *file;
    gint64 now_us;
    int at[LEDGER_FIELDS]; /* column of each field; −1: it has none */
    GPtrArray *names;      /* of columns */
    GHashTable *codes;     /* seen in this file → line */
    /* --- of the row at hand */
    GPtrArray *cells;
    guint line;
    bool fine;
};

static int field_of(const struct ledger_map *map, const json_t *columns, const char *name)
{
    const char *said = json_string_value(json_object_get(columns, name));
    if (said)
        return ledger_field_find(said);
    g_autofree char *bare = plain(name);
    return GPOINTER_TO_INT(g_hash_table_lookup(map->columns, bare)) - 1;
}

static void read_names(struct reading *r, const json_t *columns)
{
    for (guint i = 0; i < r->names->len; i++) {
        const char *name = r->names->pdata[i];
        int field = field_of(r->map, columns, name);
        if (field >= 0 && r->at[field] >= 0) {
            ledger_fault(r->file, 1, name, "这一列与前面的列含义相同",
                         "the column means the same as one before it");
            field = -1;
        }
        if (field >= 0)
            r->at[field] = (int)i;
        json_array_append_new(
            r->file->columns,
            json_pack("{s:s,s:o}", "name", name, "field",
                      field >= 0 ? json_string(fields[field].name) : json_null()));
    }
    if (r->at[LEDGER_TITLE] < 0)
        ledger_fault(r->file, 1, "", "没有“标题”列", "no column means the title");
    if (r->at[LEDGER_ACCEPTED] < 0)
        ledger_fault(r->file, 1, "", "没有“受理时间”列", "no column means the time of acceptance");
}

/* --- cells */

static const char *column_name(const struct reading *r, enum ledger_field field)
{
    return r->at[field] >= 0 ? r->names->pdata[r->at[field]] : fields[field].name;
}

static void wrong(struct reading *r, enum ledger_field field, const char *zh, const char *en)
{
    ledger_fault(r->file, r->line, column_name(r, field), zh, en);
    r->fine = false;
}

/* Without the apostrophe that guards a formula. Borrowed; NULL: empty. */
static const char *cell(const struct reading *r, enum ledger_field field)
{
    if (r->at[field] < 0 || (guint)r->at[field] >= r->cells->len)
        return NULL;
    char *text = g_strstrip(r->cells->pdata[r->at[field]]);
    if (*text == '\'' && text[1] && strchr("=+-@", text[1]))
        text++;
    return *text ? text : NULL;
}

static char *text_of(struct reading *r, enum ledger_field field, glong most)
{
    const char *text = cell(r, field);
    if (text && g_utf8_strlen(text, -1) > most)
        wrong(r, field, "内容过长", "is too long");
    return g_strdup(text);
}

static const char *word_of(struct reading *r, enum ledger_field field)
{
    const char *text = cell(r, field);
    if (!text)
        return NULL;
    g_autofree char *bare = plain(text);
    const char *code =
        r->map->values[field] ? g_hash_table_lookup(r->map->values[field], bare) : NULL;
    const struct case_word *word =
        fields[field].list >= 0 ? case_words((enum case_list)fields[field].list) : NULL;
    for (; !code && word && word->code; word++) {
        g_autofree char *zh = plain(word->zh);
        g_autofree char *en = plain(word->en);
        if (strcmp(bare, word->code) == 0 || strcmp(bare, zh) == 0 || strcmp(bare, en) == 0)
            code = word->code;
    }
    if (!code)
        wrong(r, field, "没有这个值", "there is no such value");
    return code;
}

/* 2026-01-05, 2026/1/5 8:30, 2026年1月5日 08:30:00, 2026-01-05T08:30. */
static bool read_clock(const char *text, gint64 *time_us)
{
    g_autofree char *bare = g_strdup(text);
    for (char *at = bare; *at; at++) {
        if (!g_ascii_isdigit(*at))
            *at = ' ';
    }
    int part[6] = {0}, count = 0;
    for (char *at = bare; *at;) {
        char *end;
        while (*at == ' ')
            at++;
        if (!*at)
            break;
        guint64 value = g_ascii_strtoull(at, &end, 10);
        if (count == 6 || value > 9999 || end - at > 4)
            return false;
        part[count++] = (int)value;
        at = end;
    }
    if (count < 3)
        return false;
    g_autoptr(GDateTime) when =
        g_date_time_new_local(part[0], part[1], part[2], part[3], part[4], part[5]);
    *time_us = when && part[0] >= 1970 ? g_date_time_to_unix(when) * G_USEC_PER_SEC : 0;
    return *time_us > 0;
}

static gint64 time_of(struct reading *r, enum ledger_field field)
{
    const char *text = cell(r, field);
    gint64 time_us = 0;
    if (text && !read_clock(text, &time_us))
        wrong(r, field, "时间应如 2026-01-05 08:30", "a time like 2026-01-05 08:30 is needed");
    else if (time_us > r->now_us + (gint64)24 * 3600 * G_USEC_PER_SEC)
        wrong(r, field, "时间在将来", "the time is in the future");
    return time_us;
}

static void put(json_t *form, const char *name, const char *text)
{
    if (text)
        json_object_set_new(form, name, json_string(text));
}

static void read_place(struct reading *r, json_t *form)
{
    static const enum ledger_field both[] = {LEDGER_LON, LEDGER_LAT};
    static const double most[] = {180, 90};
    const char *lon = cell(r, LEDGER_LON), *lat = cell(r, LEDGER_LAT);
    if (!lon && !lat)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(both); i++) {
        const char *text = cell(r, both[i]);
        char *end = NULL;
        double value = text ? g_ascii_strtod(text, &end) : 0;
        if (!text || *end || !(value >= -most[i] && value <= most[i]))
            wrong(r, both[i], "经纬度应为一对数字", "lon and lat are a pair of numbers");
        else
            json_object_set_new(form, fields[both[i]].name, json_real(value));
    }
}

static void read_reporter(struct reading *r, json_t *form)
{
    const struct person_fields person = {.name = cell(r, LEDGER_NAME),
                                         .phone = cell(r, LEDGER_PHONE),
                                         .id_number = cell(r, LEDGER_ID_NUMBER)};
    struct person_fault fault;
    if (!person.name && !person.phone && !person.id_number)
        return;
    if (!person_check(&person, &fault)) {
        int field = ledger_field_find(fault.field);
        wrong(r, field >= 0 ? (enum ledger_field)field : LEDGER_NAME, fault.zh, fault.en);
        return;
    }
    json_t *reporter = json_object();
    put(reporter, "name", person.name);
    put(reporter, "phone", person.phone);
    put(reporter, "id_number", person.id_number);
    json_object_set_new(form, "reporter", reporter);
}

static void read_words(struct reading *r, json_t *form)
{
    static const enum ledger_field words[] = {LEDGER_CHANNEL, LEDGER_CATEGORY, LEDGER_GRADE,
                                              LEDGER_LEDGER,  LEDGER_DISPUTE,  LEDGER_SCALE,
                                              LEDGER_COLOUR};
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        put(form, fields[words[i]].name, word_of(r, words[i]));
    if (!json_object_get(form, "channel"))
        put(form, "channel", "department");
    if (!json_object_get(form, "ledger") && json_object_get(form, "dispute"))
        put(form, "ledger", "dispute");
}

/* --- rows */

static void row_free(gpointer data)
{
    struct ledger_row *row = data;
    json_decref(row->form);
    g_free(row->code);
    g_free(row->area);
    g_free(row->lead);
    g_free(row->result);
    g_free(row->state);
    g_free(row->satisfaction);
    g_free(row);
}

static void read_course(struct reading *r, struct ledger_row *row)
{
    const char *state = word_of(r, LEDGER_STATE);
    row->accepted_us = time_of(r, LEDGER_ACCEPTED);
    row->closed_us = time_of(r, LEDGER_CLOSED);
    row->state = g_strdup(state ? state : row->closed_us ? "CLOSED" : "ACCEPTED");
    row->satisfaction = g_strdup(word_of(r, LEDGER_SATISFACTION));
    bool closed = strcmp(row->state, "CLOSED") == 0;
    if (!cell(r, LEDGER_ACCEPTED))
        wrong(r, LEDGER_ACCEPTED, "必须填写", "is needed");
    if (closed && !cell(r, LEDGER_CLOSED))
        wrong(r, LEDGER_CLOSED, "已办结的须有办结时间", "a closed one needs the time of its end");
    if (!closed && row->closed_us)
        wrong(r, LEDGER_STATE, "有办结时间却未办结", "it has an end and is not closed");
    if (row->closed_us && row->accepted_us && row->closed_us < row->accepted_us)
        wrong(r, LEDGER_CLOSED, "办结早于受理", "it ended before it was accepted");
}

static void check_code(struct reading *r, const char *code)
{
    guint before = code ? GPOINTER_TO_UINT(g_hash_table_lookup(r->codes, code)) : 0;
    if (before) {
        g_autofree char *zh = g_strdup_printf("编号与第 %u 行相同", before);
        g_autofree char *en = g_strdup_printf("line %u has the same code", before);
        wrong(r, LEDGER_CODE, zh, en);
    } else if (code) {
        g_hash_table_insert(r->codes, g_strdup(code), GUINT_TO_POINTER(r->line));
    }
}

static void read_row(struct reading *r)
{
    struct ledger_row *row = g_new0(struct ledger_row, 1);
    json_t *form = row->form = json_object();
    r->fine = true;
    row->line = r->line;
    g_autofree char *title = text_of(r, LEDGER_TITLE, TITLE_CHARS);
    g_autofree char *text = text_of(r, LEDGER_TEXT, TEXT_CHARS);
    g_autofree char *address = text_of(r, LEDGER_ADDRESS, TITLE_CHARS);
    if (!title)
        wrong(r, LEDGER_TITLE, "必须填写", "is needed");
    put(form, "title", title);
    put(form, "text", text);
    put(form, "address", address);
    row->code = text_of(r, LEDGER_CODE, NAME_CHARS);
    row->area = text_of(r, LEDGER_AREA, NAME_CHARS);
    row->lead = text_of(r, LEDGER_LEAD, NAME_CHARS);
    row->result = text_of(r, LEDGER_RESULT, TEXT_CHARS);
    read_words(r, form);
    read_place(r, form);
    read_reporter(r, form);
    read_course(r, row);
    check_code(r, row->code);
    if (r->fine)
        g_ptr_array_add(r->file->rows, row);
    else
        row_free(row);
    r->file->bad += !r->fine;
}

static void read_rows(struct reading *r, struct csv_reader *csv)
{
    for (;;) {
        enum csv_result result = csv_read(csv, r->cells, &r->line);
        if (result == CSV_END)
            return;
        if (++r->file->lines > LEDGER_ROWS) {
            ledger_fault(r->file, r->line, "", "超过 5000 行，请分成几个文件",
                         "more than 5,000 rows: please cut it into several files");
            r->file->bad++;
            return;
        }
        if (result == CSV_RECORD) {
            read_row(r);
            continue;
        }
        r->file->bad++;
        if (result == CSV_BAD_QUOTE)
            ledger_fault(r->file, r->line, "", "引号不成对", "a quote is not closed");
        else
            ledger_fault(r->file, r->line, "", "不是 UTF-8 文字", "it is no UTF-8 text");
    }
}

void ledger_file_read(const struct ledger_map *map, const json_t *columns, const char *csv,
                      gsize size, gint64 now_us, struct ledger_file *file)
{
    struct csv_reader reader;
    struct reading r = {.map = map, .file = file, .now_us = now_us};
    guint line;
    *file = (struct ledger_file){.rows = g_ptr_array_new_with_free_func(row_free),
                                 .columns = json_array(),
                                 .faults = json_array()};
    for (int i = 0; i < LEDGER_FIELDS; i++)
        r.at[i] = -1;
    r.names = g_ptr_array_new_with_free_func(g_free);
    r.cells = g_ptr_array_new_with_free_func(g_free);
    r.codes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    csv_reader_init(&reader, csv, size);
    if (csv_read(&reader, r.names, &line) != CSV_RECORD)
        ledger_fault(file, 1, "", "第一行须为列名", "the first row has to name the columns");
    else
        read_names(&r, columns);
    if (json_array_size(file->faults) == 0)
        read_rows(&r, &reader);
    g_ptr_array_unref(r.names);
    g_ptr_array_unref(r.cells);
    g_hash_table_unref(r.codes);
}

void ledger_file_clear(struct ledger_file *file)
{
    if (file->rows)
        g_ptr_array_unref(file->rows);
    json_decref(file->columns);
    json_decref(file->faults);
    *file = (struct ledger_file){0};
}
