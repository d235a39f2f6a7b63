/* Feeds of kind "pull": asked again and again, each from where the store says it was read.
 * Questions are asked on a few threads of their own; everything else happens on the loop. The
 * cursor moves on only after the events are on disk in the stream: what is read twice is known by
 * its id. Loop thread only. */
#pragma once
#include "intake/intake_private.h"

struct pulls;

/* Begins with the feeds that there are, follows their changes. */
struct pulls *pulls_create(struct intake *intake);
/* Waits for questions under way, which are told to give up; what they brought no longer counts.
 * NULL is fine. */
void pulls_stop(struct pulls *pulls);
/* After writer and feeds are gone, since both may still hold rounds. NULL is fine. */
void pulls_destroy(struct pulls *pulls);
