-- Telephone systems that may tell of calls, and at which extension a person sits (docs/duty.md). Numbers of callers are kept nowhere.
CREATE TABLE telephone_system (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    key_digest TEXT NOT NULL UNIQUE,        -- SHA-256 of its key, hexadecimal
    created_us BIGINT NOT NULL
);
CREATE TABLE telephone_extension (
    extension TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL UNIQUE,
    since_us BIGINT NOT NULL
);
