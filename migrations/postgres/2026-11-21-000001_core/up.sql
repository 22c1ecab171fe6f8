-- Moments are Unix milliseconds; JSON is text. The scan journal names links by id: an id is never reused.

CREATE TABLE workspaces (
    id          BIGINT  PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    uid         TEXT    NOT NULL UNIQUE,
    name        TEXT    NOT NULL,
    description TEXT,
    plan        TEXT    NOT NULL,
    created_at  BIGINT  NOT NULL
);

CREATE TABLE api_keys (
    id            BIGINT  PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    uid           TEXT    NOT NULL UNIQUE,
    workspace_id  BIGINT  NOT NULL REFERENCES workspaces (id),
    name          TEXT    NOT NULL,
    look          TEXT    NOT NULL,
    prefix        TEXT    NOT NULL,
    digest        BYTEA   NOT NULL UNIQUE,
    scopes        TEXT    NOT NULL,
    plan          TEXT,
    created_at    BIGINT  NOT NULL,
    expires_at    BIGINT,
    revoked_at    BIGINT,
    overlap_until BIGINT,
    last_used_at  BIGINT
);
CREATE INDEX api_keys_by_workspace ON api_keys (workspace_id, id);

CREATE TABLE projects (
    id           BIGINT  PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    uid          TEXT    NOT NULL UNIQUE,
    workspace_id BIGINT  NOT NULL REFERENCES workspaces (id),
    name         TEXT    NOT NULL,
    description  TEXT,
    is_default   BOOLEAN NOT NULL,
    created_via  TEXT    NOT NULL,
    created_at   BIGINT  NOT NULL,
    updated_at   BIGINT  NOT NULL
);
CREATE INDEX projects_by_workspace ON projects (workspace_id, id);
CREATE UNIQUE INDEX projects_one_default ON projects (workspace_id) WHERE is_default;

-- `code` is shown, `code_key` (lower case) is unique and looked up. A reserved link has no destination.
CREATE TABLE links (
    id              BIGINT  PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    uid             TEXT    NOT NULL UNIQUE,
    workspace_id    BIGINT  NOT NULL REFERENCES workspaces (id),
    project_id      BIGINT  REFERENCES projects (id),
    host            TEXT    NOT NULL,
    code            TEXT    NOT NULL,
    code_key        TEXT    NOT NULL,
    destination     TEXT,
    name            TEXT,
    enabled         BOOLEAN NOT NULL,
    archived        BOOLEAN NOT NULL,
    labels          TEXT    NOT NULL,
    routing_rules   TEXT    NOT NULL,
    variants        TEXT    NOT NULL,
    passcode_digest BYTEA,
    edit_count      BIGINT  NOT NULL,
    scan_count      BIGINT  NOT NULL,
    last_scan_at    BIGINT,
    expires_at      BIGINT,
    created_at      BIGINT  NOT NULL,
    updated_at      BIGINT  NOT NULL,
    UNIQUE (host, code_key)
);
CREATE INDEX links_by_workspace ON links (workspace_id, id);

-- The labels again, one row each, so that a list can be filtered by an index.
CREATE TABLE link_labels (
    workspace_id BIGINT NOT NULL,
    label        TEXT   NOT NULL,
    link_id      BIGINT NOT NULL REFERENCES links (id) ON DELETE CASCADE,
    PRIMARY KEY (workspace_id, label, link_id)
);
CREATE INDEX link_labels_by_link ON link_labels (link_id);

-- No foreign key from scans to links: a link with millions of scans is deleted at once, its scans in the background.
CREATE TABLE scans (
    id           BIGINT  PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    link_id      BIGINT  NOT NULL,
    workspace_id BIGINT  NOT NULL,
    at           BIGINT  NOT NULL,
    country      TEXT,
    device       TEXT    NOT NULL,
    agent        TEXT    NOT NULL,
    referrer     TEXT,
    bot          BOOLEAN NOT NULL
);
CREATE INDEX scans_by_link ON scans (link_id, at);

CREATE TABLE scan_rollups (
    link_id      BIGINT NOT NULL,
    hour         BIGINT NOT NULL,
    workspace_id BIGINT NOT NULL,
    scans        BIGINT NOT NULL,
    bots         BIGINT NOT NULL,
    PRIMARY KEY (link_id, hour)
);
CREATE INDEX scan_rollups_by_workspace ON scan_rollups (workspace_id, hour);

-- Links whose scans are still to be deleted.
CREATE TABLE scan_purges (
    link_id BIGINT NOT NULL PRIMARY KEY
);

-- How far each node's scan journal has been counted. It moves in the transaction that counts.
CREATE TABLE journal_positions (
    node       TEXT   NOT NULL PRIMARY KEY,
    segment    BIGINT NOT NULL,
    position   BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE outbox (
    id           BIGINT  PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    uid          TEXT    NOT NULL UNIQUE,
    workspace_id BIGINT  NOT NULL,
    event        TEXT    NOT NULL,
    payload      TEXT    NOT NULL,
    created_at   BIGINT  NOT NULL
);

CREATE TABLE usage (
    workspace_id BIGINT NOT NULL REFERENCES workspaces (id),
    metric       TEXT   NOT NULL,
    period       TEXT   NOT NULL,
    value        BIGINT NOT NULL,
    PRIMARY KEY (workspace_id, metric, period)
);
