#include "intake/prose.h"
#include <stdbool.h>
#include <string.h>

#define HASH_DIGITS 16

char *prose_text(const char *text, long most_chars)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *clean = g_string_new(NULL);
    long letters = 0;
    for (const char *c = valid; *c; c = g_utf8_next_char(c)) {
        if (c[0] == '\r' && c[1] == '\n')
            continue;
        if (most_chars && letters == most_chars - 1 && *g_utf8_next_char(c)) {
            g_string_append(clean, "…");
            break;
        }
        gunichar letter = g_utf8_get_char(c);
        bool control = letter < 0x20 && letter != '\n' && letter != '\t';
        g_string_append_unichar(clean, letter == '\r' ? '\n' : control ? ' ' : letter);
        letters++;
    }
    return g_string_free(clean, FALSE);
}

char *prose_line(const char *text, long most_chars)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    g_autoptr(GString) line = g_string_new(NULL);
    for (const char *p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (!g_unichar_isspace(c) && !g_unichar_iscntrl(c))
            g_string_append_unichar(line, c);
        else if (line->len && line->str[line->len - 1] != ' ')
            g_string_append_c(line, ' ');
    }
    return prose_text(g_strchomp(line->str), most_chars);
}

char *prose_name(const char *text, size_t most_bytes)
{
    char *line = prose_line(text, 0);
    if (strlen(line) <= most_bytes)
        return line;
    g_autofree char *whole = line;
    g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    const char *end = whole + most_bytes - HASH_DIGITS - 1;
    while ((*end & 0xc0) == 0x80) /* not inside a letter */
        end--;
    return g_strdup_printf("%.*s#%.*s", (int)(end - whole), whole, HASH_DIGITS, hash);
}
