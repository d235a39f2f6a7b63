#include "mediation/words.h"
#include "store/store.h"
#include <string.h>

extern const unsigned char mediation_json[];
extern const unsigned int mediation_json_len;

struct words {
    json_t *json;
};

/* --- checking */

static bool is_text(const json_t *value)
{
    const char *zh = json_string_value(json_object_get(value, "zh"));
    const char *en = json_string_value(json_object_get(value, "en"));
    return zh && *zh && en && *en;
}

static bool has_version(const json_t *part)
{
    const char *version = json_string_value(json_object_get(part, "version"));
    return version && *version && strlen(version) <= 32;
}

static bool check_question(const json_t *question)
{
    const char *id = json_string_value(json_object_get(question, "id"));
    const json_t *answers = json_object_get(question, "answers");
    size_t i;
    json_t *answer;
    json_array_foreach((json_t *)answers, i,
                       answer) if (!json_is_string(json_object_get(answer, "id")) ||
                                   !is_text(json_object_get(answer, "text"))) return false;
    return id && is_text(json_object_get(question, "text")) && json_array_size(answers) > 0;
}

/* Returned: the place that is wrong, g_free(); NULL: none. */
static char *fault_of(const json_t *json)
{
    const json_t *notice = json_object_get(json, "notice");
    const json_t *screening = json_object_get(json, "screening");
    if (!has_version(notice) || !is_text(json_object_get(notice, "text")))
        return g_strdup("notice");
    if (!has_version(screening))
        return g_strdup("screening");
    size_t i;
    json_t *question;
    json_array_foreach(
        json_object_get(screening, "questions"), i,
        question) if (!check_question(question)) return g_strdup_printf("screening.questions[%zu]",
                                                                        i);
    for (int kind = 0; kind < CONSENT_KINDS; kind++) {
        const json_t *consent =
            json_object_get(json_object_get(json, "consents"), consent_kind_name(kind));
        if (!has_version(consent) || !is_text(json_object_get(consent, "title")) ||
            !is_text(json_object_get(consent, "text")))
            return g_strdup_printf("consents.%s", consent_kind_name(kind));
    }
    return NULL;
}

struct words *words_create(const char *path, GError **error)
{
    json_error_t why;
    bool own = path && g_file_test(path, G_FILE_TEST_EXISTS);
    json_t *json = own ? json_load_file(path, JSON_REJECT_DUPLICATES, &why)
                       : json_loadb((const char *)mediation_json, mediation_json_len, 0, &why);
    if (!json) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED, "%s: line %d: %s",
                    own ? path : "mediation.json", why.line, why.text);
        return NULL;
    }
    g_autofree char *fault = fault_of(json);
    if (fault) {
        g_set_error(error, STORE_ERROR, STORE_ERROR_FAILED,
                    "%s: %s: version and texts in zh and en are needed",
                    own ? path : "mediation.json", fault);
        json_decref(json);
        return NULL;
    }
    struct words *words = g_new0(struct words, 1);
    words->json = json;
    return words;
}

void words_free(struct words *words)
{
    if (!words)
        return;
    json_decref(words->json);
    g_free(words);
}

/* --- asking */

const json_t *words_json(const struct words *words)
{
    return words->json;
}

static const char *version_of(const struct words *words, const char *part)
{
    return json_string_value(json_object_get(json_object_get(words->json, part), "version"));
}

const char *words_notice_version(const struct words *words)
{
    return version_of(words, "notice");
}

const char *words_screening_version(const struct words *words)
{
    return version_of(words, "screening");
}

static const json_t *consent_of(const struct words *words, enum consent_kind kind)
{
    return json_object_get(json_object_get(words->json, "consents"), consent_kind_name((int)kind));
}

const char *words_consent_version(const struct words *words, enum consent_kind kind)
{
    return json_string_value(json_object_get(consent_of(words, kind), "version"));
}

char *words_consent_digest(const struct words *words, enum consent_kind kind, const char *language)
{
    const json_t *texts = json_object_get(consent_of(words, kind), "text");
    const char *text = language ? json_string_value(json_object_get(texts, language)) : NULL;
    return text ? g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1) : NULL;
}

static bool check_answer(const json_t *question, const char *given, bool *sensitive)
{
    size_t i;
    json_t *answer;
    json_array_foreach(json_object_get(question, "answers"), i, answer)
    {
        if (g_strcmp0(json_string_value(json_object_get(answer, "id")), given) != 0)
            continue;
        *sensitive = *sensitive || json_is_true(json_object_get(answer, "sensitive"));
        return true;
    }
    return false;
}

bool words_screening_check(const struct words *words, const json_t *answers, bool *sensitive)
{
    const json_t *questions =
        json_object_get(json_object_get(words->json, "screening"), "questions");
    size_t i;
    json_t *question;
    *sensitive = false;
    json_array_foreach((json_t *)questions, i, question)
    {
        const char *id = json_string_value(json_object_get(question, "id"));
        if (!check_answer(question, json_string_value(json_object_get(answers, id)), sensitive))
            return false;
    }
    return json_object_size(answers) == json_array_size(questions);
}
