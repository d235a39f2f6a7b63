/* Personal data that was typed where everybody reads it. Pure; any thread. */
#pragma once
#include <stdbool.h>

/* Does the text hold a mobile number (11 digits from 13 to 19, also in groups with blanks or -) or
 * an identity number (18 places, its check digit right: GB 11643-1999)? Digits in full width count.
 * Longer runs of digits are neither: codes, orders, accounts. NULL: no. */
bool case_text_names_person(const char *text);
