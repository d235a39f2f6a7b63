/* The file of certificates that were seen. */
#include "rtsp/trust.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    GHashTable *known = trust_parse((const char *)data, size);
    GHashTableIter iter;
    gpointer place, fingerprint;
    g_hash_table_iter_init(&iter, known);
    while (g_hash_table_iter_next(&iter, &place, &fingerprint))
        g_assert_cmpuint(strlen(fingerprint), ==, 95);
    g_hash_table_unref(known);
    return 0;
}
