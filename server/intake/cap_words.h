/* What the words of a CAP message mean: type of our catalogue, colour of the national four-level
 * scale. Pure. */
#pragma once
#include "intake/cap.h"

/* Of config/rules.json; static. */
const char *cap_type(const struct cap_info *info);

enum cap_colour { CAP_NO_COLOUR, CAP_RED, CAP_ORANGE, CAP_YELLOW, CAP_BLUE };
/* *from (static) gets where it stands: "parameter", "headline", "severity". */
enum cap_colour cap_colour(const struct cap_info *info, const char **from);
/* "red"; NULL: none. */
const char *cap_colour_name(enum cap_colour colour);

/* The infos of the language that is shown: Chinese before the first. */
const char *cap_language(const struct cap_alert *alert);
