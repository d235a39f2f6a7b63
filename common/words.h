/* Words by which texts are found (tables alert_search, case_search): Latin words and numbers in
 * lower case; of Chinese, Japanese and Korean text every character and every two neighbours.
 * Letters that a tokenizer of an older Unicode may not know are spelled as numbers. Pure; any
 * thread. */
#pragma once
#include <glib.h>

/* Appends the words of `text` (UTF-8; NULL: none), separated by spaces. */
void words_add(GString *words, const char *text);

/* What somebody typed, as a query of FTS5: every word has to be there, Latin ones as beginnings.
 * Returned: g_free(); NULL when there is nothing to look for. */
char *words_query(const char *text);
