#include "alerts/contacts.h"
#include "alerts/alerts_private.h"
#include "common/log.h"
#include "identity/contact.h"
#include <string.h>

const char *contacts_kept_text(const struct taken_event *taken, char **own)
{
    *own = NULL;
    if (!taken->event->contact)
        return taken->text;
    json_t *json = event_json(taken->event);
    json_object_del(json, "contact");
    char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(12));
    *own = g_strdup(text);
    free(text);
    json_decref(json);
    return *own;
}

/* Of a device nobody is called back; tests and what is history ask nobody for anything. */
static const struct alert *alert_to_name(const struct turn *turn, const struct taken_event *taken)
{
    const struct event *event = taken->event;
    bool asks = event->contact && taken->alert && !event->device &&
                !(event->marks & (EVENT_TEST | EVENT_PAST));
    const struct alert_row *row = asks ? g_hash_table_lookup(turn->rows, taken->alert) : NULL;
    return row && !row->alert.ended_us ? &row->alert : NULL;
}

static bool is_named(struct store_tx *tx, const char *alert, bool *named, GError **error)
{
    gint64 one;
    return store_query_int(tx, error, &one, named, "SELECT 1 FROM alert_reporter WHERE alert = ?",
                           "s", alert);
}

static bool name(struct store_tx *tx, const struct alert *alert, const struct contact *contact,
                 const struct vault *vault, gint64 now_us, GError **error)
{
    const struct person_fields fields = {.name = contact->name, .phone = contact->phone};
    g_autofree char *person = NULL;
    return person_add(tx, vault, &fields, alert->area, now_us, &person, NULL, error) &&
           person_link(tx, person, "alert", alert->id, "reporter", now_us, error) &&
           store_exec(tx, error, "INSERT INTO alert_reporter (alert, person) VALUES (?, ?)", "ss",
                      alert->id, person);
}

static bool write_one(struct store_tx *tx, const struct turn *turn, const struct taken_event *taken,
                      const struct vault *vault, GError **error)
{
    const struct alert *alert = alert_to_name(turn, taken);
    const struct event *event = taken->event;
    struct contact contact;
    bool named;
    if (!alert)
        return true;
    if (!is_named(tx, alert->id, &named, error))
        return false;
    if (named)
        return true;
    if (!contact_open(vault, event->source, event->id, event->contact, &contact)) {
        log_warn("alerts", "who reported %s/%s cannot be opened: sealed with another key",
                 event->source, event->id);
        return true;
    }
    bool fine = name(tx, alert, &contact, vault, turn->now_us, error);
    contact_clear(&contact);
    return fine;
}

static bool release_ended(struct store_tx *tx, const struct turn *turn, GError **error)
{
    GHashTableIter iter;
    gpointer id, value;
    bool fine = true;
    g_hash_table_iter_init(&iter, turn->rows);
    while (fine && g_hash_table_iter_next(&iter, &id, &value)) {
        const struct alert_row *row = value;
        bool named = false;
        if (!row->alert.ended_us || row->alert.device)
            continue;
        fine = is_named(tx, id, &named, error) &&
               (!named || person_release(tx, "alert", id, turn->now_us, error));
    }
    return fine;
}

bool contacts_write(struct store_tx *tx, struct turn *turn, const struct vault *vault,
                    GError **error)
{
    for (guint i = 0; i < turn->events->len; i++) {
        if (!write_one(tx, turn, &g_array_index(turn->events, struct taken_event, i), vault, error))
            return false;
    }
    return release_ended(tx, turn, error);
}

bool alerts_reporter(struct store_tx *tx, const char *alert, char **person, GError **error)
{
    GError *bad = NULL;
    *person = NULL;
    store_rows_auto rows = store_query(
        tx, error,
        "SELECT r.person FROM alert a JOIN alert m ON m.id = a.id OR m.situation = a.situation"
        " JOIN alert_reporter r ON r.alert = m.id WHERE a.id = ?"
        " ORDER BY CASE WHEN m.id = a.id THEN 0 ELSE 1 END, m.first_us, m.id LIMIT 1",
        "s", alert);
    if (rows && store_rows_next(rows, &bad))
        *person = store_text_dup(rows, 0);
    if (bad)
        g_propagate_error(error, bad);
    return rows && !bad;
}

struct person_known *contacts_read(struct store_tx *tx, const struct vault *vault,
                                   const char *alert, GError **error)
{
    g_autofree char *person = NULL;
    return alerts_reporter(tx, alert, &person, error) && person
               ? person_read(tx, vault, person, PERSON_MASKED, error)
               : NULL;
}

json_t *contacts_json(const struct person_known *known, const struct net_session *session)
{
    bool shown = known && person_mask_for(session, known->area) == PERSON_MASKED;
    return person_known_json(shown ? known : NULL);
}
