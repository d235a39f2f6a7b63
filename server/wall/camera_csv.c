#include "wall/camera_csv.h"
#include "common/csv.h"
#include "place/crs.h"
#include <math.h>
#include <stddef.h>
#include <string.h>

#define MAX_TEXT_BYTES 1024

enum kind {
    KIND_ID,
    KIND_TEXT,
    KIND_URL,
    KIND_NUMBER,
    KIND_CODE,
    KIND_FLAG,
    KIND_DAYS,
    KIND_CHOICE
};

struct column {
    const char *name;
    enum kind kind;
    size_t offset;
    double min, max;
    const char *choices; /* space before and after each */
};

#define FIELD(name, kind, ...)                                                                     \
    {                                                                                              \
#name, kind, offsetof(struct camera_fields, name), __VA_ARGS__                             \
    }
static const struct column columns[] = {
    FIELD(id, KIND_ID, 0, 0, NULL),
    FIELD(name, KIND_TEXT, 0, 0, NULL),
    FIELD(url, KIND_URL, 0, 0, NULL),
    FIELD(sub_url, KIND_URL, 0, 0, NULL),
    {"lon", KIND_NUMBER, offsetof(struct camera_fields, source_lon), -180, 180, NULL},
    {"lat", KIND_NUMBER, offsetof(struct camera_fields, source_lat), -90, 90, NULL},
    FIELD(crs, KIND_CHOICE, 0, 0, " WGS84 CGCS2000 GCJ02 BD09 "),
    FIELD(area, KIND_CODE, 0, 0, NULL),
    FIELD(source_system, KIND_TEXT, 0, 0, NULL),
    FIELD(azimuth, KIND_NUMBER, 0, 360, NULL),
    FIELD(fov, KIND_NUMBER, 1, 360, NULL),
    FIELD(mode, KIND_CHOICE, 0, 0, " always on_demand sampled "),
    FIELD(enabled, KIND_FLAG, 0, 0, NULL),
    FIELD(place, KIND_TEXT, 0, 0, NULL),
    FIELD(keeper, KIND_TEXT, 0, 0, NULL),
    FIELD(legal_basis, KIND_TEXT, 0, 0, NULL),
    FIELD(filing_no, KIND_TEXT, 0, 0, NULL),
    FIELD(notice_sign, KIND_FLAG, 0, 0, NULL),
    FIELD(forbidden_zone, KIND_TEXT, 0, 0, NULL),
    FIELD(video_keep_days, KIND_DAYS, 30, 3650, NULL),
    FIELD(retention_days, KIND_DAYS, 0, 3650, NULL),
};

static const struct column *column_find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
        if (strcmp(columns[i].name, name) == 0)
            return &columns[i];
    return NULL;
}

static bool expected(char **zh, char **en, const char *want_zh, const char *want_en,
                     const char *got)
{
    g_autofree char *part = g_utf8_substring(got, 0, MIN(g_utf8_strlen(got, -1), 60));
    *zh = g_strdup_printf("应为%s，读到“%s”", want_zh, part);
    *en = g_strdup_printf("expected %s, got \"%s\"", want_en, part);
    return false;
}

static bool set_number(const struct column *column, double *field, const char *text, char **zh,
                       char **en)
{
    char *end = NULL;
    double value = g_ascii_strtod(text, &end);
    if (end != text && *end == '\0' && isfinite(value) && value >= column->min &&
        value <= column->max) {
        *field = value;
        return true;
    }
    g_autofree char *want_zh = g_strdup_printf("%g 到 %g 的数", column->min, column->max);
    g_autofree char *want_en = g_strdup_printf("a number %g to %g", column->min, column->max);
    return expected(zh, en, want_zh, want_en, text);
}

static bool set_days(const struct column *column, gint64 *field, const char *text, char **zh,
                     char **en)
{
    double days = 0;
    if (!set_number(column, &days, text, zh, en))
        return false;
    *field = (gint64)days;
    return true;
}

static bool parse_flag(const char *text, bool *flag)
{
    static const char *const yes[] = {"1", "yes", "true", "是", "有", NULL};
    static const char *const no[] = {"0", "no", "false", "否", "无", NULL};
    *flag = g_strv_contains(yes, text);
    return *flag || g_strv_contains(no, text);
}

static bool set_flag(const struct column *column, void *field, const char *text, char **zh,
                     char **en)
{
    bool flag;
    if (!parse_flag(text, &flag))
        return expected(zh, en, "1 或 0（是/否）", "1 or 0 (yes/no)", text);
    if (strcmp(column->name, "enabled") == 0)
        *(bool *)field = flag;
    else
        *(int *)field = flag;
    return true;
}

static bool all_of(const char *text, bool (*test)(char c))
{
    for (; *text; text++)
        if (!test(*text))
            return false;
    return true;
}

static bool is_digit(char c)
{
    return g_ascii_isdigit(c);
}

static bool is_id(char c)
{
    return g_ascii_isalnum(c) || strchr("-_.:", c) != NULL;
}

static bool is_printable(char c)
{
    return (unsigned char)c > 0x20 && c != 0x7f;
}

static bool url_ok(const char *text)
{
    const char *scheme_end = strstr(text, "://");
    return scheme_end && scheme_end > text && scheme_end[3] != '\0' && all_of(text, is_printable);
}

/* A port that is written must be one; the user and password before the last '@' may hold colons. */
static bool url_port_ok(const char *text)
{
    const char *host = strstr(text, "://") + 3;
    const char *end = host + strcspn(host, "/?#");
    for (const char *c = host; c < end; c++) {
        if (*c == '@' || *c == ']')
            host = c + 1;
    }
    const char *colon = memchr(host, ':', (size_t)(end - host));
    if (!colon || colon + 1 == end)
        return true;
    char *rest;
    guint64 port = g_ascii_strtoull(colon + 1, &rest, 10);
    return rest != end || (port >= 1 && port <= 65535); /* a name is another's to judge */
}

static bool expected_choice(char **zh, char **en, const char *choices, const char *text)
{
    g_autofree char *names = g_strstrip(g_strdup(choices));
    g_auto(GStrv) parts = g_strsplit(names, " ", -1);
    g_autofree char *want = g_strjoinv(", ", parts);
    return expected(zh, en, want, want, text);
}

static bool set_text(const struct column *column, char **field, const char *text, char **zh,
                     char **en)
{
    g_autofree char *padded = g_strdup_printf(" %s ", text);
    if (strlen(text) > MAX_TEXT_BYTES)
        return expected(zh, en, "不超过 1024 字节", "at most 1024 bytes", text);
    if (column->kind == KIND_ID && (strlen(text) > 64 || !all_of(text, is_id)))
        return expected(zh, en, "1–64 个字母、数字或 -_.:", "1–64 letters, digits or -_.:", text);
    if (column->kind == KIND_CODE && (strlen(text) > 15 || !all_of(text, is_digit)))
        return expected(zh, en, "最多 15 位数字的区划代码", "an area code of up to 15 digits",
                        text);
    if (column->kind == KIND_CHOICE && (strchr(text, ' ') || !strstr(column->choices, padded)))
        return expected_choice(zh, en, column->choices, text);
    if (column->kind == KIND_URL && !url_ok(text))
        return expected(zh, en, "地址，如 rtsp://主机/路径", "an address such as rtsp://host/path",
                        "…");
    if (column->kind == KIND_URL && !url_port_ok(text))
        return expected(zh, en, "1 到 65535 的端口", "a port from 1 to 65535", "…");
    g_free(*field);
    *field = g_strdup(text);
    return true;
}

bool camera_field_set(struct camera_fields *fields, const char *name, const char *text, char **zh,
                      char **en)
{
    g_autofree char *value = g_strstrip(g_strdup(text));
    if (*value == '\0')
        return true;
    const struct column *column = column_find(name);
    if (!column) {
        if (!fields->properties)
            fields->properties = json_object();
        json_object_set_new(fields->properties, name, json_string(value));
        return true;
    }
    void *field = (char *)fields + column->offset;
    switch (column->kind) {
    case KIND_NUMBER:
        return set_number(column, field, value, zh, en);
    case KIND_DAYS:
        return set_days(column, field, value, zh, en);
    case KIND_FLAG:
        return set_flag(column, field, value, zh, en);
    default:
        return set_text(column, field, value, zh, en);
    }
}

bool camera_field_known(const char *name)
{
    return column_find(name) != NULL;
}

bool camera_field_clear(struct camera_fields *fields, const char *name)
{
    const struct column *column = column_find(name);
    if (!column || column->kind == KIND_ID || strcmp(name, "enabled") == 0)
        return false;
    void *field = (char *)fields + column->offset;
    if (column->kind == KIND_NUMBER)
        *(double *)field = NAN;
    else if (column->kind == KIND_DAYS)
        *(gint64 *)field = -1;
    else if (column->kind == KIND_FLAG)
        *(int *)field = -1;
    else
        g_clear_pointer((char **)field, g_free);
    return true;
}

static bool missing(const char *name, const char **column, char **zh, char **en)
{
    *column = name;
    *zh = g_strdup("必填，但为空");
    *en = g_strdup("is required, but empty");
    return false;
}

bool camera_fields_finish(struct camera_fields *f, const char **column, char **zh, char **en)
{
    if (!f->id)
        return missing("id", column, zh, en);
    if (!f->name)
        return missing("name", column, zh, en);
    if (!f->url)
        return missing("url", column, zh, en);
    if (isnan(f->source_lon) != isnan(f->source_lat)) {
        *column = isnan(f->source_lon) ? "lon" : "lat";
        *zh = g_strdup("经度和纬度须同时给出");
        *en = g_strdup("longitude and latitude must be given together");
        return false;
    }
    if (!f->crs)
        f->crs = g_strdup("WGS84");
    if (!f->mode)
        f->mode = g_strdup("always");
    f->lon = f->lat = NAN;
    if (!isnan(f->source_lon))
        crs_to_wgs84(f->crs, f->source_lon, f->source_lat, &f->lon, &f->lat);
    return true;
}

/* --- the file */

static void note(struct camera_csv *csv, bool warning, guint line, const char *column, char *zh,
                 char *en)
{
    struct camera_csv_note *n = g_new(struct camera_csv_note, 1);
    *n = (struct camera_csv_note){
        .line = line, .column = g_strdup(column), .zh = zh, .en = en, .warning = warning};
    g_ptr_array_add(csv->notes, n);
}

static void note_free(gpointer data)
{
    struct camera_csv_note *n = data;
    g_free(n->column);
    g_free(n->zh);
    g_free(n->en);
    g_free(n);
}

static void fields_free(gpointer data)
{
    camera_fields_clear(data);
    g_free(data);
}

static void note_record(struct camera_csv *csv, enum csv_result result, guint line)
{
    csv->records++;
    csv->bad++;
    if (result == CSV_BAD_QUOTE)
        note(csv, false, line, "", g_strdup("引号不成对"), g_strdup("quotes do not match"));
    else
        note(csv, false, line, "", g_strdup("不是 UTF-8 编码；请另存为 UTF-8"),
             g_strdup("is not UTF-8; save the file as UTF-8"));
}

/* Reads the header. false: noted, nothing can be read. */
static bool read_header(struct camera_csv *csv, struct csv_reader *reader, GPtrArray *header)
{
    guint line;
    enum csv_result result = csv_read(reader, header, &line);
    if (result != CSV_RECORD) {
        if (result == CSV_END)
            note(csv, false, 1, "", g_strdup("文件是空的"), g_strdup("the file is empty"));
        else
            note_record(csv, result, line);
        return false;
    }
    bool good = true;
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    static const char *const required[] = {"id", "name", "url"};
    for (guint i = 0; i < header->len; i++) {
        char *name = g_strstrip(header->pdata[i]);
        if (!g_hash_table_add(seen, name)) {
            note(csv, false, line, name, g_strdup("此列出现了两次"),
                 g_strdup("this column stands there twice"));
            good = false;
        }
        if (!column_find(name) && strcmp(name, "scene") != 0)
            note(csv, true, line, name, g_strdup("不认识的列，原样存为附加属性"),
                 g_strdup("unknown column, kept as a further property"));
    }
    for (size_t r = 0; r < G_N_ELEMENTS(required); r++)
        if (!g_ptr_array_find_with_equal_func(header, required[r], g_str_equal, NULL)) {
            note(csv, false, line, required[r], g_strdup("缺少此列"),
                 g_strdup("this column is missing"));
            good = false;
        }
    return good;
}

/* One record to fields. false: noted. */
static bool read_fields(struct camera_csv *csv, GPtrArray *header, GPtrArray *record, guint line,
                        struct camera_fields *fields)
{
    if (record->len != header->len) {
        note(csv, false, line, "",
             g_strdup_printf("有 %u 列，应为 %u 列", record->len, header->len),
             g_strdup_printf("has %u columns, expected %u", record->len, header->len));
        return false;
    }
    bool good = true;
    for (guint i = 0; i < record->len; i++) {
        char *zh = NULL, *en = NULL;
        if (!camera_field_set(fields, header->pdata[i], record->pdata[i], &zh, &en)) {
            note(csv, false, line, header->pdata[i], zh, en);
            good = false;
        }
    }
    const char *column = "";
    char *zh = NULL, *en = NULL;
    if (good && !camera_fields_finish(fields, &column, &zh, &en)) {
        note(csv, false, line, column, zh, en);
        return false;
    }
    return good;
}

struct camera_csv *camera_csv_parse(const char *data, size_t size)
{
    struct camera_csv *csv = g_new0(struct camera_csv, 1);
    csv->rows = g_ptr_array_new_with_free_func(fields_free);
    csv->lines = g_array_new(FALSE, FALSE, sizeof(guint));
    csv->notes = g_ptr_array_new_with_free_func(note_free);
    struct csv_reader reader;
    csv_reader_init(&reader, data, size);
    g_autoptr(GPtrArray) header = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GPtrArray) record = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);
    if (!read_header(csv, &reader, header))
        return csv;
    guint line;
    enum csv_result result;
    while ((result = csv_read(&reader, record, &line)) != CSV_END) {
        if (result != CSV_RECORD) {
            note_record(csv, result, line);
            continue;
        }
        csv->records++;
        struct camera_fields *fields = g_new(struct camera_fields, 1);
        camera_fields_init(fields);
        bool good = read_fields(csv, header, record, line, fields);
        guint first = good ? GPOINTER_TO_UINT(g_hash_table_lookup(ids, fields->id)) : 0;
        if (first) {
            note(csv, false, line, "id",
                 g_strdup_printf("编号 %s 在第 %u 行已经有了", fields->id, first),
                 g_strdup_printf("id %s is already used in line %u", fields->id, first));
            good = false;
        }
        if (!good) {
            csv->bad++;
            fields_free(fields);
            continue;
        }
        g_hash_table_insert(ids, fields->id, GUINT_TO_POINTER(line));
        g_ptr_array_add(csv->rows, fields);
        g_array_append_val(csv->lines, line);
    }
    return csv;
}

void camera_csv_destroy(struct camera_csv *csv)
{
    if (!csv)
        return;
    g_ptr_array_unref(csv->rows);
    g_array_unref(csv->lines);
    g_ptr_array_unref(csv->notes);
    g_free(csv);
}

static void check_area(struct camera_csv *csv, guint line, const struct camera_fields *fields,
                       const struct ground *ground)
{
    const char *name = fields->area ? ground_name(ground, fields->area) : NULL;
    if (fields->area && !name) {
        note(csv, true, line, "area", g_strdup_printf("区域数据里没有 %s", fields->area),
             g_strdup_printf("there is no area %s in the town's data", fields->area));
        return;
    }
    const char *cell = isnan(fields->lon)
                           ? NULL
                           : ground_at(ground, "governance", "cell", fields->lon, fields->lat);
    if (!cell || !name || g_str_has_prefix(cell, fields->area))
        return;
    const char *there = ground_name(ground, cell);
    note(csv, true, line, "area", g_strdup_printf("坐标在%s，不在%s", there, name),
         g_strdup_printf("the position lies in %s, not in %s", there, name));
}

static int by_line(gconstpointer a, gconstpointer b)
{
    const struct camera_csv_note *const *first = a, *const *second = b;
    return ((*first)->line > (*second)->line) - ((*first)->line < (*second)->line);
}

void camera_csv_check_areas(struct camera_csv *csv, const struct ground *ground)
{
    for (guint i = 0; i < csv->rows->len; i++)
        check_area(csv, g_array_index(csv->lines, guint, i), csv->rows->pdata[i], ground);
    g_ptr_array_sort(csv->notes, by_line);
}

json_t *camera_csv_notes_json(const struct camera_csv *csv, bool warnings)
{
    json_t *list = json_array();
    for (guint i = 0; i < csv->notes->len; i++) {
        const struct camera_csv_note *n = csv->notes->pdata[i];
        if (n->warning == warnings)
            json_array_append_new(list,
                                  json_pack("{s:i,s:s,s:{s:s,s:s}}", "line", (int)n->line, "column",
                                            n->column, "message", "zh", n->zh, "en", n->en));
    }
    return list;
}
