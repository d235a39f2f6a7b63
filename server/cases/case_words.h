/* The words of cases: closed lists with their names (DOMAIN.md §4). Pure; any thread. */
#pragma once
#include <jansson.h>
#include <stdbool.h>

struct case_word {
    const char *code, *zh, *en;
};

enum case_list {
    WORDS_CATEGORY,  /* 五类 */
    WORDS_GRADE,     /* 五事五办 */
    WORDS_DISPUTE,   /* kinds of disputes */
    WORDS_SCALE,     /* how many people */
    WORDS_COLOUR,    /* three-colour warning */
    WORDS_CHANNEL,   /* how it came */
    WORDS_LEDGER,    /* requests, disputes */
    WORDS_PAUSE,     /* why a case may rest */
    WORDS_EXTENSION, /* why an order may take longer */
    WORDS_RESULT,    /* of a call back */
    WORDS_ATTEMPT,   /* of mediation */
    WORDS_COURT,     /* of judicial confirmation */
    WORDS_CARD,      /* 督办 */
    WORDS_MEETING,
    WORDS_LINK,
    WORDS_COUNT,
};

/* Ended by code NULL. */
const struct case_word *case_words(enum case_list list);
/* NULL: no such word. */
const struct case_word *case_word(enum case_list list, const char *code);
/* {"categories":[{"code","zh","en"}],…}, owned by the caller. */
json_t *case_words_json(void);
