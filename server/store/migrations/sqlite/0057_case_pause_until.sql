-- Until when a pause was granted; 0: until somebody resumes the case.
ALTER TABLE case_pause ADD COLUMN until_us BIGINT NOT NULL DEFAULT 0;
CREATE INDEX case_pause_until ON case_pause (until_us) WHERE to_us = 0 AND until_us > 0;
