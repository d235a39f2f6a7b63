-- Joint texts of meetings, agreements and what follows (docs/mediation.md "Minutes, facts, agreement"). Words are sealed. Everything but what follows is
-- append-only: the newest row of a key holds.

CREATE TABLE meeting_entry (
    meeting TEXT NOT NULL,
    kind TEXT NOT NULL,                     -- minutes, fact
    n BIGINT NOT NULL,
    version BIGINT NOT NULL,
    seq BIGINT NOT NULL,                    -- of meeting_event
    seat TEXT NOT NULL,                     -- who wrote it
    said_us BIGINT NOT NULL,                -- when it was said
    time_us BIGINT NOT NULL,
    struck SMALLINT NOT NULL DEFAULT 0,
    words BLOB NOT NULL,
    PRIMARY KEY (meeting, kind, n, version)
);

-- A party said that the minutes are right up to an entry.
CREATE TABLE meeting_confirm (
    meeting TEXT NOT NULL,
    seq BIGINT NOT NULL,
    seat TEXT NOT NULL,
    person BIGINT NOT NULL,
    upto BIGINT NOT NULL,
    sha256 TEXT NOT NULL,                   -- of everything up to there
    device TEXT NOT NULL,
    time_us BIGINT NOT NULL,
    PRIMARY KEY (meeting, seq)
);

-- What a party says of a fact as it was worded then.
CREATE TABLE meeting_answer (
    meeting TEXT NOT NULL,
    seq BIGINT NOT NULL,
    seat TEXT NOT NULL,
    person BIGINT NOT NULL,
    n BIGINT NOT NULL,
    version BIGINT NOT NULL,
    answer TEXT NOT NULL,                   -- yes, no
    time_us BIGINT NOT NULL,
    PRIMARY KEY (meeting, seq)
);

-- How a mediator stands to the parties, and who objects to a mediator.
CREATE TABLE meeting_disclosure (
    meeting TEXT NOT NULL,
    seq BIGINT NOT NULL,
    seat TEXT NOT NULL,
    kind TEXT NOT NULL,                     -- none, related, objection
    words BLOB NOT NULL,
    time_us BIGINT NOT NULL,
    PRIMARY KEY (meeting, seq)
);

CREATE TABLE meeting_draft (
    meeting TEXT NOT NULL,
    n BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    seat TEXT NOT NULL,
    how TEXT NOT NULL,                      -- written, paper, oral
    template TEXT NOT NULL,
    version TEXT NOT NULL,                  -- of the template
    title TEXT NOT NULL,
    fields BLOB NOT NULL,
    words BLOB NOT NULL,                    -- the exact text
    sha256 TEXT NOT NULL,                   -- of it
    deadline_us BIGINT NOT NULL DEFAULT 0,  -- of performance
    time_us BIGINT NOT NULL,
    PRIMARY KEY (meeting, n)
);
CREATE INDEX meeting_draft_sha256 ON meeting_draft (sha256);

CREATE TABLE meeting_offer (
    meeting TEXT NOT NULL,
    draft BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    seat TEXT NOT NULL,
    time_us BIGINT NOT NULL,
    PRIMARY KEY (meeting, draft)
);

CREATE TABLE meeting_signature (
    meeting TEXT NOT NULL,
    draft BIGINT NOT NULL,
    seat TEXT NOT NULL,
    person BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    sha256 TEXT NOT NULL,                   -- of the text that was signed
    name BLOB NOT NULL,
    strokes BLOB NOT NULL,                  -- JSON
    device TEXT NOT NULL,
    time_us BIGINT NOT NULL,
    PRIMARY KEY (meeting, draft, seat, person)
);

-- An agreement in force, and what follows.
CREATE TABLE meeting_agreement (
    meeting TEXT NOT NULL PRIMARY KEY,
    case_id TEXT,
    seat TEXT NOT NULL,                     -- of the chair
    user_id TEXT NOT NULL,
    draft BIGINT NOT NULL,
    how TEXT NOT NULL,
    file TEXT,                              -- meeting_file of the signed paper
    effective_us BIGINT NOT NULL,
    case_state TEXT NOT NULL,               -- none, waiting, done
    case_why TEXT,                          -- code of the refusal
    court_due_us BIGINT NOT NULL,
    court_state TEXT NOT NULL,              -- open, applied, waived, over
    court_note TEXT NOT NULL,
    court_us BIGINT NOT NULL DEFAULT 0,
    perform_due_us BIGINT NOT NULL,         -- 0: no day was set
    perform_state TEXT NOT NULL,            -- open, performed, partly, not
    perform_note TEXT NOT NULL,
    perform_us BIGINT NOT NULL DEFAULT 0,
    next_us BIGINT NOT NULL DEFAULT 0,      -- when somebody is reminded next; 0: never
    reminded BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX meeting_agreement_next ON meeting_agreement (next_us) WHERE next_us > 0;

-- A sitting without an agreement.
CREATE TABLE meeting_failure (
    meeting TEXT NOT NULL,
    sitting BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    seat TEXT NOT NULL,
    result TEXT NOT NULL,                   -- failed, refused
    words BLOB NOT NULL,
    case_state TEXT NOT NULL,
    case_why TEXT,
    time_us BIGINT NOT NULL,
    PRIMARY KEY (meeting, sitting)
);

CREATE TRIGGER meeting_entry_no_update BEFORE UPDATE ON meeting_entry
BEGIN
    SELECT RAISE(ABORT, 'minutes are never changed');
END;
CREATE TRIGGER meeting_entry_no_delete BEFORE DELETE ON meeting_entry
BEGIN
    SELECT RAISE(ABORT, 'minutes are never deleted');
END;
CREATE TRIGGER meeting_confirm_no_update BEFORE UPDATE ON meeting_confirm
BEGIN
    SELECT RAISE(ABORT, 'confirmations are never changed');
END;
CREATE TRIGGER meeting_confirm_no_delete BEFORE DELETE ON meeting_confirm
BEGIN
    SELECT RAISE(ABORT, 'confirmations are never deleted');
END;
CREATE TRIGGER meeting_answer_no_update BEFORE UPDATE ON meeting_answer
BEGIN
    SELECT RAISE(ABORT, 'answers are never changed');
END;
CREATE TRIGGER meeting_answer_no_delete BEFORE DELETE ON meeting_answer
BEGIN
    SELECT RAISE(ABORT, 'answers are never deleted');
END;
CREATE TRIGGER meeting_disclosure_no_update BEFORE UPDATE ON meeting_disclosure
BEGIN
    SELECT RAISE(ABORT, 'disclosures are never changed');
END;
CREATE TRIGGER meeting_disclosure_no_delete BEFORE DELETE ON meeting_disclosure
BEGIN
    SELECT RAISE(ABORT, 'disclosures are never deleted');
END;
CREATE TRIGGER meeting_draft_no_update BEFORE UPDATE ON meeting_draft
BEGIN
    SELECT RAISE(ABORT, 'drafts are never changed');
END;
CREATE TRIGGER meeting_draft_no_delete BEFORE DELETE ON meeting_draft
BEGIN
    SELECT RAISE(ABORT, 'drafts are never deleted');
END;
CREATE TRIGGER meeting_offer_no_update BEFORE UPDATE ON meeting_offer
BEGIN
    SELECT RAISE(ABORT, 'offers are never changed');
END;
CREATE TRIGGER meeting_offer_no_delete BEFORE DELETE ON meeting_offer
BEGIN
    SELECT RAISE(ABORT, 'offers are never deleted');
END;
CREATE TRIGGER meeting_signature_no_update BEFORE UPDATE ON meeting_signature
BEGIN
    SELECT RAISE(ABORT, 'signatures are never changed');
END;
CREATE TRIGGER meeting_signature_no_delete BEFORE DELETE ON meeting_signature
BEGIN
    SELECT RAISE(ABORT, 'signatures are never deleted');
END;
