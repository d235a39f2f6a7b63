/* Every workflow of the book, the shipped ones and a town's own alike: what leads aside is found in
 * its own table and gone. Returns, pauses, extensions, timers, call backs, reviews, merging, ends.
 */
#include "cases/case_book.h"
#include "desk.h"
#include <string.h>

#define DAY_US   (24 * HOUR_US)
#define LATER_US (INT64_C(1790000000) * G_USEC_PER_SEC)

/* Acts that lead from the first state to the last one, with the outcome that goes on. */
static const struct onward {
    enum case_act act;
    const char *when, *text;
} onward[] = {
    {CASE_TRIAGE, NULL, NOISE_TRIAGE},
    {CASE_DISPATCH, NULL,
     "{\"act\":\"dispatch\",\"lead\":\"police\",\"item\":\"降噪\",\"standard\":\"夜间安静\","
     "\"due_us\":\"1790000000000000\"}"},
    {CASE_TAKE, NULL, "{\"act\":\"take\"}"},
    {CASE_PLAN, NULL, "{\"act\":\"plan\",\"text\":\"分工\"}"},
    {CASE_FEEDBACK, "all", "{\"act\":\"feedback\",\"text\":\"已处理\"}"},
    {CASE_REVIEW, "pass", "{\"act\":\"review\",\"result\":\"pass\"}"},
    {CASE_VERIFY, "content", "{\"act\":\"verify\",\"result\":\"satisfied\"}"},
    {CASE_SCORE, NULL, "{\"act\":\"score\",\"points\":5}"},
    {CASE_ARCHIVE, NULL, "{\"act\":\"archive\"}"},
};
/* In the order in which one of them is asked to act. */
static const char *const people[] = {"department_handler", "operator", "grid_worker",
                                     "deputy_hand_over",   "mediator", "verifier",
                                     "supervisor"};

struct walk {
    struct fixture *f;
    const struct workflow *w;
    gint64 now_us;
};

static void begin(struct walk *walk, const struct workflow *w)
{
    g_autofree char *form = g_strdup_printf("{\"title\":\"噪音\",\"area\":\"330106001002\","
                                            "\"channel\":\"hotline\",\"workflow\":\"%s\"}",
                                            w->id);
    *walk = (struct walk){desk_begin(form), w, NOW_US};
}

static int now(const struct walk *walk)
{
    g_autofree char *state = desk_state(walk->f, "k1");
    return workflow_state_find(walk->w, state);
}

static const struct workflow_move *move_of(const struct workflow *w, int state, enum case_act act,
                                           const char *when)
{
    bool known;
    return workflow_move(w, act, state, when, G_MAXUINT32, &known);
}

/* Somebody whose role the table names for it. */
static struct case_who *who_for(const struct workflow_move *move)
{
    for (size_t i = 0; i < G_N_ELEMENTS(people); i++) {
        if (!(move->roles & workflow_role_bit(people[i])))
            continue;
        g_autofree char *user = g_strconcat(people[i], "-1", NULL);
        return desk_person(user, people[i], i == 0 ? "police" : NULL);
    }
    g_error("nobody of this test may do it");
}

static const char *try(const struct walk *walk, enum case_act act, const char *when,
                       const char *text)
{
    const struct workflow_move *move = move_of(walk->w, now(walk), act, when);
    g_assert_nonnull(move);
    struct case_who *who = who_for(move);
    const char *result = desk_act(walk->f, who, "k1", walk->now_us, text);
    case_who_free(who);
    return result;
}

/* Done, and the case is where the table says. */
static void go(const struct walk *walk, enum case_act act, const char *when, const char *text)
{
    int before = now(walk);
    const struct workflow_move *move = move_of(walk->w, before, act, when);
    g_assert_nonnull(move);
    int to = move->to == WORKFLOW_STAY ? before : move->to;
    g_assert_cmpstr(try(walk, act, when, text), ==, "");
    if (to >= 0)
        g_assert_cmpstr(workflow_state(walk->w, now(walk))->id, ==,
                        workflow_state(walk->w, to)->id);
}

/* The way to a state in which that may be done, by the fewest acts. */
static void reach(const struct walk *walk, enum case_act act, const char *when)
{
    int from[WORKFLOW_STATES], by[WORKFLOW_STATES], line[WORKFLOW_STATES], count = 0;
    for (int i = 0; i < WORKFLOW_STATES; i++)
        from[i] = -1;
    int first = now(walk), last = -1;
    from[first] = first;
    line[count++] = first;
    for (int at = 0; at < count && last < 0; at++) {
        if (move_of(walk->w, line[at], act, when))
            last = line[at];
        for (size_t i = 0; last < 0 && i < G_N_ELEMENTS(onward); i++) {
            const struct workflow_move *move =
                move_of(walk->w, line[at], onward[i].act, onward[i].when);
            if (!move || move->to < 0 || from[move->to] >= 0)
                continue;
            from[move->to] = line[at];
            by[move->to] = (int)i;
            line[count++] = move->to;
        }
    }
    g_assert_cmpint(last, >=, 0);
    int way[WORKFLOW_STATES], length = 0;
    for (int state = last; state != first; state = from[state])
        way[length++] = by[state];
    while (length-- > 0)
        go(walk, onward[way[length]].act, onward[way[length]].when, onward[way[length]].text);
}

static char *ask_of(const struct walk *walk, const char *act)
{
    g_autofree char *id =
        desk_text(walk->f, "SELECT id FROM case_ask WHERE state = 'open' ORDER BY id DESC");
    return g_strdup_printf("{\"act\":\"%s\",\"to\":\"%s\",\"text\":\"按规定\"}", act, id);
}

/* --- the ways aside */

static void test_returns(gconstpointer data)
{
    struct walk walk;
    begin(&walk, data);
    for (int i = 0; i < 2; i++) { /* the second one goes to who rules */
        reach(&walk, CASE_RETURN, i ? "again" : "first");
        go(&walk, CASE_RETURN, i ? "again" : "first",
           "{\"act\":\"return\",\"text\":\"不属我所职责\"}");
    }
    bool known;
    g_assert_null(workflow_move(walk.w, CASE_DISPATCH, now(&walk), NULL,
                                workflow_role_bit("operator"), &known));
    go(&walk, CASE_DISPATCH, NULL, onward[1].text);
    walk.now_us += 2 * DAY_US;
    g_assert_cmpstr(try(&walk, CASE_RETURN, NULL, "{\"act\":\"return\",\"text\":\"晚了\"}"), ==,
                    "too_late");
    desk_end(walk.f);
}

static void test_pause(gconstpointer data)
{
    struct walk walk;
    begin(&walk, data);
    reach(&walk, CASE_FEEDBACK, "all");
    int working = now(&walk);
    struct case_row before = desk_row(walk.f, "k1");
    go(&walk, CASE_ASK_PAUSE, NULL, "{\"act\":\"ask_pause\",\"reason\":\"appraisal\"}");
    g_autofree char *deny = ask_of(&walk, "deny");
    go(&walk, CASE_DENY, NULL, deny);
    go(&walk, CASE_ASK_PAUSE, NULL, "{\"act\":\"ask_pause\",\"reason\":\"appraisal\"}");
    g_autofree char *grant = ask_of(&walk, "grant");
    go(&walk, CASE_GRANT, "pause", grant);
    g_assert_true(workflow_state(walk.w, now(&walk))->pause);
    g_assert_cmpint(desk_clock(walk.f, NOW_US + 60 * DAY_US), ==, 0); /* everything rests */
    walk.now_us += 7 * DAY_US;
    go(&walk, CASE_RESUME, NULL, "{\"act\":\"resume\"}");
    g_assert_cmpint(now(&walk), ==, working);
    struct case_row row = desk_row(walk.f, "k1");
    g_assert_cmpint(row.finish_us, >=, before.finish_us);
    case_row_clear(&row);
    case_row_clear(&before);
    desk_end(walk.f);
}

static void test_extension(gconstpointer data)
{
    struct walk walk;
    begin(&walk, data);
    reach(&walk, CASE_FEEDBACK, "all");
    gint64 until_us = LATER_US + 20 * DAY_US;
    g_autofree char *ask = g_strdup_printf("{\"act\":\"ask_extension\",\"reason\":\"complex\","
                                           "\"until_us\":\"%" G_GINT64_FORMAT "\"}",
                                           until_us);
    go(&walk, CASE_ASK_EXTENSION, NULL, ask);
    g_autofree char *grant = ask_of(&walk, "grant");
    go(&walk, CASE_GRANT, "extension", grant);
    struct case_row row = desk_row(walk.f, "k1");
    g_assert_cmpint(row.finish_us, ==, until_us);
    case_row_clear(&row);
    desk_end(walk.f);
}

static void test_overdue(gconstpointer data)
{
    struct walk walk;
    begin(&walk, data);
    reach(&walk, CASE_TAKE, NULL);
    g_assert_cmpint(desk_clock(walk.f, NOW_US + 30 * DAY_US), >, 0);
    struct case_row row = desk_row(walk.f, "k1");
    g_assert_cmpint(row.overdue, >, 0);
    case_row_clear(&row);
    g_assert_cmpint(desk_clock(walk.f, NOW_US + 10 * DAY_US), ==, 0); /* nothing twice */
    walk.now_us += 30 * DAY_US;
    reach(&walk, CASE_VERIFY, "content"); /* late, and it goes on */
    desk_end(walk.f);
}

static void test_call_back(gconstpointer data)
{
    struct walk walk;
    begin(&walk, data);
    reach(&walk, CASE_VERIFY, "unreached");
    for (int i = 0; i < 2; i++)
        go(&walk, CASE_VERIFY, "unreached", "{\"act\":\"verify\",\"result\":\"unreached\"}");
    g_assert_cmpstr(
        try(&walk, CASE_VERIFY, "unreached", "{\"act\":\"verify\",\"result\":\"unreached\"}"), ==,
        "");
    struct case_row row = desk_row(walk.f, "k1");
    g_assert_cmpstr(row.satisfaction, ==, "unverified");
    g_assert_cmpint(row.closed_us, >, 0);
    case_row_clear(&row);
    go(&walk, CASE_REOPEN, NULL, "{\"act\":\"reopen\",\"text\":\"来电人说没解决\"}");
    reach(&walk, CASE_VERIFY, "dissatisfied");
    go(&walk, CASE_VERIFY, "dissatisfied",
       "{\"act\":\"verify\",\"result\":\"dissatisfied\",\"text\":\"还吵\"}");
    row = desk_row(walk.f, "k1");
    g_assert_cmpint(row.reopened, ==, 2);
    case_row_clear(&row);
    reach(&walk, CASE_ARCHIVE, NULL);
    go(&walk, CASE_ARCHIVE, NULL, "{\"act\":\"archive\"}");
    desk_end(walk.f);
}

static bool has(const struct workflow *w, enum case_act act, const char *when)
{
    for (guint i = 0; i < w->states->len; i++) {
        if (move_of(w, (int)i, act, when))
            return true;
    }
    return false;
}

/* Sent back by who reviews, where there is one: never without somebody who is no handler. */
static void test_review(gconstpointer data)
{
    struct walk walk;
    begin(&walk, data);
    reach(&walk, CASE_FEEDBACK, "all");
    struct case_who *handler = desk_person("department_handler-1", "department_handler", "police");
    case_who_add(handler, "verifier", "330106");
    go(&walk, CASE_FEEDBACK, "all", onward[4].text);
    if (has(walk.w, CASE_REVIEW, "back")) {
        go(&walk, CASE_REVIEW, "back",
           "{\"act\":\"review\",\"result\":\"back\",\"text\":\"没有照片\"}");
        reach(&walk, CASE_FEEDBACK, "all");
        go(&walk, CASE_FEEDBACK, "all", onward[4].text);
    }
    reach(&walk, CASE_VERIFY, "content");
    g_assert_cmpstr(desk_act(walk.f, handler, "k1", NOW_US, onward[6].text), ==,
                    "verifier_is_handler");
    case_who_free(handler);
    desk_end(walk.f);
}

static void test_merge(gconstpointer data)
{
    struct walk walk;
    begin(&walk, data);
    desk_open(walk.f, taker, "k2", NOISE_FORM);
    reach(&walk, CASE_FEEDBACK, "all");
    int before = now(&walk);
    go(&walk, CASE_MERGE, NULL, "{\"act\":\"merge\",\"to\":\"k2\",\"text\":\"同一处\"}");
    g_assert_cmpint(workflow_state(walk.w, now(&walk))->end, ==, END_MERGED);
    g_assert_cmpint(desk_clock(walk.f, NOW_US), ==, 0);
    go(&walk, CASE_UNMERGE, NULL, "{\"act\":\"unmerge\"}");
    g_assert_cmpint(now(&walk), ==, before);
    desk_end(walk.f);
}

static void test_ends(gconstpointer data)
{
    static const struct {
        enum case_act act;
        const char *text;
        enum workflow_end end;
    } ends[] = {
        {CASE_REFUSE,
         "{\"act\":\"refuse\",\"text\":\"不属受理范围\",\"remedies\":\"可向上级申请复核\"}",
         END_REFUSED},
        {CASE_TRANSFER, "{\"act\":\"transfer\",\"to\":\"县住建局\",\"text\":\"属县级事权\"}",
         END_ENDED},
        {CASE_TERMINATE, "{\"act\":\"terminate\",\"text\":\"当事人撤回\"}", END_ENDED},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        struct walk walk;
        begin(&walk, data);
        go(&walk, ends[i].act, NULL, ends[i].text);
        g_assert_cmpint(workflow_state(walk.w, now(&walk))->end, ==, ends[i].end);
        struct case_row row = desk_row(walk.f, "k1");
        g_assert_cmpint(row.closed_us, >, 0);
        case_row_clear(&row);
        g_assert_cmpint(desk_clock(walk.f, NOW_US + 60 * DAY_US), ==, 0);
        if (ends[i].act == CASE_REFUSE) {
            go(&walk, CASE_REOPEN, NULL, "{\"act\":\"reopen\",\"text\":\"复核后受理\"}");
            reach(&walk, CASE_VERIFY, "content");
        }
        desk_end(walk.f);
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        GTestDataFunc fn;
    } ways[] = {
        {"returns", test_returns}, {"pause", test_pause},   {"extension", test_extension},
        {"overdue", test_overdue}, {"review", test_review}, {"call-back", test_call_back},
        {"merge", test_merge},     {"ends", test_ends},
    };
    g_setenv("TZ", "Asia/Shanghai", TRUE);
    g_test_init(&argc, &argv, NULL);
    desk_open_people();
    const GPtrArray *workflows = case_book()->workflows;
    for (guint w = 0; w < workflows->len; w++) {
        const struct workflow *workflow = workflows->pdata[w];
        for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
            g_autofree char *name = g_strdup_printf("/case_ways/%s/%s", ways[i].name, workflow->id);
            g_test_add_data_func(name, workflow, ways[i].fn);
        }
    }
    return g_test_run();
}
