-- More time for a limit of the case itself, as of a petition: which timer of the workflow is asked for; NULL: the work of orders.
ALTER TABLE case_ask ADD COLUMN timer TEXT;
