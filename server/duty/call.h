/* What a telephone system tells of a call. Pure; any thread. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

enum call_event { CALL_RINGING, CALL_ANSWERED, CALL_ENDED };

struct call {
    char id[65];        /* of the call at its telephone system */
    char extension[17]; /* where it rings: digits, * and # */
    char number[33];    /* of the caller: digits, perhaps + before them; "" withheld */
    enum call_event event;
};

/* Reads {"call","event","extension","number"} from JSON text. Blanks, dashes and brackets in the
 * number are left out. false: *field (static) is wrong, `zh` and `en` (static) say how. */
bool call_read(const char *text, size_t size, struct call *call, const char **field,
               const char **zh, const char **en);
const char *call_event_name(enum call_event event);
/* Digits, * and #, 1 to 16. */
bool call_extension_good(const char *text);
