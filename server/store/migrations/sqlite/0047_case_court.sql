-- When somebody wrote down what the parties did about judicial confirmation: its term runs no more.
ALTER TABLE case_file ADD COLUMN court_us BIGINT NOT NULL DEFAULT 0;
