#include "identity/persons.h"
#include "identity/mask.h"
#include "identity/persons_private.h"
#include <sodium.h>
#include <string.h>

enum { NAME_MAX_CHARS = 100, ADDRESS_MAX_CHARS = 300 };

const char *const person_field_names[PERSON_FIELDS] = {"name", "phone", "id_number", "address"};

static bool fail(GError **error, enum store_error code, const char *what)
{
    g_set_error_literal(error, STORE_ERROR, (int)code, what);
    return false;
}

/* --- checking */

static bool text_fits(const char *text, glong max)
{
    if (!g_utf8_validate(text, -1, NULL) || g_utf8_strlen(text, -1) > max)
        return false;
    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        if (g_unichar_iscntrl(g_utf8_get_char(p)))
            return false;
    }
    return true;
}

static bool given(const char *text)
{
    return text && *text;
}

bool person_check(const struct person_fields *fields, struct person_fault *fault)
{
    g_autofree char *phone = normal_phone(fields->phone);
    g_autofree char *number = normal_id_number(fields->id_number);
    g_autofree char *name = normal_name(fields->name);
    const struct {
        bool wrong;
        struct person_fault fault;
    } rules[] = {
        {given(fields->name) && (!name || !text_fits(fields->name, NAME_MAX_CHARS)),
         {"name", "姓名须为 1 至 100 个字", "a name has 1 to 100 characters"}},
        {given(fields->phone) && !phone,
         {"phone", "电话号码须为 5 至 20 位数字", "a phone number has 5 to 20 digits"}},
        {given(fields->id_number) && !number,
         {"id_number", "证件号码不正确，请核对", "this is not an identity number: check it"}},
        {given(fields->address) && !text_fits(fields->address, ADDRESS_MAX_CHARS),
         {"address", "住址不能超过 300 个字", "an address has at most 300 characters"}},
        {!fields->name && !fields->phone && !fields->id_number && !fields->address,
         {"name", "至少填写一项", "at least one field has to be known"}},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        if (rules[i].wrong) {
            *fault = rules[i].fault;
            return false;
        }
    }
    return true;
}

static bool checked(const struct person_fields *fields, GError **error)
{
    struct person_fault fault;
    return person_check(fields, &fault) || fail(error, STORE_ERROR_REFUSED, fault.en);
}

/* --- one row */

void person_row_clear(struct person_row *row)
{
    g_free(row->id);
    g_free(row->area);
    for (int i = 0; i < PERSON_FIELDS; i++)
        g_clear_pointer(&row->sealed[i], g_bytes_unref);
    sodium_memzero(row, sizeof *row);
}

static char *context_of(const char *id, const char *field)
{
    return g_strconcat(id, "/", field, NULL);
}

char *person_row_open(const struct person_row *row, int field)
{
    if (row->erased || !row->sealed[field])
        return NULL;
    g_autofree char *context = context_of(row->id, person_field_names[field]);
    gsize size;
    const void *data = g_bytes_get_data(row->sealed[field], &size);
    return vault_unseal(row->key, context, data, size);
}

static bool row_of(struct store_rows *rows, const struct vault *vault, const char *id,
                   struct person_row *row, GError **error)
{
    size_t size;
    const void *wrapped = store_blob(rows, 1, &size);
    row->id = g_strdup(id);
    row->area = store_text_dup(rows, 0);
    row->version = store_int(rows, 2);
    row->created_us = store_int(rows, 3);
    row->updated_us = store_int(rows, 4);
    row->erased = store_int(rows, 5) != 0;
    if (!row->erased && !vault_unwrap(vault, id, wrapped, size, row->key))
        return fail(error, STORE_ERROR_FAILED, "the master key does not open this person");
    for (int i = 0; i < PERSON_FIELDS; i++) {
        const void *sealed = store_blob(rows, 6 + i, &size);
        row->sealed[i] = sealed && size ? g_bytes_new(sealed, size) : NULL;
    }
    return true;
}

bool person_row_load(struct store_tx *tx, const struct vault *vault, const char *id,
                     struct person_row *row, bool *found, GError **error)
{
    memset(row, 0, sizeof *row);
    store_rows_auto rows =
        store_query(tx, error,
                    "SELECT area, key_wrapped, version, created_us, updated_us, erased_us,"
                    " name_enc, phone_enc, id_number_enc, address_enc FROM person WHERE id = ?",
                    "s", id);
    GError *bad = NULL;
    if (!rows)
        return false;
    *found = store_rows_next(rows, &bad) && row_of(rows, vault, id, row, &bad);
    if (bad)
        g_propagate_error(error, bad);
    if (bad || !*found)
        person_row_clear(row);
    return !bad;
}

/* SHA-256 of length (4 bytes, big end first) and bytes of each sealed field (docs/identity.md). */
static char *digest_of(GBytes *const sealed[PERSON_FIELDS])
{
    crypto_hash_sha256_state state;
    uint8_t hash[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof hash + 1];
    crypto_hash_sha256_init(&state);
    for (int i = 0; i < PERSON_FIELDS; i++) {
        gsize size = 0;
        const void *data = sealed[i] ? g_bytes_get_data(sealed[i], &size) : NULL;
        guint32 length = GUINT32_TO_BE((guint32)size);
        crypto_hash_sha256_update(&state, (const uint8_t *)&length, sizeof length);
        if (size)
            crypto_hash_sha256_update(&state, data, size);
    }
    crypto_hash_sha256_final(&state, hash);
    return g_strdup(sodium_bin2hex(hex, sizeof hex, hash, sizeof hash));
}

/* --- writing */

static const char *field_text(const struct person_fields *fields, int field)
{
    const char *const texts[] = {fields->name, fields->phone, fields->id_number, fields->address};
    return texts[field];
}

/* Seals what is given into `row` and writes its tokens. */
static bool seal_fields(struct store_tx *tx, const struct vault *vault, struct person_row *row,
                        const struct person_fields *fields, GError **error)
{
    for (int i = 0; i < PERSON_FIELDS; i++) {
        const char *text = field_text(fields, i);
        if (!text)
            continue;
        g_autofree char *context = context_of(row->id, person_field_names[i]);
        g_clear_pointer(&row->sealed[i], g_bytes_unref);
        if (*text)
            row->sealed[i] = vault_seal(row->key, context, text);
        if (!person_tokens_put(tx, vault, row->id, i, *text ? text : NULL, error))
            return false;
    }
    return true;
}

static const void *sealed_data(const struct person_row *row, int field, size_t *size)
{
    gsize length = 0;
    const void *data = row->sealed[field] ? g_bytes_get_data(row->sealed[field], &length) : NULL;
    *size = length;
    return data;
}

static bool update_row(struct store_tx *tx, const struct person_row *row, const char *digest,
                       gint64 now_us, GError **error)
{
    size_t size[PERSON_FIELDS];
    const void *data[PERSON_FIELDS];
    for (int i = 0; i < PERSON_FIELDS; i++)
        data[i] = sealed_data(row, i, &size[i]);
    return store_exec(tx, error,
                      "UPDATE person SET name_enc = ?, phone_enc = ?, id_number_enc = ?,"
                      " address_enc = ?, digest = ?, version = ?, updated_us = ?, used_us = ?"
                      " WHERE id = ?",
                      "bbbbsiiis", data[0], size[0], data[1], size[1], data[2], size[2], data[3],
                      size[3], digest, row->version, now_us, now_us, row->id);
}

bool person_add(struct store_tx *tx, const struct vault *vault, const struct person_fields *fields,
                const char *area, gint64 now_us, char **id, char **digest, GError **error)
{
    if (!checked(fields, error))
        return false;
    struct person_row row = {.id = store_id_new(), .version = 1};
    vault_new_key(row.key);
    g_autoptr(GBytes) wrapped = vault_wrap(vault, row.id, row.key);
    gsize size;
    const void *data = g_bytes_get_data(wrapped, &size);
    g_autofree char *sum = NULL;
    bool fine = store_exec(tx, error,
                           "INSERT INTO person (id, area, key_wrapped, key_id, digest, version,"
                           " created_us, updated_us, used_us) VALUES (?, ?, ?, ?, '', 1, ?, ?, ?)",
                           "ssbsiii", row.id, area ? area : "", data, (size_t)size, vault_id(vault),
                           now_us, now_us, now_us) &&
                seal_fields(tx, vault, &row, fields, error);
    sum = digest_of(row.sealed);
    fine = fine && update_row(tx, &row, sum, now_us, error);
    if (fine) {
        *id = g_strdup(row.id);
        if (digest)
            *digest = g_steal_pointer(&sum);
    }
    person_row_clear(&row);
    return fine;
}

bool person_set(struct store_tx *tx, const struct vault *vault, const char *id,
                const struct person_fields *fields, gint64 now_us, char **digest, GError **error)
{
    struct person_row row;
    bool found;
    if (!checked(fields, error) || !person_row_load(tx, vault, id, &row, &found, error))
        return false;
    if (!found || row.erased) {
        person_row_clear(&row);
        return fail(error, STORE_ERROR_NOT_FOUND, "there is no such person");
    }
    g_autofree char *sum = NULL;
    row.version++;
    bool fine = seal_fields(tx, vault, &row, fields, error);
    sum = digest_of(row.sealed);
    fine = fine && update_row(tx, &row, sum, now_us, error);
    if (fine && digest)
        *digest = g_steal_pointer(&sum);
    person_row_clear(&row);
    return fine;
}

/* --- reading */

enum person_mask person_mask_for(const struct net_session *session, const char *area)
{
    return identity_may_in(session, RIGHT_PERSON_SEE, area) ? PERSON_MASKED : PERSON_HIDDEN;
}

static void wipe(char *text)
{
    if (text)
        sodium_memzero(text, strlen(text));
    g_free(text);
}

void person_known_free(struct person_known *known)
{
    if (!known)
        return;
    g_free(known->id);
    g_free(known->area);
    wipe(known->name);
    wipe(known->phone);
    wipe(known->id_number);
    wipe(known->address);
    g_free(known);
}

static char *shown(const struct person_row *row, int field, enum person_mask mask)
{
    static char *(*const masks[PERSON_FIELDS])(const char *text) = {mask_name, mask_phone,
                                                                    mask_id_number, mask_address};
    if (mask == PERSON_HIDDEN)
        return NULL;
    char *plain = person_row_open(row, field);
    if (mask == PERSON_PLAIN || !plain)
        return plain;
    char *masked = masks[field](plain);
    wipe(plain);
    return masked;
}

struct person_known *person_read(struct store_tx *tx, const struct vault *vault, const char *id,
                                 enum person_mask mask, GError **error)
{
    struct person_row row;
    bool found;
    if (!person_row_load(tx, vault, id, &row, &found, error) || !found)
        return NULL;
    struct person_known *known = g_new0(struct person_known, 1);
    known->id = g_strdup(id);
    known->area = g_strdup(row.area);
    known->name = shown(&row, 0, mask);
    known->phone = shown(&row, 1, mask);
    known->id_number = shown(&row, 2, mask);
    known->address = shown(&row, 3, mask);
    known->erased = row.erased;
    known->version = row.version;
    known->created_us = row.created_us;
    known->updated_us = row.updated_us;
    person_row_clear(&row);
    return known;
}
