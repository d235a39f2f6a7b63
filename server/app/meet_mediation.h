/* Where meetings meet cases, alerts and the wall's WebSocket, which do not know each other. */
#pragma once
#include "app/meet_accord.h"
#include "intake/intake.h"
#include "mediation/mediation.h"
#include "wall/wall.h"

struct meet_mediation { /* borrowed; outlives the mediation */
    struct identity *identity;
    struct intake *intake;
    struct meet_accord accord;
};
/* What meetings ask of others; `meet` is their `user`. */
struct mediation_hooks meet_mediation_hooks(struct meet_mediation *meet);
/* Messages that the wall leaves to meetings; its user is the mediation. */
extern const struct wall_more meet_wall;
