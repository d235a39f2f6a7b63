/* A file of past events: any bytes give rows, faults and an end. */
#include "intake/csv_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct csv_table table = {0};
    struct form_fault fault = {0};
    bool going = csv_table_open(&table, (const char *)data, size, &fault);
    guint line = 0, last = 0;
    while (going) {
        json_t *row = NULL;
        form_fault_clear(&fault);
        enum csv_row kind = csv_table_next(&table, &row, &line, &fault);
        g_assert_true((kind == CSV_ROW) == (row != NULL));
        g_assert_cmpuint(line, >=, last);
        last = line;
        json_decref(row);
        going = kind != CSV_ROW_END;
    }
    form_fault_clear(&fault);
    csv_table_close(&table);
    return 0;
}
