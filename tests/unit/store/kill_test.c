/* A writing program is killed at any instant: what it was told is committed is there afterwards,
 * and the change log has neither a gap nor a change without its row. */
#include "fixture.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct row {
    int number;
};

static bool row_write(struct store_tx *tx, gpointer job, GError **error)
{
    struct row *row = job;
    char name[32];
    g_snprintf(name, sizeof name, "row-%08d", row->number);
    return store_exec(tx, error, "INSERT INTO setting (name, value) VALUES (?, 'x')", "s", name) &&
           store_announce(tx, "row", name, "{}", error);
}

static void row_done(gpointer job, const GError *error)
{
    struct row *row = job;
    g_assert_no_error(error);
    if (write(STDOUT_FILENO, &row->number, sizeof row->number) != sizeof row->number)
        _exit(3);
    g_free(row);
}

/* The program that is killed: keeps 50 writes under way and says each acknowledged number. */
G_GNUC_NORETURN static void write_for_ever(const char *path)
{
    struct store_options options = {.path = path};
    struct store *store = store_open(&options, NULL);
    for (int number = 0;; number++) {
        struct row *row = g_new(struct row, 1);
        row->number = number;
        store_write(store, row_write, row, row_done);
        struct store_stats stats;
        do {
            g_main_context_iteration(NULL, FALSE);
            store_stats(store, &stats);
        } while (stats.waiting_writes >= 50);
    }
}

static GPid start_writer(struct fixture *f, int *out)
{
    char *argv[] = {(char *)"/proc/self/exe", (char *)"--write", f->path, NULL};
    GPid pid;
    GError *error = NULL;
    g_spawn_async_with_pipes(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL,
                             out, NULL, &error);
    g_assert_no_error(error);
    return pid;
}

/* Kills after `enough` acknowledgements; returns all that came. */
static GArray *acknowledged(struct fixture *f, guint enough)
{
    int out;
    GPid pid = start_writer(f, &out);
    FILE *pipe = fdopen(out, "r");
    GArray *numbers = g_array_new(FALSE, FALSE, sizeof(int));
    int number;
    while (fread(&number, sizeof number, 1, pipe) == 1) {
        g_array_append_val(numbers, number);
        if (numbers->len == enough)
            kill(pid, SIGKILL);
    }
    int status;
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    g_assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    fclose(pipe);
    return numbers;
}

static void test_nothing_acknowledged_is_lost(void)
{
    for (guint round = 0; round < 8; round++) {
        struct fixture *f = fixture_new();
        GArray *numbers = acknowledged(f, 1 + round * 37);
        fixture_open(f, 0, 0);
        gint64 rows = fixture_int(f, "SELECT COUNT(*) FROM setting WHERE name LIKE 'row-%'");
        for (guint i = 0; i < numbers->len; i++) {
            g_autofree char *sql =
                g_strdup_printf("SELECT COUNT(*) FROM setting WHERE name = 'row-%08d'",
                                g_array_index(numbers, int, i));
            g_assert_cmpint(fixture_int(f, sql), ==, 1);
        }
        g_assert_cmpint(rows, >=, numbers->len);
        g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM outbox"), ==, rows);
        g_assert_cmpint(fixture_int(f, "SELECT MAX(seq) FROM outbox"), ==, rows);
        g_assert_cmpint(fixture_int(f, "SELECT COUNT(*) FROM outbox WHERE NOT EXISTS"
                                       " (SELECT 1 FROM setting WHERE name = object)"),
                        ==, 0);
        g_array_unref(numbers);
        fixture_free(f);
    }
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        write_for_ever(argv[2]);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/kill/nothing-acknowledged-is-lost", test_nothing_acknowledged_is_lost);
    return fixture_run();
}
