/* What is shown of a person to those who need not know it all, and the normal forms by which
 * persons are found. Pure; any thread; texts are UTF-8; everything returned is g_free()d by the
 * caller; NULL gives NULL. */
#pragma once
#include <glib.h>
#include <stdbool.h>

/* 张小明 → 张*明, 张明 → 张*, 欧阳小明 → 欧**明. Never more than three stars. */
char *mask_name(const char *name);
/* 13812345678 → 138****5678; a shorter number keeps less. */
char *mask_phone(const char *phone);
/* 330106199001011234 → 3301**********1234; a shorter one keeps its first character. */
char *mask_id_number(const char *number);
/* Up to the village, community or town: 石桥镇东村3组12号 → 石桥镇东村***. */
char *mask_address(const char *address);

/* Digits alone, without +86 or 0086; NULL: not 5 to 20 digits, spaces, dashes and brackets. */
char *normal_phone(const char *phone);
/* Upper case without spaces; NULL: not 4 to 32 letters and digits, or 18 with a wrong check digit
 * (GB 11643). */
char *normal_id_number(const char *number);
/* Without spaces, Latin letters in lower case; NULL: nothing is left, or over 100 characters. */
char *normal_name(const char *name);
/* Each character and each two neighbours of a normal name, once. Returned: texts, owned. */
GPtrArray *normal_grams(const char *normal);
