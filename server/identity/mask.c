#include "identity/mask.h"
#include <string.h>

enum { PHONE_MIN = 5, PHONE_MAX = 20, NUMBER_MIN = 4, NUMBER_MAX = 32, NAME_MAX_CHARS = 100 };
enum { STARS_MAX = 3, CITIZEN_DIGITS = 18 };

static void add_stars(GString *text, glong count)
{
    for (glong i = 0; i < count; i++)
        g_string_append_c(text, '*');
}

/* The first `head` and the last `tail` characters, stars between. */
static char *keep_ends(const char *text, glong head, glong tail, glong stars)
{
    glong length = g_utf8_strlen(text, -1);
    GString *masked = g_string_new_len(text, g_utf8_offset_to_pointer(text, head) - text);
    add_stars(masked, stars);
    g_string_append(masked, g_utf8_offset_to_pointer(text, length - tail));
    return g_string_free(masked, FALSE);
}

char *mask_name(const char *name)
{
    if (!name)
        return NULL;
    glong length = g_utf8_strlen(name, -1);
    if (length <= 1)
        return g_strdup(length ? "*" : "");
    glong tail = length > 2 ? 1 : 0;
    return keep_ends(name, 1, tail, MIN(length - 1 - tail, STARS_MAX));
}

char *mask_phone(const char *phone)
{
    if (!phone)
        return NULL;
    g_autofree char *normal = normal_phone(phone);
    const char *digits = normal ? normal : phone;
    glong length = g_utf8_strlen(digits, -1);
    if (length >= 11)
        return keep_ends(digits, 3, 4, length - 7);
    glong tail = length >= 7 ? 2 : 0;
    return keep_ends(digits, 0, tail, length - tail);
}

char *mask_id_number(const char *number)
{
    if (!number)
        return NULL;
    glong length = g_utf8_strlen(number, -1);
    if (length >= 15)
        return keep_ends(number, 4, 4, length - 8);
    return keep_ends(number, MIN(length, 1), 0, MAX(length - 1, 0));
}

char *mask_address(const char *address)
{
    static const char *const ends[] = {"社区", "村", "街道", "镇", "乡"};
    if (!address)
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        const char *found = strstr(address, ends[i]);
        if (found && found != address)
            return g_strdup_printf("%.*s%s***", (int)(found - address), address, ends[i]);
    }
    return g_strdup(*address ? "***" : "");
}

/* --- normal forms */

char *normal_phone(const char *phone)
{
    if (!phone)
        return NULL;
    GString *digits = g_string_new(NULL);
    for (const char *p = phone; *p; p++) {
        if (g_ascii_isdigit(*p))
            g_string_append_c(digits, *p);
        else if (!strchr(" -()", *p) && !(*p == '+' && p == phone))
            return g_string_free(digits, TRUE);
    }
    size_t skip = 0;
    if (phone[0] == '+' && g_str_has_prefix(digits->str, "86"))
        skip = 2;
    else if (g_str_has_prefix(digits->str, "0086"))
        skip = 4;
    g_string_erase(digits, 0, (gssize)skip);
    bool fine = digits->len >= PHONE_MIN && digits->len <= PHONE_MAX;
    return g_string_free(digits, !fine);
}

/* GB 11643-1999: weights 2^(17-i) mod 11 over 17 digits. */
static bool check_digit_holds(const char *number)
{
    static const char checks[] = "10X98765432";
    unsigned sum = 0;
    for (int i = 0; i < CITIZEN_DIGITS - 1; i++) {
        if (!g_ascii_isdigit(number[i]))
            return false;
        sum += (unsigned)(number[i] - '0') * ((1U << (CITIZEN_DIGITS - 1 - i)) % 11);
    }
    return number[CITIZEN_DIGITS - 1] == checks[sum % 11];
}

char *normal_id_number(const char *number)
{
    if (!number)
        return NULL;
    GString *text = g_string_new(NULL);
    for (const char *p = number; *p; p++) {
        if (g_ascii_isalnum(*p))
            g_string_append_c(text, g_ascii_toupper(*p));
        else if (*p != ' ')
            return g_string_free(text, TRUE);
    }
    bool fine = text->len >= NUMBER_MIN && text->len <= NUMBER_MAX &&
                (text->len != CITIZEN_DIGITS || check_digit_holds(text->str));
    return g_string_free(text, !fine);
}

char *normal_name(const char *name)
{
    if (!name || !g_utf8_validate(name, -1, NULL))
        return NULL;
    GString *text = g_string_new(NULL);
    glong length = 0;
    for (const char *p = name; *p; p = g_utf8_next_char(p)) {
        gunichar letter = g_utf8_get_char(p);
        if (g_unichar_isspace(letter))
            continue;
        if (g_unichar_iscntrl(letter))
            return g_string_free(text, TRUE);
        g_string_append_unichar(text, g_unichar_tolower(letter));
        length++;
    }
    return g_string_free(text, length == 0 || length > NAME_MAX_CHARS);
}

GPtrArray *normal_grams(const char *normal)
{
    GPtrArray *grams = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (const char *p = normal; *p; p = g_utf8_next_char(p)) {
        const char *next = g_utf8_next_char(p);
        const char *ends[] = {next, *next ? g_utf8_next_char(next) : NULL};
        for (size_t i = 0; i < G_N_ELEMENTS(ends) && ends[i]; i++) {
            char *gram = g_strndup(p, (gsize)(ends[i] - p));
            if (g_hash_table_contains(seen, gram)) {
                g_free(gram);
                continue;
            }
            g_hash_table_add(seen, gram);
            g_ptr_array_add(grams, gram);
        }
    }
    return grams;
}
