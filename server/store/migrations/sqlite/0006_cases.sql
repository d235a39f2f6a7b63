-- The core of cases: one case, one code, from first contact to archive. What their life needs besides (orders,
-- timers, people) stands on it.
CREATE TABLE case_file (                    -- "case" is a reserved word
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,              -- year and number, 2026-0117
    version BIGINT NOT NULL,
    state TEXT NOT NULL,                    -- ACCEPTED … TERMINATED
    channel TEXT NOT NULL,                  -- how it came: alert
    dimension TEXT NOT NULL,
    type TEXT NOT NULL,
    category TEXT,                          -- of the five categories, once it is known
    title TEXT NOT NULL,
    body TEXT,
    priority SMALLINT NOT NULL,
    exercise SMALLINT NOT NULL,
    area TEXT,                              -- code; NULL unknown
    address TEXT,
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    first_user TEXT NOT NULL,               -- who took it first stays on it
    accepted_us BIGINT NOT NULL,
    created_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL,
    closed_us BIGINT NOT NULL DEFAULT 0     -- 0: open
);
CREATE INDEX case_file_closed ON case_file (closed_us);
CREATE INDEX case_file_area ON case_file (area);

-- Last number given in a year.
CREATE TABLE case_number (
    year BIGINT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);

-- Alerts that belong to a case. What was undone stays on record.
CREATE TABLE case_alert (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES case_file (id),
    alert TEXT NOT NULL,
    opened SMALLINT NOT NULL,               -- 1: the case was opened from it
    user_id TEXT NOT NULL,
    time_us BIGINT NOT NULL,
    undone_us BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX case_alert_one ON case_alert (alert) WHERE undone_us = 0;
CREATE INDEX case_alert_case ON case_alert (case_id);

-- What was done, append-only, one hash chain a case.
CREATE TABLE case_log (
    case_id TEXT NOT NULL REFERENCES case_file (id),
    seq BIGINT NOT NULL,
    time_us BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    login TEXT NOT NULL,
    action TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    note TEXT NOT NULL,
    details TEXT NOT NULL,                  -- canonical JSON
    prev_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (case_id, seq)
);
CREATE TRIGGER case_log_no_update BEFORE UPDATE ON case_log
BEGIN
    SELECT RAISE(ABORT, 'records of a case are never changed');
END;
CREATE TRIGGER case_log_no_delete BEFORE DELETE ON case_log
BEGIN
    SELECT RAISE(ABORT, 'records of a case are never deleted');
END;
