#include "desk.h"
#include "cases/case_timer.h"
#include "cases/cases_private.h"
#include <math.h>
#include <string.h>

struct case_who *operator_seat, *supervisor, *verifier, *mediator, *police, *green, *taker;

struct case_who *desk_person(const char *user, const char *role, const char *department)
{
    struct case_who *who = case_who_make(user, user, department);
    case_who_add(who, role, "330106");
    return who;
}

void desk_open_people(void)
{
    operator_seat = desk_person("operator", "operator", NULL);
    supervisor = desk_person("supervisor", "supervisor", NULL);
    verifier = desk_person("verifier", "verifier", NULL);
    mediator = desk_person("mediator", "mediator", NULL);
    police = desk_person("police1", "department_handler", "police");
    green = desk_person("green1", "department_handler", "green");
    taker = desk_person("taker", "call_taker", NULL);
}

/* --- asking */

struct step {
    struct case_who *who;
    const char *id, *form;
    gint64 now_us;
    struct case_job *job;
    int done;
};

static bool do_open(struct store_tx *tx, gpointer data, GError **error)
{
    struct step *step = data;
    json_t *form = json_loads(step->form, 0, NULL);
    const struct case_seed seed = {
        .id = step->id, .title = "t", .lon = NAN, .lat = NAN, .priority = 3, .form = form};
    g_autofree char *code = NULL;
    bool fine = case_open(tx, &seed, step->who->actor, step->now_us, &code, error);
    json_decref(form);
    return fine;
}

void desk_open(struct fixture *f, struct case_who *who, const char *id, const char *form)
{
    struct step step = {.who = who, .id = id, .form = form, .now_us = NOW_US};
    GError *error = NULL;
    store_write_now(f->store, do_open, &step, &error);
    g_assert_no_error(error);
}

static bool do_act(struct store_tx *tx, gpointer data, GError **error)
{
    return case_job_run(tx, ((struct step *)data)->job, error);
}

static struct case_who *copy(const struct case_who *who)
{
    struct case_who *same = case_who_make(who->actor->user, who->name, who->department);
    g_array_append_vals(same->grants, who->grants->data, who->grants->len);
    return same;
}

gint64 desk_version(struct fixture *f, const char *id)
{
    g_autofree char *sql = g_strdup_printf("SELECT version FROM case_file WHERE id = '%s'", id);
    return fixture_int(f, sql);
}

/* "" done, else the code of the refusal. `text`: the body without version and key. */
const char *desk_act_with(struct fixture *f, struct case_who *who, const char *id, gint64 now_us,
                          gint64 version, const char *key, const char *text)
{
    static char result[64];
    json_error_t wrong;
    json_t *body = json_loads(text, 0, &wrong), *faults = json_array();
    g_assert_nonnull(body);
    json_object_set_new(body, "version", json_integer(version));
    json_object_set_new(body, "key", json_string(key));
    struct step step = {.job = case_job_read(id, body, copy(who), now_us, faults)};
    g_autoptr(GError) error = NULL;
    if (json_array_size(faults))
        g_strlcpy(result, "bad", sizeof result);
    else if (store_write_now(f->store, do_act, &step, &error))
        g_strlcpy(result, step.job->again ? "again" : "", sizeof result);
    else if (step.job->refusal.code)
        g_strlcpy(result, step.job->refusal.code, sizeof result);
    else if (step.job->current)
        g_strlcpy(result, "conflict", sizeof result);
    else if (g_error_matches(error, STORE_ERROR, STORE_ERROR_NOT_FOUND))
        g_strlcpy(result, "not_found", sizeof result);
    else
        g_error("%s: %s", text, error->message);
    case_job_free(step.job);
    json_decref(faults);
    json_decref(body);
    return result;
}

const char *desk_act(struct fixture *f, struct case_who *who, const char *id, gint64 now_us,
                     const char *text)
{
    g_autofree char *key = store_id_new();
    return desk_act_with(f, who, id, now_us, desk_version(f, id), key, text);
}

struct read {
    const char *id;
    struct case_row row;
};
static bool do_read(struct store_tx *tx, gpointer data, GError **error)
{
    struct read *read = data;
    return case_row_load(tx, read->id, &read->row, error);
}
struct case_row desk_row(struct fixture *f, const char *id)
{
    struct read read = {.id = id};
    GError *error = NULL;
    store_read_now(f->store, do_read, &read, &error);
    g_assert_no_error(error);
    return read.row;
}
char *desk_state(struct fixture *f, const char *id)
{
    struct case_row row = desk_row(f, id);
    char *state = g_strdup(row.state);
    case_row_clear(&row);
    return state;
}
static bool do_clock(struct store_tx *tx, gpointer data, GError **error)
{
    struct step *step = data;
    return case_clock_run(tx, case_book(), step->now_us, 100, &step->done, error);
}
int desk_clock(struct fixture *f, gint64 now_us)
{
    struct step step = {.now_us = now_us};
    GError *error = NULL;
    store_write_now(f->store, do_clock, &step, &error);
    g_assert_no_error(error);
    return step.done;
}

static bool do_verify(struct store_tx *tx, gpointer data, GError **error)
{
    gint64 broken;
    (void)data;
    return case_log_verify(tx, "k1", &broken, error);
}

struct fixture *desk_begin(const char *form)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    fixture_sql(f, "INSERT INTO department (id, name, updated_us) VALUES ('police', '派出所', 1),"
                   " ('green', '生态办', 1), ('roads', '城建', 1)");
    desk_open(f, taker, "k1", form);
    return f;
}
void desk_end(struct fixture *f)
{
    GError *error = NULL;
    g_assert_true(store_read_now(f->store, do_verify, NULL, &error));
    g_assert_no_error(error);
    fixture_free(f);
}

struct text {
    const char *sql;
    char *value;
};
static bool do_text(struct store_tx *tx, gpointer data, GError **error)
{
    struct text *text = data;
    store_rows_auto rows = store_query(tx, error, text->sql, "");
    if (rows && store_rows_next(rows, error))
        text->value = store_text_dup(rows, 0);
    return rows != NULL;
}
char *desk_text(struct fixture *f, const char *sql)
{
    struct text text = {.sql = sql};
    g_assert_true(store_read_now(f->store, do_text, &text, NULL));
    return text.value;
}

struct fixture *desk_dispatched(void)
{
    struct fixture *f = desk_begin(NOISE_FORM);
    ACT(operator_seat, NOISE_TRIAGE);
    ACT(operator_seat,
        "{\"act\":\"dispatch\",\"lead\":\"police\",\"co\":[\"green\"],\"item\":\"劝停\"}");
    STATE("DISPATCHED");
    return f;
}
