/* The second factor of an account: enrolled by its owner with the password, confirmed with a code,
 * taken off by its owner, or by who manages users when the phone is lost. */
#include "common/log.h"
#include "identity/internal.h"
#include "identity/totp.h"
#include <sodium.h>
#include <string.h>

struct factor_job {
    struct identity *identity;
    struct identity_actor *actor;
    char *user_id;
    char *secret; /* base 32, of the enrolment; NULL: none */
    GBytes *sealed;
    gint64 totp_us, step, now_us;
    const char *action; /* of the record; NULL: none */
    factor_fn fn;
    gpointer user;
};

static void finish(struct factor_job *job, const struct problem *problem)
{
    job->fn(problem, problem ? NULL : job->secret, job->user);
    identity_actor_free(job->actor);
    g_free(job->user_id);
    if (job->secret)
        sodium_memzero(job->secret, strlen(job->secret));
    g_free(job->secret);
    if (job->sealed)
        g_bytes_unref(job->sealed);
    g_free(job);
}

static void drop(gpointer user)
{
    finish(user, &PROBLEM_BUSY);
}

static bool factor_write(struct store_tx *tx, gpointer data, GError **error)
{
    struct factor_job *job = data;
    gsize size = 0;
    const void *sealed = job->sealed ? g_bytes_get_data(job->sealed, &size) : NULL;
    return store_exec(tx, error,
                      "UPDATE user_account SET totp_enc = ?, totp_us = ?, totp_step = ?"
                      " WHERE id = ?",
                      "biis", sealed, (size_t)size, job->totp_us, job->step, job->user_id) &&
           (!job->action ||
            identity_audit(tx, job->actor, job->action, job->user_id, NULL, job->now_us, error));
}

static void factor_written(gpointer data, const GError *error)
{
    struct factor_job *job = data;
    struct account *account = g_hash_table_lookup(job->identity->people, job->user_id);
    if (error || !account) {
        finish(job, error ? problem_saving(error) : &PROBLEM_NO_USER);
        return;
    }
    g_clear_pointer(&account->totp, g_bytes_unref);
    account->totp = job->sealed ? g_bytes_ref(job->sealed) : NULL;
    account->totp_us = job->totp_us;
    account->totp_step = job->step;
    finish(job, NULL);
}

static void save(struct factor_job *job)
{
    job->now_us = identity_now(job->identity);
    store_write(job->identity->store, factor_write, job, factor_written);
}

static struct factor_job *job_new(struct identity *identity, struct identity_actor *actor,
                                  const char *user_id, const char *action, factor_fn fn,
                                  gpointer user)
{
    struct factor_job *job = g_new0(struct factor_job, 1);
    job->identity = identity;
    job->actor = actor;
    job->user_id = g_strdup(user_id);
    job->action = action;
    job->fn = fn;
    job->user = user;
    return job;
}

/* It was a good try. */
static void give_back(struct factor_job *job)
{
    const struct account *account = g_hash_table_lookup(job->identity->people, job->user_id);
    if (account)
        limiter_give_back(job->identity->by_login, account->login);
}

/* --- what the owner does; the password is asked for, so that a page left open is not enough */

static char *factor_context(const char *user_id)
{
    return g_strconcat(user_id, "/totp", NULL);
}

static void on_password(bool matches, gpointer user)
{
    struct factor_job *job = user;
    if (!matches) {
        finish(job, &PROBLEM_WRONG_PASSWORD);
        return;
    }
    give_back(job);
    if (job->action) { /* taken off */
        save(job);
        return;
    }
    uint8_t key[TOTP_KEY_BYTES];
    randombytes_buf(key, sizeof key);
    job->secret = totp_base32(key, sizeof key);
    sodium_memzero(key, sizeof key);
    g_autofree char *context = factor_context(job->user_id);
    job->sealed = vault_seal_secret(job->identity->vault, context, job->secret);
    save(job);
}

static void ask_password(struct factor_job *job, const char *password)
{
    struct identity *identity = job->identity;
    const struct account *account = g_hash_table_lookup(identity->people, job->user_id);
    if (!account)
        finish(job, &PROBLEM_NO_USER);
    else if (!password || !*password)
        finish(job, &PROBLEM_WRONG_PASSWORD);
    else if (limiter_take(identity->by_login, account->login, identity_now(identity), NULL))
        finish(job, &PROBLEM_LIMIT);
    else if (!hasher_verify(identity->hasher, password, account->hash, on_password, job, drop))
        finish(job, &PROBLEM_BUSY);
}

void identity_factor_enrol(struct identity *identity, const struct net_session *session,
                           const char *password, factor_fn fn, gpointer user)
{
    const struct account *account = g_hash_table_lookup(identity->people, session->user_id);
    struct factor_job *job =
        job_new(identity, identity_actor_new(session), session->user_id, NULL, fn, user);
    if (account && account->totp_us)
        finish(job, &PROBLEM_FACTOR_THERE);
    else
        ask_password(job, password);
}

void identity_factor_off(struct identity *identity, const struct net_session *session,
                         const char *password, factor_fn fn, gpointer user)
{
    ask_password(
        job_new(identity, identity_actor_new(session), session->user_id, "totp.off", fn, user),
        password);
}

bool factor_holds(struct identity *identity, const struct account *account, const char *code,
                  gint64 now_us, gint64 *step)
{
    uint8_t key[TOTP_KEY_BYTES];
    gsize size;
    if (!account->totp)
        return false;
    const void *sealed = g_bytes_get_data(account->totp, &size);
    g_autofree char *context = factor_context(account->id);
    char *secret = vault_unseal_secret(identity->vault, context, sealed, size);
    bool holds = secret && totp_key_of(secret, key) &&
                 totp_check(key, sizeof key, code, now_us, account->totp_step, step);
    sodium_memzero(key, sizeof key);
    if (secret)
        sodium_memzero(secret, strlen(secret));
    g_free(secret);
    return holds;
}

void identity_factor_confirm(struct identity *identity, const struct net_session *session,
                             const char *code, factor_fn fn, gpointer user)
{
    const struct account *account = g_hash_table_lookup(identity->people, session->user_id);
    struct factor_job *job =
        job_new(identity, identity_actor_new(session), session->user_id, "totp.on", fn, user);
    gint64 now_us = identity_now(identity);
    if (!account || !account->totp || account->totp_us)
        finish(job, &PROBLEM_NO_FACTOR);
    else if (limiter_take(identity->by_login, account->login, now_us, NULL))
        finish(job, &PROBLEM_LIMIT);
    else if (!factor_holds(identity, account, code, now_us, &job->step))
        finish(job, &PROBLEM_CODE_WRONG);
    else {
        give_back(job);
        job->sealed = g_bytes_ref(account->totp);
        job->totp_us = now_us;
        save(job);
    }
}

/* --- what who manages users does */

void identity_factor_reset(struct identity *identity, struct identity_actor *actor, const char *id,
                           factor_fn fn, gpointer user)
{
    struct factor_job *job = job_new(identity, actor, id, "totp.reset", fn, user);
    const struct account *account = g_hash_table_lookup(identity->people, id);
    const struct problem *problem = account ? account_reach(identity, actor, account) : NULL;
    if (!account)
        finish(job, &PROBLEM_NO_USER);
    else if (problem)
        finish(job, problem);
    else
        save(job);
}
