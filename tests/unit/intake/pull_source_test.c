/* Sources that can only be read: what is asked next, and what keeps a source from going on. */
#include "intake/pull_source.h"
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <string.h>
#include <utime.h>

static char *folder;
static char *roots[2];

/* --- questions */

static struct pull_job job_of(const char *settings)
{
    g_autofree char *text = g_strdelimit(g_strdup(settings), "`", '"');
    json_t *json = json_loads(text, 0, NULL);
    g_assert_nonnull(json);
    return (struct pull_job){.settings = json, .file_roots = roots};
}

/* Asks again from where it was. Returned: did it go well? What went wrong goes into `said`. */
static bool ask(struct pull_job *job, char **said)
{
    const struct pull_source *source = pull_source_find(pull_text(job->settings, "type"));
    char *zh = NULL, *en = NULL;
    json_decref(job->rows);
    if (job->next) {
        json_decref(job->cursor);
        job->cursor = job->next;
    }
    job->rows = job->next = NULL;
    job->more = false;
    g_clear_pointer(&job->trouble_zh, g_free);
    g_clear_pointer(&job->trouble_en, g_free);
    bool good = pull_source_run(source, job, &zh, &en);
    g_assert_true(good == (zh == NULL) && good == (en == NULL));
    g_free(zh);
    if (said)
        *said = en;
    else
        g_assert_cmpstr(en, ==, NULL);
    return good;
}

static void job_clear(struct pull_job *job)
{
    json_decref(job->settings);
    json_decref(job->rows);
    json_decref(job->cursor);
    json_decref(job->next);
    g_clear_pointer(&job->faults, g_ptr_array_unref);
    g_free(job->trouble_zh);
    g_free(job->trouble_en);
}

/* --- tables */

static void make_table(void)
{
    sqlite3 *db = NULL;
    g_autofree char *path = g_build_filename(folder, "t.db", NULL);
    g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
    const char *sql =
        "CREATE TABLE t (no INTEGER, same INTEGER, gap INTEGER);"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 700)"
        "INSERT INTO t SELECT i, 7, NULL FROM n";
    g_assert_cmpint(sqlite3_exec(db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
    sqlite3_close(db);
}

static struct pull_job table_job(const char *cursor, const char *query)
{
    g_autofree char *text =
        g_strdup_printf("{`type`:`sqlite`,`path`:`%s/t.db`,`cursor`:`%s`,`query`:`%s`,`start`:0}",
                        folder, cursor, query);
    return job_of(text);
}

static void tables_go_on(void)
{
    struct pull_job job = table_job("no", "SELECT * FROM t WHERE no > :cursor ORDER BY no");
    ask(&job, NULL);
    g_assert_cmpuint(json_array_size(job.rows), ==, 500);
    g_assert_true(job.more);
    ask(&job, NULL);
    g_assert_cmpuint(json_array_size(job.rows), ==, 200);
    g_assert_false(job.more);
    ask(&job, NULL);
    g_assert_cmpuint(json_array_size(job.rows), ==, 0);
    g_assert_null(job.next);
    job_clear(&job);
}

static void tables_without_progress(void)
{
    static const struct {
        const char *cursor, *query, *words;
    } cases[] = {
        {"gap", "SELECT * FROM t WHERE no > :cursor", "no cursor in the last row: gap"},
        {"nonsense", "SELECT * FROM t WHERE no > :cursor", "no cursor in the last row: nonsense"},
        {"same", "SELECT * FROM t WHERE same >= :cursor", "does not move on"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct pull_job job = table_job(cases[i].cursor, cases[i].query);
        g_autofree char *said = NULL;
        while (ask(&job, &said)) /* the first page of what is all the same has one */
            g_assert_true(i == 2 && job.more && !job.cursor);
        if (!strstr(said, cases[i].words))
            g_error("%s: %s", cases[i].query, said);
        g_assert_false(job.more);
        job_clear(&job);
    }
    struct pull_job job = table_job("no", "SELECT * FROM t WHERE no >= :cursor AND no > 690");
    ask(&job, NULL);
    ask(&job, NULL); /* its last row again, each time: the same event */
    g_assert_cmpuint(json_array_size(job.rows), ==, 1);
    g_assert_false(job.more);
    job_clear(&job);
}

/* --- addresses */

static struct {
    GMutex lock;
    char *body;         /* of the newest request */
    const char *answer; /* to each */
} peer;

/* On a thread of the service. */
static gboolean on_request(GThreadedSocketService *service, GSocketConnection *connection,
                           GObject *source, gpointer user)
{
    (void)service;
    (void)source;
    (void)user;
    g_autoptr(GDataInputStream) in =
        g_data_input_stream_new(g_io_stream_get_input_stream(G_IO_STREAM(connection)));
    g_data_input_stream_set_newline_type(in, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
    gsize size = 0;
    for (;;) {
        g_autofree char *line = g_data_input_stream_read_line(in, NULL, NULL, NULL);
        if (!line || !*line)
            break;
        if (g_ascii_strncasecmp(line, "content-length: ", 16) == 0)
            size = (gsize)g_ascii_strtoull(line + 16, NULL, 10);
    }
    char *body = g_malloc0(size + 1);
    g_input_stream_read_all(G_INPUT_STREAM(in), body, size, NULL, NULL, NULL);
    g_mutex_lock(&peer.lock);
    g_free(peer.body);
    peer.body = body;
    g_autofree char *text =
        g_strdup_printf("HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                        strlen(peer.answer), peer.answer);
    g_mutex_unlock(&peer.lock);
    g_output_stream_write_all(g_io_stream_get_output_stream(G_IO_STREAM(connection)), text,
                              strlen(text), NULL, NULL, NULL);
    return TRUE;
}

static GSocketService *listen_at(guint16 *port)
{
    g_autoptr(GError) error = NULL;
    GSocketService *service = g_threaded_socket_service_new(2);
    g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
    g_autoptr(GSocketAddress) any = g_inet_socket_address_new(loopback, 0);
    g_autoptr(GSocketAddress) bound = NULL;
    g_socket_listener_add_address(G_SOCKET_LISTENER(service), any, G_SOCKET_TYPE_STREAM,
                                  G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error);
    g_assert_no_error(error);
    *port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
    g_signal_connect(service, "run", G_CALLBACK(on_request), NULL);
    return service;
}

/* Questions block, so the service is turned on a thread. */
static gpointer turn(gpointer user)
{
    g_main_loop_run(user);
    return NULL;
}

/* Asks twice. Returned: what was asked the second time, parsed, owned by the caller. */
static json_t *second_question(struct pull_job *job, const char *answer)
{
    peer.answer = answer;
    ask(job, NULL);
    ask(job, NULL);
    json_t *body = json_loads(peer.body, 0, NULL);
    if (!body)
        g_error("no JSON: %s", peer.body);
    return body;
}

static void addresses_are_asked_in_json(void)
{
    guint16 port;
    GSocketService *service = listen_at(&port);
    GMainLoop *loop = g_main_loop_new(NULL, FALSE);
    GThread *thread = g_thread_new("service", turn, loop);
    g_autofree char *text =
        g_strdup_printf("{`type`:`http`,`url`:`http://127.0.0.1:%u/`,`cursor`:`at`,"
                        "`body`:`{\\`after\\`:\\`{cursor}\\`}`}",
                        port);
    struct pull_job job = job_of(text);
    json_t *body = second_question(&job, "[{\"at\":\"任城区\\\"\\\\\\u0007é\"}]");
    g_assert_cmpstr(json_string_value(json_object_get(body, "after")), ==, "任城区\"\\\aé");
    g_assert_false(job.more); /* it has not moved */
    json_decref(body);
    g_autofree char *said = NULL;
    peer.answer = "[{\"no\":1}]";
    g_assert_false(ask(&job, &said));
    g_assert_nonnull(strstr(said, "no cursor in the last row"));
    job_clear(&job);
    g_main_loop_quit(loop);
    g_thread_join(thread);
    g_main_loop_unref(loop);
    g_socket_service_stop(service);
    g_object_unref(service);
    g_free(peer.body);
}

/* --- folders */

static char *in_dir(const char *name)
{
    return g_build_filename(folder, "in", name, NULL);
}

/* `age_s` ago; an old one is ready. */
static void drop(const char *name, const char *text, int age_s)
{
    g_autofree char *path = in_dir(name);
    const time_t then = (time_t)(g_get_real_time() / G_USEC_PER_SEC) - age_s;
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    g_assert_cmpint(g_utime(path, &(struct utimbuf){then, then}), ==, 0);
}

static bool is_there(const char *name)
{
    g_autofree char *path = in_dir(name);
    return g_file_test(path, G_FILE_TEST_IS_REGULAR);
}

static struct pull_job folder_job(void)
{
    g_autofree char *dir = in_dir(NULL);
    g_autofree char *text = g_strdup_printf("{`type`:`csv_drop`,`dir`:`%s`}", dir);
    g_assert_cmpint(g_mkdir(dir, 0700), ==, 0);
    return job_of(text);
}

static void empty(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    for (const char *name; dir && (name = g_dir_read_name(dir));) {
        g_autofree char *inner = g_build_filename(path, name, NULL);
        empty(inner);
    }
    if (dir)
        g_dir_close(dir);
    g_assert_cmpint(g_remove(path), ==, 0);
}

static void folder_clear(struct pull_job *job)
{
    g_autofree char *dir = in_dir(NULL);
    job_clear(job);
    empty(dir);
}

/* Asks on until it rests. Returned: how many rows came. */
static size_t ask_on(struct pull_job *job)
{
    size_t rows = 0;
    do {
        ask(job, NULL);
        rows += json_array_size(job->rows);
    } while (job->more);
    return rows;
}

static void every_bad_row_is_told(void)
{
    struct pull_job job = folder_job();
    drop("a.csv", "no,what\n1,a\n\"2\"x,b\n3,c\n\"4\"x,d\n\"5\"x,e\n", 60);
    ask(&job, NULL);
    g_assert_cmpuint(json_array_size(job.rows), ==, 2);
    g_assert_cmpuint(job.faults->len, ==, 3);
    folder_clear(&job);
}

/* What is no CSV holds up nothing. */
static void bad_files_are_put_away(void)
{
    struct pull_job job = folder_job();
    drop("a.csv", "no,no\n", 60);
    drop("b.csv", "no,what\n1,a\n", 60);
    g_assert_cmpuint(ask_on(&job), ==, 1);
    g_assert_cmpuint(job.faults->len, ==, 1);
    g_assert_null(job.trouble_en);
    g_assert_true(is_there("bad/a.csv") && is_there("done/b.csv"));
    folder_clear(&job);
}

static void check_trouble(const struct pull_job *job, const char *words)
{
    if (!job->trouble_en || !job->trouble_zh || !strstr(job->trouble_en, words))
        g_error("%s: %s", words, job->trouble_en);
}

/* Nor does what cannot be moved, be it through or bad: each is told once, and taken once. */
static void stuck_files_are_passed_over(void)
{
    struct pull_job job = folder_job();
    g_autofree char *done = in_dir("done"), *b = in_dir("b.csv");
    drop("done", "no folder", 60);
    drop("bad", "no folder", 60);
    drop("a.csv", "no,what\n1,a\n", 60);
    drop("b.csv", "no,no\n", 60);
    drop("c.csv", "no,what\n3,c\n", 60);
    g_assert_cmpuint(ask_on(&job), ==, 2);
    g_assert_cmpuint(job.faults->len, ==, 4); /* of the bad one also what is wrong with it */
    check_trouble(&job, "3 files are dealt with and cannot be moved");
    ask(&job, NULL);
    g_assert_null(job.next); /* nothing is written while nothing changes */
    drop("0.csv", "no,what\n4,d\n", 60);
    g_assert_cmpuint(ask_on(&job), ==, 1);
    g_assert_cmpuint(job.faults->len, ==, 5);
    check_trouble(&job, "4 files");
    g_assert_cmpint(g_unlink(done), ==, 0);
    g_assert_cmpuint(ask_on(&job), ==, 0);
    check_trouble(&job, "1 file is dealt with and cannot be moved");
    g_assert_true(is_there("done/a.csv") && is_there("done/c.csv") && is_there("done/0.csv"));
    drop("b.csv", "no,what\n5,e\n", 30); /* corrected: another file */
    g_assert_cmpuint(ask_on(&job), ==, 1);
    g_assert_null(job.trouble_en);
    g_assert_false(g_file_test(b, G_FILE_TEST_EXISTS));
    g_assert_cmpuint(job.faults->len, ==, 5);
    folder_clear(&job);
}

/* Those that somebody took away are forgotten, and no more are remembered than fit. */
static void stuck_files_are_bounded(void)
{
    struct pull_job job = folder_job();
    g_autofree char *said = NULL, *first = in_dir("f000.csv");
    drop("bad", "no folder", 60);
    for (int i = 0; i <= 256; i++) {
        g_autofree char *name = g_strdup_printf("f%03d.csv", i);
        drop(name, "no,no\n", 60);
    }
    while (ask(&job, &said))
        g_assert_true(job.more);
    g_assert_nonnull(strstr(said, "too many files cannot be moved"));
    g_assert_nonnull(strstr(said, "f256.csv"));
    g_assert_cmpint(g_unlink(first), ==, 0);
    g_assert_cmpuint(ask_on(&job), ==, 0);
    check_trouble(&job, "256 files");
    folder_clear(&job);
}

/* What a library says in several lines stands in one cell of a table. */
static void faults_are_one_line(void)
{
    g_autofree char *zh = NULL, *en = NULL;
    g_assert_false(pull_fail(&zh, &en, "连不上", "no way",
                             "connection failed: No such file\n\tIs the server there?\n"));
    g_assert_cmpstr(en, ==, "no way: connection failed: No such file Is the server there?");
    g_assert_cmpstr(zh, ==, "连不上:connection failed: No such file Is the server there?");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    folder = g_dir_make_tmp("tw-pull-XXXXXX", NULL);
    roots[0] = folder;
    make_table();
    g_test_add_func("/pull-source/tables", tables_go_on);
    g_test_add_func("/pull-source/no-progress", tables_without_progress);
    g_test_add_func("/pull-source/bad-rows", every_bad_row_is_told);
    g_test_add_func("/pull-source/bad-files", bad_files_are_put_away);
    g_test_add_func("/pull-source/stuck", stuck_files_are_passed_over);
    g_test_add_func("/pull-source/stuck-bounded", stuck_files_are_bounded);
    g_test_add_func("/pull-source/json", addresses_are_asked_in_json);
    g_test_add_func("/pull-source/one-line", faults_are_one_line);
    int code = g_test_run();
    g_autofree char *path = g_build_filename(folder, "t.db", NULL);
    g_unlink(path);
    g_rmdir(folder);
    g_free(folder);
    return code;
}
