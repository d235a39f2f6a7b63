/* Persons of cases: requester, party, contact (docs/identity.md). What is known of them is sealed
 * with a key of each person; found by keyed tokens; shown masked; revealed with a reason that goes
 * on record; erased by destroying the key. Everything that takes a `struct store_tx *` runs inside
 * a store_fn, so that a person and what it is about are one transaction. */
#pragma once
#include "identity/identity.h"
#include "identity/vault.h"

/* Texts borrowed; NULL: unknown, or (person_set) leave as it is; "": forget it. */
struct person_fields {
    const char *name, *phone, *id_number, *address;
};

/* What is wrong with them: which field, and the sentence. */
struct person_fault {
    const char *field, *zh, *en; /* static */
};
/* Any thread. false: `fault` says why. At least one field has to be known. */
bool person_check(const struct person_fields *fields, struct person_fault *fault);

/* Writes a new person. *id and *digest (SHA-256 of the sealed fields, hexadecimal: what a chain of
 * records covers) are returned, g_free(); `digest` may be NULL. STORE_ERROR_REFUSED: person_check()
 * says no. `area`: code, NULL or "" unknown. */
bool person_add(struct store_tx *tx, const struct vault *vault, const struct person_fields *fields,
                const char *area, gint64 now_us, char **id, char **digest, GError **error);
/* Changes the fields that are given. STORE_ERROR_NOT_FOUND: no such person, or erased. */
bool person_set(struct store_tx *tx, const struct vault *vault, const char *id,
                const struct person_fields *fields, gint64 now_us, char **digest, GError **error);

enum person_field { PERSON_NAME, PERSON_PHONE, PERSON_ID_NUMBER };
/* Ids of persons whose phone or number is this one, or whose name has this in it; the one used last
 * comes first. `ids` takes owned texts. A text that cannot be one finds nobody. */
bool person_find(struct store_tx *tx, const struct vault *vault, enum person_field field,
                 const char *text, unsigned limit, GPtrArray *ids, GError **error);

enum person_mask {
    PERSON_HIDDEN, /* that there is somebody, no more */
    PERSON_MASKED, /* 张*明, 138****5678 */
    PERSON_PLAIN,  /* only for person_reveal() and for orders printed for who may reveal */
};
/* What this session sees of persons there. Loop thread. Never PERSON_PLAIN. */
enum person_mask person_mask_for(const struct net_session *session, const char *area);

struct person_known {
    char *id, *area;
    char *name, *phone, *id_number, *address; /* NULL: unknown, hidden or erased */
    bool erased;
    gint64 version, created_us, updated_us;
};
void person_known_free(struct person_known *known); /* wipes; NULL is fine */
/* R of docs/cases.md: {"person","name","phone","id_number","erased","area"}, owned by the caller;
 * NULL gives null. */
json_t *person_known_json(const struct person_known *known);
/* NULL with `error` NULL: no such person. A key that does not open the fields is an error. */
struct person_known *person_read(struct store_tx *tx, const struct vault *vault, const char *id,
                                 enum person_mask mask, GError **error);
/* The plain fields, and the record `person.reveal` with the reason in the same write. `reason` has
 * 2 to 200 characters, otherwise STORE_ERROR_REFUSED. */
struct person_known *person_reveal(struct store_tx *tx, const struct vault *vault,
                                   const struct identity_actor *actor, const char *id,
                                   const char *reason, gint64 now_us, GError **error);

/* Something has to do with that person: kind "case", id, part "reporter". As long as it is open,
 * and as long as a hold stands on it, the person is not erased. Linking again opens it again. */
bool person_link(struct store_tx *tx, const char *person, const char *kind, const char *object,
                 const char *part, gint64 now_us, GError **error);
/* What it is about lies in that area now (NULL or "": not known, nothing is done), and those who
 * may see persons there see this one. */
bool person_place(struct store_tx *tx, const char *person, const char *area, gint64 now_us,
                  GError **error);
/* One link was a mistake: it is gone as if there had been none. */
bool person_unlink(struct store_tx *tx, const char *person, const char *kind, const char *object,
                   const char *part, GError **error);
/* It is over: from now the retention of its persons runs. */
bool person_release(struct store_tx *tx, const char *kind, const char *object, gint64 now_us,
                    GError **error);

/* Destroys the key and the search tokens; the sealed bytes stay, so that digests hold. On record as
 * `person.erase`. STORE_ERROR_REFUSED: something open links to it, or it is held; _NOT_FOUND: no
 * such person, or erased before. */
bool person_erase(struct store_tx *tx, const struct identity_actor *actor, const char *id,
                  const char *reason, gint64 now_us, GError **error);

/* Seals other words about a person with that person's key. Returned: printable text, g_free(); NULL
 * + error: NOT_FOUND as above. */
char *person_seal(struct store_tx *tx, const struct vault *vault, const char *id, const char *text,
                  GError **error);
/* Returned: the words, g_free(). NULL without error: the person was erased. */
char *person_unseal(struct store_tx *tx, const struct vault *vault, const char *id,
                    const char *sealed, GError **error);

/* Who works at no desk that takes requests reaches a person only through what they have to do with
 * that person: need to know (Personal Information Protection Law art. 6). Set by whoever knows. */
struct person_gate {
    /* Loop thread: who asks, for the store's thread; freed by `end`, on any. */
    gpointer (*begin)(const struct net_session *session, gpointer user);
    void (*end)(gpointer asker);
    /* Inside a store_fn: may this person be known to who asks? */
    bool (*knows)(struct store_tx *tx, gpointer asker, const char *person, bool *knows,
                  GError **error);
};
/* `gate` is static. Loop thread, at start. */
void identity_set_person_gate(struct identity *identity, const struct person_gate *gate,
                              gpointer user);
