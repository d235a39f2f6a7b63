/* What a sensor tells as an event: when it is another state than before, and in which words. Pure.
 */
#pragma once
#include "event/event.h"
#include "intake/mqtt_rules.h"
#include "intake/sensor.h"
#include "intake/states.h"

/* Is it an alarm now? `row` is the register's (NULL: none), `was` what was told before. false +
 * error: a number without bounds is none (*raised is `was`, no error), one in a unit that does not
 * fit those of the bounds is an error. */
bool sensor_judge(const struct mqtt_reading *reading, const struct sensor *row, bool was,
                  bool *raised, GError **error);

/* Is a device's own time near enough to be believed? A clock that stands (2000-01-01) is not: what
 * it tells live is of now. */
bool sensor_time_good(int64_t time_us, int64_t came_us);

/* `came_us`: when the message came, before now_us when it is tried again. `row` NULL: not in the
 * register; `place` (may be NULL): a row of the same device. A time that is
 * not good goes into `extra`. Returned: checked by event_check(); NULL + error. */
struct event *sensor_event(const char *feed, const struct mqtt_reading *reading,
                           const struct sensor *row, const struct sensor *place,
                           const struct state *state, int64_t came_us, int64_t now_us,
                           GError **error);
