/* Why a camera shows no fresh picture: the codes of docs/camera-states.md. */
#pragma once
#include <stdbool.h>

enum reason {
    REASON_NONE,
    REASON_UNREACHABLE,
    REASON_WRONG_PASSWORD,
    REASON_LIMIT_REACHED,
    REASON_REFUSED,
    REASON_NO_DATA,
    REASON_PROTOCOL,
    REASON_NO_VIDEO,
    REASON_CANNOT_DECODE,
    REASON_DECODER_CRASHED,
    REASON_FROZEN,
    REASON_BLACK,
    REASON_PIPELINE,
    REASON_BAD_URL,
    REASON_WRONG_CERTIFICATE,
    REASON_COUNT,
};

/* Any thread. Static text; NULL for REASON_NONE. */
const char *reason_code(enum reason reason);

/* Any thread. NULL gives REASON_NONE; an unknown code gives REASON_PIPELINE. */
enum reason reason_from_code(const char *code);
