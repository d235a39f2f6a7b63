-- Messages to persons' own telephones (docs/notifications.md "To persons"), and what agreements need to be followed. What is personal or secret in a
-- message, the number and a one-time link, is sealed by the master key, and gone once it was taken or is void.
ALTER TABLE delivery ADD COLUMN sealed BLOB;

-- When somebody is reminded next of the day of performance; 0: never.
ALTER TABLE meeting_agreement ADD COLUMN perform_next_us BIGINT NOT NULL DEFAULT 0;
ALTER TABLE meeting_agreement ADD COLUMN perform_reminded BIGINT NOT NULL DEFAULT 0;
CREATE INDEX meeting_agreement_perform ON meeting_agreement (perform_next_us) WHERE perform_next_us > 0;

-- When the signed agreement was put into the case's files (or the meeting's, without a case) as a PDF; 0: not yet.
ALTER TABLE meeting_agreement ADD COLUMN filed_us BIGINT NOT NULL DEFAULT 0;
CREATE INDEX meeting_agreement_unfiled ON meeting_agreement (effective_us) WHERE filed_us = 0;
