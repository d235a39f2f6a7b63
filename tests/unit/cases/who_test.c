/* Who sees which case, by which roles, and who may know its reporter (docs/cases.md "Who sees
 * what"). */
#include "cases/case_who.h"
#include "cases/workflow.h"
#include <string.h>

#define TOWN    "330106001"
#define VILLAGE "330106001002"
#define OTHER   "330106001003"

/* What somebody holds, "role@area" one after the other, and which of the cases below they see. */
struct row {
    const char *held, *department, *sees;
};

/* Each in VILLAGE and in OTHER; told by its letter, in OTHER in capitals. */
static const struct {
    char letter;
    struct case_seen seen; /* without the area */
} kinds[] = {
    {'o', {.workflow = "default", .first_user = "somebody"}},
    {'t', {.workflow = "three_lists", .first_user = "somebody"}},
    {'m', {.workflow = "default", .first_user = "somebody", .mediated = true}},
    {'v', {.workflow = "default", .first_user = "somebody", .verified = true}},
    {'d', {.workflow = "default", .first_user = "somebody", .departments = " roads "}},
    {'a', {.workflow = "default", .first_user = "somebody", .about = "roads"}},
    {'f', {.workflow = "default", .first_user = "me"}},
};

static const struct row rows[] = {
    {"operator@" TOWN, NULL, "otmvdafOTMVDAF"},
    {"operator@" VILLAGE, NULL, "otmvdafF"},
    {"supervisor@" VILLAGE, NULL, "otmvdafF"},
    {"leader@" VILLAGE, NULL, "otmvdafF"},
    {"grid_worker@" VILLAGE, NULL, "otmvdafF"},
    {"department_handler@" TOWN, "roads", "dfDF"},
    {"department_handler@" TOWN, "parks", "fF"},
    {"call_taker@" TOWN, NULL, "fF"},
    {"front_desk@" TOWN, NULL, "fF"},
    {"verifier@" TOWN, NULL, "vfVF"},
    {"verifier@" VILLAGE, NULL, "vfF"},
    {"mediator@" VILLAGE, NULL, "mfF"},
    {"mediator@" VILLAGE, "roads", "mdfF"},
    /* complained about: only who watches, and who took it */
    {"operator@" TOWN, "roads", "otmvdafOTMVDAF"},
    {"grid_worker@" TOWN, "roads", "otmvdfOTMVDF"},
    /* a deputy by the grants alone, in their areas alone */
    {"deputy@" TOWN, NULL, "fF"},
    {"deputy@" TOWN " deputy_collect@" VILLAGE, NULL, "fF"},
    {"deputy@" TOWN " deputy_hand_over@" VILLAGE, NULL, "tfF"},
    {"deputy@" TOWN " deputy_mediation@" VILLAGE, NULL, "mfF"},
    {"deputy@" TOWN " deputy_observe@" VILLAGE, NULL, "mfF"},
    {"deputy@" TOWN " deputy_observe@" TOWN, NULL, "mfMF"},
    {"deputy@" TOWN " deputy_audit@" TOWN, NULL, "fF"},
    {"deputy@" TOWN " grid_worker@" VILLAGE, NULL, "otmvdafF"},
};

static struct case_who *somebody(const char *held, const char *department)
{
    struct case_who *who = case_who_make("me", "me", department);
    g_auto(GStrv) grants = g_strsplit(held, " ", -1);
    for (guint i = 0; grants[i]; i++) {
        g_auto(GStrv) parts = g_strsplit(grants[i], "@", 2);
        case_who_add(who, parts[0], parts[1]);
    }
    return who;
}

static void test_seen(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct case_who *who = somebody(rows[i].held, rows[i].department);
        g_autoptr(GString) sees = g_string_new(NULL);
        for (size_t c = 0; c < 2 * G_N_ELEMENTS(kinds); c++) {
            bool other = c >= G_N_ELEMENTS(kinds);
            char letter = kinds[c % G_N_ELEMENTS(kinds)].letter;
            struct case_seen seen = kinds[c % G_N_ELEMENTS(kinds)].seen;
            seen.area = other ? OTHER "001" : VILLAGE "001";
            if (case_who_sees(who, &seen))
                g_string_append_c(sees, other ? g_ascii_toupper(letter) : letter);
        }
        if (strcmp(sees->str, rows[i].sees) != 0)
            g_error("%s (%s) sees %s instead of %s", rows[i].held,
                    rows[i].department ? rows[i].department : "-", sees->str, rows[i].sees);
        case_who_free(who);
    }
}

/* A complaint about the department of roads, in mediation, with an order of parks. */
static bool knows(const char *held, const char *department, const char *first)
{
    struct case_seen seen = {.area = VILLAGE,
                             .first_user = first,
                             .departments = " parks ",
                             .about = "roads",
                             .workflow = "three_lists",
                             .mediated = true,
                             .verified = true};
    struct case_who *who = somebody(held, department);
    bool known = case_may_know_reporter(seen.about, who, case_who_roles(who, &seen));
    case_who_free(who);
    return known;
}

static void test_reporter(void)
{
    static const char *const asked_only[] = {
        "department_handler", "grid_worker",      "deputy",
        "deputy_hand_over",   "deputy_mediation", "deputy_observe",
    };
    static const char *const reaching[] = {"operator", "supervisor", "verifier", "mediator",
                                           "leader"};
    for (size_t i = 0; i < G_N_ELEMENTS(asked_only); i++) {
        g_autofree char *held = g_strdup_printf("deputy@" TOWN " %s@" TOWN, asked_only[i]);
        if (knows(held, "parks", "somebody"))
            g_error("%s may know who complained", asked_only[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(reaching); i++) {
        g_autofree char *held = g_strdup_printf("%s@" TOWN, reaching[i]);
        g_assert_true(knows(held, NULL, "somebody"));
        g_assert_false(knows(held, "roads", "somebody"));
    }
    /* the deputy who wrote it down, and who holds more than one grant */
    g_assert_true(knows("deputy@" TOWN " deputy_collect@" TOWN, NULL, "me"));
    g_assert_false(knows("deputy@" TOWN " deputy_collect@" TOWN, NULL, "somebody"));
    g_assert_true(
        knows("deputy@" TOWN " deputy_collect@" TOWN " deputy_hand_over@" TOWN, NULL, "me"));
}

/* Which acts need no version: docs/cases.md "Routes" lists them. */
static void test_free_acts(void)
{
    g_autoptr(GString) names = g_string_new(NULL);
    for (int act = 0; act < CASE_ACT_COUNT; act++) {
        const struct case_act_info *info = case_act_info((enum case_act)act);
        if (info->free)
            g_string_append_printf(names, "%s ", info->name);
    }
    g_assert_cmpstr(names->str, ==,
                    "urge comment call instruct instruct_done link unlink meet resolve "
                    "resolve_done court attach detach ");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/who/seen", test_seen);
    g_test_add_func("/who/reporter", test_reporter);
    g_test_add_func("/who/free-acts", test_free_acts);
    return g_test_run();
}
