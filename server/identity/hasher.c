#include "identity/hasher.h"
#include "common/mailbox.h"
#include <sodium.h>
#include <string.h>

/* Waiting jobs: at a tenth of a second each, more would only time out. */
#define MAX_JOBS 64

struct hasher {
    /* --- immutable after hasher_create() */
    unsigned long long ops;
    size_t memory_bytes;
    char decoy[crypto_pwhash_STRBYTES]; /* of a random password that nobody knows */
    GThread *thread;
    GAsyncQueue *jobs; /* struct hash_job *; one without password ends the thread */
    struct mailbox *answers;
    /* --- loop thread only */
    unsigned waiting;
};

struct hash_job {
    char *password; /* NULL: the thread ends */
    char hash[crypto_pwhash_STRBYTES];
    bool verify, known, result;
    hasher_hashed_fn hashed;
    hasher_verified_fn verified;
    gpointer user;
    GDestroyNotify drop;
};

static void job_free(gpointer data)
{
    struct hash_job *job = data;
    if (job->password)
        sodium_memzero(job->password, strlen(job->password));
    g_free(job->password);
    g_free(job);
}

static void job_drop(gpointer data)
{
    struct hash_job *job = data;
    if (job->drop)
        job->drop(job->user);
    job_free(job);
}

static void job_run(struct hasher *hasher, struct hash_job *job)
{
    size_t size = strlen(job->password);
    if (job->verify) {
        bool same = crypto_pwhash_str_verify(job->hash, job->password, size) == 0;
        job->result = same && job->known;
    } else {
        job->result =
            crypto_pwhash_str_alg(job->hash, job->password, size, hasher->ops, hasher->memory_bytes,
                                  crypto_pwhash_ALG_ARGON2ID13) == 0;
    }
}

static gpointer hasher_run(gpointer user)
{
    struct hasher *hasher = user;
    for (;;) {
        struct hash_job *job = g_async_queue_pop(hasher->jobs);
        if (!job->password) {
            job_free(job);
            return NULL;
        }
        job_run(hasher, job);
        mailbox_post(hasher->answers, job);
    }
}

static void answer(gpointer message, gpointer user)
{
    struct hasher *hasher = user;
    struct hash_job *job = message;
    hasher->waiting--;
    if (job->verify)
        job->verified(job->result, job->user);
    else
        job->hashed(job->result ? job->hash : NULL, job->user);
    job_free(job);
}

struct hasher *hasher_create(GMainContext *context, bool cheap)
{
    if (sodium_init() < 0)
        g_error("libsodium cannot start");
    struct hasher *hasher = g_new0(struct hasher, 1);
    hasher->ops = cheap ? crypto_pwhash_OPSLIMIT_MIN : crypto_pwhash_OPSLIMIT_INTERACTIVE;
    hasher->memory_bytes = cheap ? crypto_pwhash_MEMLIMIT_MIN : crypto_pwhash_MEMLIMIT_INTERACTIVE;
    char secret[32];
    randombytes_buf(secret, sizeof secret);
    if (crypto_pwhash_str_alg(hasher->decoy, secret, sizeof secret, hasher->ops,
                              hasher->memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0)
        g_error("not enough memory to hash a password");
    hasher->jobs = g_async_queue_new_full(job_drop);
    hasher->answers = mailbox_create(context, MAX_JOBS, answer, hasher, job_drop);
    hasher->thread = g_thread_new("password", hasher_run, hasher);
    return hasher;
}

void hasher_destroy(struct hasher *hasher)
{
    if (!hasher)
        return;
    g_async_queue_push_front(hasher->jobs, g_new0(struct hash_job, 1));
    g_thread_join(hasher->thread);
    g_async_queue_unref(hasher->jobs);
    mailbox_destroy(hasher->answers);
    g_free(hasher);
}

static bool push(struct hasher *hasher, const char *password, struct hash_job *job)
{
    if (hasher->waiting >= MAX_JOBS) {
        job_free(job);
        return false;
    }
    job->password = g_strdup(password);
    hasher->waiting++;
    g_async_queue_push(hasher->jobs, job);
    return true;
}

bool hasher_hash(struct hasher *hasher, const char *password, hasher_hashed_fn fn, gpointer user,
                 GDestroyNotify drop)
{
    struct hash_job *job = g_new0(struct hash_job, 1);
    job->hashed = fn;
    job->user = user;
    job->drop = drop;
    return push(hasher, password, job);
}

bool hasher_verify(struct hasher *hasher, const char *password, const char *hash,
                   hasher_verified_fn fn, gpointer user, GDestroyNotify drop)
{
    struct hash_job *job = g_new0(struct hash_job, 1);
    job->verify = true;
    job->known = hash != NULL;
    g_strlcpy(job->hash, hash ? hash : hasher->decoy, sizeof job->hash);
    job->verified = fn;
    job->user = user;
    job->drop = drop;
    return push(hasher, password, job);
}
