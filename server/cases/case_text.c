#include "cases/case_text.h"
#include <glib.h>
#include <string.h>

enum { PHONE_DIGITS = 11, NUMBER_PLACES = 18, RUN_MOST = 24 };

/* Digits that stand together. */
struct run {
    char digits[RUN_MOST + 1];
    unsigned count;
};

static bool is_phone(const struct run *run)
{
    return run->count == PHONE_DIGITS && run->digits[0] == '1' && run->digits[1] >= '3';
}

static bool is_id_number(const struct run *run)
{
    static const unsigned weights[] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    static const char checks[] = "10X98765432";
    unsigned sum = 0;
    if (run->count != NUMBER_PLACES || run->digits[0] == '0')
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(weights); i++) {
        if (!g_ascii_isdigit(run->digits[i]))
            return false;
        sum += weights[i] * (unsigned)(run->digits[i] - '0');
    }
    return run->digits[NUMBER_PLACES - 1] == checks[sum % 11];
}

/* '0' to '9', 'X' at the end of an identity number, '-' between groups; 0: another letter. */
static char sign_of(gunichar c, const struct run *joined, const struct run *group)
{
    if (c >= 0xff10 && c <= 0xff19)
        c -= 0xff10 - '0';
    if (c >= '0' && c <= '9')
        return (char)c;
    if ((c == 'x' || c == 'X') && group->count == NUMBER_PLACES - 1)
        return 'X';
    return (c == ' ' || c == '-') && joined->count > 0 && joined->count < PHONE_DIGITS ? '-' : 0;
}

static void push(struct run *run, char sign)
{
    if (run->count < RUN_MOST)
        run->digits[run->count++] = sign;
}

bool case_text_names_person(const char *text)
{
    struct run joined = {.count = 0}, group = {.count = 0}; /* with and without gaps */
    for (const char *at = text; at; at = g_utf8_next_char(at)) {
        char sign = *at ? sign_of(g_utf8_get_char(at), &joined, &group) : 0;
        if (sign && sign != '-') {
            push(&joined, sign);
            push(&group, sign);
            continue;
        }
        if (is_phone(&joined) || is_phone(&group) || is_id_number(&group))
            return true;
        group.count = 0;
        if (sign != '-')
            joined.count = 0;
        if (!*at)
            break;
    }
    return false;
}
