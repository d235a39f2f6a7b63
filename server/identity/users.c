/* Adding and changing people: check, hash on the other thread, write with its record, then tell. */
#include "identity/internal.h"
#include "identity/persons.h"
#include <string.h>

struct user_job {
    struct identity *identity;
    struct identity_actor *actor;
    struct account *account; /* as it shall be */
    struct account *before;  /* as it was; NULL: it is new */
    const char *action;
    char *keep_session; /* of the person, stays open; NULL: none */
    char *phone;        /* to be kept; NULL: not given, "": forgotten */
    char *new_password; /* between comparing the old one and hashing this one */
    bool insert;
    gint64 now_us;
    user_fn fn;
    gpointer user;
};

static void job_free(struct user_job *job)
{
    identity_actor_free(job->actor);
    account_free(job->account);
    account_free(job->before);
    g_free(job->keep_session);
    g_free(job->new_password);
    g_free(job->phone);
    g_free(job);
}

static void finish(struct user_job *job, const struct problem *problem)
{
    job->fn(problem, problem ? NULL : job->account, job->user);
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

static bool unit_of_department(struct store_tx *tx, struct account *account, GError **error)
{
    if (!account->department)
        return true;
    store_rows_auto rows = store_query(tx, error, "SELECT name FROM department WHERE id = ?", "s",
                                       account->department);
    if (!rows)
        return false;
    if (!store_rows_next(rows, error)) {
        if (error && !*error)
            g_set_error(error, STORE_ERROR, STORE_ERROR_NOT_FOUND, "no department %s",
                        account->department);
        return false;
    }
    g_free(account->unit);
    account->unit = store_text_dup(rows, 0);
    return true;
}

/* The phone of an account is a person's: sealed like any other. */
static bool write_phone(struct store_tx *tx, struct user_job *job, GError **error)
{
    struct account *account = job->account;
    const struct vault *vault = identity_vault(job->identity);
    const struct person_fields fields = {.name = account->name, .phone = job->phone};
    if (!job->phone)
        return true;
    if (account->person)
        return person_set(tx, vault, account->person, &fields, job->now_us, NULL, error);
    return person_add(tx, vault, &fields, NULL, job->now_us, &account->person, NULL, error) &&
           person_link(tx, account->person, "user", account->id, "account", job->now_us, error);
}

static bool job_write(struct store_tx *tx, gpointer data, GError **error)
{
    struct user_job *job = data;
    struct account *account = job->account;
    if (!unit_of_department(tx, account, error) || !write_phone(tx, job, error))
        return false;
    json_t *details = json_pack("{s:s,s:b,s:o}", "login", account->login, "enabled",
                                account->enabled, "grants", account_grants_record(account));
    bool fine =
        (job->insert ? account_insert(tx, account, job->now_us, error)
                     : account_update(tx, account, job->now_us, error)) &&
        identity_audit(tx, job->actor, job->action, account->id, details, job->now_us, error) &&
        grants_write(tx, job->actor, job->before, account, job->now_us, error);
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
    identity_put_account(job->identity, account_copy(job->account));
    if (!job->insert)
        sessions_end_of(job->identity, job->account->id, job->keep_session);
    grants_turn(job->identity, identity_now(job->identity));
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
    g_free(job->account->hash);
    job->account->hash = g_strdup(hash);
    job_save(job);
}

static void job_hash(struct user_job *job, const char *password)
{
    const struct problem *problem = password_check(password, job->account->login);
    if (problem)
        finish(job, problem);
    else if (!hasher_hash(job->identity->hasher, password, on_hashed, job, job_drop))
        finish(job, &PROBLEM_BUSY);
}

/* --- adding and changing */

static const struct problem *phone_read(struct user_job *job, const json_t *fields)
{
    const json_t *value = json_object_get(fields, "phone");
    if (!value)
        return NULL;
    struct person_fault fault;
    const struct person_fields phone = {.phone = json_string_value(value)};
    if (!person_check(&phone, &fault))
        return &PROBLEM_PHONE;
    job->phone = g_strdup(phone.phone);
    return NULL;
}

/* Where somebody manages users. */
static bool manages(const struct account *account, const char *area)
{
    for (guint i = 0; account && i < account->grants->len; i++) {
        const struct grant *grant = &g_array_index(account->grants, struct grant, i);
        if (grant->state == GRANT_HOLDS && (grant->role->rights & right_bit(RIGHT_USER_EDIT)) &&
            area_within(grant->area, area))
            return true;
    }
    return false;
}

bool actor_manages(struct identity *identity, const struct identity_actor *actor, const char *area)
{
    return !actor->user || manages(g_hash_table_lookup(identity->people, actor->user), area);
}

/* Who audits is no account of whoever configures: from the network such accounts are neither made
 * nor changed (whoever has the server's command line owns the data anyway). Nobody gives or takes
 * what reaches further than their own right. */
const struct problem *account_reach(struct identity *identity, const struct identity_actor *actor,
                                    const struct account *account)
{
    if (!actor->user)
        return NULL;
    if (account_rights_ever(account) & right_bit(RIGHT_AUDIT_SEE))
        return &PROBLEM_AUDITOR_ACCOUNT;
    const struct account *own = g_hash_table_lookup(identity->people, actor->user);
    for (guint i = 0; i < account->grants->len; i++) {
        if (!manages(own, g_array_index(account->grants, struct grant, i).area))
            return &PROBLEM_OUT_OF_REACH;
    }
    return NULL;
}

void identity_user_add(struct identity *identity, struct identity_actor *actor,
                       const json_t *fields, user_fn fn, gpointer user)
{
    struct user_job *job = job_new(identity, actor, "user.add", fn, user);
    job->insert = true;
    job->account = account_new();
    job->account->version = 1;
    const struct problem *problem = account_read(job->account, fields, identity_now(identity));
    if (!problem && g_hash_table_contains(identity->logins, job->account->login))
        problem = &PROBLEM_TAKEN;
    if (!problem)
        problem = account_reach(identity, actor, job->account);
    if (!problem)
        problem = phone_read(job, fields);
    if (problem) {
        finish(job, problem);
        return;
    }
    job->account->id = store_id_new();
    job_hash(job, json_string_value(json_object_get(fields, "password")));
}

/* Now, without an end, and the whole town. */
static bool administers(const struct account *account)
{
    for (guint i = 0; account->enabled && i < account->grants->len; i++) {
        const struct grant *grant = &g_array_index(account->grants, struct grant, i);
        if (grant->state == GRANT_HOLDS && !grant->until_us &&
            (role_rights_in(grant->role, grant->area) & right_bit(RIGHT_CONFIG_EDIT)))
            return true;
    }
    return false;
}

/* Would this change leave nobody who can undo it? */
static bool leaves_no_admin(struct identity *identity, const struct account *changed)
{
    const struct account *before = g_hash_table_lookup(identity->people, changed->id);
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
    const struct account *before = g_hash_table_lookup(identity->people, id);
    if (!before) {
        finish(job, &PROBLEM_NO_USER);
        return;
    }
    struct account *account = job->account = account_copy(before);
    job->before = account_copy(before);
    const struct problem *problem = account_read(account, fields, identity_now(identity));
    if (!problem && json_integer_value(json_object_get(fields, "version")) != before->version)
        problem = &PROBLEM_VERSION;
    if (!problem)
        problem = account_reach(identity, actor, before);
    if (!problem)
        problem = account_reach(identity, actor, account);
    if (!problem)
        problem = phone_read(job, fields);
    if (!problem && leaves_no_admin(identity, account))
        problem = &PROBLEM_LAST_ADMIN;
    if (problem) {
        finish(job, problem);
        return;
    }
    account->version++;
    json_t *password = json_object_get(fields, "password");
    if (!password) {
        job_save(job);
        return;
    }
    account->failures = 0;
    account->locked_until_us = 0;
    job_hash(job, json_string_value(password));
}

void identity_user_unlock(struct identity *identity, struct identity_actor *actor, const char *id,
                          user_fn fn, gpointer user)
{
    struct user_job *job = job_new(identity, actor, "user.unlock", fn, user);
    const struct account *before = g_hash_table_lookup(identity->people, id);
    const struct problem *problem =
        before ? account_reach(identity, actor, before) : &PROBLEM_NO_USER;
    if (problem) {
        finish(job, problem);
        return;
    }
    job->account = account_copy(before);
    job->before = account_copy(before);
    job->account->version++;
    job->account->failures = 0;
    job->account->locked_until_us = 0;
    limiter_forget(identity->by_login, before->login);
    job_save(job);
}

static void on_old_verified(bool matches, gpointer user)
{
    struct user_job *job = user;
    const struct account *now = g_hash_table_lookup(job->identity->people, job->account->id);
    if (!matches || !now) {
        identity_audit_later(job->identity, NULL, "password.refused", job->account->id, NULL);
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
    const struct account *before = g_hash_table_lookup(identity->people, session->user_id);
    if (!before) {
        finish(job, &PROBLEM_NO_USER);
        return;
    }
    job->account = account_copy(before);
    job->before = account_copy(before);
    job->account->version++;
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
    const struct account *const *first = a, *const *second = b;
    return strcmp((*first)->login, (*second)->login);
}

GPtrArray *identity_people(struct identity *identity)
{
    GPtrArray *people = g_ptr_array_new();
    GHashTableIter iter;
    gpointer account;
    g_hash_table_iter_init(&iter, identity->people);
    while (g_hash_table_iter_next(&iter, NULL, &account))
        g_ptr_array_add(people, account);
    g_ptr_array_sort(people, by_login);
    return people;
}
