#include "wallctl/audit_file.h"
#include <jansson.h>
#include <sodium.h>
#include <stdint.h>
#include <string.h>

#define HASH_BYTES crypto_hash_sha256_BYTES
#define HASH_HEX   (2 * (size_t)HASH_BYTES)
#define CHAIN_MAX  64

struct checker {
    struct audit_file *it;
    uint8_t previous[HASH_BYTES];
    gint64 next; /* the number that the next record must have */
    bool keyed, begun, ended;
    bool of_case;          /* hashes are put before records as text (docs/cases.md) */
    char chain[CHAIN_MAX]; /* that heads name; empty: not told yet */
    const char *given_key; /* NULL: the file's own */
};

/* What is left of a line while it is read. */
struct cursor {
    const char *at, *end;
};

static bool take_word(struct cursor *c, struct cursor *word)
{
    const char *space = memchr(c->at, ' ', (size_t)(c->end - c->at));
    const char *end = space ? space : c->end;
    *word = (struct cursor){c->at, end};
    c->at = space ? space + 1 : c->end;
    return word->at < word->end;
}

/* Lower-case hexadecimal digits of exactly `size` bytes. */
static bool take_bytes(struct cursor *c, uint8_t *bytes, size_t size)
{
    struct cursor word;
    size_t got;
    const char *end;
    return take_word(c, &word) && (size_t)(word.end - word.at) == 2 * size &&
           sodium_hex2bin(bytes, size, word.at, 2 * size, NULL, &got, &end) == 0 && got == size &&
           end == word.end;
}

static bool take_number(struct cursor *c, gint64 *number)
{
    struct cursor word;
    if (!take_word(c, &word) || word.end - word.at > 18)
        return false;
    *number = 0;
    for (const char *p = word.at; p < word.end; p++) {
        if (!g_ascii_isdigit(*p))
            return false;
        *number = *number * 10 + (*p - '0');
    }
    return true;
}

/* --- lines. Returned: what is wrong with it, NULL: nothing. */

static const char *read_key(struct checker *k, struct cursor *c)
{
    uint8_t key[AUDIT_KEY_BYTES];
    if (k->keyed || !take_bytes(c, key, sizeof key))
        return "there is no readable key";
    k->keyed = true;
    sodium_bin2hex(k->it->key, sizeof k->it->key, key, sizeof key);
    if (k->given_key && g_ascii_strcasecmp(k->given_key, k->it->key) != 0)
        return "it is signed with another key";
    return NULL;
}

static const char *read_case(struct checker *k, struct cursor *c)
{
    struct cursor id;
    if (!k->of_case || *k->chain || k->begun || !take_word(c, &id) ||
        id.end - id.at > CHAIN_MAX - 8)
        return "the case is not readable";
    g_snprintf(k->chain, sizeof k->chain, "case/%.*s", (int)(id.end - id.at), id.at);
    return NULL;
}

static const char *read_from(struct checker *k, struct cursor *c)
{
    if (k->begun || !k->keyed || !*k->chain || !take_number(c, &k->next) ||
        !take_bytes(c, k->previous, HASH_BYTES))
        return "the beginning is not readable";
    if (k->of_case && (k->next != 1 || !sodium_is_zero(k->previous, HASH_BYTES)))
        return "the record of a case begins with its first line";
    k->begun = true;
    return NULL;
}

static const char *read_json(struct checker *k, const struct cursor *c)
{
    json_t *record = json_loadb(c->at, (size_t)(c->end - c->at), 0, NULL);
    const json_t *seq = json_object_get(record, "seq"), *time = json_object_get(record, "time_us");
    const char *wrong = NULL;
    if (!json_is_integer(seq) || !json_is_integer(time))
        wrong = "the record is not readable";
    else if (json_integer_value(seq) != k->next)
        wrong = "a record is missing or out of its place";
    if (!wrong) {
        k->it->last = k->next++;
        k->it->last_us = json_integer_value(time);
        if (k->it->records++ == 0) {
            k->it->first = k->it->last;
            k->it->first_us = k->it->last_us;
        }
    }
    json_decref(record);
    return wrong;
}

static void add_previous(const struct checker *k, crypto_hash_sha256_state *state)
{
    char hex[HASH_HEX + 1];
    sodium_bin2hex(hex, sizeof hex, k->previous, HASH_BYTES);
    if (k->of_case)
        crypto_hash_sha256_update(state, (const uint8_t *)hex, HASH_HEX);
    else
        crypto_hash_sha256_update(state, k->previous, HASH_BYTES);
}

static const char *read_record(struct checker *k, struct cursor *c)
{
    uint8_t told[HASH_BYTES], hash[HASH_BYTES];
    crypto_hash_sha256_state state;
    if (!k->begun || !take_bytes(c, told, sizeof told))
        return "the record has no readable hash";
    crypto_hash_sha256_init(&state);
    add_previous(k, &state);
    crypto_hash_sha256_update(&state, (const uint8_t *)c->at, (size_t)(c->end - c->at));
    crypto_hash_sha256_final(&state, hash);
    if (memcmp(hash, told, HASH_BYTES) != 0)
        return "the record was changed: its hash does not follow from the one before";
    memcpy(k->previous, hash, HASH_BYTES);
    return read_json(k, c);
}

static bool signature_holds(struct checker *k, gint64 seq, gint64 signed_us,
                            const uint8_t key[AUDIT_KEY_BYTES], const uint8_t *signature)
{
    char hash[HASH_HEX + 1];
    sodium_bin2hex(hash, sizeof hash, k->previous, HASH_BYTES);
    g_autofree char *text =
        g_strdup_printf("townwall head\n%s\n%" G_GINT64_FORMAT "\n%s\n%" G_GINT64_FORMAT "\n",
                        k->chain, seq, hash, signed_us);
    return crypto_sign_verify_detached(signature, (const uint8_t *)text, strlen(text), key) == 0;
}

static const char *read_head(struct checker *k, struct cursor *c)
{
    uint8_t hash[HASH_BYTES], key[AUDIT_KEY_BYTES], signature[crypto_sign_BYTES];
    char signer[2 * AUDIT_KEY_BYTES + 1];
    gint64 seq, signed_us;
    if (!take_number(c, &seq) || !take_bytes(c, hash, sizeof hash) || !take_number(c, &signed_us) ||
        !take_bytes(c, key, sizeof key) || !take_bytes(c, signature, sizeof signature))
        return "the head is not readable";
    if (!k->it->records || seq != k->it->last || memcmp(hash, k->previous, HASH_BYTES) != 0)
        return "the head is not of the record before it";
    sodium_bin2hex(signer, sizeof signer, key, sizeof key);
    if (strcmp(signer, k->it->key) != 0)
        return "the head is signed with another key";
    if (!signature_holds(k, seq, signed_us, key, signature))
        return "the head's signature is wrong";
    k->it->heads++;
    k->it->signed_to = seq;
    k->it->signed_us = signed_us;
    return NULL;
}

static const char *read_end(struct checker *k, struct cursor *c)
{
    uint8_t hash[HASH_BYTES];
    gint64 last;
    if (!k->begun || !take_number(c, &last) || !take_bytes(c, hash, sizeof hash))
        return "the end is not readable";
    if (last != k->it->last || memcmp(hash, k->previous, HASH_BYTES) != 0)
        return "the file does not end with the record that it says";
    if (last > 0 && k->it->signed_to != last)
        return "the newest record is not signed: an export always is";
    k->ended = true;
    return NULL;
}

static const char *read_line(struct checker *k, struct cursor c)
{
    static const struct {
        const char *word;
        const char *(*read)(struct checker *k, struct cursor *c);
    } table[] = {{"record", read_record}, {"head", read_head}, {"key", read_key},
                 {"case", read_case},     {"from", read_from}, {"end", read_end}};
    struct cursor word;
    if (k->ended)
        return "there is something after the end";
    if (!take_word(&c, &word))
        return "the line is empty";
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        size_t size = strlen(table[i].word);
        if ((size_t)(word.end - word.at) == size && memcmp(word.at, table[i].word, size) == 0)
            return table[i].read(k, &c);
    }
    return "the line begins with an unknown word";
}

/* Which kind of file it is. Returned: bytes of its first line, 0: none that is known. */
static size_t read_first(struct checker *k, const char *data, size_t size)
{
    static const char audit[] = "townwall-audit 1\n", record[] = "townwall-case 1\n";
    if (size >= strlen(audit) && !memcmp(data, audit, strlen(audit))) {
        g_strlcpy(k->chain, "audit", sizeof k->chain);
        return strlen(audit);
    }
    k->of_case = size >= strlen(record) && !memcmp(data, record, strlen(record));
    return k->of_case ? strlen(record) : 0;
}

bool audit_file_check(const char *data, size_t size, const char *key, struct audit_file *it)
{
    struct checker k = {.it = it, .given_key = key};
    memset(it, 0, sizeof *it);
    it->line = 1;
    size_t first = read_first(&k, data, size);
    if (sodium_init() < 0 || !first) {
        it->wrong = "this is no exported audit log and no record of a case";
        return false;
    }
    const char *end = data + size;
    for (const char *at = data + first; at < end && !it->wrong;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        it->line++;
        it->wrong = stop ? read_line(&k, (struct cursor){at, stop}) : "the last line is cut off";
        at = stop ? stop + 1 : end;
    }
    if (!it->wrong && !k.ended)
        it->wrong = "the end is missing: the file was cut off";
    sodium_bin2hex(it->hash, sizeof it->hash, k.previous, HASH_BYTES);
    return !it->wrong;
}
