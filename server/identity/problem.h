/* Why something was refused, as people and programs are told. */
#pragma once
#include <glib.h>

struct problem {
    unsigned status; /* of HTTP */
    const char *code;
    const char *path; /* of the field, NULL: none */
    const char *zh, *en;
};

extern const struct problem PROBLEM_LOGIN, PROBLEM_NAME, PROBLEM_PASSWORD, PROBLEM_ROLE,
    PROBLEM_ROLES_CONFLICT, PROBLEM_AREA, PROBLEM_TEXT, PROBLEM_TAKEN, PROBLEM_VERSION,
    PROBLEM_NO_USER, PROBLEM_LAST_ADMIN, PROBLEM_DEPARTMENT, PROBLEM_WRONG_LOGIN,
    PROBLEM_WRONG_PASSWORD, PROBLEM_LIMIT, PROBLEM_BUSY, PROBLEM_FAILED, PROBLEM_FULL,
    PROBLEM_REASON;

/* Why a write of the store was undone that had no fault of its own. */
const struct problem *problem_saving(const GError *error);
