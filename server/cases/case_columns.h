/* The tables that people take along: two ledgers (台账) and three lists (清单), each with its
 * columns in both languages. Data; what takes a store_tx runs inside a store_fn. */
#pragma once
#include "cases/case_book.h"
#include "cases/case_row.h"
#include "cases/case_who.h"
#include "ledger/sheet.h"

enum case_table {
    TABLE_REQUEST_LEDGER, /* 诉求台账 */
    TABLE_DISPUTE_LEDGER, /* 矛盾纠纷台账 */
    TABLE_REQUESTS,       /* 问题清单 */
    TABLE_ASSIGNED,       /* 交办清单 */
    TABLE_DONE,           /* 办结清单 */
    TABLE_COUNT,
};
/* −1: no such table. */
int case_table_find(const char *name);
const char *case_table_name(enum case_table table);
const char *case_table_title(enum case_table table, bool english);

/* What filling a table needs; filled and owned by case_table_open(). */
struct case_table_fill {
    enum case_table table;
    bool english;
    gint64 now_us;
    const struct case_book *book;    /* borrowed */
    const struct case_who *who;      /* borrowed */
    const struct vault *vault;       /* borrowed */
    const char *reason;              /* why persons are shown unmasked; NULL: they are masked */
    GHashTable *areas, *departments; /* code, id → name */
    guint rows;
};
/* Reads the names of areas and departments. */
bool case_table_open(struct store_tx *tx, struct case_table_fill *fill, GError **error);
void case_table_close(struct case_table_fill *fill); /* zeroed is fine */

bool case_table_head(const struct case_table_fill *fill, struct sheet *sheet, GError **error);
/* With `reason` inside a write: who was revealed goes on record. */
bool case_table_row(struct store_tx *tx, struct case_table_fill *fill, const struct case_row *row,
                    struct sheet *sheet, GError **error);
