/* The keys of V that tell of joint texts. */
#include "accord/accord_store.h"
#include "accord/follow.h"
#include <string.h>

static json_t *time_json(gint64 time_us)
{
    char text[24];
    g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, time_us);
    return time_us ? json_string(text) : json_null();
}

static const char *name_of(const struct accord_person *person, bool plain)
{
    return plain ? person->name : person->masked;
}

/* --- minutes */

static json_t *minutes_json(const struct accord_texts *texts, const struct accord_meeting *meeting,
                            bool plain)
{
    const GPtrArray *entries = texts->entries[ACCORD_MINUTES];
    if (entries->len == 0)
        return json_null();
    g_autoptr(GPtrArray) chain = accord_chain(entries);
    json_t *list = json_array(), *confirmed = json_array();
    for (guint i = 0; i < entries->len; i++) {
        const struct accord_entry *entry = entries->pdata[i];
        json_array_append_new(
            list, json_pack("{s:I,s:I,s:o,s:s,s:b,s:s}", "n", (json_int_t)entry->n, "version",
                            (json_int_t)entry->version, "time_us", time_json(entry->said_us),
                            "text", entry->text, "struck", (int)entry->struck, "sha256",
                            (const char *)chain->pdata[i]));
    }
    for (guint i = 0; i < meeting->seat_count; i++) {
        const struct accord_seat *seat = &meeting->seats[i];
        for (guint p = 0; seat->sides && !seat->gone && p < seat->people_count; p++) {
            gint64 time_us = 0;
            gint64 upto = accord_confirmed(texts, seat->id, seat->people[p].n, &time_us);
            json_array_append_new(
                confirmed, json_pack("{s:s,s:I,s:s,s:s,s:I,s:o}", "seat", seat->id, "person",
                                     (json_int_t)seat->people[p].n, "name",
                                     name_of(&seat->people[p], plain), "side", seat->side, "upto",
                                     (json_int_t)upto, "time_us", time_json(time_us)));
        }
    }
    return json_pack("{s:o,s:o}", "entries", list, "confirmed", confirmed);
}

/* --- facts */

static json_t *answers_json(const struct accord_texts *texts, const struct accord_meeting *meeting,
                            const struct accord_entry *fact)
{
    static const char *const words[] = {"none", "no", "yes"};
    json_t *list = json_array();
    for (guint i = 0; i < meeting->seat_count; i++) {
        const struct accord_seat *seat = &meeting->seats[i];
        for (guint p = 0; seat->sides && !seat->gone && p < seat->people_count; p++)
            json_array_append_new(
                list,
                json_pack("{s:s,s:I,s:s,s:s}", "seat", seat->id, "person",
                          (json_int_t)seat->people[p].n, "side", seat->side, "answer",
                          words[accord_answer(texts, fact, seat->id, seat->people[p].n) + 1]));
    }
    return list;
}

static json_t *facts_json(const struct accord_texts *texts, const struct accord_meeting *meeting)
{
    const GPtrArray *entries = texts->entries[ACCORD_FACT];
    if (entries->len == 0)
        return json_null();
    json_t *list = json_array();
    for (guint i = 0; i < entries->len; i++) {
        const struct accord_entry *fact = entries->pdata[i];
        json_array_append_new(
            list, json_pack("{s:I,s:I,s:o,s:s,s:b,s:b,s:o}", "n", (json_int_t)fact->n, "version",
                            (json_int_t)fact->version, "time_us", time_json(fact->said_us), "text",
                            fact->text, "struck", (int)fact->struck, "undisputed",
                            (int)accord_undisputed(texts, meeting, fact), "answers",
                            answers_json(texts, meeting, fact)));
    }
    return list;
}

/* --- agreement */

static json_t *signers_json(const struct accord_texts *texts, const struct accord_meeting *meeting,
                            bool plain)
{
    json_t *list = json_array();
    for (guint i = 0; i < meeting->seat_count; i++) {
        const struct accord_seat *seat = &meeting->seats[i];
        for (guint p = 0; accord_signs(seat) && p < seat->people_count; p++) {
            const struct accord_signature *one = accord_signed(texts, seat->id, seat->people[p].n);
            json_array_append_new(list, json_pack("{s:s,s:I,s:s,s:s,s:s,s:o}", "seat", seat->id,
                                                  "person", (json_int_t)seat->people[p].n, "name",
                                                  name_of(&seat->people[p], plain), "role",
                                                  seat->role, "side", seat->side, "signed_us",
                                                  time_json(one ? one->time_us : 0)));
        }
    }
    return list;
}

static void add_force(json_t *json, const struct accord_force *force)
{
    json_object_set_new(json, "effective_us", time_json(force ? force->effective_us : 0));
    json_object_set_new(json, "case", json_string(force ? force->case_state : "none"));
    json_object_set_new(json, "case_why",
                        force && force->case_why ? json_string(force->case_why) : json_null());
    json_object_set_new(json, "file",
                        force && force->file ? json_string(force->file) : json_null());
    json_object_set_new(json, "court",
                        force ? json_pack("{s:o,s:s,s:o}", "due_us", time_json(force->court_due_us),
                                          "state", force->court, "time_us",
                                          time_json(force->court_us))
                              : json_null());
    json_object_set_new(json, "performance",
                        force && force->perform_due_us
                            ? json_pack("{s:o,s:s,s:s,s:o}", "due_us",
                                        time_json(force->perform_due_us), "state", force->perform,
                                        "text", force->perform_note, "time_us",
                                        time_json(force->perform_us))
                            : json_null());
}

static json_t *agreement_json(const struct accord_texts *texts,
                              const struct accord_meeting *meeting, bool leads)
{
    const struct accord_draft *draft = texts->draft;
    /* an older wording is the mediators' alone until it is offered */
    if (!draft || (!leads && !draft->offered && !texts->force))
        return json_null();
    const char *state = texts->force ? "effective" : draft->offered ? "offered" : "draft";
    json_t *json =
        json_pack("{s:I,s:s,s:s,s:s,s:s,s:s,s:o,s:s,s:o}", "draft", (json_int_t)draft->n, "how",
                  draft->how, "template", draft->template, "title", draft->title, "text",
                  draft->text, "sha256", draft->sha256, "time_us", time_json(draft->time_us),
                  "state", state, "signers", signers_json(texts, meeting, leads));
    if (leads) {
        json_t *fields = json_loads(draft->fields, 0, NULL);
        json_object_set_new(json, "fields", fields ? fields : json_object());
    }
    add_force(json, texts->force);
    return json;
}

static json_t *notes_json(const struct accord_texts *texts, const struct accord_meeting *meeting,
                          bool plain)
{
    json_t *list = json_array();
    for (guint i = 0; i < texts->notes->len; i++) {
        const struct accord_note *note = texts->notes->pdata[i];
        const struct accord_seat *seat = NULL;
        for (guint s = 0; s < meeting->seat_count; s++)
            if (strcmp(meeting->seats[s].id, note->seat) == 0)
                seat = &meeting->seats[s];
        bool objection = strcmp(note->kind, "objection") == 0;
        if (seat && seat->people_count > 0)
            json_array_append_new(
                list, json_pack("{s:s,s:s,s:s,s:s,s:o,s:b}", "seat", note->seat, "name",
                                name_of(&seat->people[0], plain || seat->leads), "relation",
                                objection ? "" : note->kind, "text", note->text, "time_us",
                                time_json(note->time_us), "objection", (int)objection));
    }
    return list;
}

static json_t *view_json(const struct accord_texts *texts, const struct accord_meeting *meeting,
                         bool failed, bool leads)
{
    return json_pack("{s:b,s:o,s:o,s:o,s:o}", "failed", (int)failed, "minutes",
                     minutes_json(texts, meeting, leads), "facts", facts_json(texts, meeting),
                     "agreement", agreement_json(texts, meeting, leads), "disclosures",
                     notes_json(texts, meeting, leads));
}

bool accord_views(struct store_tx *tx, const struct vault *vault,
                  const struct accord_meeting *meeting, json_t **leaders, json_t **others,
                  GError **error)
{
    bool failed;
    struct accord_texts *texts = follow_has_failed(tx, meeting, &failed, error)
                                     ? accord_load(tx, vault, meeting->id, error)
                                     : NULL;
    if (!texts)
        return false;
    *leaders = view_json(texts, meeting, failed, true);
    *others = view_json(texts, meeting, failed, false);
    accord_texts_free(texts);
    return true;
}
