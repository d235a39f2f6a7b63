#include "intake/pull_source.h"
#include "intake/file_roots.h"
#include "intake/mapping_private.h"
#include "intake/path.h"
#include <string.h>

static const struct pull_source *const sources[] = {&pull_http, &pull_sqlite, &pull_postgresql,
                                                    &pull_drop};

const struct pull_source *pull_source_find(const char *type)
{
    for (size_t i = 0; type && i < G_N_ELEMENTS(sources); i++)
        if (strcmp(sources[i]->type, type) == 0)
            return sources[i];
    return NULL;
}

const char *pull_text(const json_t *settings, const char *name)
{
    return json_string_value(json_object_get(settings, name));
}

bool pull_has(const json_t *settings, const char *name, const char **field)
{
    const char *text = pull_text(settings, name);
    *field = name;
    return text && *text && strlen(text) <= PULL_TEXT_BYTES;
}

/* Does every local file that is named lie where it may? */
static bool files_allowed(const struct pull_source *source, const json_t *settings,
                          char *const *file_roots)
{
    const char *path = source->file ? pull_text(settings, source->file) : NULL;
    g_autofree char *real = file_roots_resolve(file_roots, path);
    return !path || real;
}

char *pull_settings_fault(const json_t *settings, char *const *file_roots)
{
    const struct pull_source *source = pull_source_find(pull_text(settings, "type"));
    const json_t *every = json_object_get(settings, "every_s");
    const char *field = NULL;
    if (!source)
        return g_strdup("type");
    if (every && (json_integer_value(every) < 1 || json_integer_value(every) > 86400))
        return g_strdup("every_s");
    if (!source->check(settings, &field))
        return g_strdup(field);
    if (!files_allowed(source, settings, file_roots))
        return g_strconcat(source->file, ": " FILE_ROOTS_EN, NULL);
    return NULL;
}

bool pull_source_run(const struct pull_source *source, struct pull_job *job, char **zh, char **en)
{
    const char *path = source->file ? pull_text(job->settings, source->file) : NULL;
    g_autofree char *real = file_roots_resolve(job->file_roots, path);
    if (path && !real)
        return pull_fail(zh, en, "文件" FILE_ROOTS_ZH, "what is to be read " FILE_ROOTS_EN,
                         source->file);
    if (real)
        json_object_set_new(job->settings, source->file, json_string(real));
    return source->run(job, zh, en);
}

bool pull_cancelled(const struct pull_job *job)
{
    return job->cancel && g_atomic_int_get(job->cancel) != 0;
}

bool pull_has_moved(const struct pull_job *job)
{
    const json_t *from = job->cursor ? job->cursor : json_object_get(job->settings, "start");
    g_autofree char *was = mapping_text(from), *is = mapping_text(job->next);
    return g_strcmp0(was, is) != 0;
}

bool pull_go_on(struct pull_job *job, const char *name, bool full, char **zh, char **en)
{
    size_t count = json_array_size(job->rows);
    struct path path;
    if (!count)
        return true;
    path_init(&path, name);
    json_t *value = path_find(&path, json_array_get(job->rows, count - 1));
    path_clear(&path);
    if (json_is_string(value) || json_is_number(value))
        job->next = json_deep_copy(value);
    if (!job->next)
        return pull_fail(zh, en, "最后一行没有游标", "there is no cursor in the last row", name);
    if (full && !pull_has_moved(job))
        return pull_fail(
            zh, en, "游标没有前进，查询应从它之后开始并按它排序",
            "the cursor does not move on; the query has to begin after it, in its order", name);
    job->more = full;
    return true;
}

char *pull_cursor_text(const struct pull_job *job)
{
    char *text = mapping_text(job->cursor);
    return text ? text : g_strdup("");
}

/* In one line: libraries write several, with tabs and an end of line. */
static char *in_a_line(const char *text)
{
    GString *line = g_string_new(NULL);
    for (const char *c = text; *c; c++) {
        bool blank = (unsigned char)*c <= ' ' || *c == 0x7f;
        if (!blank)
            g_string_append_c(line, *c);
        else if (line->len && line->str[line->len - 1] != ' ')
            g_string_append_c(line, ' ');
    }
    return g_strchomp(g_string_free(line, FALSE));
}

bool pull_fail(char **zh, char **en, const char *zh_what, const char *en_what, const char *detail)
{
    g_autofree char *line = detail ? in_a_line(detail) : NULL;
    *zh = line ? g_strdup_printf("%s:%s", zh_what, line) : g_strdup(zh_what);
    *en = line ? g_strdup_printf("%s: %s", en_what, line) : g_strdup(en_what);
    return false;
}
