/* What is open at the end of a shift, as the parts of this program know it. */
#pragma once
#include "alerts/alerts.h"
#include "duty/duty.h"
#include "intake/intake.h"
#include "wall/wall.h"

/* Appends open alerts of priority 1 and 2, feeds that fail, and cameras that are down en masse, as
 * struct duty_options wants them. */
void meet_matters(struct alerts *alerts, struct intake *intake, const struct wall *wall,
                  json_t *list);
