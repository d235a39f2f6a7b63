/* Reading a workflow: every fault with its place. */
#include "cases/case_words.h"
#include "cases/workflow.h"
#include <stdarg.h>
#include <string.h>

enum { MOST_MOVES = 400, MOST_TIMERS = 32, MOST_TEXT = 60, MOST_ID = 24 };

struct reader {
    struct workflow *workflow;
    const char *name;
    GError **error;
};

static bool G_GNUC_PRINTF(3, 4)
    fail(const struct reader *reader, const char *place, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(reader->error, WORKFLOW_ERROR, WORKFLOW_ERROR_BAD, "%s: %s: %s", reader->name,
                place, what);
    return false;
}

static bool only(const struct reader *reader, const char *place, const json_t *object,
                 const char *const *keys)
{
    const char *key;
    json_t *value;
    if (!json_is_object(object))
        return fail(reader, place, "an object is needed");
    json_object_foreach((json_t *)object, key, value)
    {
        if (!g_strv_contains(keys, key))
            return fail(reader, place, "\"%s\" is not known here", key);
    }
    return true;
}

static bool read_text(const struct reader *reader, const char *place, const json_t *object,
                      const char *key, char **text)
{
    const char *value = json_string_value(json_object_get(object, key));
    if (!value || !*value || g_utf8_strlen(value, -1) > MOST_TEXT)
        return fail(reader, place, "\"%s\" needs 1 to %d characters", key, MOST_TEXT);
    *text = g_strdup(value);
    return true;
}

static bool read_id(const struct reader *reader, const char *place, const json_t *object,
                    bool upper, char **id)
{
    const char *value = json_string_value(json_object_get(object, "id"));
    size_t size = value ? strlen(value) : 0;
    bool fine = size >= 2 && size <= MOST_ID;
    for (size_t i = 0; fine && i < size; i++)
        fine = value[i] == '_' || g_ascii_isdigit(value[i]) ||
               (upper ? g_ascii_isupper(value[i]) : g_ascii_islower(value[i]));
    if (!fine)
        return fail(reader, place, "\"id\" needs 2 to %d %s letters", MOST_ID,
                    upper ? "capital" : "small");
    *id = g_strdup(value);
    return true;
}

/* --- states */

static bool read_end(const struct reader *reader, const char *place, const json_t *value,
                     enum workflow_end *end)
{
    static const char *const ends[] = {"", "done", "refused", "ended", "merged"};
    *end = END_NONE;
    if (!value)
        return true;
    for (int i = 1; i < (int)G_N_ELEMENTS(ends); i++) {
        if (g_strcmp0(ends[i], json_string_value(value)) == 0)
            *end = (enum workflow_end)i;
    }
    return *end || fail(reader, place, "\"end\" is done, refused, ended or merged");
}

static bool read_state(const struct reader *reader, const char *place, const json_t *value)
{
    static const char *const keys[] = {"id", "zh", "en", "start", "verify", "pause", "end", NULL};
    struct workflow *w = reader->workflow;
    struct workflow_state state = {0};
    if (!only(reader, place, value, keys))
        return false;
    state.start = json_is_true(json_object_get(value, "start"));
    state.verify = json_is_true(json_object_get(value, "verify"));
    state.pause = json_is_true(json_object_get(value, "pause"));
    bool fine = read_id(reader, place, value, true, &state.id) &&
                read_text(reader, place, value, "zh", &state.zh) &&
                read_text(reader, place, value, "en", &state.en) &&
                read_end(reader, place, json_object_get(value, "end"), &state.end);
    if (fine && workflow_state_find(w, state.id) >= 0)
        fine = fail(reader, place, "the state %s stands twice", state.id);
    if (fine && state.start && w->start >= 0)
        fine = fail(reader, place, "there is a start already");
    if (fine && state.end && (state.start || state.verify || state.pause))
        fine = fail(reader, place, "an end is neither start nor verify nor pause");
    if (fine && state.start)
        w->start = (int)w->states->len;
    g_array_append_val(w->states, state); /* freed with it, also half made */
    return fine;
}

/* --- moves */

static bool read_from(const struct reader *reader, const char *place, const json_t *list,
                      guint32 *from)
{
    const struct workflow *w = reader->workflow;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *id = json_string_value(json_array_get(list, i));
        int state = workflow_state_find(w, id);
        if (g_strcmp0(id, "*") == 0) {
            for (guint s = 0; s < w->states->len; s++) {
                const struct workflow_state *one = workflow_state(w, (int)s);
                *from |= !one->end && !one->pause ? 1U << s : 0;
            }
        } else if (state < 0) {
            return fail(reader, place, "there is no state %s", id ? id : "like that");
        } else {
            *from |= 1U << state;
        }
    }
    return *from || fail(reader, place, "\"from\" needs one state at least");
}

static bool read_to(const struct reader *reader, const char *place, const json_t *value, int *to)
{
    const char *id = json_string_value(value);
    *to = !value                          ? WORKFLOW_STAY
          : g_strcmp0(id, "@before") == 0 ? WORKFLOW_BEFORE
                                          : workflow_state_find(reader->workflow, id);
    return !value || *to != WORKFLOW_STAY ||
           fail(reader, place, "there is no state %s", id ? id : "like that");
}

static bool read_roles(const struct reader *reader, const char *place, const json_t *list,
                       guint32 *mask)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *code = json_string_value(json_array_get(list, i));
        guint32 bit = workflow_role_bit(code);
        if (!bit)
            return fail(reader, place, "there is no role %s", code ? code : "like that");
        *mask |= bit;
    }
    return *mask || fail(reader, place, "\"roles\" needs one role at least");
}

static bool read_when(const struct reader *reader, const char *place, const json_t *value,
                      enum case_act act, const char **when)
{
    const char *const *outcomes = case_act_info(act)->outcomes;
    const char *text = json_string_value(value);
    *when = NULL;
    for (guint i = 0; text && outcomes && outcomes[i]; i++) {
        if (strcmp(outcomes[i], text) == 0)
            *when = outcomes[i];
    }
    return !value || *when ||
           fail(reader, place, "%s has no outcome %s", case_act_info(act)->name,
                text ? text : "like that");
}

static bool read_move(const struct reader *reader, const char *place, const json_t *value)
{
    static const char *const keys[] = {"act", "from", "to", "when", "roles", NULL};
    struct workflow_move move = {0};
    if (!only(reader, place, value, keys))
        return false;
    const char *name = json_string_value(json_object_get(value, "act"));
    int act = case_act_find(name);
    if (act < 0)
        return fail(reader, place, "there is no act %s", name ? name : "like that");
    move.act = (enum case_act)act;
    if (!read_from(reader, place, json_object_get(value, "from"), &move.from) ||
        !read_to(reader, place, json_object_get(value, "to"), &move.to) ||
        !read_when(reader, place, json_object_get(value, "when"), move.act, &move.when) ||
        !read_roles(reader, place, json_object_get(value, "roles"), &move.roles))
        return false;
    g_array_append_val(reader->workflow->moves, move);
    return true;
}

/* --- timers */

static bool read_limit(const struct reader *reader, const char *place, const char *key,
                       const json_t *value, struct workflow_timer *timer)
{
    struct workflow_limit limit;
    g_strlcpy(limit.key, key, sizeof limit.key);
    bool named = strcmp(key, "*") == 0 || timer->by == BY_NOTHING ||
                 (timer->by == BY_GRADE && case_word(WORDS_GRADE, key)) ||
                 (timer->by == BY_LEVEL && strlen(key) == 1 && *key >= '1' && *key <= '4');
    if (!named)
        return fail(reader, place, "there is no %s %s", timer->by == BY_GRADE ? "grade" : "level",
                    key);
    if (!due_limit_read(value, &limit.limit))
        return fail(reader, place, "the limit of %s is none", key);
    g_array_append_val(timer->limits, limit);
    return true;
}

static bool read_limits(const struct reader *reader, const char *place, const json_t *value,
                        struct workflow_timer *timer)
{
    const json_t *one = json_object_get(value, "limit");
    const json_t *several = json_object_get(value, "limits");
    const json_t *by = json_object_get(value, "by");
    const char *by_text = json_string_value(by);
    if (by && g_strcmp0(by_text, "grade") != 0 && g_strcmp0(by_text, "level") != 0)
        return fail(reader, place, "\"by\" is grade or level");
    timer->by = !by ? BY_NOTHING : *by_text == 'g' ? BY_GRADE : BY_LEVEL;
    if (!by)
        return read_limit(reader, place, "*", one, timer);
    const char *key;
    json_t *limit;
    if (!json_is_object(several) || json_object_size(several) == 0)
        return fail(reader, place, "\"limits\" has to say them");
    json_object_foreach((json_t *)several, key, limit)
    {
        if (!read_limit(reader, place, key, limit, timer))
            return false;
    }
    return true;
}

static bool read_in(const struct reader *reader, const char *place, const json_t *list,
                    struct workflow_timer *timer)
{
    if (!timer->order)
        return read_from(reader, place, list, &timer->in);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *id = json_string_value(json_array_get(list, i));
        int state = order_state_find(id);
        if (state < 0)
            return fail(reader, place, "an order has no state %s", id ? id : "like that");
        timer->in |= 1U << state;
    }
    return timer->in || fail(reader, place, "\"in\" needs one state at least");
}

static bool read_more(const struct reader *reader, const char *place, const json_t *value,
                      struct workflow_timer *timer)
{
    const json_t *channels = json_object_get(value, "channels");
    const json_t *reminders = json_object_get(value, "reminders");
    GPtrArray *list = g_ptr_array_new();
    bool fine = true;
    for (size_t i = 0; fine && i < json_array_size(channels); i++) {
        const char *code = json_string_value(json_array_get(channels, i));
        fine = case_word(WORDS_CHANNEL, code) || fail(reader, place, "there is no such channel");
        g_ptr_array_add(list, g_strdup(code));
    }
    g_ptr_array_add(list, NULL);
    timer->channels = (char **)g_ptr_array_free(list, FALSE);
    if (!*timer->channels)
        g_clear_pointer(&timer->channels, g_strfreev);
    timer->agreed = json_is_true(json_object_get(value, "agreed"));
    const char *until = json_string_value(json_object_get(value, "until"));
    if (until && (timer->order || strcmp(until, "seen") != 0))
        return fail(reader, place, "\"until\" is seen, and of the case");
    timer->until_seen = until != NULL;
    for (size_t i = 0; fine && i < json_array_size(reminders); i++) {
        json_int_t days = json_integer_value(json_array_get(reminders, i));
        if (i >= G_N_ELEMENTS(timer->reminders) || days < 1 || days > 365)
            return fail(reader, place, "\"reminders\" are up to four numbers of days");
        timer->reminders[timer->reminder_count++] = (guint)days;
    }
    const char *over = json_string_value(json_object_get(value, "over"));
    if (over && strcmp(over, "tell") != 0 && strcmp(over, "level") != 0 &&
        strcmp(over, "quiet") != 0)
        return fail(reader, place, "\"over\" is tell, level or quiet");
    const json_t *extend = json_object_get(value, "extend");
    json_int_t days = json_integer_value(json_object_get(extend, "days"));
    if (extend && (timer->order || json_object_size(extend) != 1 || days < 1 || days > 365))
        return fail(reader, place, "\"extend\" is days from 1 to 365, and of the case");
    timer->extend_days = (guint)days;
    timer->quiet = g_strcmp0(over, "quiet") == 0;
    timer->levels = g_strcmp0(over, "level") == 0;
    return fine;
}

static bool read_timer(const struct reader *reader, const char *place, const json_t *value)
{
    static const char *const keys[] = {"id",        "zh",    "en",     "of",       "in",
                                       "by",        "limit", "limits", "channels", "agreed",
                                       "reminders", "over",  "until",  "extend",   NULL};
    struct workflow_timer timer = {.limits =
                                       g_array_new(FALSE, FALSE, sizeof(struct workflow_limit))};
    timer.order = g_strcmp0(json_string_value(json_object_get(value, "of")), "order") == 0;
    bool fine =
        only(reader, place, value, keys) && read_id(reader, place, value, false, &timer.id) &&
        read_text(reader, place, value, "zh", &timer.zh) &&
        read_text(reader, place, value, "en", &timer.en) &&
        read_in(reader, place, json_object_get(value, "in"), &timer) &&
        read_limits(reader, place, value, &timer) && read_more(reader, place, value, &timer);
    g_array_append_val(reader->workflow->timers, timer);
    return fine;
}

/* --- the whole */

static bool each(const struct reader *reader, const json_t *file, const char *key, size_t most,
                 bool (*read)(const struct reader *reader, const char *place, const json_t *value))
{
    const json_t *list = json_object_get(file, key);
    if (!json_is_array(list) || json_array_size(list) > most)
        return fail(reader, key, "a list of at most %zu is needed", most);
    for (size_t i = 0; i < json_array_size(list); i++) {
        g_autofree char *place = g_strdup_printf("%s[%zu]", key, i);
        if (!read(reader, place, json_array_get(list, i)))
            return false;
    }
    return true;
}

/* Files are added and withdrawn by whoever may comment, unless the file itself says who. */
static bool add_files(const struct reader *reader)
{
    GArray *moves = reader->workflow->moves;
    static const enum case_act acts[] = {CASE_ATTACH, CASE_DETACH};
    guint count = moves->len;
    for (guint a = 0; a < G_N_ELEMENTS(acts); a++) {
        bool said = false;
        for (guint i = 0; i < count; i++)
            said |= g_array_index(moves, struct workflow_move, i).act == acts[a];
        for (guint i = 0; !said && i < count; i++) {
            struct workflow_move move = g_array_index(moves, struct workflow_move, i);
            if (move.act != CASE_COMMENT)
                continue;
            move.act = acts[a];
            g_array_append_val(moves, move);
        }
    }
    return true;
}

static bool read_whole(const struct reader *reader, const json_t *file)
{
    static const char *const keys[] = {"$schema", "id",     "zh",          "en", "states",
                                       "moves",   "timers", "full_orders", NULL};
    struct workflow *w = reader->workflow;
    const json_t *full = json_object_get(file, "full_orders");
    if (full && !json_is_boolean(full))
        return fail(reader, "full_orders", "true or false");
    w->full_orders = json_is_true(full);
    return only(reader, "file", file, keys) && read_id(reader, "file", file, false, &w->id) &&
           read_text(reader, "file", file, "zh", &w->zh) &&
           read_text(reader, "file", file, "en", &w->en) &&
           each(reader, file, "states", WORKFLOW_STATES, read_state) &&
           each(reader, file, "moves", MOST_MOVES, read_move) && add_files(reader) &&
           each(reader, file, "timers", MOST_TIMERS, read_timer) &&
           workflow_check(w, reader->name, reader->error);
}

struct workflow *workflow_read(const char *text, gsize size, const char *name, GError **error)
{
    json_error_t wrong;
    json_t *file = json_loadb(text, size, JSON_REJECT_DUPLICATES, &wrong);
    if (!file) {
        g_set_error(error, WORKFLOW_ERROR, WORKFLOW_ERROR_BAD, "%s: line %d: %s", name, wrong.line,
                    wrong.text);
        return NULL;
    }
    struct workflow *workflow = g_new0(struct workflow, 1);
    workflow->states = g_array_new(FALSE, FALSE, sizeof(struct workflow_state));
    workflow->moves = g_array_new(FALSE, FALSE, sizeof(struct workflow_move));
    workflow->timers = g_array_new(FALSE, FALSE, sizeof(struct workflow_timer));
    workflow->start = -1;
    workflow->file = file;
    const struct reader reader = {workflow, name, error};
    if (!read_whole(&reader, file))
        g_clear_pointer(&workflow, workflow_destroy);
    return workflow;
}
