-- Ledgers that were brought in: one batch a key of a person, each row of it once.
CREATE TABLE case_import (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    key TEXT NOT NULL,
    digest TEXT NOT NULL,                   -- SHA-256 of the file
    time_us BIGINT NOT NULL,
    name TEXT NOT NULL,                     -- of who did it
    rows BIGINT NOT NULL,                   -- of the file
    done SMALLINT NOT NULL DEFAULT 0        -- 1: whole
);
CREATE UNIQUE INDEX case_import_key ON case_import (user_id, key);
CREATE TABLE case_imported (
    batch TEXT NOT NULL REFERENCES case_import (id),
    line BIGINT NOT NULL,
    case_id TEXT NOT NULL REFERENCES case_file (id),
    code TEXT,                              -- that it had elsewhere
    PRIMARY KEY (batch, line)
);
CREATE INDEX case_imported_code ON case_imported (code);
CREATE INDEX case_imported_case ON case_imported (case_id);
