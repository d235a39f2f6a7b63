-- Events and what became of them (docs/alerts.md). Times BIGINT microseconds since 1970 UTC, 0: none.

-- Everything that was taken from the stream, once: the same (source, id) again changes nothing.
CREATE TABLE event (
    source TEXT NOT NULL,
    id TEXT NOT NULL,
    received_us BIGINT NOT NULL,            -- by intake
    taken_us BIGINT NOT NULL,               -- by the correlator
    alert TEXT,                             -- it is counted in, or muted by; NULL: in none
    outcome TEXT NOT NULL,                  -- what was decided: alert, count, cleared, inhibited, fault, nothing …
    body TEXT NOT NULL,                     -- docs/events.md
    PRIMARY KEY (source, id)
);
CREATE INDEX event_alert ON event (alert, taken_us);
CREATE INDEX event_taken ON event (taken_us);

CREATE TABLE alert (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,                -- rises with each act of a person and each change of state
    state TEXT NOT NULL,
    priority SMALLINT NOT NULL,
    signal SMALLINT NOT NULL,
    active SMALLINT NOT NULL,
    chatter SMALLINT NOT NULL,
    marks BIGINT NOT NULL,                  -- 4 exercise, 8 test
    source TEXT NOT NULL,
    device TEXT,
    parent TEXT,
    dimension TEXT NOT NULL,
    type TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT,                              -- details in words
    address TEXT,
    reporter TEXT,
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    azimuth DOUBLE PRECISION,
    fov DOUBLE PRECISION,
    area TEXT,                              -- NULL: unknown place
    place TEXT NOT NULL,                    -- point, device, area, address, unknown
    first_us BIGINT NOT NULL,
    last_us BIGINT NOT NULL,
    created_us BIGINT NOT NULL,
    shelved_until_us BIGINT NOT NULL,
    expires_us BIGINT NOT NULL,
    ended_us BIGINT NOT NULL,               -- 0: not over
    end_reason TEXT,
    situation TEXT,
    case_id TEXT,
    case_code TEXT,
    count BIGINT NOT NULL,
    acknowledged_by TEXT,                   -- name of the person
    acknowledged_us BIGINT NOT NULL,
    assigned TEXT,                          -- id of the person
    assigned_name TEXT,
    suggestion TEXT,                        -- JSON: case, code, score, zh, en
    near_cases TEXT NOT NULL DEFAULT '',    -- ids, separated by spaces
    recent_cases TEXT NOT NULL DEFAULT '',
    by_name TEXT,                           -- newest act of a person
    by_act TEXT,
    by_us BIGINT NOT NULL DEFAULT 0,
    reason_zh TEXT,                         -- newest decision in one sentence
    reason_en TEXT,
    memo TEXT                               -- what the correlator has to know of it again
);
CREATE INDEX alert_ended ON alert (ended_us);
CREATE INDEX alert_first ON alert (first_us);
CREATE INDEX alert_situation ON alert (situation);
CREATE INDEX alert_device ON alert (device, last_us);
CREATE INDEX alert_case ON alert (case_id);

-- Words of alerts: Latin words and numbers in lower case, of Chinese text every character and every two
-- neighbours, so that one- and two-character words are found.
CREATE VIRTUAL TABLE alert_search USING fts5 (alert UNINDEXED, words, detail = none, tokenize = "unicode61 remove_diacritics 0");

CREATE TABLE situation (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    priority SMALLINT NOT NULL,
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    area TEXT,
    first_us BIGINT NOT NULL,
    last_us BIGINT NOT NULL,
    ended_us BIGINT NOT NULL,
    title TEXT NOT NULL,
    alerts TEXT NOT NULL                    -- JSON array of ids
);
CREATE INDEX situation_ended ON situation (ended_us);

-- Why: each decision with its rule, what went in and the sentence for people. Repetitions of one alert within a
-- batch are one row that says how many events it stands for.
CREATE TABLE decision (
    id TEXT NOT NULL PRIMARY KEY,
    time_us BIGINT NOT NULL,
    kind TEXT NOT NULL,
    rule TEXT NOT NULL,
    rules TEXT NOT NULL,                    -- digest of the rules in force
    alert TEXT,
    other TEXT,
    situation TEXT,
    case_id TEXT,
    score DOUBLE PRECISION,
    inputs TEXT NOT NULL,                   -- JSON
    events BIGINT NOT NULL DEFAULT 1,
    zh TEXT NOT NULL,
    en TEXT NOT NULL
);
CREATE INDEX decision_alert ON decision (alert, id);
CREATE INDEX decision_situation ON decision (situation, id);
CREATE INDEX decision_other ON decision (other, id) WHERE other IS NOT NULL;

-- What people did with an alert.
CREATE TABLE alert_act (
    id TEXT NOT NULL PRIMARY KEY,
    alert TEXT NOT NULL,
    time_us BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    act TEXT NOT NULL,
    minutes BIGINT,
    reason TEXT,
    body TEXT,
    target TEXT,                            -- user, case, alert
    before TEXT,                            -- JSON: what undo brings back; NULL: cannot be undone
    undone_us BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX alert_act_alert ON alert_act (alert, id);
CREATE INDEX alert_act_time ON alert_act (time_us);

-- Ticked steps of the checklist of an alert.
CREATE TABLE alert_step (
    alert TEXT NOT NULL,
    step TEXT NOT NULL,
    time_us BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (alert, step)
);

-- Set aside with its reason: what is no event, or what again and again could not be taken.
CREATE TABLE poison (
    id TEXT NOT NULL PRIMARY KEY,
    entry TEXT NOT NULL UNIQUE,             -- its id in the stream
    source TEXT,
    event TEXT,
    time_us BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    reason TEXT NOT NULL,
    body BLOB NOT NULL
);

CREATE TABLE rules_version (
    n INTEGER PRIMARY KEY,
    digest TEXT NOT NULL,
    text TEXT NOT NULL,
    time_us BIGINT NOT NULL,
    origin TEXT NOT NULL,                   -- built-in, file, person
    user_id TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT ''
);

-- Alerts by grid cell, category and day, exercises and tests left out: what early warning is made of.
CREATE TABLE cell_count (
    area TEXT NOT NULL,
    dimension TEXT NOT NULL,
    type TEXT NOT NULL,
    day BIGINT NOT NULL,                    -- days since 1970 by local time
    count BIGINT NOT NULL,
    PRIMARY KEY (area, dimension, type, day)
);
CREATE INDEX cell_count_day ON cell_count (day);

-- A person confirmed the colour of a cell.
CREATE TABLE warning_confirmed (
    area TEXT NOT NULL PRIMARY KEY,
    colour TEXT NOT NULL,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    time_us BIGINT NOT NULL
);
