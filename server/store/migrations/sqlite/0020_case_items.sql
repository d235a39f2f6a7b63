-- Resolutions and instructions that are not done by their date are told once.
ALTER TABLE case_item ADD COLUMN over_us BIGINT NOT NULL DEFAULT 0; -- when it was told
CREATE INDEX case_item_due ON case_item (due_us) WHERE due_us > 0 AND done_us = 0 AND over_us = 0;
