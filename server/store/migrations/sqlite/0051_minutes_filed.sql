-- When the minutes of an ended meeting, as they were at its end, were kept as a file; 0: not yet.
ALTER TABLE meeting ADD COLUMN filed_us BIGINT NOT NULL DEFAULT 0;
CREATE INDEX meeting_unfiled ON meeting (ended_us) WHERE state = 'ended' AND filed_us = 0;
