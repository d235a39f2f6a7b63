-- Who is on duty, and the book in which one shift hands over to the next (docs/duty.md). Times BIGINT microseconds since 1970 UTC, 0: none.

-- A shift is known by its day and its time of the plan ("2026-11-22.day"); the plan itself is the setting duty.plan.
CREATE TABLE duty_shift (
    id TEXT NOT NULL PRIMARY KEY,
    day TEXT NOT NULL,                      -- on which it begins, YYYY-MM-DD
    people TEXT NOT NULL,                   -- JSON: [{"role","name","user","note"}]
    version BIGINT NOT NULL,
    updated_us BIGINT NOT NULL
);
CREATE INDEX duty_shift_day ON duty_shift (day);

CREATE TABLE duty_handover (
    id TEXT NOT NULL PRIMARY KEY,           -- of the shift that hands over
    begin_us BIGINT NOT NULL,
    end_us BIGINT NOT NULL,
    state TEXT NOT NULL,                    -- open, handed, signed
    notes TEXT NOT NULL,
    matters TEXT NOT NULL,                  -- JSON: what was open when it was handed over
    version BIGINT NOT NULL,
    noted_name TEXT,
    handed_by TEXT,                         -- NULL: by nobody, the shift was over
    handed_name TEXT,
    handed_us BIGINT NOT NULL DEFAULT 0,
    signed_by TEXT,
    signed_name TEXT,
    signed_us BIGINT NOT NULL DEFAULT 0,
    signed_session TEXT,
    on_roster SMALLINT NOT NULL DEFAULT 0   -- who signed was on the next shift's roster
);
CREATE INDEX duty_handover_end ON duty_handover (end_us);
