/* What the files of persons share. Inside a store_fn. */
#pragma once
#include "identity/persons.h"

enum { PERSON_FIELDS = 4 };

/* The sealed fields in their order: name, phone, identity number, address. */
extern const char *const person_field_names[PERSON_FIELDS];

struct person_row {
    char *id, *area;
    uint8_t key[VAULT_KEY_BYTES];
    bool erased;
    GBytes *sealed[PERSON_FIELDS]; /* NULL: unknown */
    gint64 version, created_us, updated_us;
};
void person_row_clear(struct person_row *row);
/* *found false: no such person. A key that cannot be unwrapped is an error. */
bool person_row_load(struct store_tx *tx, const struct vault *vault, const char *id,
                     struct person_row *row, bool *found, GError **error);
/* The plain text of a field, owned; NULL: unknown or erased. */
char *person_row_open(const struct person_row *row, int field);

/* Writes the search tokens of a field anew; `text` NULL: none. */
bool person_tokens_put(struct store_tx *tx, const struct vault *vault, const char *id, int field,
                       const char *text, GError **error);
/* Is it open to erasing: nothing open links to it and no hold stands on it or what it is linked to?
 */
bool person_free_to_erase(struct store_tx *tx, const char *id, bool *fine, GError **error);
/* Destroys key and tokens, without a record. */
bool person_destroy_key(struct store_tx *tx, const char *id, const char *reason, gint64 now_us,
                        GError **error);
