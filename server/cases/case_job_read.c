/* Reading an act: which fields it has, and what they may be. */
#include "cases/case_form.h"
#include "cases/case_job.h"
#include "cases/case_words.h"
#include <string.h>

enum read_kind {
    READ_TEXT,
    READ_SHORT,
    READ_ID,
    READ_IDS,
    READ_WORD,
    READ_TIME,
    READ_FORM,
    READ_BOOL,
    READ_POINTS,
    READ_RESULT
};
struct read_field {
    const char *name;
    enum read_kind kind;
    bool needed;
    int list; /* of READ_WORD */
};
enum { TEXT_CHARS = 4000, SHORT_CHARS = 200, MOST_IDS = 12, MOST_POINTS = 5 };

#define TEXT(needed)                                                                               \
    {                                                                                              \
        "text", READ_TEXT, needed, 0                                                               \
    }
#define TO                                                                                         \
    {                                                                                              \
        "to", READ_ID, true, 0                                                                     \
    }
static const struct read_field fields[CASE_ACT_COUNT][6] = {
    [CASE_TRIAGE] = {{"form", READ_FORM, true, 0}, TEXT(false)},
    [CASE_DISPATCH] = {{"lead", READ_ID, false, 0},
                       {"co", READ_IDS, false, 0},
                       {"item", READ_SHORT, false, 0},
                       {"standard", READ_SHORT, false, 0},
                       {"due_us", READ_TIME, false, 0},
                       TEXT(false)},
    [CASE_TAKE] = {TEXT(false)},
    [CASE_RETURN] = {TEXT(true)},
    [CASE_FEEDBACK] = {TEXT(true)},
    [CASE_REVIEW] = {{"result", READ_RESULT, true, 0}, TEXT(false)},
    [CASE_JOINT] = {TEXT(false)},
    [CASE_PLAN] = {TEXT(true)},
    [CASE_MEDIATE] = {TEXT(false)},
    [CASE_ATTEMPT] = {{"result", READ_WORD, true, WORDS_ATTEMPT}, TEXT(true)},
    [CASE_ESCALATE] = {TEXT(true)},
    [CASE_ASK_PAUSE] = {{"reason", READ_WORD, true, WORDS_PAUSE},
                        {"until_us", READ_TIME, false, 0},
                        TEXT(false)},
    [CASE_ASK_EXTENSION] = {{"reason", READ_WORD, true, WORDS_EXTENSION},
                            {"until_us", READ_TIME, true, 0},
                            {"timer", READ_ID, false, 0},
                            TEXT(false)},
    [CASE_GRANT] = {TO, TEXT(false)},
    [CASE_DENY] = {TO, TEXT(true)},
    [CASE_RESUME] = {TEXT(false)},
    [CASE_SPOT] = {TEXT(true)},
    [CASE_VERIFY] = {{"result", READ_WORD, true, WORDS_RESULT}, TEXT(false)},
    [CASE_SCORE] = {{"points", READ_POINTS, true, 0}, TEXT(false)},
    [CASE_ARCHIVE] = {TEXT(false)},
    [CASE_REFUSE] = {TEXT(true), {"remedies", READ_SHORT, true, 0}},
    [CASE_TRANSFER] = {{"to", READ_SHORT, true, 0}, TEXT(true)},
    [CASE_TERMINATE] = {TEXT(true)},
    [CASE_REOPEN] = {TEXT(true)},
    [CASE_MERGE] = {TO, TEXT(false)},
    [CASE_UNMERGE] = {TEXT(false)},
    [CASE_URGE] = {TEXT(false)},
    [CASE_CARD] = {{"colour", READ_WORD, true, WORDS_CARD},
                   {"department", READ_ID, false, 0},
                   TEXT(true)},
    [CASE_EDIT] = {{"form", READ_FORM, true, 0}, TEXT(false)},
    [CASE_COMMENT] = {TEXT(true)},
    [CASE_CALL] = {{"direction", READ_SHORT, true, 0},
                   {"reached", READ_BOOL, true, 0},
                   TEXT(false)},
    [CASE_INSTRUCT] = {TEXT(true),
                       {"department", READ_ID, false, 0},
                       {"due_us", READ_TIME, false, 0}},
    [CASE_INSTRUCT_DONE] = {TO, TEXT(true)},
    [CASE_LINK] = {{"kind", READ_WORD, true, WORDS_LINK}, TO, TEXT(false)},
    [CASE_UNLINK] = {{"kind", READ_WORD, true, WORDS_LINK}, TO, TEXT(false)},
    [CASE_MEET] = {{"kind", READ_WORD, true, WORDS_MEETING},
                   {"time_us", READ_TIME, true, 0},
                   {"place", READ_SHORT, false, 0},
                   {"people", READ_SHORT, false, 0},
                   TEXT(false)},
    [CASE_RESOLVE] = {TEXT(true),
                      {"meeting", READ_ID, false, 0},
                      {"department", READ_ID, false, 0},
                      {"due_us", READ_TIME, false, 0}},
    [CASE_RESOLVE_DONE] = {TO, TEXT(true)},
    [CASE_COURT] = {{"result", READ_WORD, true, WORDS_COURT}, TEXT(false)},
    [CASE_ATTACH] = {TEXT(false)},
    [CASE_DETACH] = {TO, TEXT(true)},
};

/* Acts that may name files of the case, uploaded before. */
static bool takes_files(enum case_act act)
{
    static const enum case_act acts[] = {
        CASE_TAKE,   CASE_RETURN,  CASE_FEEDBACK, CASE_PLAN,         CASE_ATTEMPT,       CASE_SPOT,
        CASE_VERIFY, CASE_COMMENT, CASE_CALL,     CASE_RESOLVE_DONE, CASE_INSTRUCT_DONE, CASE_MEET};
    for (size_t i = 0; i < G_N_ELEMENTS(acts); i++) {
        if (acts[i] == act)
            return true;
    }
    return false;
}

static bool is_text(const json_t *value, long most)
{
    const char *text = json_string_value(value);
    g_autofree char *bare = g_strdup(text ? text : "");
    g_strstrip(bare);
    return *bare && g_utf8_strlen(bare, -1) <= most;
}

static bool is_id(const json_t *value)
{
    const char *text = json_string_value(value);
    size_t size = text ? strlen(text) : 0;
    for (size_t i = 0; i < size; i++) {
        if (!g_ascii_isalnum(text[i]) && !strchr("_.-:", text[i]))
            return false;
    }
    return size >= 1 && size <= 64;
}

static bool is_ids(const json_t *value)
{
    bool fine = json_is_array(value) && json_array_size(value) <= MOST_IDS;
    for (size_t i = 0; fine && i < json_array_size(value); i++)
        fine = is_id(json_array_get(value, i));
    return fine;
}

static bool is_time(const json_t *value)
{
    gint64 time_us;
    return json_is_string(value) &&
           g_ascii_string_to_signed(json_string_value(value), 10, 1, INT64_C(8000000000000000),
                                    &time_us, NULL);
}

static bool field_fits(const struct read_field *field, const json_t *value)
{
    switch (field->kind) {
    case READ_TEXT:
        return is_text(value, TEXT_CHARS);
    case READ_SHORT:
        return is_text(value, SHORT_CHARS);
    case READ_ID:
        return is_id(value);
    case READ_IDS:
        return is_ids(value);
    case READ_WORD:
        return case_word((enum case_list)field->list, json_string_value(value)) != NULL;
    case READ_TIME:
        return is_time(value);
    case READ_FORM:
        return json_is_object(value);
    case READ_BOOL:
        return json_is_boolean(value);
    case READ_POINTS:
        return json_is_integer(value) && json_integer_value(value) >= 1 &&
               json_integer_value(value) <= MOST_POINTS;
    case READ_RESULT:
        return g_strcmp0(json_string_value(value), "pass") == 0 ||
               g_strcmp0(json_string_value(value), "back") == 0;
    }
    return false;
}

static const struct read_field *field_of(enum case_act act, const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(fields[act]) && fields[act][i].name; i++) {
        if (strcmp(fields[act][i].name, name) == 0)
            return &fields[act][i];
    }
    return NULL;
}

static void check_given(enum case_act act, const json_t *body, json_t *faults)
{
    static const char *const common[] = {"act", "version", "key", NULL};
    const char *name;
    json_t *value;
    json_object_foreach((json_t *)body, name, value)
    {
        const struct read_field *field = field_of(act, name);
        if (g_strv_contains(common, name) || json_is_null(value) ||
            (strcmp(name, "attachments") == 0 && takes_files(act) && is_ids(value)))
            continue;
        if (!field)
            case_fault(faults, name, "这个操作没有这个字段", "the act has no such field");
        else if (!field_fits(field, value))
            case_fault(faults, name, "填写不正确", "is not right");
        else if (field->kind == READ_FORM)
            case_form_check(value, "form.", faults);
    }
}

static void check_needed(enum case_act act, const json_t *body, json_t *faults)
{
    for (size_t i = 0; i < G_N_ELEMENTS(fields[act]) && fields[act][i].name; i++) {
        const json_t *value = json_object_get(body, fields[act][i].name);
        if (fields[act][i].needed && (!value || json_is_null(value)))
            case_fault(faults, fields[act][i].name, "必须填写", "is needed");
    }
}

struct case_job *case_job_read(const char *case_id, const json_t *body, struct case_who *who,
                               gint64 now_us, json_t *faults)
{
    struct case_job *job = g_new0(struct case_job, 1);
    int act = case_act_find(json_string_value(json_object_get(body, "act")));
    const json_t *version = json_object_get(body, "version");
    const char *key = json_string_value(json_object_get(body, "key"));
    job->case_id = g_strdup(case_id);
    job->body = json_deep_copy(body);
    job->details = json_object();
    job->who = who;
    job->now_us = now_us;
    job->book = case_book();
    job->version = json_is_integer(version) ? json_integer_value(version) : -1;
    job->key = g_strdup(key);
    if (act < 0) {
        case_fault(faults, "act", "没有这种操作", "there is no such act");
        return job;
    }
    job->act = (enum case_act)act;
    if (!key || strlen(key) < 8 || !is_id(json_object_get(body, "key")))
        case_fault(faults, "key", "须为 8 至 64 个字母或数字",
                   "8 to 64 letters or digits are needed");
    if (!case_act_info(job->act)->free && job->version < 0)
        case_fault(faults, "version", "须给出所依据的版本", "the version that it is based on");
    check_given(job->act, body, faults);
    check_needed(job->act, body, faults);
    return job;
}
