-- What was asked with a key, as a keyed digest: another thing under the same key is refused. '' from before.
ALTER TABLE case_key ADD COLUMN digest TEXT NOT NULL DEFAULT '';
