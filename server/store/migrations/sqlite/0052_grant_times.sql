-- Grants for a time. 0: from the beginning, without an end.
ALTER TABLE role_grant ADD COLUMN from_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE role_grant ADD COLUMN until_us BIGINT NOT NULL DEFAULT 0;
-- What the audit log says of it last: 0 it waits for its beginning, 1 it holds, 2 it is over.
ALTER TABLE role_grant ADD COLUMN told SMALLINT NOT NULL DEFAULT 1;
