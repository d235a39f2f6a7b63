/* Adding and changing departments. */
#include "identity/internal.h"
#include "identity/persons.h"
#include <string.h>

enum { ID_MIN = 2, ID_MAX = 64, NAME_MAX_CHARS = 100 };

struct department_job {
    struct identity *identity;
    struct identity_actor *actor;
    struct department *department; /* as it shall be */
    bool insert;
    char *leader_name, *leader_phone; /* NULL: not given */
    gint64 now_us;
    department_fn fn;
    gpointer user;
};

static void finish(struct department_job *job, const struct problem *problem)
{
    job->fn(problem, problem ? NULL : job->department, job->user);
    identity_actor_free(job->actor);
    department_free(job->department);
    g_free(job->leader_name);
    g_free(job->leader_phone);
    g_free(job);
}

/* --- what is given */

static bool id_valid(const char *id)
{
    size_t size = id ? strlen(id) : 0;
    return size >= ID_MIN && size <= ID_MAX &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789._-") == size;
}

static bool kind_valid(const char *kind)
{
    static const char *const kinds[] = {"department", "station",   "village", "court",
                                        "police",     "mediation", "outside", NULL};
    return g_strv_contains(kinds, kind);
}

/* Puts the text into *field: JSON null clears it. false: no text, or too long. */
static bool read_text(char **field, const json_t *value)
{
    if (!value)
        return true;
    if (json_is_null(value)) {
        g_clear_pointer(field, g_free);
        return true;
    }
    const char *text = json_string_value(value);
    if (!text || !*text || g_utf8_strlen(text, -1) > NAME_MAX_CHARS)
        return false;
    g_free(*field);
    *field = g_strdup(text);
    return true;
}

static const struct problem *read_place(struct identity *identity, struct department *department,
                                        const json_t *fields)
{
    if (!read_text(&department->parent, json_object_get(fields, "parent")) ||
        (department->parent && (!department_get(identity, department->parent) ||
                                department_within(identity, department->parent, department->id))))
        return &PROBLEM_PARENT;
    if (!read_text(&department->area, json_object_get(fields, "area")) ||
        (department->area && !area_valid(department->area)))
        return &PROBLEM_DEPARTMENT_AREA;
    return NULL;
}

static const struct problem *department_read(struct identity *identity,
                                             struct department *department, const json_t *fields)
{
    if (!read_text(&department->name, json_object_get(fields, "name")) || !department->name)
        return &PROBLEM_NAME;
    if (!read_text(&department->name_en, json_object_get(fields, "name_en")))
        return &PROBLEM_NAME;
    if (!read_text(&department->kind, json_object_get(fields, "kind")) || !department->kind ||
        !kind_valid(department->kind))
        return &PROBLEM_DEPARTMENT_KIND;
    if (json_object_get(fields, "enabled"))
        department->enabled = json_is_true(json_object_get(fields, "enabled"));
    return read_place(identity, department, fields);
}

static const struct problem *leader_read(struct department_job *job, const json_t *leader)
{
    if (!leader)
        return NULL;
    if (json_is_null(leader)) {
        g_clear_pointer(&job->department->leader, g_free);
        return NULL;
    }
    struct person_fault fault;
    job->leader_name = g_strdup(json_string_value(json_object_get(leader, "name")));
    job->leader_phone = g_strdup(json_string_value(json_object_get(leader, "phone")));
    const struct person_fields fields = {.name = job->leader_name, .phone = job->leader_phone};
    return person_check(&fields, &fault) ? NULL : &PROBLEM_LEADER;
}

/* --- store */

/* The leader's name and phone are a person's. */
static bool write_leader(struct store_tx *tx, struct department_job *job, GError **error)
{
    const struct person_fields fields = {.name = job->leader_name, .phone = job->leader_phone};
    struct department *department = job->department;
    const struct vault *vault = identity_vault(job->identity);
    if (!job->leader_name && !job->leader_phone)
        return true;
    if (department->leader)
        return person_set(tx, vault, department->leader, &fields, job->now_us, NULL, error);
    return person_add(tx, vault, &fields, department->area, job->now_us, &department->leader, NULL,
                      error) &&
           person_link(tx, department->leader, "department", department->id, "leader", job->now_us,
                       error);
}

static bool job_write(struct store_tx *tx, gpointer data, GError **error)
{
    struct department_job *job = data;
    struct department *department = job->department;
    if (!write_leader(tx, job, error))
        return false;
    json_t *details = department_json(department);
    json_object_del(details, "id");
    bool fine = (job->insert ? department_insert(tx, department, job->now_us, error)
                             : department_update(tx, department, job->now_us, error)) &&
                identity_audit(tx, job->actor, job->insert ? "department.add" : "department.change",
                               department->id, details, job->now_us, error);
    json_decref(details);
    return fine;
}

static void job_written(gpointer data, const GError *error)
{
    struct department_job *job = data;
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_CONFLICT)) {
        finish(job, &PROBLEM_VERSION);
        return;
    }
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_CONSTRAINT)) {
        bool taken = job->insert && department_get(job->identity, job->department->id);
        finish(job, taken ? &PROBLEM_DEPARTMENT_TAKEN : &PROBLEM_DEPARTMENT_AREA);
        return;
    }
    if (error) {
        finish(job, problem_saving(error));
        return;
    }
    identity_put_department(job->identity, department_copy(job->department));
    finish(job, NULL);
}

static void job_save(struct department_job *job)
{
    job->now_us = identity_now(job->identity);
    store_write(job->identity->store, job_write, job, job_written);
}

void identity_department_add(struct identity *identity, struct identity_actor *actor,
                             const json_t *fields, department_fn fn, gpointer user)
{
    struct department_job *job = g_new0(struct department_job, 1);
    *job = (struct department_job){
        .identity = identity, .actor = actor, .insert = true, .fn = fn, .user = user};
    const char *id = json_string_value(json_object_get(fields, "id"));
    job->department = g_new0(struct department, 1);
    job->department->kind = g_strdup("department");
    job->department->enabled = true;
    job->department->version = 1;
    job->department->id = g_strdup(id ? id : "");
    const struct problem *problem = id_valid(id) ? NULL : &PROBLEM_DEPARTMENT_ID;
    if (!problem && department_get(identity, id))
        problem = &PROBLEM_DEPARTMENT_TAKEN;
    if (!problem)
        problem = department_read(identity, job->department, fields);
    if (!problem && !actor_manages(identity, actor, job->department->area))
        problem = &PROBLEM_DEPARTMENT_REACH;
    if (!problem)
        problem = leader_read(job, json_object_get(fields, "leader"));
    if (problem)
        finish(job, problem);
    else
        job_save(job);
}

void identity_department_change(struct identity *identity, struct identity_actor *actor,
                                const char *id, const json_t *fields, department_fn fn,
                                gpointer user)
{
    struct department_job *job = g_new0(struct department_job, 1);
    *job = (struct department_job){.identity = identity, .actor = actor, .fn = fn, .user = user};
    const struct department *before = department_get(identity, id);
    if (!before) {
        finish(job, &PROBLEM_NO_DEPARTMENT);
        return;
    }
    job->department = department_copy(before);
    const struct problem *problem = department_read(identity, job->department, fields);
    if (!problem && (!actor_manages(identity, actor, before->area) ||
                     !actor_manages(identity, actor, job->department->area)))
        problem = &PROBLEM_DEPARTMENT_REACH;
    if (!problem && json_integer_value(json_object_get(fields, "version")) != before->version)
        problem = &PROBLEM_VERSION;
    if (!problem)
        problem = leader_read(job, json_object_get(fields, "leader"));
    job->department->version++;
    if (problem)
        finish(job, problem);
    else
        job_save(job);
}
