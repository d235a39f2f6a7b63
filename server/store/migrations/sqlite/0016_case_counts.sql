-- What indicators of cases count by.
CREATE INDEX case_file_finish ON case_file (finish_us) WHERE finish_us > 0;
CREATE INDEX case_file_dispatched ON case_file (dispatched_us) WHERE dispatched_us > 0;
CREATE INDEX case_timer_kind ON case_timer (timer, due_us);
