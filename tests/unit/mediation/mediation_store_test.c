/* What is in the tables: seats and names come back as they were written, words are sealed, and what
 * was said is destroyed after its time unless a hold stands on it. */
#include "fixture.h"
#include "identity/vault.h"
#include "mediation/mediation_private.h"
#include <string.h>

#define NOW_US ((gint64)1790000000 * G_USEC_PER_SEC)

struct job {
    struct vault *vault;
    struct meeting *meeting;
    gint64 deleted, held;
};

static void run(struct fixture *f, store_fn fn, struct job *job)
{
    GError *error = NULL;
    store_write_now(f->store, fn, job, &error);
    g_assert_no_error(error);
}

static bool insert(struct store_tx *tx, gpointer data, GError **error)
{
    struct job *job = data;
    struct meeting *meeting = meeting_new();
    struct person_fault fault;
    char **phones = NULL;
    json_t *in = json_pack("{s:s,s:s,s:s,s:s}", "role", "party", "side", "a", "name", "李小明",
                           "phone", "13800138000");
    meeting->id = g_strdup("m1");
    meeting->title = g_strdup("围墙");
    meeting->place = g_strdup("镇调解室");
    meeting->area = g_strdup("");
    meeting->created_by = g_strdup("u1");
    meeting->starts_us = 1;
    meeting->ends_us = 2;
    struct seat *seat = act_seat_new(meeting, in, NULL, &phones, &fault);
    g_ptr_array_add(meeting->seats, seat);
    bool fine = meeting_insert(tx, job->vault, meeting, NOW_US, error) &&
                meeting_insert_seat(tx, job->vault, meeting, seat, (const char *const *)phones,
                                    NOW_US, error);
    g_strfreev(phones);
    json_decref(in);
    meeting_free(meeting);
    return fine;
}

static bool load(struct store_tx *tx, gpointer data, GError **error)
{
    struct job *job = data;
    meeting_free(job->meeting);
    job->meeting = meeting_load(tx, &(struct meeting_reader){.vault = job->vault}, "m1", error);
    return job->meeting != NULL;
}

static bool say(struct store_tx *tx, gpointer data, GError **error)
{
    const struct job *job = data;
    struct meeting *meeting =
        meeting_load(tx, &(struct meeting_reader){.vault = job->vault}, "m1", error);
    struct seat *seat = meeting->seats->pdata[0];
    json_t *body = json_pack("{s:s}", "text", " 底线是一米二 ");
    struct act act = {.vault = job->vault,
                      .meeting = meeting,
                      .seat = seat,
                      .body = body,
                      .details = json_object(),
                      .now_us = NOW_US};
    room_put(meeting, seat, "side:a", NOW_US);
    bool fine = act_say(tx, &act, error) && meeting_save(tx, meeting, error);
    act_clear(&act);
    json_decref(body);
    return fine;
}

static bool purge(struct store_tx *tx, gpointer data, GError **error)
{
    struct job *job = data;
    job->deleted = job->held = 0;
    return mediation_purge(tx, NOW_US, NOW_US, 10, &job->deleted, &job->held, NULL, error);
}

static void test_words(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    struct job job = {.vault = vault_new()};
    run(f, insert, &job);
    run(f, load, &job);
    struct seat *seat = job.meeting->seats->pdata[0];
    g_autofree char *plain = seat_title(seat, false), *masked = seat_title(seat, true);
    g_assert_cmpstr(plain, ==, "李小明");
    g_assert_cmpstr(masked, ==, "李*明");
    g_assert_cmpint(seat->state, ==, SEAT_INVITED);
    run(f, say, &job);
    run(f, load, &job);
    const struct meeting_line *line = job.meeting->lines->pdata[0];
    g_assert_cmpstr(line->text, ==, "底线是一米二");
    g_assert_true(room_sees_line(job.meeting->seats->pdata[0], line));
    g_assert_cmpint(job.meeting->version, ==, 2);
    meeting_free(job.meeting);
    vault_close(job.vault);
    fixture_free(f);
}

/* --- another module's acts and keys of the views */

static bool other(struct store_tx *tx, struct act *act, bool *mine, gpointer user, GError **error)
{
    (void)tx, (void)user;
    if (strcmp(act->name, "refuse") == 0)
        return act_refuse(act, 409, "old_draft", "", "", NULL, error);
    *mine = strcmp(act->name, "write") == 0;
    return true;
}

static bool views(struct store_tx *tx, const struct meeting *meeting, json_t **leaders,
                  json_t **others, gpointer user, GError **error)
{
    (void)tx, (void)user, (void)error;
    *leaders = json_pack("{s:s}", "minutes", meeting->id);
    *others = json_pack("{s:s}", "minutes", "read");
    return true;
}

struct attempt {
    struct job *job;
    const char *name;
    guint status;
    bool done;
};

static bool attempt(struct store_tx *tx, gpointer data, GError **error)
{
    struct attempt *attempt = data;
    static const struct identity_actor actor = {0};
    const struct meeting_reader reader = {.vault = attempt->job->vault, .views = views};
    load(tx, attempt->job, error);
    const struct seat *seat = attempt->job->meeting->seats->pdata[0];
    struct act act = {.vault = attempt->job->vault,
                      .reader = &reader,
                      .other = other,
                      .actor = &actor,
                      .meeting_id = "m1",
                      .seat_id = seat->id,
                      .name = attempt->name,
                      .now_us = NOW_US};
    GError *refused = NULL;
    attempt->done = act_perform(tx, &act, &refused);
    attempt->status = act.refusal.status;
    g_clear_error(&refused);
    if (attempt->done) {
        struct seat *party = act.meeting->seats->pdata[0];
        const struct room_now now = {.recording = MEDIATION_RECORDING_OFF};
        json_t *view = room_view(act.meeting, party, &now);
        g_assert_true(json_is_null(json_object_get(view, "minutes")));
        json_decref(view);
        party->identity_us = 1;
        view = room_view(act.meeting, party, &now);
        g_assert_cmpstr(json_string_value(json_object_get(view, "minutes")), ==, "read");
        json_decref(view);
    }
    act_clear(&act);
    return true;
}

static void test_others(void)
{
    static const struct {
        const char *name;
        bool done;
        guint status;
    } cases[] = {{"write", true, 0}, {"refuse", false, 409}, {"nonsense", false, 400}};
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    struct job job = {.vault = vault_new()};
    run(f, insert, &job);
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        GError *error = NULL;
        struct attempt one = {.job = &job, .name = cases[i].name};
        store_write_now(f->store, attempt, &one, &error);
        g_assert_no_error(error);
        g_assert_true(one.done == cases[i].done);
        g_assert_cmpuint(one.status, ==, cases[i].status);
    }
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM meeting_event WHERE action = 'write'"), ==,
                    1);
    meeting_free(job.meeting);
    vault_close(job.vault);
    fixture_free(f);
}

static void test_retention(void)
{
    struct fixture *f = fixture_new();
    fixture_open(f, 0, 0);
    struct job job = {.vault = vault_new()};
    run(f, insert, &job);
    run(f, say, &job);
    run(f, purge, &job);
    g_assert_cmpint(job.deleted + job.held, ==, 0); /* it is not over */
    fixture_sql(f, "UPDATE meeting SET state = 'ended', ended_us = 5");
    fixture_sql(
        f, "INSERT INTO legal_hold (id, kind, object, reason, placed_by, placed_name, placed_us)"
           " VALUES ('h', 'meeting', 'm1', '诉讼', 'u', '王五', 1)");
    run(f, purge, &job);
    g_assert_cmpint(job.deleted, ==, 0);
    g_assert_cmpint(job.held, ==, 1);
    fixture_sql(f, "UPDATE legal_hold SET lifted_us = 7");
    run(f, purge, &job);
    g_assert_cmpint(job.deleted, ==, 1);
    g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM meeting_chat"), ==, 0);
    run(f, purge, &job);
    g_assert_cmpint(job.deleted + job.held, ==, 0);
    vault_close(job.vault);
    fixture_free(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mediation/words", test_words);
    g_test_add_func("/mediation/others", test_others);
    g_test_add_func("/mediation/retention", test_retention);
    return fixture_run();
}
