#include "cases/case_search.h"
#include "common/words.h"
#include <string.h>

/* Of the word by which the words of a case are found again: no one types it (U+E000). */
#define ID_MARK "\xee\x80\x80"

/* Of the word of its piece (U+E001), behind which the first letters of its id stand: 2^30 ms. */
#define PIECE_MARK "\xee\x80\x81"

char *case_search_piece(const char *id)
{
    return g_strdup_printf("\"" PIECE_MARK "%.*s\"", CASE_PIECE_LETTERS, id);
}

static bool insert(struct store_tx *tx, const char *id, const char *words, GError **error)
{
    g_autofree char *all = g_strdup_printf("%s " PIECE_MARK "%.*s", words, CASE_PIECE_LETTERS, id);
    return store_exec(tx, error, "INSERT INTO case_search (case_id, words) VALUES (?, ?)", "ss", id,
                      all);
}

static bool write_case(struct store_tx *tx, const struct case_row *row, GError **error)
{
    g_autofree char *mark = g_strconcat("\"" ID_MARK, row->id, "\"", NULL);
    g_autoptr(GString) words = g_string_new(NULL);
    const char *const found_by[] = {row->code, row->title, row->body, row->address, row->type};
    for (size_t i = 0; i < G_N_ELEMENTS(found_by); i++)
        words_add(words, found_by[i]);
    g_string_append_printf(words, " " ID_MARK "%s", row->id);
    return store_exec(tx, error,
                      "DELETE FROM case_search WHERE rowid IN (SELECT rowid FROM case_search"
                      " WHERE case_search MATCH ? AND case_id = ?)",
                      "ss", mark, row->id) &&
           insert(tx, row->id, words->str, error);
}

bool case_search_write(struct store_tx *tx, const struct case_row *row,
                       const struct case_record *record, GError **error)
{
    static const char *const changing[] = {"open", "triage", "edit", NULL};
    if (g_strv_contains(changing, record->action) && !write_case(tx, row, error))
        return false;
    g_autoptr(GString) words = g_string_new(NULL);
    words_add(words, record->note);
    return !words->len || insert(tx, row->id, words->str, error);
}
