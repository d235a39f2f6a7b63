/* What people do with joint texts: one table, one function each. */
#include "accord/accord_store.h"
#include "accord/follow.h"
#include "accord/template.h"
#include <string.h>

enum { ENTRY_CHARS = 2000, NOTE_CHARS = 1000, NAME_CHARS = 40, MOST_ENTRIES = 500 };

enum who { LEADS = 1, CHAIRS = 2, SIDES = 4, SIGNS = 8 };
enum when { OPEN = 1, RESTS = 2, ENDED = 4, PLANNED = 8 };
#define ANY (OPEN | RESTS | ENDED)

typedef bool (*act_fn)(struct store_tx *tx, struct accord_act *act, struct accord_texts *texts,
                       GError **error);

/* --- refusing */

static bool refuse(struct accord_act *act, guint status, const char *code, const char *zh,
                   const char *en, GError **error)
{
    act->refusal = (struct accord_refusal){status, code, zh, en};
    g_set_error_literal(error, STORE_ERROR, STORE_ERROR_REFUSED, en);
    return false;
}

static bool refuse_body(struct accord_act *act, GError **error)
{
    return refuse(act, 400, "bad_act", "操作不完整或不正确", "the act is not complete or not right",
                  error);
}

static bool refuse_now(struct accord_act *act, GError **error)
{
    return refuse(act, 409, "not_now", "现在不能这样做", "this cannot be done now", error);
}

static bool refuse_changed(struct accord_act *act, GError **error)
{
    return refuse(act, 409, "changed", "内容已有改动，请看最新文本",
                  "it was changed: look at it as it is now", error);
}

static bool refuse_old(struct accord_act *act, GError **error)
{
    return refuse(act, 409, "old_draft", "这不是最新的协议文本", "this is not the newest draft",
                  error);
}

/* --- reading */

static const char *text_of(const struct accord_act *act, const char *key)
{
    const char *text = json_string_value(json_object_get(act->body, key));
    return text ? text : "";
}

static gint64 number_of(const struct accord_act *act, const char *key)
{
    return (gint64)json_integer_value(json_object_get(act->body, key));
}

static void detail_number(const struct accord_act *act, const char *key, gint64 value)
{
    json_object_set_new(act->details, key, json_integer(value));
}

static void detail(const struct accord_act *act, const char *key, const char *value)
{
    json_object_set_new(act->details, key, json_string(value));
}

/* The person at the seat who acts; 0: refused. */
static gint64 person_of(struct accord_act *act, GError **error)
{
    const json_t *given = json_object_get(act->body, "person");
    gint64 n = given ? (gint64)json_integer_value(given) : 1;
    for (guint i = 0; i < act->seat->people_count; i++) {
        if (act->seat->people[i].n != n)
            continue;
        detail_number(act, "person", n);
        return n;
    }
    refuse_body(act, error);
    return 0;
}

/* The newest draft, as who acts saw it. NULL: refused. */
static struct accord_draft *draft_of(struct accord_act *act, struct accord_texts *texts,
                                     GError **error)
{
    struct accord_draft *draft = texts->draft;
    if (!draft || draft->n != number_of(act, "draft") ||
        strcmp(draft->sha256, text_of(act, "sha256")) != 0) {
        refuse_old(act, error);
        return NULL;
    }
    detail_number(act, "draft", draft->n);
    detail(act, "sha256", draft->sha256);
    return draft;
}

/* --- minutes and facts */

static bool is_newest(struct accord_act *act, const struct accord_entry *entry, GError **error)
{
    if (!entry)
        return refuse(act, 404, "not_found", "没有这一条", "there is no such entry", error);
    if (entry->version != number_of(act, "version"))
        return refuse_changed(act, error);
    return true;
}

static bool do_write(struct store_tx *tx, struct accord_act *act, struct accord_texts *texts,
                     GError **error)
{
    int kind = accord_kind_find(text_of(act, "kind"));
    const char *text = text_of(act, "text"), *said = text_of(act, "time_us");
    guint64 said_us = 0;
    if (kind < 0 || !template_text_good(text, ENTRY_CHARS, true) ||
        (*said && !g_ascii_string_to_unsigned(said, 10, 1, (guint64)act->now_us, &said_us, NULL)))
        return refuse_body(act, error);
    bool again = json_object_get(act->body, "n") != NULL;
    const struct accord_entry *old =
        again ? accord_entry_find(texts, (enum accord_kind)kind, number_of(act, "n")) : NULL;
    if (again && !is_newest(act, old, error))
        return false;
    if (!again && texts->entries[kind]->len >= MOST_ENTRIES)
        return refuse(act, 409, "too_many", "条数已满", "there are too many entries", error);
    const struct accord_entry entry = {.n = again ? old->n : texts->entries[kind]->len + 1,
                                       .version = again ? old->version + 1 : 1,
                                       .said_us = said_us ? (gint64)said_us
                                                  : again ? old->said_us
                                                          : act->now_us,
                                       .text = (char *)text};
    detail(act, "kind", accord_kind_name(kind));
    detail_number(act, "n", entry.n);
    detail_number(act, "version", entry.version);
    return accord_write_entry(tx, act, (enum accord_kind)kind, &entry, error);
}

static bool do_strike(struct store_tx *tx, struct accord_act *act, struct accord_texts *texts,
                      GError **error)
{
    int kind = accord_kind_find(text_of(act, "kind"));
    if (kind < 0)
        return refuse_body(act, error);
    const struct accord_entry *old =
        accord_entry_find(texts, (enum accord_kind)kind, number_of(act, "n"));
    if (!is_newest(act, old, error))
        return false;
    struct accord_entry entry = *old;
    entry.version++;
    entry.struck = true;
    detail(act, "kind", accord_kind_name(kind));
    detail_number(act, "n", entry.n);
    return accord_write_entry(tx, act, (enum accord_kind)kind, &entry, error);
}

static bool do_confirm(struct store_tx *tx, struct accord_act *act, struct accord_texts *texts,
                       GError **error)
{
    gint64 person = person_of(act, error), upto = number_of(act, "upto");
    if (!person)
        return false;
    g_autoptr(GPtrArray) chain = accord_chain(texts->entries[ACCORD_MINUTES]);
    if (upto < 1 || upto > (gint64)chain->len)
        return refuse_body(act, error);
    const char *sha256 = chain->pdata[upto - 1];
    if (strcmp(sha256, text_of(act, "sha256")) != 0)
        return refuse_changed(act, error);
    detail_number(act, "upto", upto);
    detail(act, "sha256", sha256);
    return accord_write_confirm(tx, act, person, upto, sha256, error);
}

static bool do_fact(struct store_tx *tx, struct accord_act *act, struct accord_texts *texts,
                    GError **error)
{
    gint64 person = person_of(act, error);
    const char *answer = text_of(act, "answer");
    const struct accord_entry *fact = accord_entry_find(texts, ACCORD_FACT, number_of(act, "n"));
    if (!person || !is_newest(act, fact, error))
        return false;
    if (fact->struck)
        return refuse_now(act, error);
    if (strcmp(answer, "yes") != 0 && strcmp(answer, "no") != 0)
        return refuse_body(act, error);
    detail_number(act, "n", fact->n);
    detail(act, "answer", answer);
    return accord_write_answer(tx, act, person, fact, *answer == 'y', error);
}

/* --- who mediates */

static bool do_disclose(struct store_tx *tx, struct accord_act *act, struct accord_texts *texts,
                        GError **error)
{
    const char *relation = text_of(act, "relation"), *text = text_of(act, "text");
    bool none = strcmp(relation, "none") == 0;
    (void)texts;
    if ((!none && strcmp(relation, "related") != 0) || (!none && !*text) ||
        (*text && !template_text_good(text, NOTE_CHARS, true)))
        return refuse_body(act, error);
    detail(act, "relation", relation);
    return accord_write_note(tx, act, relation, text, error);
}

static bool do_object(struct store_tx *tx, struct accord_act *act, struct accord_texts *texts,
                      GError **error)
{
    (void)texts;
    if (!template_text_good(text_of(act, "text"), NOTE_CHARS, true))
        return refuse_body(act, error);
    return accord_write_note(tx, act, "objection", text_of(act, "text"), error);
}

/* --- agreement */

/* A colleague who was asked and never came in (who comes in says how it stands to the parties). */
static bool stayed_away(const struct accord_texts *texts, const struct accord_seat *seat)
{
    for (guint i = 0; i < texts->notes->len; i++) {
        const struct accord_note *note = texts->notes->pdata[i];
        if (strcmp(note->seat, seat->id) == 0)
            return false;
    }
    return seat->leads && !seat->chairs;
}

static json_t *given(const struct accord_act *act, const struct accord_texts *texts)
{
    GString *sides = g_string_new(NULL), *mediators = g_string_new(NULL);
    for (guint i = 0; i < act->meeting->seat_count; i++) {
        const struct accord_seat *seat = &act->meeting->seats[i];
        GString *out = seat->sides ? sides : mediators;
        if (seat->gone || (!seat->sides && !seat->leads) || stayed_away(texts, seat))
            continue;
        g_autofree char *side = g_ascii_strup(seat->side, -1);
        if (out->len)
            g_string_append(out, seat->sides ? "\n" : "、");
        if (seat->sides)
            g_string_append_printf(out, "%s 方%s：", side,
                                   strcmp(seat->role, "party") == 0 ? "当事人" : "代理人");
        for (guint p = 0; p < seat->people_count; p++)
            g_string_append_printf(out, "%s%s", p ? "、" : "", seat->people[p].name);
        if (!seat->sides && *seat->unit)
            g_string_append_printf(out, "（%s）", seat->unit);
    }
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_local(act->now_us / G_USEC_PER_SEC);
    g_autofree char *date = g_date_time_format(now, "%Y 年 %-m 月 %-d 日");
    json_t *json =
        json_pack("{s:s,s:s,s:s,s:s,s:s}", "sides", sides->str, "mediators", mediators->str, "date",
                  date, "title", act->meeting->title, "place", act->meeting->place);
    g_string_free(sides, TRUE);
    g_string_free(mediators, TRUE);
    return json;
}

static bool do_draft(struct store_tx *tx, struct accord_act *act, struct accord_texts *texts,
                     GError **error)
{
    const char *how = text_of(act, "how"), *id = text_of(act, "template");
    const json_t *fields = json_object_get(act->body, "fields");
    const json_t *template =
        templates_find(act->templates, *id                        ? id
                                       : strcmp(how, "oral") == 0 ? "oral"
                                                                  : "standard");
    if (texts->force || !act->meeting->mediation)
        return refuse_now(act, error);
    if (!template || !template_allows(template, how) || template_fault(template, fields))
        return refuse_body(act, error);
    gint64 deadline_us = template_day_us(json_string_value(json_object_get(fields, "deadline")));
    if (deadline_us && deadline_us < act->now_us)
        return refuse(act, 400, "past", "履行期限已经过去", "the deadline has passed", error);
    json_t *filled = given(act, texts);
    g_autofree char *text = template_text(template, fields, filled);
    g_autofree char *sha256 = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    char *kept = json_dumps(fields, JSON_COMPACT | JSON_SORT_KEYS);
    const struct accord_draft draft = {
        .n = texts->draft ? texts->draft->n + 1 : 1,
        .how = (char *)how,
        .template = (char *)json_string_value(json_object_get(template, "id")),
        .title = (char *)json_string_value(json_object_get(template, "zh")),
        .fields = kept,
        .text = text,
        .sha256 = sha256,
        .deadline_us = deadline_us};
    detail_number(act, "draft", draft.n);
    detail(act, "how", how);
    detail(act, "sha256", sha256);
    bool fine = accord_write_draft(tx, act, &draft,
                                   json_string_value(json_object_get(template, "version")), error);
    free(kept);
    json_decref(filled);
    return fine;
}

static bool do_offer(struct store_tx *tx, struct accord_act *act, struct accord_texts *texts,
                     GError **error)
{
    const struct accord_draft *draft = draft_of(act, texts, error);
    if (!draft)
        return false;
    if (texts->force || draft->offered)
        return refuse_now(act, error);
    if (!accord_has_sides(act->meeting))
        return refuse(act, 409, "sides_missing", "至少要有两方当事人",
                      "there have to be two sides at least", error);
    return accord_write_offer(tx, act, draft->n, error);
}

static char *without_spaces(const char *name)
{
    GString *out = g_string_new(NULL);
    for (; *name; name = g_utf8_next_char(name))
        if (!g_unichar_isspace(g_utf8_get_char(name)))
            g_string_append_unichar(out, g_utf8_get_char(name));
    return g_string_free(out, FALSE);
}

static bool is_own_name(const struct accord_seat *seat, gint64 person, const char *name)
{
    g_autofree char *given = without_spaces(name);
    for (guint p = 0; p < seat->people_count; p++) {
        g_autofree char *own = without_spaces(seat->people[p].name);
        if (seat->people[p].n == person)
            return strcmp(own, given) == 0;
    }
    return false;
}

static bool do_sign(struct store_tx *tx, struct accord_act *act, struct accord_texts *texts,
                    GError **error)
{
    gint64 person = person_of(act, error);
    struct accord_draft *draft = person ? draft_of(act, texts, error) : NULL;
    const json_t *strokes = json_object_get(act->body, "strokes");
    const char *name = text_of(act, "name");
    if (!draft)
        return false;
    if (texts->force || !draft->offered || strcmp(draft->how, "paper") == 0 ||
        accord_signed(texts, act->seat->id, person))
        return refuse_now(act, error);
    bool oral = strcmp(draft->how, "oral") == 0;
    if (!template_text_good(name, NAME_CHARS, false) ||
        (oral ? json_array_size(strokes) > 0 : !accord_strokes_good(strokes)))
        return refuse_body(act, error);
    if (!is_own_name(act->seat, person, name))
        return refuse(
            act, 409, "other_name",
            "签名的姓名与席位上的姓名不一致；席位上写错了，请调解员重新安排",
            "that is not the name of this seat; where the seat is wrong, ask the mediator", error);
    char *drawn = json_array_size(strokes) ? json_dumps(strokes, JSON_COMPACT) : NULL;
    struct accord_signature *one = g_new0(struct accord_signature, 1);
    one->person = person;
    one->seat = g_strdup(act->seat->id);
    one->name = g_strdup(name);
    one->strokes = g_strdup(drawn ? drawn : "[]");
    one->time_us = act->now_us;
    free(drawn);
    g_ptr_array_add(texts->signatures, one);
    return accord_write_signature(tx, act, draft, one, error) &&
           (!accord_complete(texts, act->meeting) || follow_agreed(tx, act, texts, NULL, error));
}

static bool do_scan(struct store_tx *tx, struct accord_act *act, struct accord_texts *texts,
                    GError **error)
{
    struct accord_draft *draft = draft_of(act, texts, error);
    const char *file = text_of(act, "file");
    bool fits = false;
    if (!draft)
        return false;
    if (texts->force || strcmp(draft->how, "paper") != 0 || !accord_has_sides(act->meeting))
        return refuse_now(act, error);
    if (act->hooks->scan &&
        !act->hooks->scan(tx, act->meeting->id, file, &fits, act->hooks->user, error))
        return false;
    if (!fits)
        return refuse(act, 409, "no_scan", "请先把签好的纸质协议（PDF 或图片）交到联合室",
                      "put the signed paper (PDF or picture) into the joint room first", error);
    detail(act, "file", file);
    return follow_agreed(tx, act, texts, file, error);
}

static bool do_fail(struct store_tx *tx, struct accord_act *act, struct accord_texts *texts,
                    GError **error)
{
    const char *result = text_of(act, "result");
    if ((strcmp(result, "failed") != 0 && strcmp(result, "refused") != 0) ||
        !template_text_good(text_of(act, "text"), NOTE_CHARS, true))
        return refuse_body(act, error);
    if (texts->force || !act->meeting->mediation || act->meeting->sittings < 1)
        return refuse_now(act, error);
    detail(act, "result", result);
    bool again;
    if (!follow_failed(tx, act, &again, error))
        return false;
    return !again || refuse_now(act, error);
}

/* One sitting, one outcome: what was recorded as failed becomes an agreement in another sitting. */
static bool is_over(struct store_tx *tx, struct accord_act *act, GError **error)
{
    bool failed;
    if (!follow_has_failed(tx, act->meeting, &failed, error))
        return false;
    return !failed ||
           refuse(act, 409, "failed_sitting",
                  "本次已记为未达成协议；双方又谈成的，请休会后再开，在新的一次里签",
                  "this sitting was recorded as without an agreement: adjourn and go on in"
                  " another one",
                  error);
}

/* --- the table */

static const struct rule {
    const char *name;
    unsigned who, when;
    act_fn fn;
    bool agrees; /* not in a sitting that failed */
} rules[] = {
    {"write", LEADS, OPEN, do_write, false},
    {"strike", LEADS, OPEN, do_strike, false},
    {"confirm", SIDES, ANY, do_confirm, false},
    {"fact", SIDES, ANY, do_fact, false},
    {"disclose", LEADS, ANY | PLANNED, do_disclose, false},
    {"object", SIDES, ANY, do_object, false},
    {"draft", LEADS, ANY, do_draft, true},
    {"offer", LEADS, ANY, do_offer, true},
    {"sign", SIGNS, ANY, do_sign, true},
    {"scan", LEADS, ANY, do_scan, true},
    {"fail", CHAIRS, ANY, do_fail, false},
};

static unsigned roles_of(const struct accord_seat *seat)
{
    return (seat->leads ? LEADS : 0U) | (seat->chairs ? CHAIRS : 0U) | (seat->sides ? SIDES : 0U) |
           (accord_signs(seat) ? SIGNS : 0U);
}

static unsigned state_of(const struct accord_meeting *meeting)
{
    return (meeting->open ? OPEN : 0U) | (meeting->rests ? RESTS : 0U) |
           (meeting->ended ? ENDED : 0U) | (meeting->planned ? PLANNED : 0U);
}

bool accord_perform(struct store_tx *tx, struct accord_act *act, bool *mine, GError **error)
{
    const struct rule *rule = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(rules); i++)
        if (strcmp(rules[i].name, act->name) == 0)
            rule = &rules[i];
    *mine = rule != NULL;
    if (!rule)
        return true;
    if (!(rule->who & roles_of(act->seat)) || !act->seat->sees)
        return refuse(act, 403, "not_yours", "这不是您的操作", "this is not yours to do", error);
    if (!(rule->when & state_of(act->meeting)) || act->seat->apart)
        return refuse_now(act, error);
    struct accord_texts *texts = accord_load(tx, act->vault, act->meeting->id, error);
    bool fine =
        texts && (!rule->agrees || is_over(tx, act, error)) && rule->fn(tx, act, texts, error);
    accord_texts_free(texts);
    return fine;
}
