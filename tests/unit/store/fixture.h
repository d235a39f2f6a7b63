/* A store in a folder of its own, and a loop that is turned until something happened. */
#pragma once
#include "store/store.h"

struct fixture {
    char *folder, *path;
    struct store *store;
};

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
