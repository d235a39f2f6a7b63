/* What people do with an alert: POST /api/v1/alerts/ID/acts (docs/alerts.md). */
#pragma once
#include "alerts/alerts_private.h"

void act_add_routes(struct alerts *alerts);

/* An act of the table alert_act as people see it; columns as ACT_COLUMNS. */
#define ACT_COLUMNS "id, time_us, user_id, name, act, minutes, reason, body, target, undone_us"
json_t *act_json_read(struct store_rows *rows);
