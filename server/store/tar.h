/* Heads of a tar archive (POSIX ustar), as any tar reads and writes them. Regular files only. */
#pragma once
#include <glib.h>
#include <stdbool.h>

#define TAR_BLOCK 512
/* Longest name that both halves of a head hold wherever it is cut. */
#define TAR_NAME_MAX 200

struct tar_head {
    char name[257];
    guint64 size;
    bool end; /* a block of zeros: nothing follows */
};

/* Pure. false: the name or size does not fit. */
bool tar_write_head(guint8 block[TAR_BLOCK], const char *name, guint64 size, gint64 time_s);

/* Pure. false: no head of a regular file, or its sum is wrong. */
bool tar_read_head(const guint8 block[TAR_BLOCK], struct tar_head *head);

/* Pure. True for names that stay inside the folder they are unpacked in. */
bool tar_name_is_safe(const char *name);

/* Bytes that fill the last block of a member of `size`. */
static inline gsize tar_padding(guint64 size)
{
    return (gsize)((TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK);
}
