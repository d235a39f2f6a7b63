-- What people and gateways are told of cases (docs/notifications.md). Times BIGINT microseconds since 1970 UTC, 0: none.
CREATE TABLE notification (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    kind TEXT NOT NULL,                     -- order, overdue, card …
    case_id TEXT NOT NULL REFERENCES case_file (id),
    object TEXT NOT NULL,                   -- id of the order or item, '': none
    about TEXT NOT NULL,                    -- what a browser shows, JSON: code, department, item, due_us …; nothing personal
    once TEXT NOT NULL,                     -- the same thing is told to a person once
    time_us BIGINT NOT NULL,
    read_us BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX notification_once ON notification (user_id, once);
CREATE INDEX notification_newest ON notification (user_id, id);
CREATE INDEX notification_unread ON notification (user_id, case_id) WHERE read_us = 0;
CREATE INDEX notification_time ON notification (time_us);

-- What a gateway is to be told: written with the notification, sent afterwards, tried again until it is taken or given up.
CREATE TABLE delivery (
    id TEXT NOT NULL PRIMARY KEY,           -- also the idempotency key that the gateway gets
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    case_id TEXT,                           -- NULL: a test
    object TEXT NOT NULL,
    department TEXT,                        -- or a role
    facts TEXT NOT NULL,                    -- the variables of templates, JSON; nothing personal
    once TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL,                    -- queued, failed (is tried again), sent, given_up
    tries BIGINT NOT NULL DEFAULT 0,
    status BIGINT NOT NULL DEFAULT 0,       -- HTTP status of the last answer, 0: none came
    answer TEXT NOT NULL DEFAULT '',        -- its beginning, or why there was none
    time_us BIGINT NOT NULL,
    tried_us BIGINT NOT NULL DEFAULT 0,
    next_us BIGINT NOT NULL,                -- next try; 0: none
    ended_us BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX delivery_next ON delivery (channel, next_us) WHERE next_us > 0;
CREATE INDEX delivery_object ON delivery (object, state);
CREATE INDEX delivery_newest ON delivery (state, id);
CREATE INDEX delivery_time ON delivery (time_us);

-- Orders of which a supervisor was told that nobody of the department was reached.
CREATE TABLE order_undelivered (
    order_id TEXT NOT NULL PRIMARY KEY,
    time_us BIGINT NOT NULL
);
CREATE INDEX case_order_unseen ON case_order (sent_us) WHERE seen_us = 0 AND state = 'SENT';
