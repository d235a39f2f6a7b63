-- Items of feeds that could not be made into events (docs/feeds.md), until a person has them tried again or drops them.
CREATE TABLE feed_reject (
    id TEXT NOT NULL PRIMARY KEY,
    feed TEXT NOT NULL,
    digest TEXT NOT NULL,                   -- keyed, of what came: the same one again is one row
    time_us BIGINT NOT NULL,                -- when it came last
    field TEXT,                             -- of ours; NULL: the whole
    zh TEXT NOT NULL,
    en TEXT NOT NULL,
    item BLOB,                              -- sealed as secrets of feeds are: it may name people; NULL: not kept
    UNIQUE (feed, digest)
);
CREATE INDEX feed_reject_time ON feed_reject (time_us);
