/* Where EXIF lies in a picture, and the one field of it that matters here (CIPA DC-008, 4.6.4). */
#include "files/file_kind.h"
#include <string.h>

enum { TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3, ENTRY = 12 };

static uint32_t number(const uint8_t *at, size_t bytes, bool big)
{
    uint32_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value |= (uint32_t)at[big ? bytes - 1 - i : i] << (8 * i);
    return value;
}

/* Of a TIFF header and what follows. */
static unsigned of_tiff(const uint8_t *data, size_t size)
{
    if (size < 8 || (memcmp(data, "II*\0", 4) != 0 && memcmp(data, "MM\0*", 4) != 0))
        return 1;
    bool big = data[0] == 'M';
    size_t at = number(data + 4, 4, big);
    if (at > size || size - at < 2)
        return 1;
    size_t count = number(data + at, 2, big);
    at += 2;
    for (size_t i = 0; i < count && size - at >= ENTRY; i++, at += ENTRY) {
        if (number(data + at, 2, big) != TAG_ORIENTATION)
            continue;
        uint32_t value = number(data + at + 8, 2, big);
        bool fits = number(data + at + 2, 2, big) == TYPE_SHORT && value >= 1 && value <= 8;
        return fits ? value : 1;
    }
    return 1;
}

static unsigned of_jpeg(const uint8_t *data, size_t size)
{
    size_t at = 2;
    while (size > at && size - at >= 4 && data[at] == 0xff) {
        uint8_t marker = data[at + 1];
        size_t length = number(data + at + 2, 2, true);
        if (marker == 0xda || length < 2 || size - at - 2 < length)
            return 1;
        if (marker == 0xe1 && length >= 8 && memcmp(data + at + 4, "Exif\0\0", 6) == 0)
            return of_tiff(data + at + 10, length - 8);
        at += 2 + length;
    }
    return 1;
}

/* Chunks of PNG (length, type, data, CRC) and of RIFF (type, length, data, padding). */
static unsigned of_chunks(const uint8_t *data, size_t size, size_t at, bool png)
{
    const char *wanted = png ? "eXIf" : "EXIF";
    while (size > at && size - at >= 8) {
        size_t length = number(data + at + (png ? 0 : 4), 4, png);
        const uint8_t *type = data + at + (png ? 4 : 0);
        if (size - at - 8 < length)
            return 1;
        if (memcmp(type, wanted, 4) == 0) {
            size_t skip = length >= 6 && memcmp(data + at + 8, "Exif\0\0", 6) == 0 ? 6 : 0;
            return of_tiff(data + at + 8 + skip, length - skip);
        }
        at += 8 + length + (png ? 4 : length & 1);
    }
    return 1;
}

unsigned exif_orientation(const uint8_t *data, size_t size, enum file_kind kind)
{
    switch (kind) {
    case FILE_JPEG:
        return of_jpeg(data, size);
    case FILE_PNG:
        return of_chunks(data, size, 8, true);
    case FILE_WEBP:
        return of_chunks(data, size, 12, false);
    default:
        return 1;
    }
}
