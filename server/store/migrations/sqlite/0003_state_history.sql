-- What the cameras were like and when it changed (docs/camera-states.md). A row holds until the next one of
-- its camera. One that changes too often is written less often; `skipped` counts what was left out before it.
CREATE TABLE camera_state (
    camera TEXT NOT NULL,
    time_us BIGINT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    detail TEXT NOT NULL DEFAULT '',
    skipped BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (camera, time_us)
);
CREATE INDEX camera_state_time ON camera_state (time_us);

-- What the online rate is made of: of each hour, how long a camera was observed while it was wanted, and how
-- long of that it was online.
CREATE TABLE camera_hour (
    hour_us BIGINT NOT NULL,                -- when the hour began
    camera TEXT NOT NULL,
    online_us BIGINT NOT NULL,
    due_us BIGINT NOT NULL,
    PRIMARY KEY (hour_us, camera)
);

-- When nobody observed: this server did not run.
CREATE TABLE state_gap (
    from_us BIGINT NOT NULL PRIMARY KEY,
    to_us BIGINT NOT NULL
);
