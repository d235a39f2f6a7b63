-- The life of cases (docs/cases.md): what is known of them, orders to departments, timers, and what people did.
-- Times BIGINT microseconds since 1970 UTC, 0: none.
ALTER TABLE case_file ADD COLUMN workflow TEXT NOT NULL DEFAULT 'default';
ALTER TABLE case_file ADD COLUMN ledger TEXT NOT NULL DEFAULT 'request'; -- request, dispute
ALTER TABLE case_file ADD COLUMN grade TEXT;
ALTER TABLE case_file ADD COLUMN dispute TEXT;
ALTER TABLE case_file ADD COLUMN scale TEXT;
ALTER TABLE case_file ADD COLUMN colour TEXT;
ALTER TABLE case_file ADD COLUMN about TEXT;                    -- department that is complained about
ALTER TABLE case_file ADD COLUMN reporter TEXT;                 -- id of the person (server/identity)
ALTER TABLE case_file ADD COLUMN lead TEXT;                     -- department of the lead's newest order
ALTER TABLE case_file ADD COLUMN departments TEXT NOT NULL DEFAULT ''; -- of orders that hold, each between spaces
ALTER TABLE case_file ADD COLUMN level SMALLINT NOT NULL DEFAULT 0;     -- of mediation, 1 to 4
ALTER TABLE case_file ADD COLUMN attempts BIGINT NOT NULL DEFAULT 0;    -- at this level
ALTER TABLE case_file ADD COLUMN agreed_us BIGINT NOT NULL DEFAULT 0;   -- an agreement was reached
ALTER TABLE case_file ADD COLUMN mediation TEXT;                -- how it ended: agreed, failed, refused
ALTER TABLE case_file ADD COLUMN returned BIGINT NOT NULL DEFAULT 0;
ALTER TABLE case_file ADD COLUMN reopened BIGINT NOT NULL DEFAULT 0;
ALTER TABLE case_file ADD COLUMN unreached BIGINT NOT NULL DEFAULT 0;   -- call backs in vain, in a row
ALTER TABLE case_file ADD COLUMN urged BIGINT NOT NULL DEFAULT 0;
ALTER TABLE case_file ADD COLUMN yellow BIGINT NOT NULL DEFAULT 0;
ALTER TABLE case_file ADD COLUMN red BIGINT NOT NULL DEFAULT 0;
ALTER TABLE case_file ADD COLUMN black BIGINT NOT NULL DEFAULT 0;
ALTER TABLE case_file ADD COLUMN overdue BIGINT NOT NULL DEFAULT 0;     -- timers that ran out
ALTER TABLE case_file ADD COLUMN on_spot SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE case_file ADD COLUMN satisfaction TEXT;
ALTER TABLE case_file ADD COLUMN points SMALLINT NOT NULL DEFAULT 0;    -- 考核评价
ALTER TABLE case_file ADD COLUMN merged_into TEXT;
ALTER TABLE case_file ADD COLUMN before TEXT;                   -- state before a pause or a merge
ALTER TABLE case_file ADD COLUMN calendar_unknown SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE case_file ADD COLUMN state_us BIGINT NOT NULL DEFAULT 0;    -- in this state since
ALTER TABLE case_file ADD COLUMN dispatched_us BIGINT NOT NULL DEFAULT 0; -- first order
ALTER TABLE case_file ADD COLUMN done_us BIGINT NOT NULL DEFAULT 0;     -- feedback complete
ALTER TABLE case_file ADD COLUMN due_timer TEXT;                -- of the timer that is due next
ALTER TABLE case_file ADD COLUMN due_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE case_file ADD COLUMN warn_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE case_file ADD COLUMN finish_us BIGINT NOT NULL DEFAULT 0;   -- when the work was or is due
CREATE INDEX case_file_state ON case_file (state, id);
CREATE INDEX case_file_first ON case_file (first_user, id);
CREATE INDEX case_file_accepted ON case_file (accepted_us);
CREATE INDEX case_file_due ON case_file (due_us) WHERE due_us > 0;
CREATE INDEX case_file_merged ON case_file (merged_into) WHERE merged_into IS NOT NULL;

-- 交办单: a department is told to do something.
CREATE TABLE case_order (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES case_file (id),
    department TEXT NOT NULL,
    lead SMALLINT NOT NULL,
    state TEXT NOT NULL,                    -- SENT, TAKEN, DONE, RETURNED, WITHDRAWN
    item TEXT NOT NULL,
    standard TEXT NOT NULL,
    due_us BIGINT NOT NULL,                 -- as it was set; 0: as the workflow has it
    sent_us BIGINT NOT NULL,
    sent_by TEXT NOT NULL,
    seen_us BIGINT NOT NULL DEFAULT 0,      -- somebody of the department was told, or looked
    taken_us BIGINT NOT NULL DEFAULT 0,
    taken_by TEXT,
    in_time SMALLINT NOT NULL DEFAULT 0,    -- taken in time
    done_us BIGINT NOT NULL DEFAULT 0,
    done_by TEXT,
    feedback TEXT,
    returned_us BIGINT NOT NULL DEFAULT 0,
    return_reason TEXT
);
CREATE INDEX case_order_case ON case_order (case_id);
CREATE INDEX case_order_department ON case_order (department, state, case_id);
CREATE INDEX case_order_sent ON case_order (sent_us);

CREATE TABLE case_timer (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES case_file (id),
    order_id TEXT,
    timer TEXT NOT NULL,                    -- of the workflow
    start_us BIGINT NOT NULL,
    set_us BIGINT NOT NULL DEFAULT 0,       -- due as a person set or extended it; 0: by the limit
    due_us BIGINT NOT NULL,                 -- 0: not known
    warn_us BIGINT NOT NULL,
    next_us BIGINT NOT NULL,                -- when it does something next; 0: nothing more
    reminded BIGINT NOT NULL DEFAULT 0,     -- how many reminders were given
    state TEXT NOT NULL,                    -- running, paused, unknown, over (ran out), met, stopped
    ended_us BIGINT NOT NULL DEFAULT 0,
    limit_text TEXT NOT NULL                -- JSON, as it was used
);
CREATE INDEX case_timer_case ON case_timer (case_id);
CREATE INDEX case_timer_next ON case_timer (next_us) WHERE next_us > 0;

CREATE TABLE case_pause (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES case_file (id),
    from_us BIGINT NOT NULL,
    to_us BIGINT NOT NULL DEFAULT 0,        -- 0: goes on
    reason TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    approved_by TEXT NOT NULL
);
CREATE INDEX case_pause_case ON case_pause (case_id, from_us);

-- Asked of a supervisor: a pause, more time.
CREATE TABLE case_ask (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES case_file (id),
    kind TEXT NOT NULL,                     -- pause, extension
    reason TEXT NOT NULL,
    note TEXT NOT NULL,
    until_us BIGINT NOT NULL,
    order_id TEXT,
    state TEXT NOT NULL,                    -- open, granted, denied
    asked_us BIGINT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_name TEXT NOT NULL,
    ruled_us BIGINT NOT NULL DEFAULT 0,
    ruled_by TEXT,
    ruled_name TEXT
);
CREATE INDEX case_ask_case ON case_ask (case_id);

CREATE TABLE case_attempt (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES case_file (id),
    level SMALLINT NOT NULL,
    n BIGINT NOT NULL,                      -- at this level, from 1
    time_us BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    result TEXT NOT NULL,
    note TEXT NOT NULL
);
CREATE INDEX case_attempt_case ON case_attempt (case_id);

CREATE TABLE case_call (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES case_file (id),
    kind TEXT NOT NULL,                     -- in, out, back (回访)
    time_us BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    reached SMALLINT NOT NULL,
    result TEXT,
    note TEXT NOT NULL
);
CREATE INDEX case_call_case ON case_call (case_id);
CREATE INDEX case_call_time ON case_call (time_us);

CREATE TABLE case_card (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES case_file (id),
    colour TEXT NOT NULL,
    department TEXT,
    time_us BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    note TEXT NOT NULL
);
CREATE INDEX case_card_case ON case_card (case_id);

-- Meetings, leaders' instructions and what follows from them: items with a date.
CREATE TABLE case_meeting (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES case_file (id),
    kind TEXT NOT NULL,                     -- joint, weekend, hearing
    held_us BIGINT NOT NULL,
    place TEXT NOT NULL,
    people TEXT NOT NULL,
    note TEXT NOT NULL,
    time_us BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL
);
CREATE INDEX case_meeting_case ON case_meeting (case_id);
CREATE TABLE case_item (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES case_file (id),
    kind TEXT NOT NULL,                     -- resolution, instruction
    meeting TEXT,
    department TEXT,
    text TEXT NOT NULL,
    due_us BIGINT NOT NULL,
    time_us BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    done_us BIGINT NOT NULL DEFAULT 0,
    done_name TEXT,
    done_note TEXT
);
CREATE INDEX case_item_case ON case_item (case_id);

CREATE TABLE case_tie (                     -- links to situations, cameras, other cases; alerts: case_alert
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES case_file (id),
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    note TEXT NOT NULL,
    time_us BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    undone_us BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX case_tie_case ON case_tie (case_id);
CREATE INDEX case_tie_target ON case_tie (target);

-- Who handled a case: never verifies it.
CREATE TABLE case_handler (
    case_id TEXT NOT NULL REFERENCES case_file (id),
    user_id TEXT NOT NULL,
    PRIMARY KEY (case_id, user_id)
);

-- What was asked once: the same key again changes nothing.
CREATE TABLE case_key (
    user_id TEXT NOT NULL,
    key TEXT NOT NULL,
    case_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    time_us BIGINT NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX case_key_time ON case_key (time_us);

CREATE TABLE case_filter (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    time_us BIGINT NOT NULL
);
CREATE INDEX case_filter_user ON case_filter (user_id);

-- Words of cases, as alert_search has them of alerts.
CREATE VIRTUAL TABLE case_search USING fts5 (case_id UNINDEXED, words, detail = none, tokenize = "unicode61 remove_diacritics 0");
UPDATE case_file SET state_us = updated_us;
