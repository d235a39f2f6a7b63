/* Somebody who calls for help in a meeting becomes an event of the first priority. */
#pragma once
#include "intake/intake.h"
#include "mediation/mediation.h"

/* Puts it on the stream; `one` is borrowed during the call, `intake` until `done`. An event that is
 * refused for its words goes once more without them. `done` is called exactly once, later: told is
 * true when the event is on disk in the stream, false when it is to be told again. */
void meet_danger_tell(struct intake *intake, const struct mediation_danger *one,
                      void (*done)(bool told, gpointer data), gpointer data);
