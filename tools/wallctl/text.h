/* What wallctl says, in both languages. */
#pragma once
#include "wallctl/arguments.h"

enum text {
    TEXT_HELP,
    TEXT_VERSION,
    TEXT_NO_SERVER,
    TEXT_NO_ANSWER,
    TEXT_REFUSED,
    TEXT_TRY_HELP,
    TEXT_IMPORTED,
    TEXT_LEDGER,
    TEXT_WOULD_IMPORT,
    TEXT_FINDINGS,
    TEXT_LINE,
    TEXT_WARNING,
    TEXT_PASSWORD_SET,
    TEXT_USER_ADDED,
    TEXT_FEED_ON,
    TEXT_FEED_OFF,
    TEXT_FEED_KEY,
    TEXT_FEED_REMOVED,
    TEXT_RETRIED,
    TEXT_DROPPED,
    TEXT_TOOK_EVENTS,
    TEXT_WOULD_TAKE_EVENTS,
    TEXT_TOOK_SENSORS,
    TEXT_WOULD_TAKE_SENSORS,
    TEXT_AUDIT_HOLDS,
    TEXT_AUDIT_KEY,
    TEXT_COUNT,
};

const char *text_of(enum text text, enum language language);

/* What a code of an error means, "没有找到 / ": goes before words that are English only, where the
 * language is Chinese; else "". Static. */
const char *text_before(const char *code, enum language language);
/* The lines of the help whose commands begin with `word`. Returned: g_free(); NULL: none does. */
char *text_help_of(const char *word, enum language language);
