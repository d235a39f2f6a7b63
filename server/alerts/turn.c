#include "alerts/turn.h"
#include "alerts/alerts_private.h"

static void run_next(struct alerts *alerts);

/* --- the line */

static void forget_event(gpointer data)
{
    struct taken_event *taken = data;
    event_unref(taken->event);
    g_free(taken->alert);
}

static void free_risen(gpointer data)
{
    struct risen_event *risen = data;
    g_free(risen->source);
    g_free(risen->id);
    g_free(risen->alert);
    g_free(risen);
}

void turn_clear(struct turn *turn)
{
    g_ptr_array_set_size(turn->risen, 0);
    g_hash_table_remove_all(turn->rows);
    g_hash_table_remove_all(turn->situations);
    g_hash_table_remove_all(turn->folded);
    g_hash_table_remove_all(turn->new_alerts);
    g_ptr_array_set_size(turn->decisions, 0);
    json_object_clear(turn->moved);
    if (turn->events)
        g_array_set_size(turn->events, 0);
}

static void turn_free(struct turn *turn)
{
    g_hash_table_destroy(turn->rows);
    g_hash_table_destroy(turn->situations);
    g_hash_table_destroy(turn->folded);
    g_hash_table_destroy(turn->new_alerts);
    g_ptr_array_unref(turn->decisions);
    g_ptr_array_unref(turn->risen);
    json_decref(turn->moved);
    g_clear_pointer(&turn->events, g_array_unref);
    g_free(turn->rules);
    g_free(turn);
}

static void unref_row(gpointer row)
{
    alert_row_unref(row);
}

static void unref_situation(gpointer row)
{
    situation_row_unref(row);
}

static void free_decision(gpointer row)
{
    decision_row_free(row);
}

void turn_add(struct alerts *alerts, void (*begin)(struct turn *turn),
              void (*end)(struct turn *turn, const GError *error), gpointer user)
{
    struct turn *turn = g_new0(struct turn, 1);
    turn->alerts = alerts;
    turn->begin = begin;
    turn->end = end;
    turn->user = user;
    turn->rows = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, unref_row);
    turn->situations = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, unref_situation);
    turn->decisions = g_ptr_array_new_with_free_func(free_decision);
    turn->folded = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    turn->new_alerts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    turn->moved = json_object();
    turn->risen = g_ptr_array_new_with_free_func(free_risen);
    turn->events = g_array_new(FALSE, TRUE, sizeof(struct taken_event));
    g_array_set_clear_func(turn->events, forget_event);
    g_queue_push_tail(&alerts->turns, turn);
    if (alerts->turns.length == 1)
        run_next(alerts);
}

static void begin(struct turn *turn)
{
    turn->now_us = alerts_now(turn->alerts);
    turn->begin(turn);
}

/* A model never runs backwards: when the clock was set back, a new one begins by the new clock. */
static void run_next(struct alerts *alerts)
{
    struct turn *turn = g_queue_peek_head(&alerts->turns);
    if (turn && alerts_clock_fell(alerts))
        model_reload(alerts, begin, turn);
    else if (turn)
        begin(turn);
}

void turn_end(struct turn *turn, const GError *error)
{
    struct alerts *alerts = turn->alerts;
    turn->end(turn, error);
    g_queue_pop_head(&alerts->turns);
    turn_free(turn);
    alerts_plan_tick(alerts);
    run_next(alerts);
}

static void after_reload(struct turn *turn)
{
    GError *error = g_steal_pointer(&turn->error);
    turn_end(turn, error);
    g_clear_error(&error);
}

void turn_fail(struct turn *turn, const GError *error)
{
    turn->error = error ? g_error_copy(error) : NULL;
    model_reload(turn->alerts, after_reload, turn);
}
