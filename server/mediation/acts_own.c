/* Acts of everybody about themselves: what they read and agree to, what they say. */
#include "mediation/acts.h"
#include "mediation/danger.h"
#include "mediation/room_rules.h"
#include <string.h>

enum { SAY_CHARS = 500 };

static bool refuse_old_words(struct act *act, GError **error)
{
    return act_refuse(act, 409, "old_words", "文本已更新，请重新阅读",
                      "the words are other ones now: read them again", NULL, error);
}

bool act_read_notice(struct store_tx *tx, struct act *act, GError **error)
{
    const char *version = act_text(act, "version");
    (void)tx;
    if (g_strcmp0(version, words_notice_version(act->words)) != 0)
        return refuse_old_words(act, error);
    act->seat->notice_us = act->now_us;
    meeting_set(&act->seat->notice_version, version);
    act->seat->dirty = true;
    act_detail(act, "version", version);
    return true;
}

bool act_screening(struct store_tx *tx, struct act *act, GError **error)
{
    const json_t *answers = json_object_get(act->body, "answers");
    bool sensitive;
    if (g_strcmp0(act_text(act, "version"), words_screening_version(act->words)) != 0)
        return refuse_old_words(act, error);
    if (!json_is_object(answers) || !words_screening_check(act->words, answers, &sensitive))
        return act_refuse_body(act, error);
    char *text = json_dumps(answers, JSON_COMPACT);
    g_autoptr(GBytes) sealed = vault_seal_secret(act->vault, act->seat->id, text);
    meeting_set(&act->seat->screening, text);
    free(text);
    gsize size;
    const void *data = g_bytes_get_data(sealed, &size);
    act->seat->screening_us = act->now_us;
    act->seat->dirty = true;
    act->meeting->sensitive = act->meeting->sensitive || sensitive;
    act_detail(act, "version", words_screening_version(act->words));
    return store_exec(tx, error, "UPDATE meeting_seat SET screening = ? WHERE id = ?", "bs", data,
                      (size_t)size, act->seat->id);
}

/* --- consents */

bool act_consent_write(struct store_tx *tx, struct act *act, struct seat_person *person,
                       enum consent_kind kind, enum consent_answer answer, const char *language,
                       GError **error)
{
    g_autofree char *digest = words_consent_digest(act->words, kind, language);
    const char *version = words_consent_version(act->words, kind);
    struct consent *consent = &person->consents[kind];
    if (!digest)
        return act_refuse_body(act, error);
    consent->answer = answer;
    meeting_set(&consent->version, version);
    consent->time_us = act->now_us;
    return store_exec(tx, error,
                      "INSERT INTO meeting_consent (meeting, seat, person, seq, kind, answer,"
                      " version, sha256, language, device, time_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?,"
                      " ?, ?, ?)",
                      "ssiissssssi", act->meeting->id, act->seat->id, person->n, act->seq,
                      consent_kind_name((int)kind), consent_answer_name((int)answer), version,
                      digest, language, act->device, act->now_us);
}

static struct seat_person *person_of(const struct act *act)
{
    const json_t *n = json_object_get(act->body, "person");
    for (guint i = 0; i < act->seat->people->len; i++) {
        struct seat_person *person = act->seat->people->pdata[i];
        if (!n || person->n == json_integer_value(n))
            return person;
    }
    return NULL;
}

/* Taken back at any time: whoever stays only by it waits in the lobby again. */
bool act_consent(struct store_tx *tx, struct act *act, GError **error)
{
    int kind = consent_kind_find(act_text(act, "kind"));
    int answer = consent_answer_find(act_text(act, "answer"));
    struct seat_person *person = person_of(act);
    if (kind < 0 || answer <= ANSWER_NONE || !person)
        return act_refuse_body(act, error);
    /* publication comes after the end: what is not published yet may be taken back */
    if (act->meeting->state == MEETING_ENDED &&
        (kind != CONSENT_PUBLICATION || answer == ANSWER_YES))
        return act_refuse_now(act, error);
    if (answer == ANSWER_YES &&
        g_strcmp0(act_text(act, "version"),
                  words_consent_version(act->words, (enum consent_kind)kind)) != 0)
        return refuse_old_words(act, error);
    const char *language = act_text(act, "language");
    if (!act_consent_write(tx, act, person, (enum consent_kind)kind, (enum consent_answer)answer,
                           language ? language : "zh", error))
        return false;
    act_detail(act, "kind", consent_kind_name(kind));
    act_detail(act, "answer", consent_answer_name(answer));
    act_detail(act, "version", words_consent_version(act->words, (enum consent_kind)kind));
    json_object_set_new(act->details, "person", json_integer(person->n));
    room_clear(act->meeting, act->now_us);
    return true;
}

bool act_ready(struct store_tx *tx, struct act *act, GError **error)
{
    (void)tx;
    if (act->seat->state != SEAT_LOBBY)
        return act_refuse_now(act, error);
    act->seat->ready_us = act->now_us;
    act->seat->dirty = true;
    return true;
}

/* --- in a room */

bool act_hand(struct store_tx *tx, struct act *act, GError **error)
{
    const json_t *up = json_object_get(act->body, "up");
    (void)tx;
    if (!json_is_boolean(up))
        return act_refuse_body(act, error);
    act->seat->hand_us = json_is_true(up) ? act->now_us : 0;
    act->seat->dirty = true;
    json_object_set(act->details, "up", (json_t *)up);
    return true;
}

static bool is_led(const struct meeting *meeting, const char *room)
{
    for (guint i = 0; i < meeting->seats->len; i++) {
        const struct seat *seat = meeting->seats->pdata[i];
        if (seat_leads(seat) && seat->state == SEAT_IN && strcmp(seat->room, room) == 0)
            return true;
    }
    return false;
}

bool act_call(struct store_tx *tx, struct act *act, GError **error)
{
    (void)tx;
    if (is_led(act->meeting, act->seat->room))
        return act_refuse_now(act, error);
    act->seat->call_us = act->now_us;
    act->seat->dirty = true;
    return true;
}

/* Ids of the seats in that room, a space around each. */
static char *members_of(const struct meeting *meeting, const char *room)
{
    GString *list = g_string_new(" ");
    for (guint i = 0; i < meeting->seats->len; i++) {
        const struct seat *seat = meeting->seats->pdata[i];
        if (seat->state == SEAT_IN && strcmp(seat->room, room) == 0)
            g_string_append_printf(list, "%s ", seat->id);
    }
    return g_string_free(list, FALSE);
}

/* The words are for who is in the room now; the record tells that something was said, not what. */
bool act_say(struct store_tx *tx, struct act *act, GError **error)
{
    const char *given = act_text(act, "text");
    g_autofree char *text = given ? g_strstrip(g_strdup(given)) : NULL;
    if (!text || !*text || g_utf8_strlen(text, -1) > SAY_CHARS)
        return act_refuse_body(act, error);
    struct meeting_line *line = g_new0(struct meeting_line, 1);
    line->id = store_id_new();
    line->room = g_strdup(act->seat->room);
    line->seat = g_strdup(act->seat->id);
    line->seats = members_of(act->meeting, act->seat->room);
    line->text = g_steal_pointer(&text);
    line->time_us = act->now_us;
    g_ptr_array_add(act->meeting->lines, line);
    g_autoptr(GBytes) sealed = vault_seal_secret(act->vault, line->id, line->text);
    gsize size;
    const void *data = g_bytes_get_data(sealed, &size);
    act_detail(act, "line", line->id);
    return store_exec(tx, error,
                      "INSERT INTO meeting_chat (id, meeting, room, seat, time_us, words, seats)"
                      " VALUES (?, ?, ?, ?, ?, ?, ?)",
                      "ssssibs", line->id, act->meeting->id, line->room, line->seat, line->time_us,
                      data, (size_t)size, line->seats);
}

/* --- danger */

static struct meeting_danger *danger_of(const struct act *act, guint *place)
{
    for (guint i = 0; i < act->meeting->dangers->len; i++) {
        struct meeting_danger *danger = act->meeting->dangers->pdata[i];
        if (danger->told || strcmp(danger->seat, act->seat->id) != 0)
            continue;
        *place = i;
        return danger;
    }
    return NULL;
}

bool act_danger(struct store_tx *tx, struct act *act, GError **error)
{
    guint place;
    act->danger = true;
    if (danger_of(act, &place)) {
        act->untold = true;
        return true;
    }
    struct meeting_danger *danger = g_new0(struct meeting_danger, 1);
    danger->id = store_id_new();
    danger->seat = g_strdup(act->seat->id);
    danger->room = g_strdup(act->seat->room);
    danger->time_us = act->now_us;
    danger->due_us = act->now_us + DANGER_HELD_US;
    g_ptr_array_add(act->meeting->dangers, danger);
    act_detail(act, "danger", danger->id);
    return store_exec(tx, error,
                      "INSERT INTO meeting_danger (id, meeting, seat, room, time_us, due_us, state)"
                      " VALUES (?, ?, ?, ?, ?, ?, 'held')",
                      "ssssii", danger->id, act->meeting->id, danger->seat, danger->room,
                      danger->time_us, danger->due_us);
}

bool act_undo_danger(struct store_tx *tx, struct act *act, GError **error)
{
    guint place;
    const struct meeting_danger *danger = danger_of(act, &place);
    bool held = danger && act->now_us < danger->due_us;
    if (held &&
        !store_exec(tx, error,
                    "UPDATE meeting_danger SET state = 'undone' WHERE id = ? AND state = 'held'",
                    "s", danger->id))
        return false;
    if (!held || store_changed(tx) == 0)
        return act_refuse(act, 409, "too_late", "已经报告，无法撤销",
                          "it was told already and cannot be undone", NULL, error);
    act->danger = true;
    act_detail(act, "danger", danger->id);
    g_ptr_array_remove_index(act->meeting->dangers, place);
    return true;
}

bool act_leave(struct store_tx *tx, struct act *act, GError **error)
{
    (void)tx;
    if (act->seat->state != SEAT_IN)
        return act_refuse_now(act, error);
    if (seat_leads(act->seat))
        room_end_check(act->meeting, act->seat->room, act->now_us);
    room_put(act->meeting, act->seat, ROOM_LOBBY, act->now_us);
    return true;
}
