-- The ways in (docs/feeds.md). `secret` is sealed with the key file of the data folder (server/intake/secret.h):
-- this table alone opens nothing.
CREATE TABLE feed (
    id TEXT NOT NULL PRIMARY KEY,
    name_zh TEXT NOT NULL DEFAULT '',
    name_en TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL,
    dimension TEXT NOT NULL DEFAULT '',
    mapping TEXT NOT NULL DEFAULT '',       -- name of a shipped one, or JSON; '': our own form
    settings TEXT NOT NULL DEFAULT '{}',    -- JSON, by kind
    secret BLOB,                            -- sealed: key that signs, password
    secret_us BIGINT NOT NULL DEFAULT 0,    -- when it was made
    rate_per_s BIGINT NOT NULL,             -- events a second in the long run
    enabled SMALLINT NOT NULL,
    version BIGINT NOT NULL,
    created_us BIGINT NOT NULL
);

-- How far a feed that we ask has been read, and when its last event came.
CREATE TABLE feed_position (
    feed TEXT NOT NULL PRIMARY KEY,
    cursor TEXT NOT NULL DEFAULT '',
    last_event_us BIGINT NOT NULL DEFAULT 0
);
