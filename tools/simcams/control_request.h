/* One line of the control socket. Pure; any thread. */
#pragma once
#include "simcams/fault.h"
#include <glib.h>

enum control_command {
    CONTROL_STATS,
    CONTROL_CAMERAS,
    CONTROL_FAULT,
    CONTROL_CLEAR,
};

struct control_request {
    enum control_command command;
    enum fault kind; /* FAULT_COUNT with "clear": all kinds */
    double value;
    double seconds;  /* 0: until cleared */
    bool all;        /* all cameras; also if none of the three is given with stats and clear */
    double share;    /* > 0: this share of the cameras, always the same ones for a seed */
    GArray *cameras; /* unsigned; NULL if not given */
};

/* Parses one JSON line. On true, control_request_clear() is needed. */
bool control_request_parse(const char *line, size_t size_bytes, struct control_request *request,
                           GError **error);

void control_request_clear(struct control_request *request);
