/* A call for help counts as told only when it is on the stream. */
#include "app/meet_danger.h"
#include <math.h>
#include <string.h>

struct way_in {
    enum intake_outcome answers[2];
    guint asked;
    struct event *events[2];
    intake_done_fn done;
    gpointer user;
};
static struct way_in way_in;

void intake_submit(struct intake *intake, struct event *const *events, guint count,
                   intake_done_fn done, gpointer user)
{
    g_assert_null(intake);
    g_assert_cmpuint(count, ==, 1);
    g_assert_cmpuint(way_in.asked, <, G_N_ELEMENTS(way_in.events));
    way_in.events[way_in.asked++] = event_ref(events[0]);
    way_in.done = done;
    way_in.user = user;
}

struct said {
    guint times;
    bool told;
};

static void note(bool told, gpointer data)
{
    struct said *said = data;
    said->times++;
    said->told = told;
}

/* What became of a call that the way in answers so, one answer after the other. */
static struct said tell(enum intake_outcome first, enum intake_outcome second)
{
    const struct mediation_danger one = {.id = "d1",
                                         .meeting = "m1",
                                         .title = "围墙边界",
                                         .place = "镇调解室",
                                         .area = "",
                                         .who = "甲方",
                                         .room = "joint",
                                         .lon = (double)NAN,
                                         .lat = (double)NAN,
                                         .time_us = 1};
    struct said said = {0};
    way_in = (struct way_in){.answers = {first, second}};
    meet_danger_tell(NULL, &one, note, &said);
    for (guint i = 0; i < way_in.asked; i++) {
        g_assert_cmpuint(said.times, ==, 0);
        way_in.done(way_in.answers[i], "its words", way_in.user);
    }
    return said;
}

static void forget(guint asked)
{
    g_assert_cmpuint(way_in.asked, ==, asked);
    for (guint i = 0; i < asked; i++)
        event_unref(way_in.events[i]);
}

static void test_taken(void)
{
    struct said said = tell(INTAKE_ACCEPTED, INTAKE_AWAY);
    g_assert_true(said.told && said.times == 1);
    const struct event *event = way_in.events[0];
    g_assert_cmpstr(event->id, ==, "d1");
    g_assert_cmpuint(event->priority, ==, 1);
    g_assert_nonnull(strstr(event->text, "镇调解室"));
    g_assert_null(event->area);
    forget(1);
}

static void test_away(void)
{
    struct said said = tell(INTAKE_AWAY, INTAKE_AWAY);
    g_assert_true(!said.told && said.times == 1);
    forget(1);
}

static void test_refused(void)
{
    struct said said = tell(INTAKE_REFUSED, INTAKE_ACCEPTED);
    g_assert_true(said.told && said.times == 1);
    g_assert_cmpstr(way_in.events[1]->id, ==, "d1");
    g_assert_null(way_in.events[1]->text);
    g_assert_cmpuint(way_in.events[1]->priority, ==, 1);
    forget(2);
    said = tell(INTAKE_REFUSED, INTAKE_AWAY);
    g_assert_true(!said.told && said.times == 1);
    forget(2);
}

static void test_refused_twice(void)
{
    struct said said = tell(INTAKE_REFUSED, INTAKE_REFUSED);
    g_assert_true(said.times == 1);
    g_assert_false(said.told);
    forget(2);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/meet_danger/taken", test_taken);
    g_test_add_func("/meet_danger/away", test_away);
    g_test_add_func("/meet_danger/refused", test_refused);
    g_test_add_func("/meet_danger/refused-twice", test_refused_twice);
    return g_test_run();
}
