/* Any text can be indexed and asked for: SQLite takes every query that is made of it, and a text
 * is found by itself. */
#include "common/words.h"
#include <sqlite3.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static sqlite3 *open_index(void)
{
    static sqlite3 *db;
    if (db)
        return db;
    g_assert_cmpint(sqlite3_open(":memory:", &db), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(db,
                                 "CREATE VIRTUAL TABLE i USING fts5 (words, detail = none,"
                                 " tokenize = \"unicode61 remove_diacritics 0\")",
                                 NULL, NULL, NULL),
                    ==, SQLITE_OK);
    return db;
}

static int run(sqlite3 *db, const char *sql, const char *text)
{
    sqlite3_stmt *stmt = NULL;
    g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), ==, SQLITE_OK);
    sqlite3_bind_text(stmt, 1, text, -1, SQLITE_TRANSIENT);
    int code = sqlite3_step(stmt);
    sqlite3_finalize(stmt);
    return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 2000)
        return 0;
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GString) words = g_string_new(NULL);
    words_add(words, text);
    g_assert_true(g_utf8_validate(words->str, -1, NULL));
    g_autofree char *query = words_query(text);
    g_assert_true((query == NULL) == (words->len == 0));
    if (!query)
        return 0;
    sqlite3 *db = open_index();
    g_assert_cmpint(sqlite3_exec(db, "DELETE FROM i", NULL, NULL, NULL), ==, SQLITE_OK);
    g_assert_cmpint(run(db, "INSERT INTO i (words) VALUES (?)", words->str), ==, SQLITE_DONE);
    g_assert_cmpint(run(db, "SELECT rowid FROM i WHERE i MATCH ?", query), ==, SQLITE_ROW);
    return 0;
}
