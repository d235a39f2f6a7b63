/* Messages to the telephones of people at a seat, and what became of them. */
#include "identity/persons.h"
#include "mediation/host.h"
#include "notify/letter.h"

static bool to_person(struct store_tx *tx, const struct mediation *mediation,
                      const struct meeting *meeting, const struct seat *seat, const char *person,
                      const struct letter_about *about, guint *phones, guint *queued,
                      GError **error)
{
    GError *bad = NULL;
    g_autofree char *once = g_strdup_printf("%s/%s/%s", about->once, seat->id, person);
    struct person_known *known =
        person_read(tx, identity_vault(mediation->options.identity), person, PERSON_PLAIN, &bad);
    bool fine = !bad;
    if (bad)
        g_propagate_error(error, bad);
    if (known && known->phone && *known->phone) {
        const struct notify_letter letter = {.kind = about->kind,
                                             .once = once,
                                             .case_id = meeting->case_id,
                                             .object = seat->id,
                                             .code = "",
                                             .link = about->link,
                                             .to = known->phone,
                                             .due_us = about->due_us,
                                             .now_us = about->now_us};
        *phones += 1;
        fine = notify_letter_write(tx, mediation->options.notify, &letter, queued, error);
    }
    person_known_free(known);
    return fine;
}

bool letters_write(struct store_tx *tx, const struct mediation *mediation,
                   const struct meeting *meeting, const struct seat *seat, const char *person,
                   const struct letter_about *about, guint *phones, guint *queued, GError **error)
{
    if (person)
        return to_person(tx, mediation, meeting, seat, person, about, phones, queued, error);
    for (guint i = 0; i < seat->people->len; i++) {
        const struct seat_person *one = seat->people->pdata[i];
        if (one->person &&
            !to_person(tx, mediation, meeting, seat, one->person, about, phones, queued, error))
            return false;
    }
    return true;
}

bool mediation_write_to_sides(struct store_tx *tx, const struct mediation *mediation,
                              const char *meeting, const char *kind, const char *once,
                              gint64 due_us, gint64 now_us, GError **error)
{
    const struct letter_about about = {kind, once, "", due_us, now_us};
    guint phones = 0, queued = 0;
    if (!mediation->options.notify)
        return true;
    struct meeting *now = meeting_load(tx, &mediation->reader, meeting, error);
    bool fine = now != NULL;
    for (guint i = 0; fine && i < now->seats->len; i++) {
        const struct seat *seat = now->seats->pdata[i];
        if (seat_is_party(seat) && seat->state != SEAT_REMOVED)
            fine = letters_write(tx, mediation, now, seat, NULL, &about, &phones, &queued, error);
    }
    meeting_free(now);
    return fine;
}

/* --- what became of them, for who leads */

static const struct problem NO_MEETING = {404, "not_found", NULL, "没有这次会议",
                                          "there is no such meeting"};

static bool read_letters(struct store_tx *tx, gpointer data, GError **error)
{
    struct ask *ask = data;
    ask->meeting = meeting_load(tx, &ask->mediation->reader, ask_text(ask->body, "id"), error);
    if (!ask->meeting)
        return false;
    const struct seat *mine = meeting_seat_of_user(ask->meeting, ask->user);
    if (!mine || !seat_leads(mine))
        return ask_refuse(ask, &NO_MEETING, error);
    ask->result = json_array();
    for (guint i = 0; i < ask->meeting->seats->len; i++) {
        const struct seat *seat = ask->meeting->seats->pdata[i];
        json_t *list = notify_letters_json(tx, seat->id, error), *one;
        size_t k;
        if (!list)
            return false;
        json_array_foreach(list, k, one)
        {
            json_object_set_new(one, "seat", json_string(seat->id));
            json_array_append(ask->result, one);
        }
        json_decref(list);
    }
    return true;
}

static void answered(gpointer ask, const GError *error)
{
    ask_listed(ask, "letters", error);
}

static void get_letters(struct net_request *request, gpointer user)
{
    struct mediation *mediation = user;
    json_t *body = json_pack("{s:s}", "id", net_request_param(request, "id"));
    store_read(mediation->options.store, read_letters, ask_new(mediation, request, body), answered);
}

void mediation_letter_routes(struct mediation *mediation)
{
    static const struct net_route routes[] = {
        {"GET", "/api/v1/meetings/:id/letters", "meeting.join", get_letters, 0},
    };
    net_add_routes(mediation->options.net, routes, G_N_ELEMENTS(routes), mediation);
}
