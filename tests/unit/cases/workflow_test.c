/* Workflows: the shipped ones are right, each wrong one is refused with its reason and place. */
#include "cases/case_book.h"
#include <glib/gstdio.h>
#include <string.h>

#define STATES(more)                                                                               \
    "\"states\":[{\"id\":\"OPEN\",\"zh\":\"开\",\"en\":\"Open\",\"start\":true},"                 \
    "{\"id\":\"CHECK\",\"zh\":\"验\",\"en\":\"Check\",\"verify\":true},"                          \
    "{\"id\":\"DONE\",\"zh\":\"完\",\"en\":\"Done\",\"end\":\"done\"}" more "],"
#define MOVES(more)                                                                                \
    "\"moves\":[{\"act\":\"feedback\",\"from\":[\"OPEN\"],\"to\":\"CHECK\","                       \
    "\"roles\":[\"grid_worker\"]},{\"act\":\"verify\",\"from\":[\"CHECK\"],\"to\":\"DONE\","       \
    "\"roles\":[\"verifier\"]}" more "],"
#define FILE_OF(states, moves, timers)                                                             \
    "{\"id\":\"small\",\"zh\":\"小\",\"en\":\"Small\"," states moves "\"timers\":[" timers "]}"

static void refused(const char *text, const char *fault)
{
    g_autoptr(GError) error = NULL;
    struct workflow *workflow = workflow_read(text, strlen(text), "small.json", &error);
    g_assert_null(workflow);
    g_assert_nonnull(error);
    if (!strstr(error->message, fault))
        g_error("\"%s\" does not say \"%s\"", error->message, fault);
    g_assert_true(g_str_has_prefix(error->message, "small.json: "));
}

static void test_full_orders(void)
{
    refused("{\"id\":\"small\",\"zh\":\"小\",\"en\":\"Small\",\"full_orders\":3," STATES("")
                MOVES("") "\"timers\":[]}",
            "full_orders: true or false");
    g_assert_true(case_book_workflow(case_book(), "three_lists")->full_orders);
    g_assert_false(case_book_workflow(case_book(), "default")->full_orders);
}

static void test_fine(void)
{
    g_autoptr(GError) error = NULL;
    static const char text[] = FILE_OF(STATES(""), MOVES(""), "");
    struct workflow *workflow = workflow_read(text, strlen(text), "small.json", &error);
    g_assert_no_error(error);
    bool known;
    guint32 grid = workflow_role_bit("grid_worker"), verifier = workflow_role_bit("verifier");
    g_assert_nonnull(workflow_move(workflow, CASE_FEEDBACK, 0, "all", grid, &known));
    g_assert_null(workflow_move(workflow, CASE_FEEDBACK, 0, "all", verifier, &known));
    g_assert_true(known);
    g_assert_null(workflow_move(workflow, CASE_FEEDBACK, 1, "all", grid, &known));
    g_assert_false(known);
    json_t *json = workflow_json(workflow);
    g_assert_cmpuint(json_array_size(json_object_get(json, "table")), ==, 2);
    json_decref(json);
    workflow_destroy(workflow);
}

/* 并案 and back. */
#define ASIDE                                                                                      \
    ",{\"act\":\"merge\",\"from\":[\"*\"],\"to\":\"GONE\",\"roles\":[\"operator\"]},"              \
    "{\"act\":\"unmerge\",\"from\":[\"GONE\"],\"to\":\"@before\",\"roles\":[\"operator\"]}"

static void test_stuck(void)
{
    refused(FILE_OF(STATES(",{\"id\":\"TRAP\",\"zh\":\"困\",\"en\":\"Trap\"}"),
                    MOVES(",{\"act\":\"joint\",\"from\":[\"OPEN\"],\"to\":\"TRAP\","
                          "\"roles\":[\"operator\"]}"),
                    ""),
            "states[3] TRAP: a case would be stuck");
    /* an end that is not done is no way out of a round */
    refused(FILE_OF(STATES(",{\"id\":\"TRAP\",\"zh\":\"困\",\"en\":\"Trap\"},"
                           "{\"id\":\"GONE\",\"zh\":\"终\",\"en\":\"Gone\",\"end\":\"ended\"}"),
                    MOVES(",{\"act\":\"joint\",\"from\":[\"OPEN\"],\"to\":\"TRAP\","
                          "\"roles\":[\"operator\"]},{\"act\":\"terminate\",\"from\":[\"*\"],"
                          "\"to\":\"GONE\",\"roles\":[\"supervisor\"]}"),
                    ""),
            "states[3] TRAP: a case would be stuck");
    refused(FILE_OF(STATES(",{\"id\":\"LOST\",\"zh\":\"失\",\"en\":\"Lost\"}"), MOVES(""), ""),
            "states[3] LOST: nothing leads here");
    /* merging and taking apart leads nowhere that one was not */
    refused(FILE_OF(STATES(",{\"id\":\"TRAP\",\"zh\":\"困\",\"en\":\"Trap\"},"
                           "{\"id\":\"GONE\",\"zh\":\"并\",\"en\":\"Merged\",\"end\":\"merged\"}"),
                    MOVES(",{\"act\":\"joint\",\"from\":[\"OPEN\"],\"to\":\"TRAP\","
                          "\"roles\":[\"operator\"]}" ASIDE),
                    ""),
            "states[3] TRAP: a case would be stuck");
    refused(FILE_OF(STATES(",{\"id\":\"LOST\",\"zh\":\"失\",\"en\":\"Lost\"},"
                           "{\"id\":\"GONE\",\"zh\":\"并\",\"en\":\"Merged\",\"end\":\"merged\"}"),
                    MOVES(ASIDE), ""),
            "states[3] LOST: nothing leads here");
    refused(FILE_OF(STATES(""),
                    "\"moves\":[{\"act\":\"verify\",\"from\":[\"CHECK\"],\"to\":\"DONE\","
                    "\"roles\":[\"verifier\"]}],",
                    ""),
            "a case would be stuck");
}

static void test_verification(void)
{
    refused(FILE_OF(STATES(""),
                    MOVES(",{\"act\":\"archive\",\"from\":[\"OPEN\"],\"to\":\"DONE\","
                          "\"roles\":[\"operator\"]}"),
                    ""),
            "states[2] DONE: a case could be closed without verification");
    /* around it: refused first, filed afterwards */
    refused(FILE_OF(STATES(",{\"id\":\"NO\",\"zh\":\"否\",\"en\":\"No\",\"end\":\"refused\"}"),
                    MOVES(",{\"act\":\"refuse\",\"from\":[\"OPEN\"],\"to\":\"NO\","
                          "\"roles\":[\"operator\"]},{\"act\":\"archive\",\"from\":[\"NO\"],"
                          "\"to\":\"DONE\",\"roles\":[\"operator\"]}"),
                    ""),
            "without verification");
    /* a call back from a state that is not one of verification */
    refused(FILE_OF(STATES(""),
                    MOVES(",{\"act\":\"verify\",\"from\":[\"OPEN\"],\"to\":\"DONE\","
                          "\"roles\":[\"verifier\"]}"),
                    ""),
            "without verification");
    refused(FILE_OF(STATES(""),
                    MOVES(",{\"act\":\"take\",\"from\":[\"OPEN\"],\"roles\":[\"verifier\"]}"), ""),
            "moves[1] verify: verifier handles cases and may not verify them");
    refused(FILE_OF(STATES(""),
                    MOVES(",{\"act\":\"verify\",\"from\":[\"CHECK\"],\"when\":\"dissatisfied\","
                          "\"to\":\"DONE\",\"roles\":[\"verifier\"]}"),
                    ""),
            "a dissatisfied person's case has to go on");
}

static void test_names(void)
{
    refused(FILE_OF(STATES(""),
                    MOVES(",{\"act\":\"fly\",\"from\":[\"OPEN\"],\"roles\":[\"operator\"]}"), ""),
            "moves[2]: there is no act fly");
    refused(FILE_OF(STATES(""),
                    MOVES(",{\"act\":\"joint\",\"from\":[\"AWAY\"],\"roles\":[\"operator\"]}"), ""),
            "moves[2]: there is no state AWAY");
    refused(FILE_OF(STATES(""),
                    MOVES(",{\"act\":\"joint\",\"from\":[\"OPEN\"],\"to\":\"AWAY\","
                          "\"roles\":[\"operator\"]}"),
                    ""),
            "moves[2]: there is no state AWAY");
    refused(FILE_OF(STATES(""),
                    MOVES(",{\"act\":\"joint\",\"from\":[\"OPEN\"],\"roles\":[\"king\"]}"), ""),
            "moves[2]: there is no role king");
    refused(FILE_OF(STATES(""),
                    MOVES(",{\"act\":\"attempt\",\"from\":[\"OPEN\"],\"when\":\"agreed\","
                          "\"roles\":[\"mediator\"]}"),
                    ""),
            "moves[2] attempt: in OPEN nothing is said of the outcome failed");
    refused(FILE_OF(STATES(",{\"id\":\"OPEN\",\"zh\":\"开\",\"en\":\"Open\"}"), MOVES(""), ""),
            "states[3]: the state OPEN stands twice");
    refused(FILE_OF(STATES(",{\"id\":\"TWO\",\"zh\":\"开\",\"en\":\"Two\",\"start\":true}"),
                    MOVES(""), ""),
            "states[3]: there is a start already");
    refused(FILE_OF(STATES(""), MOVES(""),
                    "{\"id\":\"late\",\"zh\":\"迟\",\"en\":\"Late\",\"in\":[\"AWAY\"],"
                    "\"limit\":{\"hours\":1}}"),
            "timers[0]: there is no state AWAY");
    refused(FILE_OF(STATES(""), MOVES(""),
                    "{\"id\":\"late\",\"zh\":\"迟\",\"en\":\"Late\",\"in\":[\"OPEN\"],"
                    "\"limit\":{\"weeks\":1}}"),
            "timers[0]: the limit of * is none");
    refused("{\"id\":\"small\",\"surprise\":1}", "file: \"surprise\" is not known here");
    refused("{", "line 1");
}

static void test_shipped(void)
{
    static const char *const ids[] = {"default", "four_orders", "whistle", "three_lists",
                                      "mediation"};
    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        const struct workflow *workflow = case_book_workflow(case_book(), ids[i]);
        g_assert_nonnull(workflow);
        g_assert_cmpstr(workflow_state(workflow, workflow->start)->id, ==, "ACCEPTED");
    }
    const struct workflow *four = case_book_workflow(case_book(), "four_orders");
    bool known;
    g_assert_nonnull(workflow_move(four, CASE_DISPATCH, four->start, NULL,
                                   workflow_role_bit("grid_worker"), &known));
    g_assert_null(workflow_move(four, CASE_DISPATCH, four->start, NULL,
                                workflow_role_bit("operator"), &known));
    const struct workflow *lists = case_book_workflow(case_book(), "three_lists");
    g_assert_nonnull(workflow_move(lists, CASE_DISPATCH, lists->start, NULL,
                                   workflow_role_bit("deputy_hand_over"), &known));
    const struct workflow *whistle = case_book_workflow(case_book(), "whistle");
    g_assert_cmpint(workflow_state_find(whistle, "SCORED"), >=, 0);
}

/* A town's own files take the place of the shipped ones; a wrong one is refused with its name. */
static void test_folder(void)
{
    g_autofree char *dir = g_dir_make_tmp("cases-XXXXXX", NULL);
    g_autofree char *flows = g_build_filename(dir, "workflows", NULL);
    g_autofree char *own = g_build_filename(flows, "own.json", NULL);
    g_autofree char *year = g_build_filename(dir, "calendar", "2027.json", NULL);
    g_autofree char *days = g_path_get_dirname(year);
    g_assert_cmpint(g_mkdir(flows, 0700) | g_mkdir(days, 0700), ==, 0);
    g_assert_true(g_file_set_contents(own, FILE_OF(STATES(""), MOVES(""), ""), -1, NULL));
    g_assert_true(g_file_set_contents(
        year, "{\"year\":2027,\"source\":\"x\",\"off\":[],\"work\":[]}", -1, NULL));
    g_autoptr(GError) error = NULL;
    struct case_book *book = case_book_create(dir, &error);
    g_assert_no_error(error);
    g_assert_nonnull(case_book_workflow(book, "small"));
    g_assert_nonnull(case_book_workflow(book, "default"));
    g_assert_true(calendar_knows(book->calendar, 2027));
    case_book_destroy(book);
    g_assert_true(g_file_set_contents(own, "{\"id\":\"small\"}", -1, NULL));
    g_assert_null(case_book_create(dir, &error));
    g_assert_nonnull(strstr(error->message, "own.json: file: "));
    g_remove(own);
    g_remove(year);
    g_rmdir(flows);
    g_rmdir(days);
    g_rmdir(dir);
}

static const struct due_limit *limit_of(const char *timer_id, const char *grade, int level)
{
    const struct workflow *workflow = case_book_workflow(case_book(), "default");
    for (guint i = 0; i < workflow->timers->len; i++) {
        const struct workflow_timer *timer =
            &g_array_index(workflow->timers, struct workflow_timer, i);
        if (strcmp(timer->id, timer_id) == 0)
            return workflow_limit(timer, grade, level);
    }
    return NULL;
}

static void test_limits(void)
{
    const gint64 minute = INT64_C(60) * G_USEC_PER_SEC;
    g_assert_cmpint(limit_of("delivery", NULL, 0)->n, ==, 60 * minute);
    g_assert_cmpint(limit_of("take", "urgent", 0)->n, ==, 10 * minute);
    g_assert_cmpint(limit_of("take", "urgent", 0)->clock, ==, DUE_WALL);
    g_assert_cmpint(limit_of("take", "wish", 0)->n, ==, 120 * minute);
    g_assert_cmpint(limit_of("take", NULL, 0)->clock, ==, DUE_OFFICE);
    g_assert_cmpint(limit_of("plan", NULL, 0)->clock, ==, DUE_WORKING);
    g_assert_cmpint(limit_of("level", NULL, 1)->n, ==, 7);
    g_assert_cmpint(limit_of("level", NULL, 2)->n, ==, 15);
    g_assert_cmpint(limit_of("level", NULL, 3)->clock, ==, DUE_MONTHS);
    g_assert_null(limit_of("level", NULL, 4));
    g_assert_cmpint(limit_of("callback", NULL, 0)->n, ==, 3);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/case_workflow/full-orders", test_full_orders);
    g_test_add_func("/case_workflow/fine", test_fine);
    g_test_add_func("/case_workflow/stuck", test_stuck);
    g_test_add_func("/case_workflow/verification", test_verification);
    g_test_add_func("/case_workflow/names", test_names);
    g_test_add_func("/case_workflow/shipped", test_shipped);
    g_test_add_func("/case_workflow/folder", test_folder);
    g_test_add_func("/case_workflow/limits", test_limits);
    return g_test_run();
}
