/* Heads of a backup's members: what is read again says the same, and no name leads out of its
 * folder. */
#include "store/backup_files.h"
#include "store/tar.h"
#include <string.h>

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);
int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    guint8 block[TAR_BLOCK] = {0}, again[TAR_BLOCK];
    struct tar_head head, back;
    memcpy(block, data, MIN(size, sizeof block));
    if (!tar_read_head(block, &head) || head.end)
        return 0;
    if (tar_write_head(again, head.name, head.size, 0)) {
        g_assert_true(tar_read_head(again, &back));
        g_assert_cmpstr(back.name, ==, head.name);
        g_assert_cmpuint(back.size, ==, head.size);
    }
    if (backup_file_belongs(head.name, true))
        g_assert_true(head.name[0] != '/' && !strstr(head.name, "../"));
    return 0;
}
