/* The table of contents of a ZIP archive (APPNOTE 6.3, 4.3.12 and 4.3.16): names only, nothing is
 * unpacked. */
#include "files/file_kind.h"
#include <string.h>

enum { END_BYTES = 22, MAX_COMMENT = 65535, ENTRY_BYTES = 46, MOST_ENTRIES = 10000 };

static uint32_t le16(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8;
}

static uint32_t le32(const uint8_t *at)
{
    return le16(at) | le16(at + 2) << 16;
}

/* The end record whose comment reaches to the very end. */
static const uint8_t *find_end(const uint8_t *data, size_t size)
{
    for (size_t back = END_BYTES; back <= size && back <= END_BYTES + MAX_COMMENT; back++) {
        const uint8_t *at = data + size - back;
        if (memcmp(at, "PK\x05\x06", 4) == 0 && le16(at + 20) == back - END_BYTES)
            return at;
    }
    return NULL;
}

static bool is_name(const uint8_t *name, size_t size, const char *wanted)
{
    return size == strlen(wanted) && memcmp(name, wanted, size) == 0;
}

static bool ends_with(const uint8_t *name, size_t size, const char *wanted)
{
    size_t length = strlen(wanted);
    for (size_t i = 0; size >= length && i < length; i++) {
        uint8_t c = name[size - length + i];
        if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != wanted[i])
            return false;
    }
    return size >= length;
}

struct seen {
    bool types, word, sheet, macros;
};

static void look(struct seen *seen, const uint8_t *name, size_t size)
{
    seen->types |= is_name(name, size, "[Content_Types].xml");
    seen->word |= is_name(name, size, "word/document.xml");
    seen->sheet |= is_name(name, size, "xl/workbook.xml");
    seen->macros |= ends_with(name, size, "vbaproject.bin") || ends_with(name, size, ".exe") ||
                    ends_with(name, size, "vbadata.xml");
}

enum zip_found zip_look(const uint8_t *data, size_t size)
{
    const uint8_t *end = find_end(data, size);
    if (!end)
        return ZIP_NONE;
    size_t count = le16(end + 10), length = le32(end + 12), at = le32(end + 16);
    size_t behind = (size_t)(end - data);
    if (at > behind || length > behind - at || count > MOST_ENTRIES)
        return ZIP_NONE;
    size_t limit = at + length;
    struct seen seen = {0};
    for (size_t i = 0; i < count; i++) {
        const uint8_t *entry = data + at;
        if (limit - at < ENTRY_BYTES || memcmp(entry, "PK\x01\x02", 4) != 0)
            return ZIP_NONE;
        size_t name = le16(entry + 28), rest = le16(entry + 30) + le16(entry + 32);
        if (limit - at - ENTRY_BYTES < name + rest)
            return ZIP_NONE;
        look(&seen, entry + ENTRY_BYTES, name);
        at += ENTRY_BYTES + name + rest;
    }
    if (at != limit)
        return ZIP_NONE; /* others may read entries that were not counted */
    if (seen.macros)
        return ZIP_MACROS;
    if (!seen.types || seen.word == seen.sheet)
        return ZIP_OTHER;
    return seen.word ? ZIP_DOCX : ZIP_XLSX;
}
