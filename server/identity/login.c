/* Logging in. Whoever guesses learns nothing: an unknown login costs the same hash, gets the same
 * answer, and locks after as many failures as a known one. */
#include "common/log.h"
#include "identity/internal.h"
#include <sodium.h>
#include <string.h>

#define TOKEN_BYTES     32
#define AGENT_MAX_BYTES 200
/* Unknown logins whose failures are counted; guessing more of them forgets the oldest counts. */
#define MAX_ATTEMPTS 10000

/* Failures of a login that nobody has. */
struct attempts {
    unsigned failures;
    gint64 locked_until_us;
};

struct login_try {
    struct identity *identity;
    char *login, *address, *agent;
    char *code; /* NULL: none */
    login_fn fn;
    gpointer user;
    /* filled in once the password is known */
    struct identity_actor actor;
    gint64 now_us;
    char *person_id;
    gint64 person_version; /* whose rights the session has */
    unsigned person_turns;
    unsigned failures;
    gint64 locked_until_us;
    gint64 step;                 /* of the code; 0: none was needed */
    const struct problem *wrong; /* what a failed one is told */
    struct session *session;     /* NULL: a failed login */
    char *token;
};

static void try_free(struct login_try *try)
{
    if (try->session)
        session_free(try->session);
    g_free(try->token);
    g_free(try->person_id);
    g_free(try->login);
    g_free(try->code);
    g_free(try->address);
    g_free(try->agent);
    g_free(try);
}

/* Answers and frees. */
static void finish(struct login_try *try, const struct login_result *result)
{
    try->fn(result, try->user);
    try_free(try);
}

static void fail(struct login_try *try, const struct problem *problem, unsigned retry_after_s)
{
    struct login_result result = {.problem = problem, .retry_after_s = retry_after_s};
    finish(try, &result);
}

static void try_drop(gpointer user)
{
    fail(user, &PROBLEM_BUSY, 0);
}

void attempts_shift(struct identity *identity, gint64 by_us)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, identity->attempts);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        struct attempts *attempts = value;
        if (attempts->locked_until_us)
            attempts->locked_until_us += by_us;
    }
}

static struct attempts *attempts_of(struct identity *identity, const char *login)
{
    struct attempts *attempts = g_hash_table_lookup(identity->attempts, login);
    if (!attempts) {
        if (g_hash_table_size(identity->attempts) >= MAX_ATTEMPTS)
            g_hash_table_remove_all(identity->attempts);
        attempts = g_new0(struct attempts, 1);
        g_hash_table_insert(identity->attempts, g_strdup(login), attempts);
    }
    return attempts;
}

static gint64 locked_until(struct identity *identity, const char *login)
{
    const struct account *account = g_hash_table_lookup(identity->logins, login);
    if (account)
        return account->locked_until_us;
    const struct attempts *attempts = g_hash_table_lookup(identity->attempts, login);
    return attempts ? attempts->locked_until_us : 0;
}

/* --- the record of a try */

static bool try_write(struct store_tx *tx, gpointer job, GError **error)
{
    struct login_try *try = job;
    if (try->person_id &&
        !store_exec(tx, error,
                    "UPDATE user_account SET failures = ?, locked_until_us = ?, totp_step ="
                    " CASE WHEN totp_step < ? THEN ? ELSE totp_step END WHERE id = ?",
                    "iiiis", (gint64)try->failures, (gint64)try->locked_until_us, try->step,
                    try->step, try->person_id))
        return false;
    json_t *details = json_pack("{s:s}", "agent", try->agent);
    if (!try->session && try->locked_until_us > try->now_us)
        json_object_set_new(details, "locked", json_true());
    bool fine =
        (!try->session || session_insert(tx, try->session, try->agent, error)) &&
        identity_audit(tx, &try->actor, try->session ? "login" : "login.failed",
                       try->session ? try->session->net->id : "", details, try->now_us, error);
    json_decref(details);
    return fine;
}

static void try_written(gpointer job, const GError *error)
{
    struct login_try *try = job;
    struct identity *identity = try->identity;
    if (error) {
        log_error("identity", "login is not on record, so it is refused: %s", error->message);
        fail(try, problem_saving(error), 0);
        return;
    }
    if (!try->session) {
        fail(try, try->wrong, 0);
        return;
    }
    struct session *session = g_steal_pointer(&try->session);
    g_hash_table_replace(identity->sessions, session->key, session);
    g_hash_table_replace(identity->by_id, session->net->id, session);
    /* changed or disabled while the login was written: their sessions have been ended already */
    const struct account *account = g_hash_table_lookup(identity->people, try->person_id);
    if (!account || !account->enabled || account->version != try->person_version ||
        account->turns != try->person_turns) {
        session_end(identity, session->net->id);
        fail(try, &PROBLEM_WRONG_LOGIN, 0);
        return;
    }
    struct login_result result = {.session = session, .token = try->token};
    finish(try, &result);
}

static char *random_text(size_t bytes)
{
    uint8_t data[64];
    g_assert(bytes <= sizeof data);
    randombytes_buf(data, bytes);
    size_t size = sodium_base64_encoded_len(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    char *text = g_malloc(size);
    sodium_bin2base64(text, size, data, bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return text;
}

static void count_failure(struct login_try *try, struct account *account)
{
    struct identity *identity = try->identity;
    struct attempts *attempts = account ? NULL : attempts_of(identity, try->login);
    unsigned failures = (account ? account->failures : attempts->failures) + 1;
    gint64 until_us = 0;
    if (failures >= identity->options.login_failures) {
        until_us = try->now_us + identity->options.lock_us;
        failures = 0;
    }
    if (account) {
        account->failures = try->failures = failures;
        account->locked_until_us = until_us;
    } else {
        *attempts = (struct attempts){failures, until_us};
    }
    try->locked_until_us = until_us;
}

/* The password is right: is the code of the second factor, where there is one? */
static bool code_holds(struct login_try *try, struct account *account)
{
    if (!account->totp_us)
        return true;
    if (!factor_holds(try->identity, account, try->code, try->now_us, &try->step)) {
        try->wrong = &PROBLEM_CODE;
        return false;
    }
    account->totp_step = try->step;
    return true;
}

static void open_session(struct login_try *try, struct account *account)
{
    struct identity *identity = try->identity;
    account->failures = 0;
    account->locked_until_us = 0;
    limiter_give_back(identity->by_login, try->login);
    limiter_give_back(identity->by_address, try->address);
    try->token = random_text(TOKEN_BYTES);
    try->session = session_new(account, store_id_new(), random_text(TOKEN_BYTES), try->address);
    try->session->key = session_key(try->token);
    try->session->agent = g_strdup(try->agent);
    try->session->created_us = try->session->seen_us = try->session->saved_us = try->now_us;
}

/* The password was compared; people may have changed meanwhile. */
static void on_verified(bool matches, gpointer user)
{
    struct login_try *try = user;
    struct identity *identity = try->identity;
    struct account *account = g_hash_table_lookup(identity->logins, try->login);
    try->now_us = identity_now(identity);
    grants_look(identity, try->now_us);
    try->actor = (struct identity_actor){.login = try->login, .address = try->address};
    if (account) {
        try->person_id = g_strdup(account->id);
        try->person_version = account->version;
        try->person_turns = account->turns;
        try->actor.user = try->person_id;
    }
    bool known = matches && account && account->enabled && account->locked_until_us <= try->now_us;
    if (known && account->totp_us && !try->code) { /* asked for, neither a failure nor a login */
        limiter_give_back(identity->by_login, try->login);
        limiter_give_back(identity->by_address, try->address);
        fail(try, &PROBLEM_CODE_NEEDED, 0);
        return;
    }
    if (!known || !code_holds(try, account))
        count_failure(try, account);
    else if (account_rights(account))
        open_session(try, account);
    else
        try->wrong = &PROBLEM_NO_GRANT;
    store_write(identity->store, try_write, try, try_written);
}

/* Seconds until this login or address may try again; 0: now. */
static unsigned must_wait(struct identity *identity, const char *login, const char *address,
                          gint64 now_us)
{
    bool first_login = false, first_address = false;
    unsigned address_s = limiter_take(identity->by_address, address, now_us, &first_address);
    unsigned login_s =
        address_s ? 0 : limiter_take(identity->by_login, login, now_us, &first_login);
    gint64 lock_us = locked_until(identity, login) - now_us;
    unsigned lock_s = lock_us > 0 ? (unsigned)((lock_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC) : 0;
    if (first_login || first_address) {
        struct net_session nobody = {.login = (char *)login, .address = (char *)address};
        identity_audit_later(identity, &nobody, "login.limited",
                             first_address ? "address" : "login", NULL);
    }
    return MAX(MAX(address_s, login_s), lock_s);
}

void identity_login(struct identity *identity, const struct login_attempt *attempt, login_fn fn,
                    gpointer user)
{
    struct login_try *try = g_new0(struct login_try, 1);
    g_autofree char *lower = g_utf8_strdown(attempt->login, -1);
    g_autofree char *shown = g_strndup(attempt->agent ? attempt->agent : "", AGENT_MAX_BYTES);
    try->identity = identity;
    try->login = g_strstrip(g_utf8_substring(lower, 0, MIN(g_utf8_strlen(lower, -1), 64)));
    try->address = g_strdup(attempt->address);
    try->agent = g_utf8_make_valid(shown, -1);
    try->code = g_strdup(attempt->code);
    try->wrong = &PROBLEM_WRONG_LOGIN;
    try->fn = fn;
    try->user = user;
    unsigned wait_s = must_wait(identity, try->login, try->address, identity_now(identity));
    if (wait_s) {
        fail(try, &PROBLEM_LIMIT, wait_s);
        return;
    }
    const struct account *account = g_hash_table_lookup(identity->logins, try->login);
    if (!hasher_verify(identity->hasher, attempt->password, account ? account->hash : NULL,
                       on_verified, try, try_drop))
        fail(try, &PROBLEM_BUSY, 0);
}
