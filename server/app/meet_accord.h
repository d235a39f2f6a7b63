/* Where the joint texts of meetings meet the rooms in which they are made, and cases. */
#pragma once
#include "accord/desk.h"
#include "cases/indicator.h"
#include "mediation/mediation.h"

struct meet_accord { /* borrowed; outlives mediation */
    struct identity *identity;
    struct templates *templates;
    struct mediation *mediation; /* set when there is one */
};

/* Inside a store_fn, as mediation_hooks.act and .views. */
bool meet_accord_act(struct store_tx *tx, struct mediation_act *act, bool *mine,
                     const struct meet_accord *meet, GError **error);
bool meet_accord_views(struct store_tx *tx, const struct meeting *meeting, json_t **leaders,
                       json_t **others, const struct meet_accord *meet, GError **error);
/* What cases count of agreements, as cases_options.more. */
const struct indicator *meet_accord_indicators(void);
/* What the desk asks; `meet` is its user. */
struct accord_desk_hooks meet_accord_desk(struct meet_accord *meet);
/* As accord_hooks.outcome. */
bool meet_accord_outcome(struct store_tx *tx, const struct accord_outcome *outcome,
                         const char **why, gpointer user, GError **error);
