-- With 500,000 cases an indicator reads its index and not the cases, and a list of an area does not sort them: measured, a month's
-- indicators went from 3.6 s to 0.25 s, an area's list from 350 ms to 28 ms.
DROP INDEX case_file_area;
DROP INDEX case_file_accepted;
DROP INDEX case_file_finish;
DROP INDEX case_file_dispatched;
DROP INDEX case_timer_kind;
DROP INDEX case_order_sent;
DROP INDEX case_call_time;
CREATE INDEX case_file_area ON case_file (area, id);
CREATE INDEX case_count_id ON case_file (id, exercise, merged_into, area, lead);
CREATE INDEX case_count_accepted ON case_file (accepted_us, closed_us, satisfaction, reopened, mediation, exercise, merged_into, area, lead);
CREATE INDEX case_count_finish ON case_file (finish_us, ledger, closed_us, satisfaction, exercise, merged_into, area, lead);
CREATE INDEX case_count_ledger ON case_file (ledger, accepted_us, closed_us, exercise, merged_into, area, lead);
CREATE INDEX case_count_dispatched ON case_file (dispatched_us, returned, done_us, closed_us, exercise, merged_into, area, lead);
CREATE INDEX case_count_closed ON case_file (closed_us, satisfaction, exercise, merged_into, area, lead);
CREATE INDEX case_count_order ON case_order (sent_us, state, in_time, returned_us, department, case_id);
CREATE INDEX case_count_call ON case_call (time_us, kind, reached, result, case_id);
CREATE INDEX case_count_reached ON case_call (case_id, kind, result);
CREATE INDEX case_count_timer ON case_timer (timer, due_us, case_id);
DROP INDEX case_call_case;
DROP INDEX case_file_closed;
