/* Whatever is brought in as a ledger: each row is a case that the rules take, or a fault with its
 * line. The first line may be the columns, as JSON. */
#include "cases/case_form.h"
#include "cases/ledger.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NOW_US ((gint64)1790000000 * G_USEC_PER_SEC)

static const struct ledger_map *shipped(void)
{
    static struct ledger_map *map;
    g_autofree char *text = NULL;
    gsize size;
    if (!map && g_file_get_contents(TW_SOURCE_DIR "/config/ledger-import.json", &text, &size, NULL))
        map = ledger_map_read(text, size, "shipped", NULL);
    g_assert_nonnull(map);
    return map;
}

static void check(const struct ledger_file *file)
{
    guint before = 0;
    g_assert_cmpuint(file->rows->len + file->bad, <=, file->lines + 1);
    for (guint i = 0; i < file->rows->len; i++) {
        const struct ledger_row *row = file->rows->pdata[i];
        json_t *faults = json_array();
        case_form_check(row->form, "", faults);
        g_assert_cmpuint(json_array_size(faults), ==, 0);
        json_decref(faults);
        g_assert_cmpuint(row->line, >, before);
        before = row->line;
        g_assert_cmpint(row->accepted_us, >, 0);
        g_assert_nonnull(row->state);
        g_assert_cmpint(strcmp(row->state, "CLOSED") == 0, ==, row->closed_us > 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ledger_file file;
    json_t *columns = NULL;
    const uint8_t *end = size && *data == '{' ? memchr(data, '\n', size) : NULL;
    if (end) {
        columns = json_loadb((const char *)data, (size_t)(end - data), 0, NULL);
        size -= (size_t)(end + 1 - data);
        data = end + 1;
    }
    ledger_file_read(shipped(), columns, (const char *)data, size, NOW_US, &file);
    check(&file);
    ledger_file_clear(&file);
    json_decref(columns);
    g_autoptr(GError) error = NULL;
    ledger_map_destroy(ledger_map_read((const char *)data, size, "fuzz", &error));
    return 0;
}
