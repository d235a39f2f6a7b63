/* An identity on a real database in a folder of its own, with a clock that the test moves. */
#pragma once
#include "identity/internal.h"

#define MINUTE (60LL * G_USEC_PER_SEC)
#define HOUR   (60LL * MINUTE)

extern int64_t fixture_now_us;
extern int64_t fixture_set_us; /* by how much the wall clock was set; add it to both */

struct fixture {
    char *folder, *path, *key_file;
    struct store *store;
    struct identity *identity;
    unsigned answers;
    const struct problem *problem; /* of the last answer */
    unsigned retry_after_s;
    char *token;                 /* of the last login */
    struct net_session *session; /* of the last login */
    char *user_id;               /* of the last user that was added or changed */
    gint64 user_version;
};

struct fixture *fixture_new(void);
void fixture_free(struct fixture *f);
/* Stops and starts again on the same database. */
void fixture_restart(struct fixture *f);

/* Each waits for its answer; returns the problem, NULL: fine. */
const struct problem *fixture_add(struct fixture *f, const char *login, const char *role,
                                  const char *area);
const struct problem *fixture_add_json(struct fixture *f, const char *json);
const struct problem *fixture_change(struct fixture *f, const char *id, const char *json);
const struct problem *fixture_login(struct fixture *f, const char *login, const char *password);
const struct problem *fixture_login_code(struct fixture *f, const char *login, const char *password,
                                         const char *code);

void fixture_turn(struct fixture *f, unsigned answers);
gint64 fixture_int(struct fixture *f, const char *sql);
char *fixture_text(struct fixture *f, const char *sql);
/* false: the engine refused. */
bool fixture_sql(struct fixture *f, const char *sql);

#define PASSWORD "correct horse"
