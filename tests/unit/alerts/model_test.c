/* The model as it is made from a real store, and turns that change it. */
#include "alerts/alerts_private.h"
#include "alerts/rulebook.h"
#include "common/clock.h"
#include "fixture.h"
#include <math.h>
#include <string.h>

#define SECOND_US ((gint64)G_USEC_PER_SEC)
#define MINUTE_US (60 * SECOND_US)

struct town {
    struct fixture *f;
    struct alerts alerts;
    gint64 now_us;
    const struct alert *stored; /* in situation 01s if they say so */
    guint count;
    void (*turned)(const struct turn *turn); /* looks at what would be written */
    GPtrArray *texts;                        /* of events that were taken */
};

static struct alert door(const char *id, gint64 at_us)
{
    return (struct alert){.id = (char *)id,
                          .state = ALERT_UNACKNOWLEDGED,
                          .priority = 4,
                          .signal = true,
                          .active = true,
                          .source = (char *)"devices",
                          .device = (char *)id,
                          .dimension = (char *)"sensor",
                          .type = (char *)"door",
                          .title = (char *)"door",
                          .lon = 116.5,
                          .lat = 35.4,
                          .azimuth_deg = NAN,
                          .fov_deg = NAN,
                          .place = PLACE_POINT,
                          .first_us = at_us,
                          .last_us = at_us,
                          .created_us = at_us,
                          .situation = (char *)"01s",
                          .count = 1};
}

static bool write_alerts(struct store_tx *tx, gpointer user, GError **error)
{
    const struct town *town = user;
    struct situation situation = {
        .id = (char *)"01s", .priority = 2, .lon = 116.5, .lat = 35.4, .alerts = g_ptr_array_new()};
    bool fine = true, over = true;
    for (guint i = 0; i < town->count; i++) {
        const struct alert *a = &town->stored[i];
        struct alert_row *row = alert_row_new(NULL);
        alert_row_fill(row, a, g_strdup_printf("{\"joined\":0.9,\"ids\":[\"first-%s\"]}", a->id));
        fine = fine && alert_row_write(tx, row, error);
        alert_row_unref(row);
        if (!a->situation)
            continue;
        situation.first_us = situation.last_us = a->first_us;
        situation.ended_us = MAX(situation.ended_us, a->ended_us);
        over = over && a->ended_us;
        g_ptr_array_add(situation.alerts, a->id);
    }
    situation.ended_us = over ? situation.ended_us : 0;
    struct situation_row *row = situation_row_new(&situation, 3, "door");
    fine = fine && (!situation.alerts->len || situation_row_write(tx, row, error));
    situation_row_unref(row);
    g_ptr_array_unref(situation.alerts);
    return fine;
}

static struct town *town_new(gint64 now_us, const struct alert *stored, guint count)
{
    struct town *town = g_new0(struct town, 1);
    GError *error = NULL;
    town->f = fixture_new();
    fixture_open(town->f, 0, 0);
    town->alerts.options.store = town->f->store;
    town->alerts.closing = true; /* nothing is planned */
    town->now_us = now_us;
    town->stored = stored;
    town->count = count;
    town->texts = g_ptr_array_new_with_free_func(g_free);
    town->alerts.rulebook = rulebook_create(&town->alerts, &error);
    g_assert_no_error(error);
    store_write_now(town->f->store, write_alerts, town, &error);
    g_assert_no_error(error);
    model_open(&town->alerts);
    model_load_now(&town->alerts, &error);
    g_assert_no_error(error);
    return town;
}

static void town_free(struct town *town)
{
    model_close(&town->alerts);
    rulebook_destroy(town->alerts.rulebook);
    g_ptr_array_unref(town->texts);
    fixture_free(town->f);
    g_free(town);
}

/* Alerts that are over and remembered are in the situation in which they were, which is over too:
 * it can be left, and what comes now joins it. */
static void test_ended_situation(void)
{
    gint64 now_us = clock_wall_us();
    struct alert stored[2] = {door("01a", now_us - 25 * MINUTE_US),
                              door("01b", now_us - 25 * MINUTE_US)};
    for (int i = 0; i < 2; i++) {
        stored[i].state = ALERT_NORMAL;
        stored[i].end = (char *)"ignored";
        stored[i].ended_us = now_us - 20 * MINUTE_US;
    }
    struct town *town = town_new(now_us, stored, 2);
    struct correlator *c = town->alerts.correlator;
    g_assert_nonnull(correlator_alert(c, "01a"));
    const struct situation *situation = correlator_situation(c, "01s");
    g_assert_nonnull(situation);
    g_assert_cmpuint(situation->alerts->len, ==, 2);
    g_assert_cmpint(situation->ended_us, !=, 0);
    g_assert_false(g_hash_table_contains(town->alerts.situations, "01s"));
    GError *error = NULL;
    const GArray *decisions =
        correlator_act(c, "01a", ACT_UNDO, "join", 0, "u1", town->now_us, &error);
    g_assert_no_error(error);
    g_assert_nonnull(decisions);
    g_assert_null(correlator_alert(c, "01a")->situation);
    town_free(town);
}

/* --- turns */

static bool look(struct store_tx *tx, struct turn *turn, GError **error)
{
    const struct town *town = turn->user;
    (void)tx;
    town->turned(turn);
    g_set_error(error, STORE_ERROR, STORE_ERROR_BUSY, "seen, not to be kept");
    return false;
}

static void end(struct turn *turn, const GError *error)
{
    struct town *town = turn->user;
    g_assert_error(error, STORE_ERROR, STORE_ERROR_BUSY);
    town->turned = NULL;
}

static struct event *tell(struct turn *turn, const char *device, enum event_kind kind)
{
    struct event *event = event_new();
    event->source = g_strdup("devices");
    event->id = g_strdup_printf("e%u", turn->events->len);
    event->kind = kind;
    event->dimension = g_strdup("sensor");
    event->type = g_strdup("door");
    event->device = g_strdup(device);
    event->lon = 116.5;
    event->lat = 35.4;
    event->occurred_us = event->received_us = turn->now_us;
    return event;
}

static void take_event(struct turn *turn, struct event *event)
{
    struct town *town = turn->user;
    char *text = event_text(event);
    g_ptr_array_add(town->texts, text);
    struct taken_event taken = {.event = event, .text = text, .size = strlen(text)};
    turn_take(turn, correlator_take(town->alerts.correlator, event, turn->now_us), &taken, false);
    g_array_append_val(turn->events, taken);
}

static void take(struct turn *turn, const char *device, enum event_kind kind)
{
    take_event(turn, tell(turn, device, kind));
}

/* Until the model was made anew from the store. */
static void run_turn(struct town *town, void (*begin)(struct turn *turn),
                     void (*turned)(const struct turn *turn))
{
    town->turned = turned;
    turn_add(&town->alerts, begin, end, town);
    while (town->turned)
        g_main_context_iteration(NULL, TRUE);
}

static void begin_flip(struct turn *turn)
{
    turn->write = look;
    take(turn, "01a", EVENT_CLEARED);
    take(turn, "01a", EVENT_RAISED);
    turn_write(turn);
}

static void flipped(const struct turn *turn)
{
    const struct alert_row *alert = g_hash_table_lookup(turn->rows, "01a");
    const struct situation_row *row = g_hash_table_lookup(turn->situations, "01s");
    g_assert_cmpuint(alert->alert.count, ==, 2);
    g_assert_cmpint(alert->alert.ended_us, ==, 0);
    g_assert_cmpint(row->situation.ended_us, ==, 0);
    g_assert_cmpint(row->version, ==, 4);
    g_assert_cmpstr(row->title, ==, "door");
    g_assert_false(alert->retold);
}

/* What ends a situation and what brings it back come in one batch: it is not over. */
static void test_back_in_one_turn(void)
{
    gint64 now_us = clock_wall_us();
    struct alert stored[2] = {door("01a", now_us - 20 * SECOND_US),
                              door("01b", now_us - 20 * SECOND_US)};
    stored[1].state = ALERT_NORMAL;
    stored[1].end = (char *)"ignored";
    stored[1].ended_us = now_us - 10 * SECOND_US;
    struct town *town = town_new(now_us, stored, 2);
    run_turn(town, begin_flip, flipped);
    town_free(town);
}

static void begin_after(struct turn *turn)
{
    turn->write = look;
    take(turn, "01c", EVENT_RAISED);
    turn_write(turn);
}

static void filed(const struct turn *turn)
{
    const struct taken_event *taken = &g_array_index(turn->events, struct taken_event, 0);
    g_assert_true(g_hash_table_contains(turn->rows, "01a"));
    g_assert_cmpint(taken->outcome, ==, DECISION_ALERT);
    g_assert_cmpstr(taken->alert, !=, "01a");
}

/* An event is filed under its own alert, not under one that time ended before it. */
static void test_filed_under(void)
{
    gint64 now_us = clock_wall_us();
    struct alert stored[1] = {door("01a", now_us - 20 * MINUTE_US)};
    stored[0].expires_us = now_us - SECOND_US;
    stored[0].situation = NULL;
    struct town *town = town_new(now_us, stored, 1);
    run_turn(town, begin_after, filed);
    town_free(town);
}

static void begin_update(struct turn *turn)
{
    turn->write = look;
    struct event *event = tell(turn, "01a", EVENT_UPDATED);
    event->title = g_strdup("back door");
    event->ref_ids = g_strsplit("first-01a", " ", -1);
    take_event(turn, event);
    turn_write(turn);
}

static void retold(const struct turn *turn)
{
    const struct alert_row *alert = g_hash_table_lookup(turn->rows, "01a");
    g_assert_cmpstr(alert->alert.title, ==, "back door");
    g_assert_true(alert->retold);
}

/* Other words of an alert are words by which it is found. */
static void test_retold(void)
{
    gint64 now_us = clock_wall_us();
    struct alert stored[1] = {door("01a", now_us - MINUTE_US)};
    stored[0].situation = NULL;
    struct town *town = town_new(now_us, stored, 1);
    run_turn(town, begin_update, retold);
    town_free(town);
}

/* --- cases that were committed and not offered: the program ended in between */

#define HOUR_US (60 * MINUTE_US)

static GPtrArray *cases_of(gint64 now_us)
{
    static const char *const ids[] = {"01told", "01new", "01old", "01closed", "01over"};
    static struct open_case table[G_N_ELEMENTS(ids)];
    GPtrArray *cases = g_ptr_array_new();
    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        table[i] = (struct open_case){.id = ids[i], .opened_us = now_us - MINUTE_US};
        g_ptr_array_add(cases, &table[i]);
    }
    table[2].opened_us = now_us - 2 * HOUR_US;
    table[3].closed_us = now_us;
    return cases;
}

struct asking {
    GPtrArray *cases, *ids;
    gint64 since_us;
};

static bool ask_missing(struct store_tx *tx, gpointer user, GError **error)
{
    const struct asking *asking = user;
    return offers_missing(tx, asking->cases, asking->since_us, asking->ids, error);
}

static int by_text(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Told to an open alert is told; to one that is over it is not. */
static void test_missing_offers(void)
{
    gint64 now_us = clock_wall_us();
    struct alert stored[2] = {door("01a", now_us - MINUTE_US), door("01b", now_us - MINUTE_US)};
    stored[1].state = ALERT_NORMAL;
    stored[1].end = (char *)"case";
    stored[1].ended_us = now_us;
    struct town *town = town_new(now_us, stored, 2);
    fixture_sql(town->f,
                "INSERT INTO decision (id, time_us, kind, rule, rules, alert, case_id, inputs, zh,"
                " en) VALUES ('01d', 1, 'suggest', 'link', '', '01a', '01told', '{}', '', ''),"
                " ('01e', 1, 'nearby', 'link', '', '01b', '01over', '{}', '', '')");
    g_autoptr(GPtrArray) cases = cases_of(now_us);
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    struct asking asking = {.cases = cases, .ids = ids, .since_us = now_us - HOUR_US};
    GError *error = NULL;
    store_read_now(town->f->store, ask_missing, &asking, &error);
    g_assert_no_error(error);
    g_ptr_array_sort(ids, by_text);
    g_assert_cmpuint(ids->len, ==, 2);
    g_assert_cmpstr(ids->pdata[0], ==, "01new");
    g_assert_cmpstr(ids->pdata[1], ==, "01over");
    town_free(town);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/ended-situation", test_ended_situation);
    g_test_add_func("/model/back-in-one-turn", test_back_in_one_turn);
    g_test_add_func("/model/filed-under", test_filed_under);
    g_test_add_func("/model/retold", test_retold);
    g_test_add_func("/model/missing-offers", test_missing_offers);
    return g_test_run();
}
