-- Shared mediation rooms, teams of mediators, and what is known of each mediator (docs/mediation.md "Pool"): lists that people keep by hand.
CREATE TABLE pool_entry (
    kind TEXT NOT NULL,                     -- room, team, mediator
    id TEXT NOT NULL,                       -- of a mediator: of the account
    body TEXT NOT NULL,                     -- JSON as the API has it, without id and version
    version BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_us BIGINT NOT NULL,
    PRIMARY KEY (kind, id)
);
CREATE INDEX meeting_place ON meeting (place_id, starts_us) WHERE place_id IS NOT NULL;
