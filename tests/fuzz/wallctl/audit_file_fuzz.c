/* Whatever is handed over as an exported audit log: it is refused with the line, or what holds adds
 * up. */
#include "wallctl/audit_file.h"
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct audit_file it;
    if (!audit_file_check((const char *)data, size, NULL, &it)) {
        g_assert_nonnull(it.wrong);
        g_assert_cmpint(it.line, >=, 1);
        return 0;
    }
    g_assert_null(it.wrong);
    g_assert_cmpint(it.records == 0 ? 0 : it.last - it.first + 1, ==, it.records);
    g_assert_cmpint(it.signed_to, <=, it.last);
    g_assert_cmpuint(strlen(it.key), ==, 2 * (size_t)AUDIT_KEY_BYTES);
    struct audit_file again;
    g_assert_true(audit_file_check((const char *)data, size, it.key, &again));
    return 0;
}
