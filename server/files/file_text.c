#include "files/file_kind.h"
#include <glib.h>
#include <string.h>

bool text_is_plain(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if ((data[i] < 0x20 && !strchr("\t\n\r\f", data[i])) || !data[i] || data[i] == 0x7f)
            return false;
    }
    return g_utf8_validate_len((const char *)data, size, NULL);
}

/* Takes `text`. */
static char *if_plain(char *text, size_t size)
{
    if (text && text_is_plain((const uint8_t *)text, size))
        return text;
    g_free(text);
    return NULL;
}

char *text_to_utf8(const uint8_t *data, size_t size, size_t *out_size)
{
    bool little = size >= 2 && data[0] == 0xff && data[1] == 0xfe;
    bool big = size >= 2 && data[0] == 0xfe && data[1] == 0xff;
    size_t mark = size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    *out_size = size - mark;
    if (text_is_plain(data + mark, size - mark))
        return g_strndup((const char *)data + mark, size - mark);
    gsize written = 0;
    char *text = g_convert((const char *)data + (little || big ? 2 : 0),
                           (gssize)(size - (little || big ? 2 : 0)), "UTF-8",
                           little ? "UTF-16LE"
                           : big  ? "UTF-16BE"
                                  : "GB18030",
                           NULL, &written, NULL);
    *out_size = written;
    return if_plain(text, written);
}
