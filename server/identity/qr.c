#include "identity/qr.h"
#include <glib.h>
#include <qrencode.h>

json_t *qr_rows(const char *text)
{
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (!code)
        return NULL;
    json_t *rows = json_array();
    for (int y = 0; y < code->width; y++) {
        GString *row = g_string_new(NULL);
        for (int x = 0; x < code->width; x++)
            g_string_append_c(row, code->data[y * code->width + x] & 1 ? '1' : '0');
        json_array_append_new(rows, json_string(row->str));
        g_string_free(row, TRUE);
    }
    QRcode_free(code);
    return rows;
}
