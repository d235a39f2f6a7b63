-- Agreements by the day of their performance, for the indicator.
CREATE INDEX meeting_agreement_due ON meeting_agreement (perform_due_us);
