/* A store of its own, and a loop that is turned until something happened. The engine is SQLite, or
 * with TW_STORE=postgresql in the environment PostgreSQL, one server for the whole test program. */
#pragma once
#include "store/store.h"

struct server;

struct fixture {
    char *folder;
    char *path; /* of a file, or the URL of a database of its own */
    struct store *store;
};

/* The server, started when it is asked for first; NULL: SQLite. */
struct server *fixture_server(void);
/* Instead of g_test_run(): ends the server too. */
int fixture_run(void);

struct fixture *fixture_new(void);
void fixture_free(struct fixture *f);
void fixture_open(struct fixture *f, unsigned max_jobs, int64_t keep_changes);
void fixture_close(struct fixture *f);

/* Turns the default loop until *count is at least `wanted`. */
void fixture_turn(const unsigned *count, unsigned wanted);

/* One statement as a write; asserts success. */
void fixture_sql(struct fixture *f, const char *sql);
/* First value of a query. */
gint64 fixture_int(struct fixture *f, const char *sql);

/* --- a PostgreSQL server of Debian, in a folder of its own, on a Unix socket */
/* Makes and starts it; asserts that it answers. */
struct server *server_start(void);
void server_stop(struct server *server);

/* Ends it at once as a crash does, and starts it again. */
void server_kill(struct server *server);
void server_again(struct server *server);

/* URL of a new, empty database; g_free(). */
char *server_database(struct server *server);

/* One statement by psql in a database that server_database() named; its answer, g_free(). */
char *server_psql(struct server *server, const char *url, const char *sql);
