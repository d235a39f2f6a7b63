/* What a camera says to each RTSP request. */
#pragma once
#include "simcams/client.h"

/* Answers one request, changing the client's state. */
void dialogue_answer(struct client *client, const struct rtsp_input *request);

/* Ends sending, if any. */
void dialogue_stop(struct client *client);
