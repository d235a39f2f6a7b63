-- Newest first of a category, whatever else is asked for; by category and grade there is an index already.
CREATE INDEX case_file_newest ON case_file (category, id);
