/* Who may do what: rights and roles as data (DOMAIN.md §1). Pure; any thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* What a route, topic or command needs. Names as in docs/api.md. */
enum right {
    RIGHT_SESSION,      /* "session": any logged-in person */
    RIGHT_CAMERA_LIST,  /* "camera.list": names, places, states */
    RIGHT_CAMERA_LIVE,  /* "camera.live": pictures; each opening goes on record */
    RIGHT_CAMERA_EDIT,  /* "camera.edit": import, change, delete; addresses with credentials */
    RIGHT_PLACE_SEE,    /* "place.see": map, areas */
    RIGHT_WALL_SEE,     /* "wall.see": what the wall shows, who sits where */
    RIGHT_WALL_DRIVE,   /* "wall.drive": change what the wall shows */
    RIGHT_USER_SEE,     /* "user.see" */
    RIGHT_USER_EDIT,    /* "user.edit" */
    RIGHT_AUDIT_SEE,    /* "audit.see": audit log and view log */
    RIGHT_CONFIG_SEE,   /* "config.see" */
    RIGHT_CONFIG_EDIT,  /* "config.edit" */
    RIGHT_ALERT_SEE,    /* "alert.see": alerts, situations, warnings of an area */
    RIGHT_ALERT_HANDLE, /* "alert.handle": acknowledge, shelve, end, assign, undo */
    RIGHT_FEED_SEE,     /* "feed.see": where events come from, how much, with which errors */
    RIGHT_FEED_EDIT, /* "feed.edit": add feeds and devices, rotate keys, retry what was set aside */
    RIGHT_CASE_SEE,  /* "case.see": every case of an area */
    RIGHT_CASE_OPEN, /* "case.open": make a case of an alert */
    RIGHT_CASE_OWN,  /* "case.own": the cases that one has a part in */
    RIGHT_CASE_REGISTER,   /* "case.register": make a case of a request */
    RIGHT_CASE_ACT,        /* "case.act": change a case, as far as its workflow lets the role */
    RIGHT_CASE_INDICATORS, /* "case.indicators": numbers and the cases behind them */
    RIGHT_CASE_AUDIT,      /* "case.audit": samples of case files, de-identified */
    RIGHT_PERSON_SEE,      /* "person.see": persons of cases, masked */
    RIGHT_PERSON_EDIT,     /* "person.edit" */
    RIGHT_PERSON_REVEAL,   /* "person.reveal": unmasked, with a reason that goes on record */
    RIGHT_PERSON_ERASE,    /* "person.erase": destroy what is known of a person, unseen */
    RIGHT_HOLD_EDIT,       /* "hold.edit": place and lift legal holds */
    RIGHT_DUTY_SEE,        /* "duty.see": who is on duty, the handover book */
    RIGHT_DUTY_EDIT,       /* "duty.edit": roles, times and the roster */
    RIGHT_DUTY_SIGN,       /* "duty.sign": write, hand over and sign in the handover book */
    RIGHT_MEETING_JOIN,    /* "meeting.join": meetings in which one has a seat */
    RIGHT_MEETING_HOST,    /* "meeting.host": make and lead meetings */
    RIGHT_COUNT,
};

/* A set of rights: right_bit() of each. */
typedef uint64_t rights_t;

static inline rights_t right_bit(enum right right)
{
    return (rights_t)1 << right;
}

/* Static name; NULL for a number that is no right. */
const char *right_name(enum right right);
/* false: no such right. */
bool right_find(const char *name, enum right *right);

struct role {
    const char *code; /* "operator" */
    const char *zh, *en;
    rights_t rights;
    const char *of; /* a grant that is given beside this role ("deputy"); NULL: a role of its own */
};

/* The table of roles, ended by code NULL. */
const struct role *roles(void);
/* NULL: no such role. */
const struct role *role_find(const char *code);

/* True when one person may hold both: a system administrator is never a security auditor. */
bool roles_compatible(const struct role *a, const struct role *b);

/* What the role gives to who holds it for `area`: without what concerns the whole town (rules,
 * feeds, roster, logs, holds) when the area is a village or less. */
rights_t role_rights_in(const struct role *role, const char *area);

/* Does a grant for `granted` reach `area`? Codes are 9 (town), 12 (village) or 15 (grid cell)
 * digits, each the beginning of the next; "" is granted for everything. A place without a code is
 * reached only by "". NULL counts as "". */
bool area_within(const char *granted, const char *area);
