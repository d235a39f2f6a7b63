-- Meetings in the browser (docs/mediation.md). Times BIGINT microseconds since 1970 UTC, 0: none. Names and numbers of parties are in
-- `person`, sealed; officials are named as their accounts are.

CREATE TABLE meeting (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,                     -- mediation, talk
    case_id TEXT,                           -- NULL: alone
    title TEXT NOT NULL,
    state TEXT NOT NULL,                    -- planned, open, adjourned, ended, cancelled
    mode TEXT NOT NULL,                     -- joint; split: the sides come at different times
    sittings BIGINT NOT NULL DEFAULT 0,     -- how often it was opened
    starts_us BIGINT NOT NULL,
    ends_us BIGINT NOT NULL,
    place_id TEXT,                          -- of a shared mediation room; NULL: none
    place TEXT NOT NULL,                    -- in words
    area TEXT NOT NULL,
    lon REAL,
    lat REAL,
    sensitive SMALLINT NOT NULL DEFAULT 0,  -- family, minors, violence: never made public
    record SMALLINT NOT NULL DEFAULT 0,     -- the mediator wants it recorded, as soon as all agree
    shown TEXT NOT NULL,                    -- JSON: what is shown in which room
    created_by TEXT NOT NULL,
    created_us BIGINT NOT NULL,
    opened_us BIGINT NOT NULL DEFAULT 0,    -- first
    ended_us BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL
);
CREATE INDEX meeting_case ON meeting (case_id);
CREATE INDEX meeting_time ON meeting (starts_us);
CREATE INDEX meeting_live ON meeting (state) WHERE state IN ('planned', 'open', 'adjourned');

CREATE TABLE meeting_seat (
    id TEXT NOT NULL PRIMARY KEY,
    meeting TEXT NOT NULL,
    n BIGINT NOT NULL,                      -- order
    role TEXT NOT NULL,                     -- mediator, co_mediator, party, representative, official, observer, interpreter
    side TEXT NOT NULL,                     -- a, b, c …; "": of none
    user_id TEXT,                           -- NULL: a guest
    name TEXT NOT NULL,                     -- of an account; "": see meeting_person
    unit TEXT NOT NULL,                     -- 镇调委会
    terminal SMALLINT NOT NULL DEFAULT 0,   -- several people at one device of a village
    place TEXT NOT NULL,                    -- where that stands
    state TEXT NOT NULL,                    -- invited, lobby, in, removed
    room TEXT NOT NULL,                     -- lobby, joint, side:a …
    room_us BIGINT NOT NULL DEFAULT 0,      -- since
    ready_us BIGINT NOT NULL DEFAULT 0,     -- said to be ready to be let in
    identity_us BIGINT NOT NULL DEFAULT 0,
    identity_by TEXT,
    identity_how TEXT,
    notice_us BIGINT NOT NULL DEFAULT 0,
    notice_version TEXT,
    screening_us BIGINT NOT NULL DEFAULT 0,
    screening BLOB,                         -- answers, sealed
    muted SMALLINT NOT NULL DEFAULT 0,      -- by the mediator
    hand_us BIGINT NOT NULL DEFAULT 0,      -- asks to speak since
    call_us BIGINT NOT NULL DEFAULT 0       -- calls the mediator since
);
CREATE INDEX meeting_seat_meeting ON meeting_seat (meeting);
CREATE INDEX meeting_seat_user ON meeting_seat (user_id);

-- The people at a seat; more than one at a terminal.
CREATE TABLE meeting_person (
    seat TEXT NOT NULL,
    n BIGINT NOT NULL,
    person TEXT NOT NULL,
    PRIMARY KEY (seat, n)
);
CREATE INDEX meeting_person_person ON meeting_person (person);

-- One link for one seat. Only digests of link and cookie are kept.
CREATE TABLE meeting_invite (
    id TEXT NOT NULL PRIMARY KEY,
    seat TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    cookie_hash TEXT UNIQUE,                -- NULL: not used yet
    made_by TEXT NOT NULL,
    made_us BIGINT NOT NULL,
    expires_us BIGINT NOT NULL,
    used_us BIGINT NOT NULL DEFAULT 0,
    device TEXT NOT NULL,                   -- what the browser said that it is, when used
    revoked_us BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX meeting_invite_seat ON meeting_invite (seat);

-- What somebody agreed to or not, to which words; the newest of (seat, person, kind) holds.
CREATE TABLE meeting_consent (
    meeting TEXT NOT NULL,
    seat TEXT NOT NULL,
    person BIGINT NOT NULL,                 -- n of meeting_person; 1 for an account
    seq BIGINT NOT NULL,                    -- of meeting_event
    kind TEXT NOT NULL,                     -- mediation, recording, publication, observer, split
    answer TEXT NOT NULL,                   -- yes, no, withdrawn
    version TEXT NOT NULL,
    sha256 TEXT NOT NULL,                   -- of the words in the language that was read
    language TEXT NOT NULL,
    device TEXT NOT NULL,
    time_us BIGINT NOT NULL,
    PRIMARY KEY (meeting, seq, person, kind)
);
CREATE INDEX meeting_consent_seat ON meeting_consent (seat);

CREATE TABLE meeting_event (
    meeting TEXT NOT NULL,
    seq BIGINT NOT NULL,
    time_us BIGINT NOT NULL,
    seat TEXT,                              -- NULL: the server
    user_id TEXT,                           -- NULL: a guest, the server
    action TEXT NOT NULL,
    room TEXT NOT NULL,                     -- where it happened; "": in none
    details TEXT NOT NULL,                  -- JSON
    PRIMARY KEY (meeting, seq)
);

CREATE TABLE meeting_chat (
    id TEXT NOT NULL PRIMARY KEY,
    meeting TEXT NOT NULL,
    room TEXT NOT NULL,
    seat TEXT NOT NULL,
    time_us BIGINT NOT NULL,
    words BLOB NOT NULL,                    -- sealed
    seats TEXT NOT NULL                     -- who was in the room then: " ID ID "
);
CREATE INDEX meeting_chat_meeting ON meeting_chat (meeting, time_us);

-- A file that was given or shown to a room.
CREATE TABLE meeting_file (
    id TEXT NOT NULL PRIMARY KEY,
    meeting TEXT NOT NULL,
    room TEXT NOT NULL,
    seat TEXT NOT NULL,
    time_us BIGINT NOT NULL,
    owner_kind TEXT NOT NULL,               -- meeting, case
    owner TEXT NOT NULL,
    attachment TEXT NOT NULL
);
CREATE INDEX meeting_file_meeting ON meeting_file (meeting);

-- The danger button: held back for some seconds, so that a wrong touch can be undone, then told; over a restart too.
CREATE TABLE meeting_danger (
    id TEXT NOT NULL PRIMARY KEY,
    meeting TEXT NOT NULL,
    seat TEXT NOT NULL,
    room TEXT NOT NULL,
    time_us BIGINT NOT NULL,
    due_us BIGINT NOT NULL,
    state TEXT NOT NULL                     -- held, undone, told
);
CREATE INDEX meeting_danger_held ON meeting_danger (due_us) WHERE state = 'held';

CREATE TRIGGER meeting_consent_no_update BEFORE UPDATE ON meeting_consent
BEGIN
    SELECT RAISE(ABORT, 'consents are never changed');
END;
CREATE TRIGGER meeting_consent_no_delete BEFORE DELETE ON meeting_consent
BEGIN
    SELECT RAISE(ABORT, 'consents are never deleted');
END;
CREATE TRIGGER meeting_event_no_update BEFORE UPDATE ON meeting_event
BEGIN
    SELECT RAISE(ABORT, 'the record of a meeting is never changed');
END;
CREATE TRIGGER meeting_event_no_delete BEFORE DELETE ON meeting_event
BEGIN
    SELECT RAISE(ABORT, 'the record of a meeting is never deleted');
END;
