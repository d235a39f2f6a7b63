#include "store/tar.h"
#include <string.h>

/* Where the fields of a head lie (POSIX.1-1988, ustar). */
enum {
    NAME_AT = 0,
    NAME_SIZE = 100,
    MODE_AT = 100,
    UID_AT = 108,
    GID_AT = 116,
    SIZE_AT = 124,
    SIZE_SIZE = 12,
    TIME_AT = 136,
    SUM_AT = 148,
    SUM_SIZE = 8,
    TYPE_AT = 156,
    MAGIC_AT = 257,
    PREFIX_AT = 345,
    PREFIX_SIZE = 155,
};

/* Fields that are full have no end mark. */
static void put_bytes(guint8 *at, const char *text, gsize size)
{
    for (gsize i = 0; i < size; i++)
        at[i] = (guint8)text[i];
}

static void put_octal(guint8 *at, int digits, guint64 value)
{
    char text[24];
    g_snprintf(text, sizeof text, "%0*" G_GINT64_MODIFIER "o", digits, value);
    memcpy(at, text, (gsize)digits);
}

/* Octal digits up to a space or NUL. false: something else stands there. */
static bool get_octal(const guint8 *at, int size, guint64 *value)
{
    int i = 0;
    *value = 0;
    while (i < size && at[i] == ' ')
        i++;
    for (; i < size && at[i] && at[i] != ' '; i++) {
        if (at[i] < '0' || at[i] > '7' || *value >> 60)
            return false;
        *value = *value << 3 | (guint64)(at[i] - '0');
    }
    return true;
}

/* All bytes, the sum's own counted as spaces. */
static guint64 sum_of(const guint8 block[TAR_BLOCK])
{
    guint64 sum = 0;
    for (int i = 0; i < TAR_BLOCK; i++)
        sum += i >= SUM_AT && i < SUM_AT + SUM_SIZE ? ' ' : block[i];
    return sum;
}

/* Where a long name is cut: its front goes into the prefix. */
static bool put_name(guint8 *block, const char *name)
{
    gsize size = strlen(name);
    if (size == 0 || size > TAR_NAME_MAX)
        return false;
    const char *rest = name;
    while (strlen(rest) > NAME_SIZE) {
        const char *slash = strchr(rest, '/');
        if (!slash)
            return false;
        rest = slash + 1;
    }
    gsize front = rest > name ? (gsize)(rest - name - 1) : 0;
    if (rest > name && (front == 0 || front > PREFIX_SIZE)) /* an empty front would be lost */
        return false;
    if (rest > name)
        put_bytes(block + PREFIX_AT, name, front);
    put_bytes(block + NAME_AT, rest, strlen(rest));
    return true;
}

bool tar_write_head(guint8 block[TAR_BLOCK], const char *name, guint64 size, gint64 time_s)
{
    memset(block, 0, TAR_BLOCK);
    if (!put_name(block, name) || size >> 33)
        return false;
    put_octal(block + MODE_AT, 7, 0600);
    put_octal(block + UID_AT, 7, 0);
    put_octal(block + GID_AT, 7, 0);
    put_octal(block + SIZE_AT, SIZE_SIZE - 1, size);
    put_octal(block + TIME_AT, 11, (guint64)time_s);
    block[TYPE_AT] = '0';
    put_bytes(block + MAGIC_AT, "ustar\00000", 8);
    put_octal(block + SUM_AT, 6, sum_of(block));
    block[SUM_AT + 7] = ' ';
    return true;
}

bool tar_read_head(const guint8 block[TAR_BLOCK], struct tar_head *head)
{
    static const guint8 zeros[TAR_BLOCK];
    guint64 sum;
    *head = (struct tar_head){.end = memcmp(block, zeros, TAR_BLOCK) == 0};
    if (head->end)
        return true;
    if (!get_octal(block + SUM_AT, SUM_SIZE, &sum) || sum != sum_of(block) ||
        !get_octal(block + SIZE_AT, SIZE_SIZE, &head->size) || block[TYPE_AT] != '0' ||
        memcmp(block + MAGIC_AT, "ustar", 5) != 0)
        return false;
    g_autofree char *name = g_strndup((const char *)block + NAME_AT, NAME_SIZE);
    g_autofree char *prefix = g_strndup((const char *)block + PREFIX_AT, PREFIX_SIZE);
    g_snprintf(head->name, sizeof head->name, "%s%s%s", prefix, *prefix ? "/" : "", name);
    return true;
}

bool tar_name_is_safe(const char *name)
{
    if (!*name || *name == '/' || !g_utf8_validate(name, -1, NULL))
        return false;
    g_auto(GStrv) parts = g_strsplit(name, "/", -1);
    for (char **part = parts; *part; part++)
        if (!**part || strcmp(*part, ".") == 0 || strcmp(*part, "..") == 0)
            return false;
    return true;
}
