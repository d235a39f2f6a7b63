/* What people are told and asked before they come in: notice, screening, consents, each with its
 * version (config/mediation.json). Immutable after words_create(); any thread. */
#pragma once
#include "mediation/meeting.h"

struct words;

/* `path`: of the town's own file; NULL or no such file: what is shipped. Returned: owned by the
 * caller; NULL: `error` names file and place. */
struct words *words_create(const char *path, GError **error);
void words_free(struct words *words); /* NULL is fine */

/* The whole of it, for pages; borrowed. */
const json_t *words_json(const struct words *words);
const char *words_notice_version(const struct words *words);
const char *words_screening_version(const struct words *words);
const char *words_consent_version(const struct words *words, enum consent_kind kind);
/* SHA-256 of the words of a consent in "zh" or "en", hexadecimal; g_free(). NULL: no such language.
 */
char *words_consent_digest(const struct words *words, enum consent_kind kind, const char *language);
/* Is each question answered by one of its answers, and nothing else? *sensitive: by these answers
 * the matter is one of family, minors or violence. */
bool words_screening_check(const struct words *words, const json_t *answers, bool *sensitive);
