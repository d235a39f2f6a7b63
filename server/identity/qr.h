/* QR codes. The library's types stay in qr.c. */
#pragma once
#include <jansson.h>

/* The code as rows of "0" and "1", without the quiet zone around it: an array of texts, returned.
 * NULL: the text is too long for one. */
json_t *qr_rows(const char *text);
