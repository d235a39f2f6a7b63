/* Adding and changing people: check, hash on the other thread, write with its record, then tell. */
#include "identity/internal.h"
#include <string.h>

struct user_job {
    struct identity *identity;
    struct identity_actor *actor;
    struct person *person; /* as it shall be */
    const char *action;
    char *keep_session; /* of the person, stays open; NULL: none */
    char *new_password; /* between comparing the old one and hashing this one */
    bool insert;
    gint64 now_us;
    user_fn fn;
    gpointer user;
};

static void job_free(struct user_job *job)
{
    identity_actor_free(job->actor);
    person_free(job->person);
    g_free(job->keep_session);
    g_free(job->new_password);
    g_free(job);
}

static void finish(struct user_job *job, const struct problem *problem)
{
    job->fn(problem, problem ? NULL : job->person, job->user);
    job_free(job);
}

static void job_drop(gpointer user)
{
    finish(user, &PROBLEM_BUSY);
}

static struct user_job *job_new(struct identity *identity, struct identity_actor *actor,
                                const char *action, user_fn fn, gpointer user)
{
    struct user_job *job = g_new0(struct user_job, 1);
    job->identity = identity;
    job->actor = actor;
    job->action = action;
    job->fn = fn;
    job->user = user;
    return job;
}

/* --- store */

static bool unit_of_department(struct store_tx *tx, struct person *person, GError **error)
{
    if (!person->department)
        return true;
    store_rows_auto rows =
        store_query(tx, error, "SELECT name FROM department WHERE id = ?", "s", person->department);
    if (!rows)
        return false;
    if (!store_rows_next(rows, error)) {
        if (error && !*error)
            g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "no department %s",
                        person->department);
        return false;
    }
    g_free(person->unit);
    person->unit = store_text_dup(rows, 0);
    return true;
}

static bool job_write(struct store_tx *tx, gpointer data, GError **error)
{
    struct user_job *job = data;
    struct person *person = job->person;
    if (!unit_of_department(tx, person, error))
        return false;
    json_t *details = json_pack("{s:s,s:b,s:o}", "login", person->login, "enabled", person->enabled,
                                "grants", person_grants_json(person));
    bool fine =
        (job->insert ? person_insert(tx, person, job->now_us, error)
                     : person_update(tx, person, job->now_us, error)) &&
        identity_audit(tx, job->actor, job->action, person->id, details, job->now_us, error);
    json_decref(details);
    return fine;
}

static const struct problem *problem_of(const GError *error)
{
    static const struct {
        enum store_error code;
        const struct problem *problem;
    } table[] = {
        {STORE_ERROR_CONSTRAINT, &PROBLEM_TAKEN},     {STORE_ERROR_CONFLICT, &PROBLEM_VERSION},
        {STORE_ERROR_NOT_FOUND, &PROBLEM_DEPARTMENT}, {STORE_ERROR_BUSY, &PROBLEM_BUSY},
        {STORE_ERROR_CLOSED, &PROBLEM_BUSY},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(table); i++) {
        if (g_error_matches(error, STORE_ERROR, (int)table[i].code))
            return table[i].problem;
    }
    return problem_saving(error);
}

static void job_written(gpointer data, const GError *error)
{
    struct user_job *job = data;
    if (error) {
        finish(job, problem_of(error));
        return;
    }
    identity_put_person(job->identity, person_copy(job->person));
    if (!job->insert)
        sessions_end_of(job->identity, job->person->id, job->keep_session);
    finish(job, NULL);
}

static void job_save(struct user_job *job)
{
    job->now_us = identity_now(job->identity);
    store_write(job->identity->store, job_write, job, job_written);
}

/* --- password */

static void on_hashed(const char *hash, gpointer user)
{
    struct user_job *job = user;
    if (!hash) {
        finish(job, &PROBLEM_BUSY);
        return;
    }
    g_free(job->person->hash);
    job->person->hash = g_strdup(hash);
    job_save(job);
}

static void job_hash(struct user_job *job, const char *password)
{
    const struct problem *problem = password_check(password, job->person->login);
    if (problem)
        finish(job, problem);
    else if (!hasher_hash(job->identity->hasher, password, on_hashed, job, job_drop))
        finish(job, &PROBLEM_BUSY);
}

/* --- adding and changing */

void identity_user_add(struct identity *identity, struct identity_actor *actor,
                       const json_t *fields, user_fn fn, gpointer user)
{
    struct user_job *job = job_new(identity, actor, "user.add", fn, user);
    job->insert = true;
    job->person = person_new();
    job->person->version = 1;
    const struct problem *problem = person_read(job->person, fields);
    if (!problem && g_hash_table_contains(identity->logins, job->person->login))
        problem = &PROBLEM_TAKEN;
    if (problem) {
        finish(job, problem);
        return;
    }
    job->person->id = store_id_new();
    job_hash(job, json_string_value(json_object_get(fields, "password")));
}

static bool administers(const struct person *person)
{
    return person->enabled && (person_rights(person) & (1U << RIGHT_USER_EDIT));
}

/* Would this change leave nobody who can undo it? */
static bool leaves_no_admin(struct identity *identity, const struct person *changed)
{
    const struct person *before = g_hash_table_lookup(identity->people, changed->id);
    if (!administers(before) || administers(changed))
        return false;
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, identity->people);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        if (value != before && administers(value))
            return false;
    }
    return true;
}

void identity_user_change(struct identity *identity, struct identity_actor *actor, const char *id,
                          const json_t *fields, user_fn fn, gpointer user)
{
    struct user_job *job = job_new(identity, actor, "user.change", fn, user);
    const struct person *before = g_hash_table_lookup(identity->people, id);
    if (!before) {
        finish(job, &PROBLEM_NO_USER);
        return;
    }
    struct person *person = job->person = person_copy(before);
    const struct problem *problem = person_read(person, fields);
    if (!problem && json_integer_value(json_object_get(fields, "version")) != before->version)
        problem = &PROBLEM_VERSION;
    if (!problem && leaves_no_admin(identity, person))
        problem = &PROBLEM_LAST_ADMIN;
    if (problem) {
        finish(job, problem);
        return;
    }
    person->version++;
    json_t *password = json_object_get(fields, "password");
    if (!password) {
        job_save(job);
        return;
    }
    person->failures = 0;
    person->locked_until_us = 0;
    job_hash(job, json_string_value(password));
}

static void on_old_verified(bool matches, gpointer user)
{
    struct user_job *job = user;
    const struct person *now = g_hash_table_lookup(job->identity->people, job->person->id);
    if (!matches || !now) {
        identity_audit_later(job->identity, NULL, "password.refused", job->person->id, NULL);
        finish(job, &PROBLEM_WRONG_PASSWORD);
        return;
    }
    job_hash(job, job->new_password);
}

void identity_password_change(struct identity *identity, const struct net_session *session,
                              const char *old, const char *new, user_fn fn, gpointer user)
{
    struct user_job *job =
        job_new(identity, identity_actor_new(session), "password.change", fn, user);
    const struct person *before = g_hash_table_lookup(identity->people, session->user_id);
    if (!before) {
        finish(job, &PROBLEM_NO_USER);
        return;
    }
    job->person = person_copy(before);
    job->person->version++;
    job->keep_session = g_strdup(session->id);
    const struct problem *problem = password_check(new, before->login);
    if (!problem && limiter_take(identity->by_login, before->login, identity_now(identity), NULL))
        problem = &PROBLEM_LIMIT;
    if (problem) {
        finish(job, problem);
        return;
    }
    job->new_password = g_strdup(new);
    if (!hasher_verify(identity->hasher, old ? old : "", before->hash, on_old_verified, job,
                       job_drop))
        finish(job, &PROBLEM_BUSY);
}

/* --- the list */

static int by_login(gconstpointer a, gconstpointer b)
{
    const struct person *const *first = a, *const *second = b;
    return strcmp((*first)->login, (*second)->login);
}

GPtrArray *identity_people(struct identity *identity)
{
    GPtrArray *people = g_ptr_array_new();
    GHashTableIter iter;
    gpointer person;
    g_hash_table_iter_init(&iter, identity->people);
    while (g_hash_table_iter_next(&iter, NULL, &person))
        g_ptr_array_add(people, person);
    g_ptr_array_sort(people, by_login);
    return people;
}
