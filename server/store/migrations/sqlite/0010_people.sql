-- Departments, persons and what guards them (docs/identity.md). Times BIGINT microseconds since 1970 UTC, 0: none.

ALTER TABLE department ADD COLUMN kind TEXT NOT NULL DEFAULT 'department';
ALTER TABLE department ADD COLUMN parent TEXT REFERENCES department (id);
ALTER TABLE department ADD COLUMN leader TEXT;          -- person: name and phone of who leads it
ALTER TABLE department ADD COLUMN enabled SMALLINT NOT NULL DEFAULT 1;
CREATE INDEX department_parent ON department (parent);

-- Somebody outside the accounts: requester, party, contact. What is known stands sealed with that person's own
-- key, which is wrapped by the master key; without it (NULL) the rest cannot be read any more.
CREATE TABLE person (
    id TEXT NOT NULL PRIMARY KEY,
    area TEXT NOT NULL DEFAULT '',          -- code; '' unknown
    key_wrapped BLOB,
    key_id TEXT NOT NULL,                   -- which master key wrapped it
    name_enc BLOB,
    phone_enc BLOB,
    id_number_enc BLOB,
    address_enc BLOB,
    digest TEXT NOT NULL,                   -- SHA-256 of the sealed fields, hexadecimal: what chains cover
    version BIGINT NOT NULL,
    created_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL,
    used_us BIGINT NOT NULL,                -- when something last had to do with this person
    erased_us BIGINT NOT NULL DEFAULT 0,
    erased_reason TEXT
);
CREATE INDEX person_used ON person (used_us);

-- Keyed digests by which a person is found: whole phone, whole number, name and its characters and pairs.
CREATE TABLE person_token (
    field TEXT NOT NULL,                    -- phone, id_number, name, gram
    token BLOB NOT NULL,
    person TEXT NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    PRIMARY KEY (field, token, person)
);
CREATE INDEX person_token_person ON person_token (person);

-- What has to do with a person: (case, ID). Open links keep the person; a hold on the object too.
CREATE TABLE person_link (
    person TEXT NOT NULL REFERENCES person (id),
    kind TEXT NOT NULL,
    object TEXT NOT NULL,
    part TEXT NOT NULL DEFAULT '',          -- reporter, party, contact …
    since_us BIGINT NOT NULL,
    closed_us BIGINT NOT NULL DEFAULT 0,    -- 0: open
    PRIMARY KEY (person, kind, object, part)
);
CREATE INDEX person_link_object ON person_link (kind, object);

-- What must not be deleted, whatever the retention says, until it is lifted. object '*': the whole kind.
CREATE TABLE legal_hold (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,                     -- person, case, view_log …
    object TEXT NOT NULL,
    reason TEXT NOT NULL,
    placed_by TEXT NOT NULL,
    placed_name TEXT NOT NULL,
    placed_us BIGINT NOT NULL,
    lifted_by TEXT,
    lifted_name TEXT,
    lifted_reason TEXT,
    lifted_us BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX legal_hold_object ON legal_hold (kind, object);

-- What the retention deleted and when.
CREATE TABLE retention_run (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    time_us BIGINT NOT NULL,
    before_us BIGINT NOT NULL,              -- what is older was due
    deleted BIGINT NOT NULL,
    held BIGINT NOT NULL                    -- due, kept by holds
);
CREATE INDEX retention_run_time ON retention_run (time_us);

-- Second factor, sealed with the master key; and who an account is as a person (phone).
ALTER TABLE user_account ADD COLUMN totp_enc BLOB;
ALTER TABLE user_account ADD COLUMN totp_us BIGINT NOT NULL DEFAULT 0;    -- confirmed when; 0: not in force
ALTER TABLE user_account ADD COLUMN totp_step BIGINT NOT NULL DEFAULT 0;  -- of the last code that was taken
ALTER TABLE user_account ADD COLUMN person TEXT;
