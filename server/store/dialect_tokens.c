#include "store/dialect_tokens.h"
#include <string.h>

static bool in_word(char c)
{
    return g_ascii_isalnum(c) || c == '_' || (guchar)c >= 0x80;
}

/* Behind the closing quote; a doubled one stands for itself. */
static const char *quoted_end(const char *at)
{
    char quote = *at++;
    for (; *at; at++) {
        if (*at != quote)
            continue;
        if (at[1] != quote)
            return at + 1;
        at++;
    }
    return at;
}

static const char *space_end(const char *at)
{
    if (at[0] == '-') /* comment to the end of the line */
        return at + strcspn(at, "\n");
    if (at[0] == '/') {
        const char *end = strstr(at + 2, "*/");
        return end ? end + 2 : at + strlen(at);
    }
    while (g_ascii_isspace(*at))
        at++;
    return at;
}

static struct token next(const char *at)
{
    struct token token = {.at = at};
    const char *end = at + 1;
    if (g_ascii_isspace(*at) || (at[0] == '-' && at[1] == '-') || (at[0] == '/' && at[1] == '*')) {
        token.kind = TOKEN_SPACE;
        end = space_end(at);
    } else if ((*at == 'x' || *at == 'X') && at[1] == '\'') {
        token.kind = TOKEN_BYTES;
        end = quoted_end(at + 1);
    } else if (in_word(*at)) {
        token.kind = TOKEN_WORD;
        while (in_word(*end))
            end++;
    } else if (*at == '\'' || *at == '"') {
        token.kind = *at == '"' ? TOKEN_NAME : TOKEN_TEXT;
        end = quoted_end(at);
    } else {
        token.kind = TOKEN_SIGN;
    }
    token.size = (gsize)(end - at);
    return token;
}

GArray *tokens_cut(const char *sql)
{
    GArray *tokens = g_array_new(FALSE, FALSE, sizeof(struct token));
    while (*sql) {
        struct token token = next(sql);
        g_array_append_val(tokens, token);
        sql += token.size;
    }
    return tokens;
}

bool token_is(const struct token *token, const char *word)
{
    return (token->kind == TOKEN_WORD || token->kind == TOKEN_SIGN) &&
           strlen(word) == token->size && g_ascii_strncasecmp(token->at, word, token->size) == 0;
}
