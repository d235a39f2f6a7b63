/* Who reports something, sealed for the way from the edge to the alert (docs/feeds.md "Reporters"):
 * name and telephone, bound to one event, so that neither the stream nor a recording tells them and
 * they cannot be moved to another report. Pure; any thread. */
#pragma once
#include "identity/persons.h"

/* As a source tells it: `who` a telephone number, a name or an account, `name` a name; NULL: not
 * told. Only what a person can be called back by is kept: a number, and a name that is one (an
 * account or a digest in `who` is neither). Returned: printable text of at most 1,024 bytes,
 * g_free(); NULL: there is nothing of the kind. */
char *contact_seal(const struct vault *vault, const char *source, const char *event,
                   const char *who, const char *name);

/* Texts owned: contact_clear(). */
struct contact {
    char *name, *phone; /* NULL: not known */
};
/* false: sealed with another key, for another event, or changed. */
bool contact_open(const struct vault *vault, const char *source, const char *event,
                  const char *sealed, struct contact *contact);
void contact_clear(struct contact *contact); /* wipes */
