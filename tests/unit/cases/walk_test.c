/* The shipped workflows pass the same tests: from first contact to archive and back by the way of a
 * dissatisfied caller, by acts that their table allows and by no other role. */
#include "desk.h"
#include <string.h>

struct stage {
    const char *role, *act, *state;
};
/* How a case of each workflow goes its whole way. */
struct way {
    const char *workflow;
    struct stage stages[14];
};
#define FEEDBACK "{\"act\":\"feedback\",\"text\":\"已办\"}"
#define DISPATCH "{\"act\":\"dispatch\",\"lead\":\"police\"}"
#define ASSIGN                                                                                        \
    "{\"act\":\"dispatch\",\"lead\":\"police\",\"item\":\"换井盖\",\"standard\":\"验收合格\"," \
    "\"due_us\":\"1790000000000000\"}"
#define TRIAGE  "{\"act\":\"triage\",\"form\":{\"category\":\"livelihood\",\"grade\":\"concern\"}}"
#define PASS    "{\"act\":\"review\",\"result\":\"pass\"}"
#define CONTENT "{\"act\":\"verify\",\"result\":\"satisfied\"}"
#define ARCHIVE "{\"act\":\"archive\"}"

static const struct way ways[] = {
    {"default",
     {{"operator", TRIAGE, "TRIAGED"},
      {"operator", DISPATCH, "DISPATCHED"},
      {"department_handler", "{\"act\":\"take\"}", "WORKING"},
      {"department_handler", FEEDBACK, "FEEDBACK"},
      {"operator", PASS, "VERIFY"},
      {"verifier", CONTENT, "CLOSED"},
      {"operator", ARCHIVE, "ARCHIVED"}}},
    {"four_orders",
     {{"grid_worker", DISPATCH, "DISPATCHED"},
      {"department_handler", "{\"act\":\"take\"}", "WORKING"},
      {"department_handler", FEEDBACK, "VERIFY"},
      {"verifier", CONTENT, "CLOSED"},
      {"operator", ARCHIVE, "ARCHIVED"}}},
    {"whistle",
     {{"operator", TRIAGE, "TRIAGED"},
      {"operator", DISPATCH, "DISPATCHED"},
      {"department_handler", "{\"act\":\"take\"}", "WORKING"},
      {"department_handler", FEEDBACK, "FEEDBACK"},
      {"operator", PASS, "VERIFY"},
      {"verifier", CONTENT, "CLOSED"},
      {"supervisor", "{\"act\":\"score\",\"points\":5}", "SCORED"},
      {"operator", ARCHIVE, "ARCHIVED"}}},
    {"three_lists",
     {{"deputy_hand_over", ASSIGN, "DISPATCHED"},
      {"department_handler", "{\"act\":\"take\"}", "WORKING"},
      {"department_handler", FEEDBACK, "VERIFY"},
      {"verifier", CONTENT, "CLOSED"},
      {"operator", ARCHIVE, "ARCHIVED"}}},
    {"mediation",
     {{"operator", DISPATCH, "DISPATCHED"},
      {"department_handler", "{\"act\":\"take\"}", "MEDIATING"},
      {"mediator", "{\"act\":\"attempt\",\"result\":\"agreed\",\"text\":\"达成\"}", "FEEDBACK"},
      {"operator", PASS, "VERIFY"},
      {"verifier", CONTENT, "CLOSED"},
      {"operator", ARCHIVE, "ARCHIVED"}}},
};
static const char *const everybody[] = {"operator",         "supervisor",  "verifier",
                                        "mediator",         "grid_worker", "department_handler",
                                        "deputy_hand_over", "leader",      "call_taker"};

static struct case_who *seat(const char *role)
{
    g_autofree char *user = g_strconcat(role, "-1", NULL);
    bool works = strcmp(role, "department_handler") == 0;
    return desk_person(user, role, works ? "police" : NULL);
}

static const char *do_stage(struct fixture *f, const char *role, const char *text)
{
    struct case_who *who = seat(role);
    const char *result = desk_act(f, who, "k1", NOW_US, text);
    case_who_free(who);
    return result;
}

/* Nobody whose role the table does not name gets through. */
static void try_others(struct fixture *f, const struct workflow *workflow, const char *state,
                       const char *text)
{
    json_t *body = json_loads(text, 0, NULL);
    int act = case_act_find(json_string_value(json_object_get(body, "act")));
    for (size_t i = 0; i < G_N_ELEMENTS(everybody); i++) {
        bool known;
        if (workflow_move(workflow, (enum case_act)act, workflow_state_find(workflow, state), NULL,
                          workflow_role_bit(everybody[i]), &known))
            continue;
        const char *result = do_stage(f, everybody[i], text);
        g_assert_true(strcmp(result, "no_right") == 0 || strcmp(result, "not_found") == 0);
    }
    json_decref(body);
}

static struct fixture *begin(const char *workflow)
{
    g_autofree char *form = g_strdup_printf("{\"title\":\"井盖\",\"area\":\"330106001002\","
                                            "\"channel\":\"hotline\",\"workflow\":\"%s\"}",
                                            workflow);
    return desk_begin(form);
}

static void test_whole_way(gconstpointer data)
{
    const struct way *way = data;
    const struct workflow *workflow = case_book_workflow(case_book(), way->workflow);
    struct fixture *f = begin(way->workflow);
    for (const struct stage *stage = way->stages; stage->role; stage++) {
        g_autofree char *before = desk_state(f, "k1");
        try_others(f, workflow, before, stage->act);
        g_assert_cmpstr(do_stage(f, stage->role, stage->act), ==, "");
        STATE(stage->state);
    }
    /* a person may always bring it back, and it goes the same way again */
    g_assert_cmpstr(do_stage(f, "verifier", "{\"act\":\"reopen\",\"text\":\"又坏了\"}"), ==, "");
    STATE("REOPENED");
    desk_end(f);
}

static void test_dissatisfied(gconstpointer data)
{
    const struct way *way = data;
    struct fixture *f = begin(way->workflow);
    for (const struct stage *stage = way->stages; strcmp(stage->state, "CLOSED") != 0; stage++)
        g_assert_cmpstr(do_stage(f, stage->role, stage->act), ==, "");
    g_assert_cmpstr(do_stage(f, "verifier", "{\"act\":\"verify\",\"result\":\"dissatisfied\"}"), ==,
                    "");
    STATE("REOPENED");
    struct case_row row = desk_row(f, "k1");
    g_assert_cmpint(row.reopened, ==, 1);
    g_assert_cmpint(row.closed_us, ==, 0);
    case_row_clear(&row);
    desk_end(f);
}

/* Every act in the first state: what the table does not have is refused, whoever asks. */
static void test_table(gconstpointer data)
{
    const struct way *way = data;
    static const char *const acts[] = {ARCHIVE,
                                       "{\"act\":\"plan\",\"text\":\"x\"}",
                                       "{\"act\":\"take\"}",
                                       CONTENT,
                                       FEEDBACK,
                                       "{\"act\":\"score\",\"points\":1}",
                                       "{\"act\":\"resume\"}",
                                       "{\"act\":\"unmerge\"}"};
    struct fixture *f = begin(way->workflow);
    for (size_t a = 0; a < G_N_ELEMENTS(acts); a++) {
        for (size_t i = 0; i < G_N_ELEMENTS(everybody); i++) {
            const char *result = do_stage(f, everybody[i], acts[a]);
            g_assert_true(strcmp(result, "not_now") == 0 || strcmp(result, "not_found") == 0);
        }
    }
    STATE("ACCEPTED");
    desk_end(f);
}

int main(int argc, char **argv)
{
    g_setenv("TZ", "Asia/Shanghai", TRUE);
    g_test_init(&argc, &argv, NULL);
    desk_open_people();
    for (size_t i = 0; i < G_N_ELEMENTS(ways); i++) {
        g_autofree char *whole = g_strconcat("/case_walk/whole-way/", ways[i].workflow, NULL);
        g_autofree char *back = g_strconcat("/case_walk/dissatisfied/", ways[i].workflow, NULL);
        g_autofree char *table = g_strconcat("/case_walk/table/", ways[i].workflow, NULL);
        g_test_add_data_func(whole, &ways[i], test_whole_way);
        g_test_add_data_func(back, &ways[i], test_dissatisfied);
        g_test_add_data_func(table, &ways[i], test_table);
    }
    return g_test_run();
}
