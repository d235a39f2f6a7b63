/* Departments: who work is given to (docs/identity.md). Loop thread only, except what takes a
 * struct store_tx *. */
#pragma once
#include "identity/identity.h"

/* Never changed in place; borrowed until the next turn of the loop. */
struct department {
    char *id, *name, *name_en; /* name_en may be NULL */
    char *kind;                /* "department", "station", "village", … */
    char *parent, *area;       /* NULL: none */
    char *leader;              /* id of a person: name and phone; NULL: none */
    bool enabled;
    gint64 version;
};

/* NULL: no such department. */
const struct department *department_get(struct identity *identity, const char *id);
/* All of them by id; returned: an array of borrowed departments. */
GPtrArray *department_list(struct identity *identity);
/* Enabled users of that department, by login, who hold `role` (NULL: any); returned: an array of
 * borrowed struct identity_user. */
GPtrArray *department_users(struct identity *identity, const char *id, const char *role);
/* Is it one, or one below it? */
bool department_within(struct identity *identity, const char *id, const char *above);
/* As docs/openapi.yaml has it, without the leader; returned. */
json_t *department_json(const struct department *department);

/* Inside a store_fn. *found false: no such department. */
bool department_exists(struct store_tx *tx, const char *id, bool *found, GError **error);
