/* One meeting as a value: what the tables hold of it, and what is known of it now. Everything here
 * is pure; a meeting belongs to whoever loaded it. */
#pragma once
#include <glib.h>
#include <jansson.h>
#include <stdbool.h>

enum meeting_kind { MEETING_MEDIATION, MEETING_TALK };
enum meeting_state {
    MEETING_PLANNED,
    MEETING_OPEN,
    MEETING_ADJOURNED,
    MEETING_ENDED,
    MEETING_CANCELLED
};
enum meeting_mode { MEETING_JOINT, MEETING_SPLIT };
enum seat_role {
    SEAT_MEDIATOR,
    SEAT_CO_MEDIATOR,
    SEAT_PARTY,
    SEAT_REPRESENTATIVE,
    SEAT_OFFICIAL,
    SEAT_OBSERVER,
    SEAT_INTERPRETER
};
enum seat_state { SEAT_INVITED, SEAT_LOBBY, SEAT_IN, SEAT_REMOVED };
/* Whether its browser is there: OFF after it was LOST for a minute. */
enum seat_here { HERE_OFF, HERE_LOST, HERE_ON };
enum consent_kind {
    CONSENT_MEDIATION,
    CONSENT_RECORDING,
    CONSENT_PUBLICATION,
    CONSENT_OBSERVER,
    CONSENT_SPLIT,
    CONSENT_KINDS
};
enum consent_answer { ANSWER_NONE, ANSWER_YES, ANSWER_NO, ANSWER_WITHDRAWN };
enum invite_state { INVITE_NONE, INVITE_OPEN, INVITE_USED, INVITE_REVOKED };

/* Names as in docs/mediation.md; static; find answers -1 for none (also for NULL). */
const char *meeting_kind_name(int kind);
const char *meeting_state_name(int state);
const char *meeting_mode_name(int mode);
const char *seat_role_name(int role);
const char *seat_state_name(int state);
const char *seat_here_name(int here);
const char *consent_kind_name(int kind);
const char *consent_answer_name(int answer);
int meeting_kind_find(const char *name);
int meeting_state_find(const char *name);
int meeting_mode_find(const char *name);
int seat_role_find(const char *name);
int seat_state_find(const char *name);
int consent_kind_find(const char *name);
int consent_answer_find(const char *name);

#define ROOM_LOBBY "lobby"
#define ROOM_JOINT "joint"
#define ROOM_SIDE  "side:"  /* and the side */
#define ROOM_CHECK "check:" /* and the seat: one who waits is looked at, to check who it is */

/* The newest word of one person on one matter; older ones stand in the record. */
struct consent {
    enum consent_answer answer;
    char *version; /* of the text that was shown; NULL: no answer */
    gint64 time_us;
};
/* Somebody at a seat. */
struct seat_person {
    gint64 n;
    char *person; /* id; NULL: the account of the seat */
    char *name;   /* plain; "" unknown or erased */
    char *masked;
    struct consent consents[CONSENT_KINDS]; /* the newest of each */
};

/* One place at the table: a person with an account, a guest by link, or several at one device. */
struct seat {
    char *id, *side, *user, *name, *unit, *place, *room; /* user NULL: a guest */
    gint64 n;                                            /* from 1, in the order of planning */
    enum seat_role role;
    enum seat_state state;
    bool terminal, muted; /* terminal: several people at one device */
    /* since when; 0: not */
    gint64 room_us, ready_us, identity_us, notice_us, screening_us, hand_us, call_us;
    char *identity_by, *identity_how, *notice_version; /* NULL: none */
    char *screening;                                   /* answers as JSON; NULL: none */
    GPtrArray *people;                                 /* struct seat_person, at least one */
    /* the newest link */
    char *invite, *cookie_hash; /* NULL: none; not used */
    enum invite_state invite_state;
    gint64 invite_expires_us;
    bool dirty; /* to be saved */
    /* --- not in the store */
    enum seat_here here;
    bool media; /* its sound or picture comes */
};

struct meeting_line { /* of the chat */
    /* seats: ids of who was in the room then and may read it, a space around each */
    char *id, *room, *seat, *text, *seats;
    gint64 time_us;
};
struct meeting_paper { /* a file of a room */
    char *id, *room, *seat, *name, *kind, *owner_kind, *owner, *attachment;
    gint64 time_us, bytes;
};
struct meeting_danger { /* a call for help; told at due_us unless it is undone before */
    char *id, *seat, *room;
    gint64 time_us, due_us;
    bool told;
};

struct meeting {
    char *id, *case_id, *title, *place_id, *place, *area,
        *created_by; /* case, place id: NULL none */
    enum meeting_kind kind;
    enum meeting_state state;
    enum meeting_mode mode;
    gint64 sittings, starts_us, ends_us, created_us, opened_us, ended_us, version;
    double lon, lat; /* NAN: unknown */
    bool sensitive, record;
    json_t *shown;      /* {"floor":{room: seat},"shown":{room: what}} */
    GPtrArray *seats;   /* struct seat, by n */
    GPtrArray *lines;   /* struct meeting_line, oldest first */
    GPtrArray *papers;  /* struct meeting_paper, oldest first */
    GPtrArray *dangers; /* struct meeting_danger, oldest first: what is held back, or was told */
    /* of another module: more keys of the views of who leads, and of others who see joint texts */
    json_t *more_leaders, *more_others; /* NULL: none */
    bool dirty;
};

/* Returned: empty, owned by the caller. */
struct meeting *meeting_new(void);
void meeting_free(struct meeting *meeting); /* NULL is fine */
/* Invited, without texts and people; owned by the caller until a meeting has it. */
struct seat *seat_new(void);
void seat_free(struct seat *seat); /* NULL is fine */
/* Without name or consents; freed with its seat. `n` from 1. */
struct seat_person *seat_person_new(gint64 n);

/* NULL: none such. Borrowed. */
struct seat *meeting_seat(const struct meeting *meeting, const char *id);
struct seat *meeting_seat_of_user(const struct meeting *meeting, const char *user);
/* Is it one line of at most `most` characters, without control characters? NULL is. */
bool meeting_line_good(const char *text, glong most);
/* Sets a text that the seat or meeting owns. */
void meeting_set(char **text, const char *value);
/* The name that is shown of a seat: of the account, or of its people ("李明、王芳"). g_free(). */
char *seat_title(const struct seat *seat, bool masked);
/* Chairs or helps to. */
bool seat_leads(const struct seat *seat);
/* So long after the end its texts are signed and seen by everybody of it; later by who led it. */
#define MEETING_KEPT_US (G_GINT64_CONSTANT(7) * 86400 * G_USEC_PER_SEC)
bool meeting_is_past(const struct meeting *meeting, gint64 now_us);
/* A party, or who speaks for one. */
bool seat_is_party(const struct seat *seat);
/* Another browser is to come to it: whoever that is has not been looked at. */
void seat_forget_identity(struct seat *seat);
/* "side:a" of a seat with a side; g_free(); NULL: it has none. */
char *seat_own_room(const struct seat *seat);
/* {room: …} of meeting->shown under that key; borrowed; NULL: none. */
json_t *meeting_of_room(const struct meeting *meeting, const char *key, const char *room);
/* Takes `value` (NULL: takes it out). */
void meeting_set_of_room(struct meeting *meeting, const char *key, const char *room, json_t *value);
