-- Photographs and documents of cases. The files lie sealed in the folder `attachments`; each has a key of its own, wrapped by
-- the master key. Erasing one destroys its key: the record and what the case's log says of it stay.
CREATE TABLE attachment (
    id TEXT NOT NULL PRIMARY KEY,
    owner_kind TEXT NOT NULL,               -- case
    owner TEXT NOT NULL,
    kind TEXT NOT NULL,                     -- jpeg, png, pdf …
    name_sealed BLOB NOT NULL,              -- by the file's key
    key_wrapped BLOB,                       -- NULL: erased
    bytes BIGINT NOT NULL,
    width_px BIGINT NOT NULL,               -- 0: no picture
    height_px BIGINT NOT NULL,
    thumb SMALLINT NOT NULL,                -- 1: there is a small picture
    sha256 TEXT NOT NULL,                   -- of what is kept
    given_sha256 TEXT NOT NULL,             -- of what came
    time_us BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    user_name TEXT NOT NULL,
    withdrawn_us BIGINT NOT NULL DEFAULT 0,
    withdrawn_name TEXT,
    reason TEXT,
    erased_us BIGINT NOT NULL DEFAULT 0,
    removed SMALLINT NOT NULL DEFAULT 0     -- 1: the erased file is gone from the disk
);
CREATE INDEX attachment_owner ON attachment (owner_kind, owner);
CREATE INDEX attachment_erased ON attachment (id) WHERE erased_us > 0 AND removed = 0;
