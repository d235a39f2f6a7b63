/* GET /api/v1/cases, /api/v1/case-board. */
#include "cases/case_form.h"
#include "cases/case_search.h"
#include "cases/case_words.h"
#include "cases/cases_private.h"
#include "common/words.h"
#include <string.h>

enum {
    DEFAULT_CASES = 50,
    MAX_CASES = 200,
    MAX_FILTER = 64,
    MOST_AREAS = 4,
    ROUND = 1000,
    VILLAGE_DIGITS = 12,
    MANY = 2000
};

/* What is asked for; texts owned, NULL: whatever it is. */
struct cases_query {
    struct cases *cases;
    struct net_request *request; /* NULL: `given` says what is asked for */
    const json_t *given;         /* name → text; borrowed while it is read */
    struct case_who *who;
    char *before, *state, *area, *area_end, *category, *grade, *dispute, *ledger, *channel;
    char *department, *words, *light, *list, *reporter;
    gint64 from_us, until_us, now_us, limit;
    bool mine, timed;
    char *narrow[MOST_AREAS + 1]; /* areas that the person sees at most */
    json_t *found;
    GArray *rows;      /* struct case_row: found, instead of JSON; NULL: JSON is wanted */
    char *next, *last; /* where the next page begins; the last one looked at */
    GHashTable *board; /* state → struct tally */
};
struct tally {
    gint64 open, due_soon, overdue;
};

void cases_query_free(struct cases_query *asked)
{
    char *texts[] = {asked->before, asked->state,   asked->area,     asked->area_end,
                     asked->grade,  asked->dispute, asked->ledger,   asked->channel,
                     asked->light,  asked->list,    asked->category, asked->department,
                     asked->words,  asked->next,    asked->last,     asked->reporter};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    for (guint i = 0; i < MOST_AREAS; i++)
        g_free(asked->narrow[i]);
    if (asked->board)
        g_hash_table_unref(asked->board);
    if (asked->rows)
        g_array_unref(asked->rows);
    net_request_unref(asked->request);
    case_who_free(asked->who);
    json_decref(asked->found);
    g_free(asked);
}

/* --- the query. Values stand in `p`, so that a statement is one for all that ask the same way. */

#define VALUES                                                                                     \
    "WITH p (me, dept, a, b, before, state, category, grade, dispute, ledger, channel, "           \
    "department,"                                                                                  \
    " reporter, n1, n2, n3, n4, from_us, until_us, now_us) AS (SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, " \
    "?,"                                                                                           \
    " ?, ?, ?, ?, ?, ?, ?, CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT)) "
#define P(name) "(SELECT " #name " FROM p)"
/* Looked up one by one, newest first, instead of sorting them all. */
#define OPEN " AND id IN (SELECT id FROM case_file WHERE closed_us = 0)"

static void add_states(GString *sql, const struct cases_query *asked)
{
    if (!asked->state)
        return;
    if (strcmp(asked->state, "open") == 0)
        g_string_append(sql, OPEN);
    else if (strchr(asked->state, ','))
        g_string_append(sql, " AND ',' || " P(state) " || ',' LIKE '%,' || state || ',%'");
    else
        g_string_append(sql, " AND state = " P(state));
}

static const char *const lights[][2] = {
    {"normal", OPEN " AND due_us > 0 AND warn_us > " P(now_us)},
    {"due_soon", OPEN " AND warn_us <= " P(now_us) " AND due_us > " P(now_us)},
    {"overdue", OPEN " AND due_us > 0 AND due_us <= " P(now_us)},
};
static const char *const lists[][2] = {
    {"requests", OPEN " AND dispatched_us = 0"},
    {"assigned", OPEN " AND dispatched_us > 0"},
    {"done", " AND closed_us > 0"},
    {"asked", OPEN " AND id IN (SELECT case_id FROM case_ask WHERE state = 'open')"},
    {"items", " AND id IN (SELECT case_id FROM case_item WHERE done_us = 0)"},
};

static void add_lights(GString *sql, const struct cases_query *asked)
{
    for (size_t i = 0; i < G_N_ELEMENTS(lights); i++) {
        if (g_strcmp0(asked->light, lights[i][0]) == 0)
            g_string_append(sql, lights[i][1]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        if (g_strcmp0(asked->list, lists[i][0]) == 0)
            g_string_append(sql, lists[i][1]);
    }
}

/* Of a village or cell the few are looked up; of a town nearly all are the newest. */
static void add_area(GString *sql, const struct cases_query *asked)
{
    if (asked->area && strlen(asked->area) >= VILLAGE_DIGITS)
        g_string_append(
            sql, " AND id IN (SELECT id FROM case_file WHERE area >= " P(a) " AND"
                                                                            " area < " P(b) ")");
    else if (asked->area)
        g_string_append(sql, " AND area || '' >= " P(a) " AND area || '' < " P(b));
}

static void add_period(GString *sql, const struct cases_query *asked)
{
    if (asked->timed)
        g_string_append(sql, " AND id IN (SELECT id FROM case_file WHERE accepted_us >= " P(
                                 from_us) " AND accepted_us < " P(until_us) ")");
}

static void add_words(GString *sql, const struct cases_query *asked)
{
    const struct {
        const char *value, *condition;
    } all[] = {
        {asked->before, " AND id < " P(before)},
        {asked->category, " AND category = " P(category)},
        {asked->grade, " AND grade = " P(grade)},
        {asked->dispute, " AND dispute = " P(dispute)},
        {asked->ledger, " AND ledger = " P(ledger)},
        {asked->channel, " AND channel = " P(channel)},
        {asked->department,
         " AND id IN (SELECT case_id FROM case_order WHERE department = " P(department) ")"},
        {asked->reporter, " AND reporter = " P(reporter)},
        {asked->mine ? "" : NULL, " AND first_user = " P(me)},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        if (all[i].value)
            g_string_append(sql, all[i].condition);
    }
    add_area(sql, asked);
    add_period(sql, asked);
    if (asked->words)
        g_string_append(sql, " AND id IN (SELECT case_id FROM case_search WHERE case_search"
                             " MATCH ?)");
}

/* What the person may see at most; who sees what exactly is asked of each row. */
static void add_sight(GString *sql, const struct cases_query *asked)
{
    if (!asked->narrow[0])
        return;
    g_string_append(sql, " AND (first_user = " P(me) " OR id IN (SELECT case_id FROM case_order"
                                                     " WHERE department = " P(dept) ")");
    static const char *const within[MOST_AREAS] = {
        " OR area LIKE " P(n1) " || '%'", " OR area LIKE " P(n2) " || '%'",
        " OR area LIKE " P(n3) " || '%'", " OR area LIKE " P(n4) " || '%'"};
    for (guint i = 0; i < MOST_AREAS && asked->narrow[i]; i++)
        g_string_append(sql, within[i]);
    g_string_append(sql, " OR area IS NULL)");
}

static struct store_rows *query(struct store_tx *tx, const struct cases_query *asked,
                                const char *words, const char *columns, const char *order,
                                GError **error)
{
    g_autoptr(GString) sql = g_string_new(VALUES "SELECT ");
    g_string_append_printf(sql, "%s FROM case_file WHERE 1 = 1", columns);
    add_states(sql, asked);
    add_lights(sql, asked);
    add_sight(sql, asked);
    add_words(sql, asked);
    g_string_append(sql, order);
    const char *const types = asked->words ? "sssssssssssssssssiiis" : "sssssssssssssssssiii";
    return store_query(tx, error, sql->str, types, asked->who->actor->user, asked->who->department,
                       asked->area, asked->area_end, asked->before, asked->state, asked->category,
                       asked->grade, asked->dispute, asked->ledger, asked->channel,
                       asked->department, asked->reporter, asked->narrow[0], asked->narrow[1],
                       asked->narrow[2], asked->narrow[3], asked->from_us, asked->until_us,
                       asked->now_us, words);
}

static guint found_count(const struct cases_query *asked)
{
    return asked->rows ? asked->rows->len : (guint)json_array_size(asked->found);
}

/* Takes what the row has. */
static void keep_row(struct cases_query *asked, struct case_row *row)
{
    if (!asked->rows) {
        json_array_append_new(asked->found, case_row_json(row));
        return;
    }
    g_array_append_vals(asked->rows, row, 1);
    *row = (struct case_row){0};
}

static bool row_is_seen(const struct cases_query *asked, const struct case_row *row)
{
    struct case_seen seen = case_seen_of(row);
    if (!case_who_sees(asked->who, &seen))
        return false;
    /* whether a person reported it is for those who may be told who did */
    return !asked->reporter ||
           (case_may_know_reporter(row->about, asked->who, case_who_roles(asked->who, &seen)) &&
            case_who_may(asked->who, RIGHT_PERSON_SEE, row->area));
}

/* Rows of one query into what was found, until the page is full. */
static bool read_page(struct store_tx *tx, struct cases_query *asked, const char *words,
                      GError **error)
{
    GError *bad = NULL;
    guint scanned = 0;
    g_autofree char *last = NULL;
    store_rows_auto rows =
        query(tx, asked, words, case_row_columns(), " ORDER BY id DESC LIMIT 1000", error);
    while (rows && !asked->next && store_rows_next(rows, &bad)) {
        case_row_auto row = {0};
        case_row_read(&row, rows, 0);
        scanned++;
        if ((gint64)found_count(asked) == asked->limit) {
            asked->next = last ? g_steal_pointer(&last) : g_strdup(asked->last);
            break;
        }
        case_row_set(&last, row.id);
        if (row_is_seen(asked, &row))
            keep_row(asked, &row);
    }
    if (scanned == ROUND && !asked->next)
        asked->next = g_steal_pointer(&last);
    if (last)
        case_row_set(&asked->last, last);
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

/* Whether so many words match that they are not to be sorted all at once. */
static bool is_common(struct store_tx *tx, const char *words, bool *common, GError **error)
{
    gint64 count = 0;
    bool fine = store_query_int(tx, error, &count, NULL,
                                "SELECT COUNT(*) FROM (SELECT case_id FROM case_search WHERE"
                                " case_search MATCH ? LIMIT 2000) AS found",
                                "s", words);
    *common = count == MANY;
    return fine;
}

/* The newest case before `before` (NULL: of all). Returned: g_free(); NULL without error: none. */
static char *newest_before(struct store_tx *tx, const char *before, GError **error)
{
    GError *bad = NULL;
    char *id = NULL;
    store_rows_auto rows = store_query(tx, error, "SELECT MAX(id) FROM case_file WHERE id < ?", "s",
                                       before ? before : "~");
    if (rows && store_rows_next(rows, &bad))
        id = store_text_dup(rows, 0);
    if (bad)
        g_propagate_error(error, bad);
    return id;
}

/* One piece of time after the other, the newest first, until the page is full. */
static bool read_pieces(struct store_tx *tx, struct cases_query *asked, GError **error)
{
    g_autofree char *before = g_strdup(asked->before);
    while (!asked->next) {
        GError *bad = NULL;
        g_autofree char *id = newest_before(tx, before, &bad);
        if (bad)
            g_propagate_error(error, bad);
        if (!id || bad)
            return !bad;
        g_autofree char *piece = case_search_piece(id);
        g_autofree char *words = g_strconcat(asked->words, " AND ", piece, NULL);
        if (!read_page(tx, asked, words, error))
            return false;
        g_free(before);
        before = g_strndup(id, CASE_PIECE_LETTERS);
    }
    return true;
}

static bool read_cases(struct store_tx *tx, gpointer job, GError **error)
{
    struct cases_query *asked = job;
    bool common = false;
    if (asked->words && !is_common(tx, asked->words, &common, error))
        return false;
    return common ? read_pieces(tx, asked, error) : read_page(tx, asked, asked->words, error);
}

static void cases_read(gpointer job, const GError *error)
{
    struct cases_query *asked = job;
    if (error)
        cases_reply_error(asked->request, error);
    else
        net_reply_json(
            asked->request, 200,
            json_pack("{s:O,s:o}", "cases", asked->found, "next", case_json_text(asked->next)));
    cases_query_free(asked);
}

/* --- what is asked */

const char *cases_query_value(const struct cases_query *asked, const char *name)
{
    const char *text = asked->request ? net_request_query(asked->request, name)
                                      : json_string_value(json_object_get(asked->given, name));
    return text && *text ? text : NULL;
}

static char *filter(const struct cases_query *asked, const char *name)
{
    const char *text = cases_query_value(asked, name);
    return text && strlen(text) <= MAX_FILTER ? g_strdup(text) : NULL;
}

static bool is_digits(const char *text)
{
    return text && strspn(text, "0123456789") == strlen(text);
}

/* The first code behind everything that begins with `area`. */
static void set_area(struct cases_query *asked)
{
    asked->area = filter(asked, "area");
    if (!is_digits(asked->area))
        g_clear_pointer(&asked->area, g_free);
    asked->area_end = asked->area ? g_strconcat(asked->area, ":", NULL) : NULL;
}

/* Areas of the person's roles; more than a query holds, or one for everywhere: no narrowing. */
static void narrow(struct cases_query *asked)
{
    guint count = 0;
    bool all = asked->who->grants->len == 0;
    for (guint i = 0; i < asked->who->grants->len && !all; i++) {
        const char *area = g_array_index(asked->who->grants, struct case_grant, i).area;
        if (count && strcmp(area, asked->narrow[count - 1]) == 0)
            continue;
        all = !*area || count == MOST_AREAS;
        if (!all)
            asked->narrow[count++] = g_strdup(area);
    }
    for (guint i = 0; all && i < MOST_AREAS; i++)
        g_clear_pointer(&asked->narrow[i], g_free);
}

/* Takes `who`; one of the two says what is asked for. */
static struct cases_query *asked_new(struct cases *cases, struct net_request *request,
                                     const json_t *given, struct case_who *who)
{
    struct cases_query *asked = g_new0(struct cases_query, 1);
    asked->cases = cases;
    asked->request = request ? net_request_ref(request) : NULL;
    asked->given = given;
    asked->who = who;
    asked->now_us = cases_now(cases);
    asked->found = json_array();
    asked->limit = DEFAULT_CASES;
    asked->until_us = G_MAXINT64;
    set_area(asked);
    narrow(asked);
    return asked;
}

static struct cases_query *asked_by(struct cases *cases, struct net_request *request)
{
    return asked_new(cases, request, NULL,
                     case_who_new(cases->options.identity, net_request_session(request)));
}

static void read_filters(struct cases_query *asked)
{
    const char *words = cases_query_value(asked, "q");
    asked->before = filter(asked, "before");
    asked->state = filter(asked, "state");
    asked->category = filter(asked, "category");
    asked->grade = filter(asked, "grade");
    asked->dispute = filter(asked, "dispute");
    asked->ledger = filter(asked, "ledger");
    asked->channel = filter(asked, "channel");
    asked->department = filter(asked, "department");
    asked->reporter = filter(asked, "reporter");
    asked->light = filter(asked, "light");
    asked->list = filter(asked, "list");
    asked->words = words ? words_query(words) : NULL;
}

struct cases_query *cases_query_of(struct cases *cases, struct case_who *who, const json_t *given)
{
    struct cases_query *asked = asked_new(cases, NULL, given, who);
    read_filters(asked);
    return asked;
}

/* A filter that means nothing would find everything. */
static bool check_filters(const struct cases_query *asked, struct net_request *request)
{
    bool light = !asked->light, list = !asked->list;
    for (size_t i = 0; i < G_N_ELEMENTS(lights); i++)
        light = light || strcmp(asked->light, lights[i][0]) == 0;
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
        list = list || strcmp(asked->list, lists[i][0]) == 0;
    if (light && list)
        return true;
    json_t *faults = json_array();
    if (!light)
        case_fault(faults, "light", "须为 normal、due_soon 或 overdue",
                   "is one of normal, due_soon, overdue");
    if (!list)
        case_fault(faults, "list", "须为 requests、assigned、done、asked 或 items",
                   "is one of requests, assigned, done, asked, items");
    net_reply_invalid(request, 400, "invalid_query", "查询条件不正确", "the query is not right",
                      faults);
    return false;
}

struct cases_query *cases_query_new(struct cases *cases, struct net_request *request)
{
    gint64 limit, from_us, until_us, mine;
    if (!net_request_query_int(request, "limit", 1, MAX_CASES, DEFAULT_CASES, &limit) ||
        !net_request_query_int(request, "from_us", 0, G_MAXINT64, 0, &from_us) ||
        !net_request_query_int(request, "until_us", 0, G_MAXINT64, G_MAXINT64, &until_us) ||
        !net_request_query_int(request, "mine", 0, 1, 0, &mine))
        return NULL;
    struct cases_query *asked = asked_by(cases, request);
    asked->limit = limit;
    asked->from_us = from_us;
    asked->until_us = until_us;
    asked->timed = from_us > 0 || until_us < G_MAXINT64;
    asked->mine = mine != 0;
    read_filters(asked);
    if (!check_filters(asked, request))
        g_clear_pointer(&asked, cases_query_free);
    return asked;
}

static void get_cases(struct net_request *request, gpointer user)
{
    struct cases *cases = user;
    struct cases_query *asked = cases_query_new(cases, request);
    if (asked)
        store_read(cases->options.store, read_cases, asked, cases_read);
}

/* --- for who takes the list along */

static void row_clear(gpointer row)
{
    case_row_clear(row);
}

bool cases_query_rows(struct store_tx *tx, struct cases_query *asked, guint most, GArray **rows,
                      bool *more, GError **error)
{
    if (!asked->rows) {
        asked->rows = g_array_new(FALSE, FALSE, sizeof(struct case_row));
        g_array_set_clear_func(asked->rows, row_clear);
    }
    g_array_set_size(asked->rows, 0);
    asked->limit = most;
    do {
        if (asked->next) {
            g_free(asked->before);
            asked->before = g_steal_pointer(&asked->next);
        }
        if (!read_cases(tx, asked, error))
            return false;
    } while (asked->next && asked->rows->len == 0);
    *rows = asked->rows;
    *more = asked->next != NULL;
    return true;
}

const struct case_who *cases_query_who(const struct cases_query *asked)
{
    return asked->who;
}

/* --- the board */

static bool read_board(struct store_tx *tx, gpointer job, GError **error)
{
    struct cases_query *asked = job;
    GError *bad = NULL;
    store_rows_auto rows = query(tx, asked, NULL, case_row_columns(), " AND closed_us = 0", error);
    while (rows && store_rows_next(rows, &bad)) {
        case_row_auto row = {0};
        case_row_read(&row, rows, 0);
        if (!row_is_seen(asked, &row))
            continue;
        struct tally *tally = g_hash_table_lookup(asked->board, row.state);
        if (!tally)
            g_hash_table_insert(asked->board, g_strdup(row.state), tally = g_new0(struct tally, 1));
        enum due_light light = due_light(row.warn_us, row.due_us, asked->now_us);
        tally->open++;
        tally->due_soon += light == LIGHT_DUE_SOON;
        tally->overdue += light == LIGHT_OVERDUE;
    }
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

static void board_read(gpointer job, const GError *error)
{
    struct cases_query *asked = job;
    json_t *states = json_array();
    GHashTableIter iter;
    gpointer state, value;
    g_hash_table_iter_init(&iter, asked->board);
    while (g_hash_table_iter_next(&iter, &state, &value)) {
        const struct tally *tally = value;
        json_array_append_new(states, json_pack("{s:s,s:I,s:I,s:I}", "state", state, "open",
                                                (json_int_t)tally->open, "due_soon",
                                                (json_int_t)tally->due_soon, "overdue",
                                                (json_int_t)tally->overdue));
    }
    if (error) {
        cases_reply_error(asked->request, error);
        json_decref(states);
    } else {
        net_reply_json(asked->request, 200, json_pack("{s:o}", "states", states));
    }
    cases_query_free(asked);
}

static void get_board(struct net_request *request, gpointer user)
{
    struct cases *cases = user;
    struct cases_query *asked = asked_by(cases, request);
    asked->board = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    store_read(cases->options.store, read_board, asked, board_read);
}

void cases_list_routes(struct cases *cases)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/cases", "case.own", get_cases, 0},
        {"GET", "/api/v1/case-board", "case.own", get_board, 0},
    };
    net_add_routes(cases->options.net, routes, G_N_ELEMENTS(routes), cases);
}
