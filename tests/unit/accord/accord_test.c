/* Rules of joint texts: what still holds, who has to sign, what may be drawn, how a template is
 * filled. */
#include "accord/template.h"
#include "accord/texts.h"
#include <string.h>

static struct accord_person li[] = {{1, "李小明", "李*明"}},
                            zhang[] = {{1, "张文", "张*"}, {2, "王芳", "王*"}},
                            wu[] = {{1, "吴调解", "吴调解"}};
static struct accord_seat seats[] = {
    {.id = "lead",
     .role = "mediator",
     .side = "",
     .name = "",
     .unit = "",
     .leads = true,
     .chairs = true,
     .sees = true,
     .people = wu,
     .people_count = 1},
    {.id = "a",
     .role = "party",
     .side = "a",
     .name = "",
     .unit = "",
     .sides = true,
     .sees = true,
     .people = li,
     .people_count = 1},
    {.id = "b",
     .role = "party",
     .side = "b",
     .name = "",
     .unit = "",
     .sides = true,
     .sees = true,
     .people = zhang,
     .people_count = 2},
};
static struct accord_meeting meeting = {
    .id = "m", .title = "", .area = "", .place = "", .seats = seats, .seat_count = 3};

static void add_entry(struct accord_texts *texts, enum accord_kind kind, gint64 seq,
                      const char *text)
{
    struct accord_entry *entry = g_new0(struct accord_entry, 1);
    entry->n = texts->entries[kind]->len + 1;
    entry->version = 1;
    entry->seq = seq;
    entry->text = g_strdup(text);
    g_ptr_array_add(texts->entries[kind], entry);
}

static void add_word(GPtrArray *words, gint64 seq, const char *seat, gint64 person, gint64 n,
                     bool yes)
{
    struct accord_word *word = g_new0(struct accord_word, 1);
    word->seq = word->time_us = seq;
    word->seat = g_strdup(seat);
    word->person = person;
    word->n = n;
    word->version = 1;
    word->yes = yes;
    g_ptr_array_add(words, word);
}

static void sign(struct accord_texts *texts, const char *seat, gint64 person)
{
    struct accord_signature *one = g_new0(struct accord_signature, 1);
    one->seat = g_strdup(seat);
    one->person = person;
    g_ptr_array_add(texts->signatures, one);
}

static void test_confirmed(void)
{
    struct accord_texts *texts = accord_texts_new();
    gint64 time_us = 0;
    for (gint64 seq = 1; seq <= 3; seq++)
        add_entry(texts, ACCORD_MINUTES, seq, "一句");
    g_assert_cmpint(accord_confirmed(texts, "a", 1, NULL), ==, 0);
    add_word(texts->confirms, 4, "a", 1, 3, true);
    g_assert_cmpint(accord_confirmed(texts, "a", 1, &time_us), ==, 3);
    g_assert_cmpint(time_us, ==, 4);
    g_assert_cmpint(accord_confirmed(texts, "b", 1, NULL), ==, 0);
    g_autoptr(GPtrArray) before = accord_chain(texts->entries[ACCORD_MINUTES]);
    accord_entry_find(texts, ACCORD_MINUTES, 2)->seq = 5; /* worded anew */
    accord_entry_find(texts, ACCORD_MINUTES, 2)->version = 2;
    g_assert_cmpint(accord_confirmed(texts, "a", 1, NULL), ==, 1);
    g_autoptr(GPtrArray) after = accord_chain(texts->entries[ACCORD_MINUTES]);
    g_assert_cmpstr(before->pdata[0], ==, after->pdata[0]);
    g_assert_cmpstr(before->pdata[1], !=, after->pdata[1]);
    g_assert_cmpstr(before->pdata[2], !=, after->pdata[2]); /* each covers those before it */
    add_word(texts->confirms, 6, "a", 1, 2, true);
    g_assert_cmpint(accord_confirmed(texts, "a", 1, NULL), ==, 2);
    g_assert_null(accord_entry_find(texts, ACCORD_MINUTES, 4));
    g_assert_null(accord_entry_find(texts, ACCORD_MINUTES, 0));
    accord_texts_free(texts);
}

static void test_facts(void)
{
    struct accord_texts *texts = accord_texts_new();
    add_entry(texts, ACCORD_FACT, 1, "围墙建于 2009 年");
    struct accord_entry *fact = accord_entry_find(texts, ACCORD_FACT, 1);
    add_word(texts->answers, 2, "a", 1, 1, true);
    add_word(texts->answers, 3, "b", 1, 1, true);
    g_assert_false(accord_undisputed(texts, &meeting, fact)); /* the other person of b is silent */
    add_word(texts->answers, 4, "b", 2, 1, true);
    g_assert_true(accord_undisputed(texts, &meeting, fact));
    add_word(texts->answers, 5, "a", 1, 1, false);
    g_assert_false(accord_undisputed(texts, &meeting, fact));
    add_word(texts->answers, 6, "a", 1, 1, true);
    fact->version = 2;
    g_assert_cmpint(accord_answer(texts, fact, "a", 1), ==, -1);
    g_assert_false(accord_undisputed(texts, &meeting, fact));
    accord_texts_free(texts);
}

static void test_complete(void)
{
    struct accord_texts *texts = accord_texts_new();
    g_assert_false(accord_complete(texts, &meeting));
    texts->draft = g_new0(struct accord_draft, 1);
    sign(texts, "lead", 1);
    sign(texts, "a", 1);
    sign(texts, "b", 1);
    texts->draft->offered = true;
    g_assert_false(accord_complete(texts, &meeting));
    sign(texts, "b", 2);
    g_assert_true(accord_complete(texts, &meeting));
    texts->draft->offered = false;
    g_assert_false(accord_complete(texts, &meeting));
    texts->draft->offered = seats[2].gone = true;
    g_assert_false(accord_complete(texts, &meeting)); /* one side alone agrees with nobody */
    seats[2].gone = false;
    accord_texts_free(texts);
}

static void test_strokes(void)
{
    static const struct {
        const char *json;
        bool good;
    } cases[] = {{"[[[0,0],[1000,400]]]", true},
                 {"[[[10,10],[10,40]],[[5,5]]]", true},
                 {"[]", false},
                 {"[[]]", false},
                 {"[[[5,5],[6,6]]]", false},
                 {"[[[0,0],[1001,0]]]", false},
                 {"[[[0,-1],[100,0]]]", false},
                 {"[[[0,0,0],[100,0,0]]]", false},
                 {"[[[\"0\",0],[100,0]]]", false},
                 {"{}", false},
                 {"[[1,2]]", false}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        json_t *strokes = json_loads(cases[i].json, 0, NULL);
        g_assert_cmpint(accord_strokes_good(strokes), ==, cases[i].good);
        json_decref(strokes);
    }
    json_t *many = json_array(), *stroke = json_array();
    for (int i = 0; i < 5001; i++)
        json_array_append_new(stroke, json_pack("[i,i]", i % 1000, i % 400));
    json_array_append_new(many, stroke);
    g_assert_false(accord_strokes_good(many));
    json_decref(many);
    g_assert_false(accord_strokes_good(NULL));
}

static void test_template(void)
{
    GError *error = NULL;
    struct templates *templates = templates_create(NULL, &error);
    g_assert_no_error(error);
    const json_t *oral = templates_find(templates, "oral");
    g_assert_null(templates_find(templates, "none"));
    g_assert_true(template_allows(oral, "oral") && !template_allows(oral, "written"));
    json_t *fields =
        json_pack("{s:s,s:s,s:s}", "facts", "围墙", "terms", "一\n二", "manner", "三日内");
    json_t *given = json_pack("{s:s,s:s,s:s}", "sides", "A 方当事人：李小明", "mediators", "吴",
                              "date", "今日");
    g_assert_null(template_fault(oral, fields));
    g_autofree char *text = template_text(oral, fields, given);
    g_assert_true(g_str_has_prefix(text, "口头调解协议登记表\n"));
    g_assert_nonnull(strstr(text, "\n一\n二\n"));
    g_assert_null(strstr(text, "履行期限")); /* a line whose field is empty is left out */
    json_object_set_new(fields, "deadline", json_string("2026-02-30"));
    g_assert_cmpstr(template_fault(oral, fields), ==, "deadline");
    json_object_set_new(fields, "deadline", json_string("2026-02-28"));
    g_assert_null(template_fault(oral, fields));
    json_object_set_new(fields, "other", json_string("x"));
    g_assert_cmpstr(template_fault(oral, fields), ==, "other");
    json_object_del(fields, "other");
    json_object_del(fields, "terms");
    g_assert_cmpstr(template_fault(oral, fields), ==, "terms");
    json_decref(fields);
    json_decref(given);
    templates_free(templates);
    g_assert_false(template_text_good(" \n", 10, true));
    g_assert_false(template_text_good("一\n二", 10, false));
    g_assert_false(template_text_good("一\u202e二", 10, false)); /* turns what is read */
    g_assert_false(template_text_good("一二三", 2, false));
    g_assert_true(template_text_good("一\n二", 3, true));
}

static void test_reminders(void)
{
    const gint64 day = INT64_C(86400) * G_USEC_PER_SEC, due = 100 * day;
    g_assert_cmpint(accord_next_us(due, 0), ==, 93 * day);
    g_assert_cmpint(accord_next_us(due, 1), ==, 97 * day);
    g_assert_cmpint(accord_next_us(due, 2), ==, 99 * day);
    g_assert_cmpint(accord_next_us(due, 3), ==, due);
    g_assert_cmpint(accord_next_us(due, 4), ==, 0);
    g_assert_cmpint(accord_next_us(0, 0), ==, 0);
    g_assert_cmpint(accord_perform_next_us(due, 0), ==, 97 * day);
    g_assert_cmpint(accord_perform_next_us(due, 1), ==, due);
    g_assert_cmpint(accord_perform_next_us(due, 2), ==, 103 * day);
    g_assert_cmpint(accord_perform_next_us(due, 3), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/accord/confirmed", test_confirmed);
    g_test_add_func("/accord/facts", test_facts);
    g_test_add_func("/accord/complete", test_complete);
    g_test_add_func("/accord/strokes", test_strokes);
    g_test_add_func("/accord/template", test_template);
    g_test_add_func("/accord/reminders", test_reminders);
    return g_test_run();
}
