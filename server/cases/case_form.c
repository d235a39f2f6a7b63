#include "cases/case_form.h"
#include "cases/case_book.h"
#include "cases/case_words.h"
#include <math.h>
#include <stddef.h>
#include <string.h>

enum form_kind { FORM_TEXT, FORM_WORD, FORM_ID, FORM_AREA, FORM_NUMBER, FORM_BOOL, FORM_OTHER };
struct form_field {
    const char *name;
    ptrdiff_t at;
    enum form_kind kind;
    int most; /* characters; of a word: its list; of a number: the greatest, the least is −most */
    bool news; /* only in a new case */
};
#define AT(field) offsetof(struct case_row, field)

static const struct form_field fields[] = {
    {"title", AT(title), FORM_TEXT, 200, false},
    {"text", AT(body), FORM_TEXT, 4000, false},
    {"address", AT(address), FORM_TEXT, 200, false},
    {"dimension", AT(dimension), FORM_ID, 0, false},
    {"type", AT(type), FORM_ID, 0, false},
    {"about", AT(about), FORM_ID, 0, false},
    {"workflow", AT(workflow), FORM_ID, 0, true},
    {"area", AT(area), FORM_AREA, 0, false},
    {"channel", AT(channel), FORM_WORD, WORDS_CHANNEL, true},
    {"ledger", AT(ledger), FORM_WORD, WORDS_LEDGER, false},
    {"category", AT(category), FORM_WORD, WORDS_CATEGORY, false},
    {"grade", AT(grade), FORM_WORD, WORDS_GRADE, false},
    {"dispute", AT(dispute), FORM_WORD, WORDS_DISPUTE, false},
    {"scale", AT(scale), FORM_WORD, WORDS_SCALE, false},
    {"colour", AT(colour), FORM_WORD, WORDS_COLOUR, false},
    {"lon", AT(lon), FORM_NUMBER, 180, false},
    {"lat", AT(lat), FORM_NUMBER, 90, false},
    {"priority", AT(priority), FORM_NUMBER, 4, false},
    {"exercise", AT(exercise), FORM_BOOL, 0, true},
    {"reporter", -1, FORM_OTHER, 0, false},
    {"cameras", -1, FORM_OTHER, 0, false},
};

void case_fault(json_t *faults, const char *path, const char *zh, const char *en)
{
    json_array_append_new(
        faults, json_pack("{s:s,s:{s:s,s:s}}", "path", path, "message", "zh", zh, "en", en));
}

static bool is_id(const char *text)
{
    size_t size = text ? strlen(text) : 0;
    for (size_t i = 0; i < size; i++) {
        if (!g_ascii_isalnum(text[i]) && !strchr("_.-", text[i]))
            return false;
    }
    return size >= 1 && size <= 64;
}

static bool is_area(const char *text)
{
    size_t size = text ? strlen(text) : 0;
    for (size_t i = 0; i < size; i++) {
        if (!g_ascii_isdigit(text[i]))
            return false;
    }
    return size == 0 || (size >= 6 && size <= 15);
}

/* A title of blanks names nothing. */
static bool is_blank(const char *text)
{
    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        if (!g_unichar_isspace(g_utf8_get_char(at)))
            return false;
    }
    return true;
}

static bool value_fits(const struct form_field *field, const json_t *value)
{
    const char *text = json_string_value(value);
    switch (field->kind) {
    case FORM_TEXT:
        return text && g_utf8_strlen(text, -1) <= field->most &&
               (!is_blank(text) || strcmp(field->name, "title") != 0);
    case FORM_WORD:
        return case_word((enum case_list)field->most, text) != NULL;
    case FORM_ID:
        return is_id(text) && (strcmp(field->name, "workflow") != 0 ||
                               case_book_workflow(case_book(), text) != NULL);
    case FORM_AREA:
        return text && is_area(text);
    case FORM_NUMBER:
        return json_is_number(value) && fabs(json_number_value(value)) <= (double)field->most &&
               (strcmp(field->name, "priority") != 0 ||
                (json_is_integer(value) && json_integer_value(value) >= 1));
    case FORM_BOOL:
        return json_is_boolean(value);
    case FORM_OTHER:
        return json_is_object(value) || json_is_array(value);
    }
    return false;
}

static const struct form_field *field_of(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    }
    return NULL;
}

void case_form_check(const json_t *form, const char *path, json_t *faults)
{
    const char *name;
    json_t *value;
    if (!json_is_object(form)) {
        case_fault(faults, "form", "缺少表单", "the form is missing");
        return;
    }
    json_object_foreach((json_t *)form, name, value)
    {
        const struct form_field *field = field_of(name);
        g_autofree char *at = g_strconcat(path, name, NULL);
        if (!field)
            case_fault(faults, at, "没有这个字段", "there is no such field");
        else if (!json_is_null(value) && !value_fits(field, value))
            case_fault(faults, at, "填写不正确", "is not right");
    }
    if (json_is_number(json_object_get(form, "lon")) !=
        json_is_number(json_object_get(form, "lat")))
        case_fault(faults, "form.lon", "经纬度须同时填写", "lon and lat come together");
}

bool case_form_area_known(struct store_tx *tx, const json_t *form, bool *known, GError **error)
{
    const char *area = json_string_value(json_object_get(form, "area"));
    gint64 one;
    *known = !area || !*area;
    return *known || store_query_int(tx, error, &one, known,
                                     "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM area)"
                                     " OR EXISTS (SELECT 1 FROM area WHERE code = ?)",
                                     "s", area);
}

static void apply(struct case_row *row, const struct form_field *field, const json_t *value)
{
    void *at = (char *)row + field->at;
    switch (field->kind) {
    case FORM_TEXT:
    case FORM_WORD:
    case FORM_ID:
    case FORM_AREA: {
        const char *text = json_string_value(value);
        case_row_set(at, text && *text ? text : NULL);
        break;
    }
    case FORM_NUMBER:
        if (field->at == (ptrdiff_t)AT(priority))
            row->priority = json_integer_value(value);
        else
            *(double *)at = json_is_number(value) ? json_number_value(value) : NAN;
        break;
    case FORM_BOOL:
        *(gint64 *)at = json_is_true(value);
        break;
    case FORM_OTHER:
        break;
    }
}

void case_form_apply(struct case_row *row, const json_t *form, bool news)
{
    static const char *const needed[] = {"title",   "dimension", "type",     "workflow",
                                         "channel", "ledger",    "priority", NULL};
    for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
        const json_t *value = json_object_get(form, fields[i].name);
        bool keeps = json_is_null(value) && g_strv_contains(needed, fields[i].name);
        if (value && !keeps && (news || !fields[i].news))
            apply(row, &fields[i], value);
    }
}
