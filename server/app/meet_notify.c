#include "app/meet_notify.h"
#include "cases/case_who.h"
#include "cases/case_words.h"
#include "cases/cases.h"
#include "cases/papers.h"

static const char *word(enum case_list list, const json_t *file, const char *key)
{
    const struct case_word *known = case_word(list, json_string_value(json_object_get(file, key)));
    return known ? known->zh : NULL;
}

/* 社会民生·邻里·急难事: closed lists alone, since whatever was typed may name somebody. */
static char *item(const json_t *file)
{
    const char *parts[] = {word(WORDS_CATEGORY, file, "category"),
                           word(WORDS_DISPUTE, file, "dispute"), word(WORDS_GRADE, file, "grade")};
    GString *text = g_string_new(NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (parts[i])
            g_string_append_printf(text, "%s%s", text->len ? "·" : "", parts[i]);
    }
    return g_string_free(text, FALSE);
}

const struct notify_cases meet_notify_cases = {.who = case_who_new,
                                               .who_free = case_who_free,
                                               .seen = case_order_seen_by,
                                               .note = case_note,
                                               .item = item,
                                               .clock = papers_short};
