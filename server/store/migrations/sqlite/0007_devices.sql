-- What devices were last told to be in (docs/feeds.md): an event is named by its number, so that one that is told again
-- after a crash is the same. `told` 0: it was about to be told.
CREATE TABLE device_state (
    feed TEXT NOT NULL,
    device TEXT NOT NULL,
    type TEXT NOT NULL,
    raised SMALLINT NOT NULL,
    seq BIGINT NOT NULL,
    told SMALLINT NOT NULL,
    since_us BIGINT NOT NULL,
    PRIMARY KEY (feed, device, type)
);

-- Messages of a broker whose events are on disk, by the number that the broker gave them last.
CREATE TABLE mqtt_taken (
    feed TEXT NOT NULL,
    packet BIGINT NOT NULL,
    digest TEXT NOT NULL,
    PRIMARY KEY (feed, packet)
);

-- The register of sensors. A device that measures several things has a row for each.
CREATE TABLE sensor (
    feed TEXT NOT NULL,
    device TEXT NOT NULL,
    type TEXT NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    crs TEXT NOT NULL DEFAULT '',            -- of the source; lon and lat are WGS-84
    area TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    parent TEXT NOT NULL DEFAULT '',         -- what it hangs on: gateway, switch
    unit TEXT NOT NULL DEFAULT '',           -- of the bounds
    raise_above DOUBLE PRECISION,
    clear_below DOUBLE PRECISION,
    raise_below DOUBLE PRECISION,
    clear_above DOUBLE PRECISION,
    priority SMALLINT NOT NULL DEFAULT 0,    -- 0: as the rules say
    updated_us BIGINT NOT NULL,
    PRIMARY KEY (feed, device, type)
);
