/* Where alerts meet cases and cameras, which do not know each other. */
#pragma once
#include "alerts/alerts.h"
#include "cases/cases.h"
#include "wall/wall.h"

/* Cases behind the table that alerts wants. */
extern const struct alerts_cases meet_cases;

/* A case as alerts know it; texts are borrowed. */
struct open_case meet_case(const struct case_about *about);

/* {"cameras","skipped","reach_m"}: of the cameras nearest to a point, none farther than `reach_m`,
 * those that this session may list. */
json_t *meet_near(const struct wall *wall, double lon, double lat, guint count, double reach_m,
                  const struct net_session *session);

/* Tells alerts where every camera is. */
void meet_devices(struct alerts *alerts, const struct wall *wall);
