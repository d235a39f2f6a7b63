-- The core of the record of truth. Ids are TEXT, times BIGINT microseconds since 1970 UTC (…_us),
-- booleans SMALLINT 0/1. Ciphertext columns (…_enc, …_bidx) are filled once encryption is configured:
-- …_enc is nonce + ciphertext, …_bidx a keyed blind index for exact search.

CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- county → town → village or community → grid cell
CREATE TABLE area (
    code TEXT NOT NULL PRIMARY KEY,
    parent TEXT REFERENCES area (code),
    kind TEXT NOT NULL,                     -- county, town, village, community, cell
    layer TEXT NOT NULL DEFAULT 'governance', -- governance, police, deputies
    name TEXT NOT NULL,
    geometry TEXT,                          -- GeoJSON geometry, WGS-84
    lon DOUBLE PRECISION,
    lat DOUBLE PRECISION,
    properties TEXT NOT NULL DEFAULT '{}',  -- JSON: chain of responsibility and more
    version BIGINT NOT NULL DEFAULT 1,
    updated_us BIGINT NOT NULL
);
CREATE INDEX area_parent ON area (parent);

CREATE TABLE department (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_en TEXT,
    area TEXT REFERENCES area (code),
    version BIGINT NOT NULL DEFAULT 1,
    updated_us BIGINT NOT NULL
);

CREATE TABLE camera (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    url TEXT NOT NULL,                      -- with credentials: never leaves by an interface
    sub_url TEXT,
    lon DOUBLE PRECISION,                   -- WGS-84; NULL: place unknown
    lat DOUBLE PRECISION,
    crs TEXT NOT NULL DEFAULT 'WGS84',      -- of the coordinates as they were given
    source_lon DOUBLE PRECISION,            -- as given, before conversion
    source_lat DOUBLE PRECISION,
    area TEXT NOT NULL DEFAULT '',          -- code, '' unknown; may name an area not imported yet
    source_system TEXT NOT NULL DEFAULT '',
    azimuth DOUBLE PRECISION,               -- degrees from north, clockwise; NULL: unknown
    fov DOUBLE PRECISION,                   -- degrees
    mode TEXT NOT NULL DEFAULT 'always',    -- always, on_demand, sampled
    enabled SMALLINT NOT NULL DEFAULT 1,
    -- public video regulation (State Council Order 799)
    place TEXT,                             -- where it is installed, in words
    keeper TEXT,                            -- who keeps the video
    legal_basis TEXT,                       -- which kind of public place allows it
    filing_no TEXT,                         -- art. 13, 14
    notice_sign SMALLINT,                   -- art. 8: a sign stands there; NULL: not known
    forbidden_zone TEXT,                    -- art. 8: what it must not show, and how that is ensured
    video_keep_days BIGINT,                 -- how long its video must be kept
    retention_days BIGINT,                  -- how long the keeper really keeps it
    properties TEXT NOT NULL DEFAULT '{}',  -- JSON: what an import knew besides
    version BIGINT NOT NULL DEFAULT 1,
    created_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL
);
CREATE INDEX camera_area ON camera (area);

CREATE TABLE user_account (                 -- "user" is a reserved word of PostgreSQL
    id TEXT NOT NULL PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,             -- lower case
    name TEXT NOT NULL,
    department TEXT REFERENCES department (id),
    unit TEXT,                              -- as written when there is no department
    password_hash TEXT NOT NULL,            -- Argon2id, PHC string
    password_us BIGINT NOT NULL,
    enabled SMALLINT NOT NULL DEFAULT 1,
    locked_until_us BIGINT NOT NULL DEFAULT 0,
    failures BIGINT NOT NULL DEFAULT 0,
    phone_enc BLOB,
    phone_bidx BLOB,
    version BIGINT NOT NULL DEFAULT 1,
    created_us BIGINT NOT NULL,
    updated_us BIGINT NOT NULL
);
CREATE INDEX user_account_phone ON user_account (phone_bidx);

CREATE TABLE role_grant (
    user_id TEXT NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    area TEXT NOT NULL DEFAULT '',          -- code; '' everywhere
    PRIMARY KEY (user_id, role, area)
);

CREATE TABLE session (
    token_hash BLOB NOT NULL PRIMARY KEY,  -- SHA-256; the token itself is only in the cookie
    id TEXT NOT NULL UNIQUE,
    user_id TEXT NOT NULL REFERENCES user_account (id) ON DELETE CASCADE,
    csrf TEXT NOT NULL,
    address TEXT NOT NULL,
    agent TEXT NOT NULL DEFAULT '',
    created_us BIGINT NOT NULL,
    seen_us BIGINT NOT NULL
);
CREATE INDEX session_user ON session (user_id);

-- why a person looks at cameras, given once a shift
CREATE TABLE view_reason (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES user_account (id),
    reason TEXT NOT NULL,
    given_us BIGINT NOT NULL,
    until_us BIGINT NOT NULL
);
CREATE INDEX view_reason_user ON view_reason (user_id, until_us);

-- every view, replay and export (public video regulation art. 16); names are copied on purpose:
-- the record outlives the user, the department and the camera
CREATE TABLE view_log (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    unit TEXT NOT NULL,
    reason TEXT NOT NULL,
    camera TEXT NOT NULL,                   -- '' for a set
    profile TEXT NOT NULL,
    kind TEXT NOT NULL,                     -- live, key, snapshot, mp4, mosaic, replay, export
    content TEXT NOT NULL DEFAULT '',       -- JSON
    seat TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    start_us BIGINT NOT NULL,
    end_us BIGINT,                          -- NULL: still open
    end_reason TEXT
);
CREATE INDEX view_log_start ON view_log (start_us);
CREATE INDEX view_log_camera ON view_log (camera, start_us);
CREATE INDEX view_log_user ON view_log (user_id, start_us);
CREATE INDEX view_log_open ON view_log (end_us) WHERE end_us IS NULL;

-- append-only hash chain (docs/audit.md)
CREATE TABLE audit (
    seq BIGINT NOT NULL PRIMARY KEY,
    time_us BIGINT NOT NULL,
    user_id TEXT NOT NULL DEFAULT '',
    login TEXT NOT NULL DEFAULT '',
    address TEXT NOT NULL DEFAULT '',
    action TEXT NOT NULL,
    object TEXT NOT NULL DEFAULT '',
    details TEXT NOT NULL DEFAULT '{}',     -- canonical JSON
    prev_hash BLOB NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX audit_time ON audit (time_us);

-- signed heads of chains: which chain, up to which record
CREATE TABLE chain_head (
    chain TEXT NOT NULL,
    seq BIGINT NOT NULL,
    hash BLOB NOT NULL,
    signed_us BIGINT NOT NULL,
    signer TEXT NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (chain, seq)
);

-- the change log (docs/bus.md): written with its change, numbered when published
CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    epoch BIGINT,
    seq BIGINT,
    time_us BIGINT NOT NULL,
    topic TEXT NOT NULL,
    object TEXT NOT NULL,
    body TEXT NOT NULL,
    UNIQUE (epoch, seq)
);
