#include "common/words.h"
#include <stdbool.h>
#include <string.h>

enum { LONGEST = 64, MOST_QUERIED = 64 }; /* bytes of a Latin word; words of a query */

/* Scripts that write no spaces between words. */
static bool is_dense(gunichar c)
{
    switch (g_unichar_get_script(c)) {
    case G_UNICODE_SCRIPT_HAN:
    case G_UNICODE_SCRIPT_HIRAGANA:
    case G_UNICODE_SCRIPT_KATAKANA:
    case G_UNICODE_SCRIPT_HANGUL:
    case G_UNICODE_SCRIPT_BOPOMOFO:
        return true;
    default:
        return false;
    }
}

/* Gives one word after the other to `take`: of a dense run each pair, and each character when
 * `singles` or when it stands alone. */
typedef void (*word_fn)(const char *word, gsize size, bool latin, gpointer user);

static const char *dense_run(const char *at, bool singles, word_fn take, gpointer user)
{
    const char *before = NULL, *begin = at;
    while (*at && is_dense(g_utf8_get_char(at))) {
        const char *next = g_utf8_next_char(at);
        if (before)
            take(before, (gsize)(next - before), false, user);
        bool alone = !before && !(*next && is_dense(g_utf8_get_char(next)));
        if (singles || alone)
            take(at, (gsize)(next - at), false, user);
        before = at;
        at = next;
    }
    return at > begin ? at : g_utf8_next_char(at);
}

static const char *latin_run(const char *at, word_fn take, gpointer user)
{
    const char *begin = at;
    gunichar c;
    while ((c = g_utf8_get_char(at)) && g_unichar_isalnum(c) && !is_dense(c) &&
           at - begin < LONGEST)
        at = g_utf8_next_char(at);
    take(begin, (gsize)(at - begin), true, user);
    return at;
}

static void each_word(const char *text, bool singles, word_fn take, gpointer user)
{
    g_autofree char *whole = g_utf8_normalize(text, -1, G_NORMALIZE_ALL_COMPOSE);
    if (!whole)
        return; /* not UTF-8: nothing can be found in it */
    g_autofree char *lower = g_utf8_strdown(whole, -1);
    for (const char *at = lower; *at;) {
        gunichar c = g_utf8_get_char(at);
        if (is_dense(c))
            at = dense_run(at, singles, take, user);
        else if (g_unichar_isalnum(c))
            at = latin_run(at, take, user);
        else
            at = g_utf8_next_char(at);
    }
}

/* What SQLite's tokenizer, which has Unicode 6.1, takes for letters for certain. */
static bool is_plain(gunichar c)
{
    return c < 0x180 || (c >= 0x3400 && c <= 0x4db5) || (c >= 0x4e00 && c <= 0x9fa5) ||
           (c >= 0xac00 && c <= 0xd7a3);
}

/* Other letters by their numbers, so that a word stays one word (rare Han characters of names). */
static void spell(GString *out, const char *word, gsize size)
{
    for (const char *at = word; at < word + size; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if (is_plain(c))
            g_string_append_unichar(out, c);
        else
            g_string_append_printf(out, "x%06x", c);
    }
}

static void append(const char *word, gsize size, bool latin, gpointer user)
{
    GString *words = user;
    (void)latin;
    if (words->len)
        g_string_append_c(words, ' ');
    spell(words, word, size);
}

void words_add(GString *words, const char *text)
{
    if (text)
        each_word(text, true, append, words);
}

struct query {
    GString *text;
    guint words;
};

static void append_asked(const char *word, gsize size, bool latin, gpointer user)
{
    struct query *query = user;
    if (query->words++ >= MOST_QUERIED)
        return;
    if (query->text->len)
        g_string_append(query->text, " AND ");
    g_string_append_c(query->text, '"');
    spell(query->text, word, size); /* letters and digits only */
    g_string_append(query->text, latin ? "\"*" : "\"");
}

char *words_query(const char *text)
{
    struct query query = {.text = g_string_new(NULL)};
    each_word(text, false, append_asked, &query);
    return g_string_free(query.text, query.text->len == 0);
}
