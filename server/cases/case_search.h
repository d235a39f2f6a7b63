/* Words by which cases are found (table case_search): what is known of a case, and what was written
 * in its record. Inside a store_fn. */
#pragma once
#include "cases/case_log.h"
#include "cases/case_row.h"

#define CASE_PIECE_LETTERS 4

/* Pure, g_free(): the word, in quotes, that all words of a case stand beside, the same for cases
 * that began within twelve days. Common words are looked for among one such piece after the other.
 */
char *case_search_piece(const char *id);

/* The words of a new record; of the case itself when it may have changed with it. */
bool case_search_write(struct store_tx *tx, const struct case_row *row,
                       const struct case_record *record, GError **error);
