/* Who may do what: rights and roles as data (DOMAIN.md §1). Pure; any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* What a route, topic or command needs. Names as in docs/api.md. */
enum right {
    RIGHT_SESSION,     /* "session": any logged-in person */
    RIGHT_CAMERA_LIST, /* "camera.list": names, places, states */
    RIGHT_CAMERA_LIVE, /* "camera.live": pictures; each opening goes on record */
    RIGHT_CAMERA_EDIT, /* "camera.edit": import, change, delete; addresses with credentials */
    RIGHT_PLACE_SEE,   /* "place.see": map, areas */
    RIGHT_WALL_SEE,    /* "wall.see": what the wall shows, who sits where */
    RIGHT_WALL_DRIVE,  /* "wall.drive": change what the wall shows */
    RIGHT_USER_SEE,    /* "user.see" */
    RIGHT_USER_EDIT,   /* "user.edit" */
    RIGHT_AUDIT_SEE,   /* "audit.see": audit log and view log */
    RIGHT_CONFIG_SEE,  /* "config.see" */
    RIGHT_CONFIG_EDIT, /* "config.edit" */
    RIGHT_COUNT,
};

/* A set of rights: bit (1 << right). */
typedef uint32_t rights_t;

/* Static name; NULL for a number that is no right. */
const char *right_name(enum right right);
/* false: no such right. */
bool right_find(const char *name, enum right *right);

struct role {
    const char *code; /* "operator" */
    const char *zh, *en;
    rights_t rights;
};

/* The table of roles, ended by code NULL. */
const struct role *roles(void);
/* NULL: no such role. */
const struct role *role_find(const char *code);

/* True when one person may hold both: a system administrator is never a security auditor. */
bool roles_compatible(const struct role *a, const struct role *b);

/* Does a grant for `granted` reach `area`? Codes are 9 (town), 12 (village) or 15 (grid cell)
 * digits, each the beginning of the next; "" is granted for everything. A place without a code is
 * reached only by "". NULL counts as "". */
bool area_within(const char *granted, const char *area);
