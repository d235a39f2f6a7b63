/* What the routes of this folder share: answers to what the store refused. */
#pragma once
#include "net/net.h"
#include "store/store.h"

/* {"error":{"code","message":{"zh","en"}}}, for answers that hold more. Owned by the caller. */
json_t *face_error_json(const char *code, const char *zh, const char *en);
/* Why a job of the store was undone that had no fault of its own: 404, 507, 503. */
void face_reply_store(struct net_request *request, const GError *error);
