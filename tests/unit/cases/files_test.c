/* Records of files: names and keys open with the master key only, an erased file has neither, and
 * what a hold stands on is kept. */
#include "cases/cases_private.h"
#include "desk.h"
#include "files/attachments.h"
#include "identity/vault.h"
#include <string.h>

#define FORM "{\"title\":\"井盖\",\"area\":\"330106001002\",\"channel\":\"hotline\"}"

struct job {
    struct vault *vault;
    const char *id, *case_id;
    struct attachment found;
    json_t *list;
    gint64 deleted, held;
};

static bool add(struct store_tx *tx, gpointer data, GError **error)
{
    const struct job *job = data;
    const struct attachment_owner owner = {"case", job->case_id};
    struct attachment_new file = {.id = (char *)job->id,
                                  .name = (char *)"现场照片.jpg",
                                  .kind = FILE_JPEG,
                                  .bytes = 7,
                                  .thumb = true};
    memset(file.key, 7, sizeof file.key);
    return attachment_insert(tx, job->vault, &file, &owner, "u1", "王五", NOW_US, error);
}

static bool find(struct store_tx *tx, gpointer data, GError **error)
{
    struct job *job = data;
    const struct attachment_owner owner = {"case", job->case_id};
    job->list = attachments_json(tx, job->vault, &owner, error);
    return job->list && attachment_load(tx, job->vault, job->id, &owner, &job->found, error);
}

static bool purge(struct store_tx *tx, gpointer data, GError **error)
{
    struct job *job = data;
    return cases_files_purge(tx, NOW_US - HOUR_US, NOW_US, 100, &job->deleted, &job->held, NULL,
                             error);
}

static void run(struct fixture *f, bool (*fn)(struct store_tx *, gpointer, GError **),
                struct job *job)
{
    GError *error = NULL;
    store_write_now(f->store, fn, job, &error);
    g_assert_no_error(error);
}

static bool execute(struct store_tx *tx, gpointer sql, GError **error)
{
    return store_exec(tx, error, sql, "");
}

static void sql(struct fixture *f, const char *text)
{
    GError *error = NULL;
    store_write_now(f->store, execute, (gpointer)text, &error);
    g_assert_no_error(error);
}

static bool is_erased(struct fixture *f, struct vault *vault, const char *id, const char *case_id)
{
    struct job job = {.vault = vault, .id = id, .case_id = case_id};
    run(f, find, &job);
    bool erased = job.found.erased_us != 0;
    g_assert_true(erased == (job.found.name == NULL));
    g_assert_true(json_is_null(json_object_get(json_array_get(job.list, 0), "name")) == erased);
    attachment_clear(&job.found);
    json_decref(job.list);
    return erased;
}

static void test_sealed(void)
{
    struct fixture *f = desk_begin(FORM);
    struct vault *vault = vault_new(), *other = vault_new();
    struct job job = {.vault = vault, .id = "f1", .case_id = "k1"};
    run(f, add, &job);
    run(f, find, &job);
    g_assert_cmpstr(job.found.name, ==, "现场照片.jpg");
    g_assert_cmpint(job.found.key[5], ==, 7);
    attachment_clear(&job.found);
    json_decref(job.list);
    job = (struct job){.vault = other, .id = "f1", .case_id = "k1"};
    run(f, find, &job);
    g_assert_null(job.found.name);
    attachment_clear(&job.found);
    json_decref(job.list);
    vault_close(vault);
    vault_close(other);
    desk_end(f);
}

static void test_retention(void)
{
    static const char *const cases[] = {"k1", "k2", "k3", "k4"};
    struct fixture *f = desk_begin(FORM);
    struct vault *vault = vault_new();
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        if (i)
            desk_open(f, taker, cases[i], FORM);
        struct job job = {.vault = vault, .id = cases[i], .case_id = cases[i]};
        run(f, add, &job);
    }
    sql(f, "UPDATE case_file SET closed_us = 1 WHERE id <> 'k1'"); /* k1 is open */
    sql(f, "INSERT INTO legal_hold (id, kind, object, reason, placed_us, placed_by, placed_name) "
           "VALUES"
           " ('h1', 'case', 'k2', 'r', 1, 'u', 'n'), ('h2', 'attachment', 'k3', 'r', 1, 'u', 'n')");
    struct job job = {.vault = vault};
    run(f, purge, &job);
    g_assert_cmpint(job.deleted, ==, 1);
    g_assert_cmpint(job.held, ==, 2);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_true(is_erased(f, vault, cases[i], cases[i]) == (i == 3));
    sql(f, "UPDATE legal_hold SET lifted_us = 2");
    job = (struct job){.vault = vault};
    run(f, purge, &job);
    g_assert_cmpint(job.deleted, ==, 2);
    g_assert_cmpint(job.held, ==, 0);
    vault_close(vault);
    desk_end(f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_open_people();
    g_test_add_func("/files/sealed", test_sealed);
    g_test_add_func("/files/retention", test_retention);
    return g_test_run();
}
