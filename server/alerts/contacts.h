/* Who reported an alert, as a person whom the case's people can call back: what the event brought
 * sealed (identity/contact.h) is opened when the alert is written. Inside a store_fn. */
#pragma once
#include "alerts/turn.h"
#include "identity/persons.h"

/* The text under which an event is kept: as it came (borrowed from `taken`), but without the
 * contact. *own: NULL, or that text, g_free(). */
const char *contacts_kept_text(const struct taken_event *taken, char **own);

/* Those of the turn's events that began an alert of people, or are the first to name somebody, make
 * a person of their alert; persons of alerts that ended are let go, so that their retention runs.
 */
bool contacts_write(struct store_tx *tx, struct turn *turn, const struct vault *vault,
                    GError **error);

/* Of alerts_reporter(), masked. NULL with `error` unset: nobody is known. person_known_free(). */
struct person_known *contacts_read(struct store_tx *tx, const struct vault *vault,
                                   const char *alert, GError **error);
/* Loop thread, no store_fn. R of docs/cases.md; null: nobody (`known` NULL), or not for this
 * session. */
json_t *contacts_json(const struct person_known *known, const struct net_session *session);
