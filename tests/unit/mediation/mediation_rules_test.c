/* Who may be where, who is told what: every combination of a small meeting. */
#include "mediation/acts.h"
#include "mediation/danger.h"
#include "mediation/room_view.h"
#include "mediation/words.h"
#include <string.h>

enum { LEAD, A, B, WATCHER, SEATS };

static struct seat *add(struct meeting *meeting, const char *id, enum seat_role role,
                        const char *side, guint people)
{
    struct seat *seat = seat_new();
    seat->id = g_strdup(id);
    seat->role = role;
    seat->side = g_strdup(side);
    seat->name = g_strdup("");
    seat->unit = g_strdup("");
    seat->place = g_strdup("");
    seat->room = g_strdup(ROOM_LOBBY);
    seat->state = SEAT_LOBBY;
    seat->here = HERE_ON;
    for (guint i = 0; i < people; i++) {
        struct seat_person *person = seat_person_new(i + 1);
        meeting_set(&person->name, "李小明");
        meeting_set(&person->masked, "李*明");
        g_ptr_array_add(seat->people, person);
    }
    g_ptr_array_add(meeting->seats, seat);
    return seat;
}

static struct meeting *make(enum meeting_kind kind)
{
    struct meeting *meeting = meeting_new();
    meeting->id = g_strdup("m");
    meeting->title = g_strdup("围墙");
    meeting->place = g_strdup("");
    meeting->area = g_strdup("");
    meeting->kind = kind;
    meeting->state = MEETING_OPEN;
    add(meeting, "lead", SEAT_MEDIATOR, "", 1);
    add(meeting, "a", SEAT_PARTY, "a", 1);
    add(meeting, "b", SEAT_PARTY, "b", 2);
    add(meeting, "watcher", SEAT_OBSERVER, "", 1);
    return meeting;
}

static void agree(struct seat *seat, enum consent_kind kind, enum consent_answer answer)
{
    for (guint i = 0; i < seat->people->len; i++)
        ((struct seat_person *)seat->people->pdata[i])->consents[kind].answer = answer;
}

static void prepare(struct seat *seat)
{
    seat->notice_us = seat->screening_us = seat->identity_us = 1;
    agree(seat, CONSENT_MEDIATION, ANSWER_YES);
}

static struct seat *at(struct meeting *meeting, int i)
{
    return meeting->seats->pdata[i];
}

static struct meeting *together(void)
{
    struct meeting *meeting = make(MEETING_MEDIATION);
    prepare(at(meeting, A));
    prepare(at(meeting, B));
    for (int i = LEAD; i <= B; i++)
        room_put(meeting, at(meeting, i), ROOM_JOINT, 10);
    return meeting;
}

/* Each thing that a party lacks keeps it out, alone and with all the others. */
static void test_parties(void)
{
    struct meeting *meeting = make(MEETING_MEDIATION);
    struct seat *b = at(meeting, B);
    for (unsigned lacks = 0; lacks < 16; lacks++) {
        b->notice_us = !(lacks & WHY_NOTICE);
        b->screening_us = !(lacks & WHY_SCREENING);
        b->identity_us = !(lacks & WHY_IDENTITY);
        agree(b, CONSENT_MEDIATION, lacks & WHY_CONSENT ? ANSWER_NO : ANSWER_YES);
        g_assert_cmpuint(room_keeps_out(meeting, b, ROOM_JOINT), ==, lacks);
    }
    prepare(b);
    ((struct seat_person *)b->people->pdata[1])->consents[CONSENT_MEDIATION].answer =
        ANSWER_WITHDRAWN;
    g_assert_cmpuint(room_keeps_out(meeting, b, ROOM_JOINT), ==, WHY_CONSENT);
    prepare(b);
    g_assert_cmpuint(room_keeps_out(meeting, b, "side:b"), ==, 0);
    g_assert_cmpuint(room_keeps_out(meeting, b, "side:a"), ==, WHY_OTHER_SIDE);
    static const char *const none[] = {ROOM_LOBBY, "", "side:", "side:e", "side:ab", "x"};
    for (gsize i = 0; i < G_N_ELEMENTS(none); i++)
        g_assert_cmpuint(room_keeps_out(meeting, b, none[i]), ==, WHY_OTHER_SIDE);
    b->state = SEAT_REMOVED;
    g_assert_cmpuint(room_keeps_out(meeting, b, ROOM_JOINT), ==, WHY_STATE);
    b->state = SEAT_LOBBY;
    meeting->state = MEETING_ADJOURNED;
    g_assert_cmpuint(room_keeps_out(meeting, b, ROOM_JOINT), ==, WHY_STATE);
    meeting_free(meeting);
    meeting = make(MEETING_TALK);
    for (int i = 0; i < SEATS; i++)
        g_assert_cmpuint(room_keeps_out(meeting, at(meeting, i), ROOM_JOINT), ==, 0);
    meeting_free(meeting);
}

static void test_split(void)
{
    struct meeting *meeting = together();
    meeting->mode = MEETING_SPLIT;
    g_assert_cmpuint(room_keeps_out(meeting, at(meeting, A), ROOM_JOINT), ==,
                     WHY_SPLIT_CONSENT | WHY_OTHER_SIDE);
    g_assert_cmpuint(room_clear(meeting, 20), ==, 2);
    g_assert_cmpint(at(meeting, A)->state, ==, SEAT_LOBBY);
    g_assert_cmpint(at(meeting, LEAD)->state, ==, SEAT_IN);
    agree(at(meeting, A), CONSENT_SPLIT, ANSWER_YES);
    g_autofree char *room = room_for(meeting, at(meeting, A));
    g_assert_cmpstr(room, ==, "side:a");
    g_assert_cmpuint(room_keeps_out(meeting, at(meeting, A), room), ==, 0);
    meeting_free(meeting);
}

/* Where texts are kept a co-mediator says how it stands to the parties before it comes in. */
static void test_disclosure(void)
{
    struct meeting *meeting = together();
    struct seat *second = at(meeting, WATCHER);
    second->role = SEAT_CO_MEDIATOR;
    g_assert_cmpuint(room_keeps_out(meeting, second, ROOM_JOINT), ==, 0);
    meeting->more_leaders =
        json_pack("{s:[{s:s,s:b}]}", "disclosures", "seat", second->id, "objection", 1);
    g_assert_cmpuint(room_keeps_out(meeting, second, ROOM_JOINT), ==, WHY_DISCLOSURE);
    json_t *why = room_why_json(WHY_DISCLOSURE);
    g_assert_cmpstr(json_string_value(json_array_get(why, 0)), ==, "disclosure");
    json_decref(why);
    json_array_append_new(json_object_get(meeting->more_leaders, "disclosures"),
                          json_pack("{s:s,s:s}", "seat", second->id, "relation", "none"));
    g_assert_cmpuint(room_keeps_out(meeting, second, ROOM_JOINT), ==, 0);
    meeting->kind = MEETING_TALK;
    json_array_clear(json_object_get(meeting->more_leaders, "disclosures"));
    g_assert_cmpuint(room_keeps_out(meeting, second, ROOM_JOINT), ==, 0);
    meeting_free(meeting);
}

static void test_observer(void)
{
    struct meeting *meeting = together();
    struct seat *watcher = at(meeting, WATCHER);
    g_assert_cmpuint(room_keeps_out(meeting, watcher, ROOM_JOINT), ==, WHY_OBSERVER_CONSENT);
    agree(at(meeting, A), CONSENT_OBSERVER, ANSWER_YES);
    g_assert_cmpuint(room_keeps_out(meeting, watcher, ROOM_JOINT), ==, WHY_OBSERVER_CONSENT);
    agree(at(meeting, B), CONSENT_OBSERVER, ANSWER_YES);
    g_assert_cmpuint(room_keeps_out(meeting, watcher, ROOM_JOINT), ==, 0);
    g_assert_cmpuint(room_keeps_out(meeting, watcher, "side:a"), ==, WHY_OBSERVER_CONSENT);
    room_put(meeting, watcher, ROOM_JOINT, 20);
    struct room_may may = room_may(meeting, watcher);
    g_assert_false(may.talk || may.camera || may.screen || may.chat);
    agree(at(meeting, B), CONSENT_OBSERVER, ANSWER_WITHDRAWN);
    g_assert_cmpuint(room_clear(meeting, 30), ==, 1);
    g_assert_cmpstr(watcher->room, ==, ROOM_LOBBY);
    meeting_free(meeting);
}

static guint waits(const struct meeting *meeting, bool may)
{
    json_t *waiting;
    g_assert_true(room_may_record(meeting, &waiting) == may);
    guint count = (guint)json_array_size(waiting);
    json_decref(waiting);
    return count;
}

static void test_recording(void)
{
    struct meeting *meeting = together();
    g_assert_cmpuint(waits(meeting, false), ==, 3);
    for (int i = LEAD; i <= B; i++)
        agree(at(meeting, i), CONSENT_RECORDING, ANSWER_YES);
    g_assert_cmpuint(waits(meeting, true), ==, 0);
    /* one of two at a terminal */
    struct seat_person *second = at(meeting, B)->people->pdata[1];
    second->consents[CONSENT_RECORDING].answer = ANSWER_WITHDRAWN;
    g_assert_cmpuint(waits(meeting, false), ==, 1);
    /* who has gone needs not agree, who is only lost for a moment does */
    at(meeting, B)->here = HERE_LOST;
    g_assert_cmpuint(waits(meeting, false), ==, 1);
    at(meeting, B)->here = HERE_OFF;
    g_assert_cmpuint(waits(meeting, true), ==, 0);
    /* nobody leads the joint room */
    room_put(meeting, at(meeting, LEAD), "side:a", 20);
    g_assert_cmpuint(waits(meeting, false), ==, 0);
    room_put(meeting, at(meeting, LEAD), ROOM_JOINT, 30);
    meeting->state = MEETING_ADJOURNED;
    waits(meeting, false);
    meeting_free(meeting);
}

static void test_speaking(void)
{
    struct meeting *meeting = together();
    struct seat *a = at(meeting, A), *b = at(meeting, B);
    g_assert_true(room_may(meeting, a).talk && room_may(meeting, b).talk);
    meeting_set_of_room(meeting, "floor", ROOM_JOINT, json_string("a"));
    g_assert_true(room_may(meeting, a).talk && room_may(meeting, at(meeting, LEAD)).talk);
    g_assert_false(room_may(meeting, b).talk);
    g_assert_true(room_may(meeting, b).camera);
    a->muted = true;
    g_assert_false(room_may(meeting, a).talk);
    /* who leaves gives the floor back */
    room_put(meeting, a, "side:a", 20);
    g_assert_null(meeting_of_room(meeting, "floor", ROOM_JOINT));
    g_assert_true(room_may(meeting, b).talk);
    meeting->state = MEETING_ENDED;
    g_assert_false(room_may(meeting, b).talk || room_may(meeting, b).camera);
    meeting_free(meeting);
}

/* --- what a seat is told */

static const struct room_now quiet = {.recording = MEDIATION_RECORDING_OFF};

static void add_line(struct meeting *meeting, const char *room, const char *seats, const char *text)
{
    struct meeting_line *line = g_new0(struct meeting_line, 1);
    line->id = g_strdup(text);
    line->room = g_strdup(room);
    line->seat = g_strdup("a");
    line->seats = g_strdup(seats);
    line->text = g_strdup(text);
    g_ptr_array_add(meeting->lines, line);
}

/* Whatever happens in A's room, B's view stays the same to the last byte. */
static void test_apart(void)
{
    struct meeting *meeting = together();
    struct seat *a = at(meeting, A), *b = at(meeting, B), *lead = at(meeting, LEAD);
    add_line(meeting, ROOM_JOINT, " lead a b ", "open");
    room_put(meeting, a, "side:a", 20);
    room_put(meeting, lead, "side:a", 20);
    json_t *before = room_view(meeting, b, &quiet);
    g_assert_true(json_is_true(json_object_get(before, "away")));
    add_line(meeting, "side:a", " lead a ", "secret");
    a->hand_us = a->call_us = 30;
    a->muted = true;
    a->media = true;
    a->here = HERE_LOST;
    meeting_set(&a->place, "elsewhere");
    agree(a, CONSENT_RECORDING, ANSWER_YES);
    meeting_set_of_room(meeting, "shown", "side:a", json_string("map"));
    meeting_set_of_room(meeting, "floor", "side:a", json_string("a"));
    struct meeting_paper *paper = g_new0(struct meeting_paper, 1);
    paper->id = g_strdup("p");
    paper->room = g_strdup("side:a");
    paper->seat = g_strdup("a");
    paper->name = g_strdup("secret.txt");
    paper->kind = g_strdup("text");
    paper->owner_kind = g_strdup("meeting");
    g_ptr_array_add(meeting->papers, paper);
    struct meeting_danger *danger = g_new0(struct meeting_danger, 1);
    danger->id = g_strdup("d");
    danger->seat = g_strdup("a");
    g_ptr_array_add(meeting->dangers, danger);
    json_t *after = room_view(meeting, b, &quiet);
    g_assert_true(json_equal(before, after));
    g_assert_false(room_sees_paper(meeting, b, paper));
    g_assert_true(room_sees_paper(meeting, a, paper));
    json_t *delta = room_view_delta(before, after);
    g_assert_cmpuint(json_object_size(delta), ==, 0);
    json_decref(delta);
    json_decref(before);
    json_decref(after);
    meeting_free(meeting);
}

static const char *place_for(const json_t *view)
{
    const json_t *members = json_object_get(json_object_get(view, "room"), "members");
    return json_string_value(json_object_get(json_array_get(members, 1), "place"));
}

/* Of violence or family the other side is not told from where somebody speaks. */
static void test_places(void)
{
    struct meeting *meeting = together();
    meeting_set(&at(meeting, A)->place, "东村便民点");
    for (int sensitive = 0; sensitive < 2; sensitive++) {
        meeting->sensitive = sensitive;
        for (int i = LEAD; i <= B; i++) {
            json_t *view = room_view(meeting, at(meeting, i), &quiet);
            g_assert_cmpstr(place_for(view), ==, sensitive && i == B ? "" : "东村便民点");
            json_decref(view);
        }
    }
    meeting_free(meeting);
}

/* A line more is told alone. */
static void test_growing(void)
{
    struct meeting *meeting = together();
    json_t *none = room_view(meeting, at(meeting, A), &quiet);
    add_line(meeting, ROOM_JOINT, " lead a b ", "one");
    json_t *one = room_view(meeting, at(meeting, A), &quiet);
    add_line(meeting, ROOM_JOINT, " lead a b ", "two");
    json_t *two = room_view(meeting, at(meeting, A), &quiet);
    g_ptr_array_remove_index(meeting->lines, 0);
    add_line(meeting, ROOM_JOINT, " lead a b ", "three");
    json_t *three = room_view(meeting, at(meeting, A), &quiet);
    json_t *deltas[] = {room_view_delta(none, one), room_view_delta(one, two),
                        room_view_delta(two, three), room_view_delta(three, none)};
    g_assert_cmpuint(json_array_size(json_object_get(deltas[0], "chat")), ==, 1);
    for (int i = 1; i <= 2; i++) {
        const json_t *added = json_object_get(deltas[i], "chat_add");
        g_assert_cmpuint(json_array_size(added), ==, 1);
        g_assert_cmpstr(json_string_value(json_object_get(json_array_get(added, 0), "text")), ==,
                        i == 1 ? "two" : "three");
        g_assert_null(json_object_get(deltas[i], "chat"));
    }
    g_assert_true(json_is_array(json_object_get(deltas[3], "chat")));
    for (int i = 0; i < 4; i++)
        json_decref(deltas[i]);
    json_decref(none);
    json_decref(one);
    json_decref(two);
    json_decref(three);
    meeting_free(meeting);
}

/* Words are for who was there, and stay in their room. */
static void test_lines(void)
{
    struct meeting *meeting = together();
    add_line(meeting, ROOM_JOINT, " lead a ", "before b came");
    const struct meeting_line *line = meeting->lines->pdata[0];
    g_assert_true(room_sees_line(at(meeting, A), line));
    g_assert_false(room_sees_line(at(meeting, B), line));
    room_put(meeting, at(meeting, A), "side:a", 20);
    g_assert_false(room_sees_line(at(meeting, A), line));
    room_put(meeting, at(meeting, A), ROOM_LOBBY, 30);
    g_assert_false(room_sees_line(at(meeting, A), line));
    meeting_free(meeting);
}

static void test_names(void)
{
    struct meeting *meeting = together();
    json_t *view = room_view(meeting, at(meeting, B), &quiet);
    char *text = json_dumps(json_object_get(view, "room"), JSON_COMPACT);
    g_assert_nonnull(strstr(text, "李*明"));
    g_assert_null(json_object_get(view, "seats"));
    free(text);
    json_decref(view);
    view = room_view(meeting, at(meeting, LEAD), &quiet);
    text = json_dumps(view, JSON_COMPACT);
    g_assert_null(strstr(text, "李*明"));
    g_assert_cmpuint(json_array_size(json_object_get(view, "seats")), ==, SEATS);
    free(text);
    json_decref(view);
    meeting_free(meeting);
}

/* --- outside bytes */

static void test_words(void)
{
    g_autoptr(GError) error = NULL;
    struct words *words = words_create(NULL, &error);
    g_assert_no_error(error);
    bool sensitive;
    json_t *answers = json_pack("{s:s,s:s,s:s,s:s,s:s}", "violence", "no", "family", "no", "minor",
                                "no", "court", "yes", "help", "no");
    g_assert_true(words_screening_check(words, answers, &sensitive) && !sensitive);
    json_object_set_new(answers, "minor", json_string("yes"));
    g_assert_true(words_screening_check(words, answers, &sensitive) && sensitive);
    json_object_set_new(answers, "minor", json_string("perhaps"));
    g_assert_false(words_screening_check(words, answers, &sensitive));
    json_object_del(answers, "minor");
    g_assert_false(words_screening_check(words, answers, &sensitive));
    json_object_set_new(answers, "other", json_string("no"));
    g_assert_false(words_screening_check(words, answers, &sensitive));
    json_decref(answers);
    g_assert_null(words_consent_digest(words, CONSENT_SPLIT, "fr"));
    words_free(words);
}

static void test_seats(void)
{
    static const struct {
        const char *json, *user, *fault;
    } cases[] = {
        {"{'role':'party','side':'a','name':'张文','phone':'13800138000'}", NULL, NULL},
        {"{'role':'official','user':'7'}", "王倩", NULL},
        {"{'role':'official','user':'7'}", NULL, "user"},
        {"{'role':'king','name':'张文'}", NULL, "role"},
        {"{'role':'mediator','name':'张文'}", NULL, "role"},
        {"{'role':'co_mediator','name':'张文'}", NULL, "user"},
        {"{'role':'party','name':'张文'}", NULL, "side"},
        {"{'role':'party','side':'e','name':'张文'}", NULL, "side"},
        {"{'role':'observer','side':'a','name':'张文'}", NULL, "side"},
        {"{'role':'observer'}", NULL, "name"},
        {"{'role':'observer','name':'张文','phone':'12'}", NULL, "phone"},
        {"{'role':'party','side':'a','people':[{'name':'张文'},{'name':'王芳'}]}", NULL,
         "terminal"},
        {"{'role':'party','side':'a','terminal':true,'people':[{'name':'张文'},{'name':'王芳'}]}",
         NULL, NULL},
    };
    struct meeting *meeting = make(MEETING_MEDIATION);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdelimit(g_strdup(cases[i].json), "'", '"');
        json_t *in = json_loads(text, 0, NULL);
        struct person_fault fault = {0};
        char **phones = NULL;
        struct seat *seat = act_seat_new(meeting, in, cases[i].user, &phones, &fault);
        g_assert_true((seat == NULL) == (cases[i].fault != NULL));
        if (!seat)
            g_assert_cmpstr(fault.field, ==, cases[i].fault);
        seat_free(seat);
        g_strfreev(phones);
        json_decref(in);
    }
    meeting_free(meeting);
}

static void test_danger(void)
{
    const gint64 s = G_USEC_PER_SEC, now = 1000 * s, mono = 7 * s;
    g_assert_cmpint(danger_wait_us(now + 5 * s, now, 0, mono), ==, 5 * s);
    g_assert_cmpint(danger_wait_us(now, now, 0, mono), ==, 0);
    g_assert_cmpint(danger_wait_us(now - s, now, 0, mono), ==, 0);
    /* one that could not be told waits by itself, whatever the wall clock says */
    g_assert_cmpint(danger_wait_us(now - s, now, mono + 2 * s, mono), ==, 2 * s);
    g_assert_cmpint(danger_wait_us(now + 3600 * s, now, mono + 2 * s, mono), ==, 2 * s);
    g_assert_cmpint(danger_wait_us(now - s, now, mono - s, mono), <=, 0);
    /* the clock was set back by an hour: help does not wait for an hour */
    g_assert_cmpint(danger_wait_us(now + 3600 * s, now, 0, mono), <=, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mediation/parties", test_parties);
    g_test_add_func("/mediation/split", test_split);
    g_test_add_func("/mediation/observer", test_observer);
    g_test_add_func("/mediation/recording", test_recording);
    g_test_add_func("/mediation/speaking", test_speaking);
    g_test_add_func("/mediation/apart", test_apart);
    g_test_add_func("/mediation/lines", test_lines);
    g_test_add_func("/mediation/places", test_places);
    g_test_add_func("/mediation/growing", test_growing);
    g_test_add_func("/mediation/names", test_names);
    g_test_add_func("/mediation/words", test_words);
    g_test_add_func("/mediation/seats", test_seats);
    g_test_add_func("/mediation/disclosure", test_disclosure);
    g_test_add_func("/mediation/danger", test_danger);
    return g_test_run();
}
