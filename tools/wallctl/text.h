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
    TEXT_WOULD_IMPORT,
    TEXT_LINE,
    TEXT_WARNING,
    TEXT_PASSWORD_SET,
    TEXT_USER_ADDED,
    TEXT_COUNT,
};

const char *text_of(enum text text, enum language language);
