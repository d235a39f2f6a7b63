/* SQL cut into pieces, for dialect.c. */
#pragma once
#include <glib.h>
#include <stdbool.h>

enum token_kind {
    TOKEN_SPACE, /* white space and comments */
    TOKEN_WORD,  /* letters, digits, _ */
    TOKEN_TEXT,  /* 'text' */
    TOKEN_NAME,  /* "name" */
    TOKEN_BYTES, /* x'00ff' */
    TOKEN_SIGN,  /* one character */
};

struct token {
    enum token_kind kind;
    const char *at; /* into the text that was cut */
    gsize size;
};

/* Pure. Every byte of `sql` is in one token; what is not closed reaches to the end. Returned: of
 * struct token, owned by the caller. */
GArray *tokens_cut(const char *sql);

/* Pure. Keywords in any case; a sign is one character. */
bool token_is(const struct token *token, const char *word);
