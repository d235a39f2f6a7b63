/* The wall's own names of things, as they stand in its answers, in words for people. */
#pragma once
#include "wallctl/arguments.h"

/* What a field is called: "media" is 媒体. Borrowed: `name` itself where there is no other word. */
const char *word_of_name(const char *name, enum language language);

/* What a value of the field `name` says: "live" of a state is 正常. Borrowed, likewise. */
const char *word_of_value(const char *name, const char *value, enum language language);
