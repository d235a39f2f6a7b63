-- Words of cases stand beside the piece of time in which their case began (server/cases/case_search.h): common words
-- are looked for in one piece after the other, the newest first.
UPDATE case_search SET words = words || ' ' || substr(case_id, 1, 4);
