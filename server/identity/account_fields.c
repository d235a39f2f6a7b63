/* What people type about people, checked. */
#include "identity/internal.h"
#include <string.h>

enum { LOGIN_MIN = 2, LOGIN_MAX = 64, NAME_MAX_CHARS = 100, UNIT_MAX_CHARS = 200 };
enum { PASSWORD_MIN = 8, PASSWORD_MAX = 128, GRANTS_MAX = 64 };
#define TIME_MOST_US (G_GUINT64_CONSTANT(253402300799) * G_USEC_PER_SEC) /* the end of 9999 */

static bool login_valid(const char *login)
{
    size_t size = strlen(login);
    return size >= LOGIN_MIN && size <= LOGIN_MAX &&
           strspn(login, "abcdefghijklmnopqrstuvwxyz0123456789._-@") == size;
}

/* 1 to `max` characters without control characters; `empty`: none is fine too. */
static bool text_valid(const char *text, glong max, bool empty)
{
    if (!text || !g_utf8_validate(text, -1, NULL))
        return false;
    glong length = g_utf8_strlen(text, -1);
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        if (g_unichar_iscntrl(g_utf8_get_char(p)))
            return false;
    }
    return length <= max && (empty || length > 0);
}

bool area_valid(const char *area)
{
    size_t size = strlen(area);
    bool length = size == 0 || size == 9 || size == 12 || size == 15;
    return length && strspn(area, "0123456789") == size;
}

const struct problem *password_check(const char *password, const char *login)
{
    if (!password || !g_utf8_validate(password, -1, NULL))
        return &PROBLEM_PASSWORD;
    glong length = g_utf8_strlen(password, -1);
    if (length < PASSWORD_MIN || length > PASSWORD_MAX || strcmp(password, login) == 0)
        return &PROBLEM_PASSWORD;
    return NULL;
}

/* Is there another for the same role and area, at whatever time? */
static bool has_grant(const struct account *account, const struct grant *grant)
{
    for (guint i = 0; i < account->grants->len; i++) {
        const struct grant *g = &g_array_index(account->grants, struct grant, i);
        if (g->role == grant->role && strcmp(g->area, grant->area) == 0)
            return true;
    }
    return false;
}

/* Microseconds as text of digits, or null. */
static bool read_time(const json_t *value, gint64 *time_us)
{
    const char *text = json_string_value(value);
    guint64 number = 0;
    *time_us = 0;
    if (!value || json_is_null(value))
        return true;
    if (!text || !g_ascii_string_to_unsigned(text, 10, 1, TIME_MOST_US, &number, NULL))
        return false;
    *time_us = (gint64)number;
    return true;
}

static const struct problem *read_times(struct grant *grant, const json_t *value,
                                        const struct account *before, gint64 now_us)
{
    if (!read_time(json_object_get(value, "from_us"), &grant->from_us) ||
        !read_time(json_object_get(value, "until_us"), &grant->until_us))
        return &PROBLEM_GRANT_TIME;
    if (grant->until_us && grant->until_us <= grant->from_us)
        return &PROBLEM_GRANT_TIME;
    const struct grant *same = grant_find(before, grant);
    grant->state = grant->told = grant_state_at(grant, now_us);
    if (same)
        *grant = *same;
    return !same && grant->state == GRANT_OVER ? &PROBLEM_GRANT_PAST : NULL;
}

static const struct problem *read_grant(struct account *account, const json_t *value,
                                        const struct account *before, gint64 now_us)
{
    const char *code = json_string_value(json_object_get(value, "role"));
    const char *area = json_string_value(json_object_get(value, "area"));
    struct grant grant = {.role = role_find(code)};
    if (!grant.role)
        return &PROBLEM_ROLE;
    if (area && !area_valid(area))
        return &PROBLEM_AREA;
    g_strlcpy(grant.area, area ? area : "", sizeof grant.area);
    const struct problem *problem = read_times(&grant, value, before, now_us);
    if (problem)
        return problem;
    for (guint i = 0; i < account->grants->len; i++) {
        if (!roles_compatible(grant.role, g_array_index(account->grants, struct grant, i).role))
            return &PROBLEM_ROLES_CONFLICT;
    }
    if (grant_find(account, &grant))
        return NULL;
    if (has_grant(account, &grant))
        return &PROBLEM_GRANT_TWICE;
    g_array_append_val(account->grants, grant);
    return NULL;
}

/* A grant of deputies is only for who is one there, and for as long. */
static const struct problem *check_of(const struct account *account, const struct grant *grant)
{
    const struct problem *problem = grant->role->of ? &PROBLEM_GRANT_OF : NULL;
    for (guint i = 0; problem && i < account->grants->len; i++) {
        const struct grant *g = &g_array_index(account->grants, struct grant, i);
        if (strcmp(g->role->code, grant->role->of) != 0 || !area_within(g->area, grant->area))
            continue;
        bool ends = !g->until_us || (grant->until_us && grant->until_us <= g->until_us);
        problem = g->from_us <= grant->from_us && ends ? NULL : &PROBLEM_GRANT_SPAN;
    }
    return problem;
}

static const struct problem *read_grants(struct account *account, const json_t *grants,
                                         gint64 now_us)
{
    size_t count = json_array_size(grants);
    if (count == 0 || count > GRANTS_MAX)
        return &PROBLEM_ROLE;
    struct account *before = account_copy(account);
    const struct problem *problem = NULL;
    g_array_set_size(account->grants, 0);
    for (size_t i = 0; i < count && !problem; i++)
        problem = read_grant(account, json_array_get(grants, i), before, now_us);
    for (guint i = 0; i < account->grants->len && !problem; i++)
        problem = check_of(account, &g_array_index(account->grants, struct grant, i));
    account_free(before);
    return problem;
}

/* Replaces *field by the JSON text, if there is one. */
static bool read_text(char **field, const json_t *value, glong max, bool empty)
{
    if (!value)
        return true;
    const char *text = json_string_value(value);
    if (!text_valid(text, max, empty))
        return false;
    g_free(*field);
    *field = g_strdup(text);
    return true;
}

const struct problem *account_read(struct account *account, const json_t *fields, gint64 now_us)
{
    json_t *department = json_object_get(fields, "department");
    json_t *enabled = json_object_get(fields, "enabled");
    if (!account->login) {
        const char *login = json_string_value(json_object_get(fields, "login"));
        if (!login || !login_valid(login))
            return &PROBLEM_LOGIN;
        account->login = g_strdup(login);
    }
    if (!read_text(&account->name, json_object_get(fields, "name"), NAME_MAX_CHARS, false) ||
        !account->name)
        return &PROBLEM_NAME;
    if (!read_text(&account->unit, json_object_get(fields, "unit"), UNIT_MAX_CHARS, true))
        return &PROBLEM_TEXT;
    if (json_is_null(department))
        g_clear_pointer(&account->department, g_free);
    else if (!read_text(&account->department, department, UNIT_MAX_CHARS, false))
        return &PROBLEM_DEPARTMENT;
    if (enabled)
        account->enabled = json_is_true(enabled);
    json_t *grants = json_object_get(fields, "grants");
    if (grants || account->grants->len == 0)
        return read_grants(account, grants, now_us);
    return NULL;
}
