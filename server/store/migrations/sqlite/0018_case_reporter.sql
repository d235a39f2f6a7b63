-- The earlier cases of whoever calls.
CREATE INDEX case_file_reporter ON case_file (reporter) WHERE reporter IS NOT NULL;
