#include "accord/follow.h"
#include <string.h>

#define FOLLOW_CHECK "履约检查：调解协议"

/* The chair speaks for the mediation, whoever signed last. */
static const struct accord_seat *chair_of(const struct accord_meeting *meeting)
{
    for (guint i = 0; i < meeting->seat_count; i++)
        if (meeting->seats[i].chairs)
            return &meeting->seats[i];
    return NULL;
}

/* *state: "none", "done", "waiting" with *why. */
static bool tell_case(struct store_tx *tx, const struct accord_hooks *hooks,
                      const struct accord_meeting *meeting, struct accord_outcome *outcome,
                      const char **state, const char **why, GError **error)
{
    const struct accord_seat *chair = chair_of(meeting);
    *why = NULL;
    *state = "none";
    if (!meeting->case_id || !hooks->outcome)
        return true;
    outcome->case_id = meeting->case_id;
    outcome->area = meeting->area;
    outcome->user = chair && chair->user ? chair->user : "";
    outcome->name = chair ? chair->name : "";
    if (!hooks->outcome(tx, outcome, why, hooks->user, error))
        return false;
    *state = *why ? "waiting" : "done";
    return true;
}

/* An agreement, as the case is told of it. */
static bool tell_agreed(struct store_tx *tx, const struct accord_hooks *hooks,
                        const struct accord_meeting *meeting, const struct accord_draft *draft,
                        gint64 now_us, const char **state, const char **why, GError **error)
{
    g_autofree char *key = g_strdup_printf("meeting:%s:agreed", meeting->id);
    g_autofree char *check = g_strdup_printf("meeting:%s:check", meeting->id);
    g_autofree char *text = g_strdup_printf("达成%s（草稿 %" G_GINT64_FORMAT "，SHA-256 %s）",
                                            draft->title, draft->n, draft->sha256);
    struct accord_outcome outcome = {.key = key,
                                     .result = "agreed",
                                     .text = text,
                                     .perform_key = check,
                                     .perform = draft->deadline_us ? FOLLOW_CHECK : NULL,
                                     .perform_due_us = draft->deadline_us,
                                     .now_us = now_us};
    return tell_case(tx, hooks, meeting, &outcome, state, why, error);
}

bool follow_agreed(struct store_tx *tx, struct accord_act *act, const struct accord_texts *texts,
                   const char *file, GError **error)
{
    const struct accord_draft *draft = texts->draft;
    const struct accord_seat *chair = chair_of(act->meeting);
    const char *state, *why;
    if (!tell_agreed(tx, act->hooks, act->meeting, draft, act->now_us, &state, &why, error))
        return false;
    act->effective = true;
    json_object_set_new(act->details, "effective", json_true());
    json_object_set_new(act->details, "case", json_string(state));
    gint64 court_us = accord_court_due_us(act->now_us);
    return store_exec(
        tx, error,
        "INSERT INTO meeting_agreement (meeting, case_id, seat, user_id, draft, how,"
        " file, effective_us, case_state, case_why, court_due_us, court_state,"
        " court_note, perform_due_us, perform_state, perform_note, next_us, perform_next_us)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', '', ?, 'open', '', ?, ?)",
        "ssssississiiii", act->meeting->id, act->meeting->case_id, chair ? chair->id : "",
        chair && chair->user ? chair->user : "", draft->n, draft->how, file, act->now_us, state,
        why, court_us, draft->deadline_us, accord_next_us(court_us, 0),
        accord_perform_next_us(draft->deadline_us, 0));
}

bool follow_has_failed(struct store_tx *tx, const struct accord_meeting *meeting, bool *failed,
                       GError **error)
{
    gint64 one;
    return store_query_int(tx, error, &one, failed,
                           "SELECT 1 FROM meeting_failure WHERE meeting = ? AND sitting = ?", "si",
                           meeting->id, meeting->sittings);
}

bool follow_failed(struct store_tx *tx, struct accord_act *act, bool *again, GError **error)
{
    const char *result = json_string_value(json_object_get(act->body, "result"));
    const char *text = json_string_value(json_object_get(act->body, "text"));
    const char *state, *why;
    if (!follow_has_failed(tx, act->meeting, again, error))
        return false;
    if (*again)
        return true;
    g_autofree char *key = g_strdup_printf("meeting:%s:sitting:%" G_GINT64_FORMAT, act->meeting->id,
                                           act->meeting->sittings);
    struct accord_outcome outcome = {
        .key = key, .result = result, .text = text, .now_us = act->now_us};
    if (!tell_case(tx, act->hooks, act->meeting, &outcome, &state, &why, error))
        return false;
    act->effective = true;
    json_object_set_new(act->details, "case", json_string(state));
    if (why)
        json_object_set_new(act->details, "why", json_string(why));
    g_autofree char *context =
        g_strdup_printf("%s/failure/%" G_GINT64_FORMAT, act->meeting->id, act->meeting->sittings);
    g_autoptr(GBytes) words = vault_seal_secret(act->vault, context, text);
    return store_exec(tx, error,
                      "INSERT INTO meeting_failure (meeting, sitting, seq, seat, result, words,"
                      " case_state, case_why, time_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                      "siissbssi", act->meeting->id, act->meeting->sittings, act->seq,
                      act->seat->id, result, g_bytes_get_data(words, NULL), g_bytes_get_size(words),
                      state, why, act->now_us);
}

bool follow_again(struct store_tx *tx, const struct accord_hooks *hooks,
                  const struct accord_meeting *meeting, gint64 now_us, GError **error)
{
    struct accord_draft draft = {0};
    const char *state, *why;
    GError *bad = NULL;
    bool fine = true;
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT d.n, d.title, d.sha256, d.deadline_us, a.court_state, a.court_note"
                    " FROM meeting_agreement a"
                    " JOIN meeting_draft d ON d.meeting = a.meeting AND d.n = a.draft"
                    " WHERE a.meeting = ? AND a.case_state = 'waiting'",
                    "s", meeting->id);
    if (rows && store_rows_next(rows, &bad)) {
        draft.n = store_int(rows, 0);
        draft.title = store_text_dup(rows, 1);
        draft.sha256 = store_text_dup(rows, 2);
        draft.deadline_us = store_int(rows, 3);
        g_autofree char *court = store_text_dup(rows, 4), *note = store_text_dup(rows, 5);
        bool said = strcmp(court, "applied") == 0 || strcmp(court, "waived") == 0;
        fine = tell_agreed(tx, hooks, meeting, &draft, now_us, &state, &why, error) &&
               store_exec(tx, error,
                          "UPDATE meeting_agreement SET case_state = ?, case_why = ?"
                          " WHERE meeting = ?",
                          "sss", state, why, meeting->id) &&
               (why || !said || follow_court(tx, hooks, meeting, court, note, now_us, &why, error));
    }
    if (bad)
        g_propagate_error(error, bad);
    g_free(draft.title);
    g_free(draft.sha256);
    return rows && !bad && fine;
}

/* Of an agreement in force, as its chair says it. */
static struct accord_outcome spoken(const struct accord_meeting *meeting, const char *key,
                                    const char *text, gint64 now_us)
{
    const struct accord_seat *chair = chair_of(meeting);
    return (struct accord_outcome){.case_id = meeting->case_id,
                                   .area = meeting->area,
                                   .user = chair && chair->user ? chair->user : "",
                                   .name = chair ? chair->name : "",
                                   .key = key,
                                   .text = text,
                                   .now_us = now_us};
}

bool follow_court(struct store_tx *tx, const struct accord_hooks *hooks,
                  const struct accord_meeting *meeting, const char *result, const char *text,
                  gint64 now_us, const char **why, GError **error)
{
    g_autofree char *key = g_strdup_printf("meeting:%s:court", meeting->id);
    struct accord_outcome outcome = spoken(meeting, key, text, now_us);
    outcome.result = result;
    *why = NULL;
    return !meeting->case_id || !hooks->court ||
           hooks->court(tx, &outcome, why, hooks->user, error);
}

bool follow_performed(struct store_tx *tx, const struct accord_hooks *hooks,
                      const struct accord_meeting *meeting, const char *how, gint64 due_us,
                      gint64 now_us, const char **why, GError **error)
{
    g_autofree char *key = g_strdup_printf("meeting:%s:performed", meeting->id);
    g_autofree char *text = *how ? g_strdup_printf("已履行：%s", how) : g_strdup("已履行");
    struct accord_outcome outcome = spoken(meeting, key, text, now_us);
    outcome.perform = FOLLOW_CHECK;
    outcome.perform_due_us = due_us;
    *why = NULL;
    return !meeting->case_id || !hooks->performed ||
           hooks->performed(tx, &outcome, why, hooks->user, error);
}
