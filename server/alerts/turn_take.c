/* What the correlator decided, collected until it is written. */
#include "alerts/alerts_private.h"
#include "alerts/turn.h"

struct alert_row *turn_row(struct turn *turn, const char *alert)
{
    struct alert_row *row = g_hash_table_lookup(turn->rows, alert);
    if (row)
        return row;
    struct alert_row *before = g_hash_table_lookup(turn->alerts->rows, alert);
    if (!before && !correlator_alert(turn->alerts->correlator, alert))
        return NULL;
    row = alert_row_new(before);
    row->counted = !row->is_new;
    g_hash_table_insert(turn->rows, g_strdup(alert), row);
    return row;
}

static void add_id(char **list, const char *id)
{
    g_auto(GStrv) ids = g_strsplit(*list, " ", -1);
    if (!id || g_strv_contains((const char *const *)ids, id))
        return;
    char *longer = **list ? g_strconcat(*list, " ", id, NULL) : g_strdup(id);
    g_free(*list);
    *list = longer;
}

static void set_suggestion(struct turn *turn, struct alert_row *row, const struct decision *d)
{
    const char *code =
        d->case_id ? g_hash_table_lookup(turn->alerts->case_codes, d->case_id) : NULL;
    double before =
        row->suggestion ? json_number_value(json_object_get(row->suggestion, "score")) : -1;
    if (d->score < before)
        return;
    json_decref(row->suggestion);
    row->suggestion = json_pack("{s:o,s:o,s:o,s:o,s:o}", "case", json_of_text(d->case_id), "code",
                                json_of_text(code), "score", json_of_number(d->score), "zh",
                                json_of_text(d->zh), "en", json_of_text(d->en));
}

/* Which decisions are the reason that people read in the queue. */
static bool is_reason(enum decision_kind kind)
{
    switch (kind) {
    case DECISION_COUNT:
    case DECISION_SUGGEST:
    case DECISION_NEARBY:
    case DECISION_RECENT:
    case DECISION_NOTHING:
    case DECISION_INHIBITED:
        return false;
    default:
        return true;
    }
}

static void note_alert(struct turn *turn, const struct decision *d, bool person)
{
    struct alert_row *row = turn_row(turn, d->alert->id);
    if (!row) { /* made and gone at once: as it is in the decision */
        row = alert_row_new(NULL);
        g_hash_table_insert(turn->rows, g_strdup(d->alert->id), row);
    }
    if (row->is_new)
        g_hash_table_add(turn->new_alerts, g_strdup(d->alert->id));
    if ((d->kind == DECISION_COUNT || d->kind == DECISION_INHIBITED) && row->counted)
        return;
    row->counted = false;
    alert_row_fill(row, d->alert, NULL);
    if (d->kind == DECISION_SUGGEST)
        set_suggestion(turn, row, d);
    else if (d->kind == DECISION_NEARBY)
        add_id(&row->near_cases, d->case_id);
    else if (d->kind == DECISION_RECENT)
        add_id(&row->recent_cases, d->case_id);
    if (is_reason(d->kind) && d->zh && !(person && row->reason_zh)) {
        g_free(row->reason_zh);
        g_free(row->reason_en);
        row->reason_zh = g_strdup(d->zh);
        row->reason_en = g_strdup(d->en);
    }
}

/* Of the same kind about the same thing within a turn only one is kept, and counted. */
static bool folds(enum decision_kind kind)
{
    return kind == DECISION_COUNT || kind == DECISION_INHIBITED || kind == DECISION_NOTHING;
}

static void note_decision(struct turn *turn, struct decision *d)
{
    g_autofree char *key =
        folds(d->kind) ? g_strdup_printf("%d %s %s %s", d->kind, d->alert ? d->alert->id : "",
                                         d->other ? d->other : "", d->rule ? d->rule : "")
                       : NULL;
    struct decision_row *row = key ? g_hash_table_lookup(turn->folded, key) : NULL;
    if (row) {
        decision_row_fold(row, d);
        return;
    }
    row = decision_row_take(d, turn->now_us);
    row->id = id_next();
    g_ptr_array_add(turn->decisions, row);
    if (key)
        g_hash_table_insert(turn->folded, g_steal_pointer(&key), row);
}

/* As it is after the decision; one more sighting is looked at when the turn is finished. */
static void note_situation(struct turn *turn, const struct situation *situation,
                           enum decision_kind kind)
{
    struct situation_row *noted = g_hash_table_lookup(turn->situations, situation->id);
    if (noted) {
        if (kind != DECISION_COUNT)
            situation_row_fill(noted, situation);
        return;
    }
    const struct situation_row *before =
        g_hash_table_lookup(turn->alerts->situations, situation->id);
    g_hash_table_insert(turn->situations, g_strdup(situation->id),
                        situation_row_new(situation, before ? before->version + 1 : 1,
                                          before ? before->title : NULL));
}

static bool is_same(const struct event *event, const struct taken_event *taken)
{
    return taken && event == taken->event;
}

/* What time brought is handed out before what the event made: it is nothing of its. */
static void note_event(struct taken_event *taken, const struct decision *d)
{
    if (!taken->decided)
        taken->outcome = d->kind;
    taken->decided = true;
    if (!taken->alert && (d->alert || d->other))
        taken->alert = g_strdup(d->alert ? d->alert->id : d->other);
}

static void note_risen(struct turn *turn, const struct decision *d)
{
    if (!d->event || !d->alert || (d->kind != DECISION_ALERT && d->kind != DECISION_COUNT))
        return;
    struct risen_event *risen = g_new(struct risen_event, 1);
    *risen = (struct risen_event){.source = g_strdup(d->event->source),
                                  .id = g_strdup(d->event->id),
                                  .alert = g_strdup(d->alert->id),
                                  .outcome = d->kind};
    g_ptr_array_add(turn->risen, risen);
}

void turn_take(struct turn *turn, const GArray *decisions, struct taken_event *event, bool person)
{
    for (guint i = 0; i < decisions->len; i++) {
        struct decision *d = &g_array_index(decisions, struct decision, i);
        if (d->alert)
            note_alert(turn, d, person);
        if (d->situation)
            note_situation(turn, d->situation, d->kind);
        if (is_same(d->event, event))
            note_event(event, d);
        else
            note_risen(turn, d);
        note_decision(turn, d);
    }
}
