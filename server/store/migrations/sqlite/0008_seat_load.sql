-- Alarm load of each seat by ten minutes (docs/alerts.md "Load"). `user_id` '': the town, all reports and alerts.
CREATE TABLE seat_load (
    user_id TEXT NOT NULL,
    begin_us BIGINT NOT NULL,
    name TEXT NOT NULL,
    alerts BIGINT NOT NULL,
    reports BIGINT NOT NULL,                -- of the town; of a seat 0
    seconds BIGINT NOT NULL,                -- that the seat was connected
    flood_seconds BIGINT NOT NULL,          -- of these, in a flood
    PRIMARY KEY (user_id, begin_us)
);
CREATE INDEX seat_load_by_time ON seat_load (begin_us);
