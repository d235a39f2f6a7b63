/* REST of persons: masked for who works with them, plain only with a reason that goes on record. */
#include "identity/answer.h"
#include "identity/identity_face.h"
#include "identity/persons.h"
#include <string.h>

#define FOUND_MAX 50

enum person_act {
    PERSON_ACT_READ,
    PERSON_ACT_FIND,
    PERSON_ACT_PUT,
    PERSON_ACT_REVEAL,
    PERSON_ACT_ERASE
};

struct person_job {
    struct answer *answer;
    enum person_act act;
    struct net_session *session;
    struct identity_actor *actor;
    char *id;
    json_t *body; /* NULL: none */
    gint64 now_us;
    const struct person_gate *gate; /* NULL: none */
    gpointer asker;                 /* of the gate */
    const struct problem *problem;  /* a rule said no */
    struct person_fault fault;      /* fields that cannot be taken; field NULL: fine */
    json_t *result;
};

static const struct problem NO_PERSON = {404, "not_found", NULL, "没有此人的记录",
                                         "there is no such person"};
static const struct problem NO_RIGHT = {403, "no_right", NULL, "您在该区域没有此项权限",
                                        "Your rights do not allow this there"};
static const struct problem IN_USE = {
    409, "in_use", NULL, "此人仍有未结事项，或已被法律保全，不能清除",
    "something open has to do with this person, or a hold stands: it cannot be erased"};
static const struct problem NO_QUERY = {400, "bad_query", NULL, "请给出电话、证件号码或姓名之一",
                                        "give one of phone, id_number and name"};

static json_t *known_json(const struct person_known *known)
{
    return json_pack("{s:s,s:s,s:s?,s:s?,s:s?,s:s?,s:b,s:I,s:o,s:o}", "id", known->id, "area",
                     known->area, "name", known->name, "phone", known->phone, "id_number",
                     known->id_number, "address", known->address, "erased", known->erased,
                     "version", (json_int_t)known->version, "created_us",
                     text_us(known->created_us), "updated_us", text_us(known->updated_us));
}

static const char *text_of(const struct person_job *job, const char *field)
{
    return json_string_value(json_object_get(job->body, field));
}

void identity_set_person_gate(struct identity *identity, const struct person_gate *gate,
                              gpointer user)
{
    identity->person_gate = gate;
    identity->person_gate_user = user;
}

/* Desks that take requests know whoever calls; auditors and administrators see nobody masked, and
 * act with a reason of their own. The others know whom their work tells them. */
static bool is_known(struct store_tx *tx, const struct person_job *job, const char *id,
                     const char *area, bool *known, GError **error)
{
    static const char *const desks[] = {"operator", "call_taker", "front_desk"};
    *known = !job->asker || !identity_may_in(job->session, RIGHT_PERSON_SEE, area);
    for (size_t i = 0; !*known && i < G_N_ELEMENTS(desks); i++)
        *known = identity_has_role_in(job->session, desks[i], area);
    return *known || job->gate->knows(tx, job->asker, id, known, error);
}

/* Is there such a person, and does the right reach where it is? Sets job->problem when not. */
static bool reaches(struct store_tx *tx, struct person_job *job, enum right right, GError **error)
{
    const struct vault *vault = identity_vault(job->answer->identity);
    struct person_known *known = person_read(tx, vault, job->id, PERSON_HIDDEN, error);
    if (error && *error)
        return false;
    bool fine = true, told = true;
    if (known && identity_may_in(job->session, right, known->area))
        fine = is_known(tx, job, job->id, known->area, &told, error);
    else if (known)
        job->problem = &NO_RIGHT;
    if (!known || !told)
        job->problem = &NO_PERSON;
    person_known_free(known);
    return fine;
}

/* --- acts, on the store's thread */

static bool act_read(struct store_tx *tx, struct person_job *job, GError **error)
{
    if (!reaches(tx, job, RIGHT_PERSON_SEE, error) || job->problem)
        return job->problem != NULL;
    const struct vault *vault = identity_vault(job->answer->identity);
    struct person_known *known = person_read(tx, vault, job->id, PERSON_MASKED, error);
    if (known)
        job->result = known_json(known);
    person_known_free(known);
    return job->result != NULL;
}

static bool add_found(struct store_tx *tx, struct person_job *job, GPtrArray *ids, GError **error)
{
    const struct vault *vault = identity_vault(job->answer->identity);
    json_t *list = json_array();
    job->result = json_pack("{s:o}", "persons", list);
    for (guint i = 0; i < ids->len; i++) {
        struct person_known *known = person_read(tx, vault, ids->pdata[i], PERSON_MASKED, error);
        if (!known)
            return false;
        bool told = identity_may_in(job->session, RIGHT_PERSON_SEE, known->area);
        bool fine = !told || is_known(tx, job, known->id, known->area, &told, error);
        if (fine && told)
            json_array_append_new(list, known_json(known));
        person_known_free(known);
        if (!fine)
            return false;
    }
    return true;
}

static bool act_find(struct store_tx *tx, struct person_job *job, GError **error)
{
    static const char *const names[] = {
        [PERSON_NAME] = "name", [PERSON_PHONE] = "phone", [PERSON_ID_NUMBER] = "id_number"};
    const struct vault *vault = identity_vault(job->answer->identity);
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    for (int field = 0; field < (int)G_N_ELEMENTS(names); field++) {
        const char *text = text_of(job, names[field]);
        if (text)
            return person_find(tx, vault, (enum person_field)field, text, FOUND_MAX, ids, error) &&
                   add_found(tx, job, ids, error);
    }
    job->problem = &NO_QUERY;
    return true;
}

static bool act_put(struct store_tx *tx, struct person_job *job, GError **error)
{
    const struct vault *vault = identity_vault(job->answer->identity);
    const struct person_fields fields = {text_of(job, "name"), text_of(job, "phone"),
                                         text_of(job, "id_number"), text_of(job, "address")};
    const char *area = text_of(job, "area");
    g_autofree char *digest = NULL;
    bool add = job->id == NULL;
    if (!person_check(&fields, &job->fault))
        return true;
    if (add && !identity_may_in(job->session, RIGHT_PERSON_EDIT, area)) {
        job->problem = &NO_RIGHT;
        return true;
    }
    if (!add && (!reaches(tx, job, RIGHT_PERSON_EDIT, error) || job->problem))
        return job->problem != NULL;
    if (!(add ? person_add(tx, vault, &fields, area, job->now_us, &job->id, &digest, error)
              : person_set(tx, vault, job->id, &fields, job->now_us, &digest, error)))
        return false;
    json_t *details = json_pack("{s:s}", "digest", digest);
    bool fine = identity_audit(tx, job->actor, add ? "person.add" : "person.change", job->id,
                               details, job->now_us, error);
    json_decref(details);
    return fine && act_read(tx, job, error);
}

static bool act_reveal(struct store_tx *tx, struct person_job *job, GError **error)
{
    if (!reaches(tx, job, RIGHT_PERSON_REVEAL, error) || job->problem)
        return job->problem != NULL;
    const struct vault *vault = identity_vault(job->answer->identity);
    struct person_known *known =
        person_reveal(tx, vault, job->actor, job->id, text_of(job, "reason"), job->now_us, error);
    if (known)
        job->result = known_json(known);
    person_known_free(known);
    return job->result != NULL;
}

static bool act_erase(struct store_tx *tx, struct person_job *job, GError **error)
{
    GError *bad = NULL;
    if (!reaches(tx, job, RIGHT_PERSON_ERASE, error) || job->problem)
        return job->problem != NULL;
    if (person_erase(tx, job->actor, job->id, text_of(job, "reason"), job->now_us, &bad))
        return true;
    g_propagate_error(error, bad);
    return false;
}

/* --- one job */

static bool job_run(struct store_tx *tx, gpointer data, GError **error)
{
    static bool (*const acts[])(struct store_tx * tx, struct person_job * job, GError * *error) = {
        [PERSON_ACT_READ] = act_read,   [PERSON_ACT_FIND] = act_find,
        [PERSON_ACT_PUT] = act_put,     [PERSON_ACT_REVEAL] = act_reveal,
        [PERSON_ACT_ERASE] = act_erase,
    };
    struct person_job *job = data;
    GError *bad = NULL;
    bool fine = acts[job->act](tx, job, &bad);
    if (bad)
        g_propagate_error(error, bad);
    return fine;
}

static void reply_fault(struct net_request *request, const struct person_fault *fault)
{
    json_t *fields = json_pack("[{s:s,s:{s:s,s:s}}]", "path", fault->field, "message", "zh",
                               fault->zh, "en", fault->en);
    net_reply_invalid(request, 400, "invalid_person", fault->zh, fault->en, fields);
}

static const struct problem *problem_of(const struct person_job *job, const GError *error)
{
    if (job->problem)
        return job->problem;
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND))
        return &NO_PERSON;
    if (g_error_matches(error, STORE_ERROR, STORE_ERROR_REFUSED)) {
        const char *reason = text_of(job, "reason");
        glong length = reason ? g_utf8_strlen(reason, -1) : 0;
        return length < 2 || length > 200 ? &PROBLEM_REASON : &IN_USE;
    }
    return error ? problem_saving(error) : NULL;
}

static void job_done(gpointer data, const GError *error)
{
    struct person_job *job = data;
    struct net_request *request = job->answer->request;
    const struct problem *problem = problem_of(job, error);
    bool added = job->act == PERSON_ACT_PUT && g_str_equal(net_request_method(request), "POST");
    guint status = added ? 201 : job->result ? 200 : 204;
    if (job->fault.field)
        reply_fault(request, &job->fault);
    else if (problem)
        reply_problem(request, problem);
    else
        net_reply_json(request, status, g_steal_pointer(&job->result));
    answer_free(job->answer);
    if (job->asker)
        job->gate->end(job->asker);
    net_session_unref(job->session);
    identity_actor_free(job->actor);
    g_free(job->id);
    json_decref(job->body);
    json_decref(job->result);
    g_free(job);
}

/* `id`: the route has one. */
static void start(struct net_request *request, struct identity *identity, enum person_act act,
                  bool id)
{
    bool asks = act == PERSON_ACT_READ;
    json_t *body = asks ? NULL : net_request_json(request);
    if (!asks && !body)
        return;
    struct person_job *job = g_new0(struct person_job, 1);
    job->answer = answer_new(request, identity);
    job->act = act;
    job->session = net_session_ref(net_request_session(request));
    job->actor = identity_actor_new(job->session);
    job->id = id ? g_strdup(net_request_param(request, "id")) : NULL;
    job->body = body;
    job->now_us = identity_now(identity);
    job->gate = identity->person_gate;
    if (job->gate)
        job->asker = job->gate->begin(job->session, identity->person_gate_user);
    if (asks || act == PERSON_ACT_FIND)
        store_read(identity->store, job_run, job, job_done);
    else
        store_write(identity->store, job_run, job, job_done);
}

static void get_person(struct net_request *request, gpointer user)
{
    start(request, user, PERSON_ACT_READ, true);
}

static void post_find(struct net_request *request, gpointer user)
{
    start(request, user, PERSON_ACT_FIND, false);
}

static void post_person(struct net_request *request, gpointer user)
{
    start(request, user, PERSON_ACT_PUT, false);
}

static void put_person(struct net_request *request, gpointer user)
{
    start(request, user, PERSON_ACT_PUT, true);
}

static void post_reveal(struct net_request *request, gpointer user)
{
    start(request, user, PERSON_ACT_REVEAL, true);
}

static void post_erase(struct net_request *request, gpointer user)
{
    start(request, user, PERSON_ACT_ERASE, true);
}

void identity_add_person_routes(struct identity *identity, struct net *net)
{
    static const struct net_route routes[] = {
        {"POST", "/api/v1/persons/find", "person.see", post_find, 4096},
        {"POST", "/api/v1/persons", "person.edit", post_person, 8192},
        {"GET", "/api/v1/persons/:id", "person.see", get_person, 0},
        {"PUT", "/api/v1/persons/:id", "person.edit", put_person, 8192},
        {"POST", "/api/v1/persons/:id/reveal", "person.reveal", post_reveal, 4096},
        {"POST", "/api/v1/persons/:id/erase", "person.erase", post_erase, 4096},
    };
    net_add_routes(net, routes, G_N_ELEMENTS(routes), identity);
}
