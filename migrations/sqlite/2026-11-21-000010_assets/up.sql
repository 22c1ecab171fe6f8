-- Uploaded files. `object` is the file in the store once it is there, `upload` the one that is being written, until `upload_until` by
-- nobody else: both are written down before they exist, so that no file is ever forgotten. `digest` is SHA-256 in hex,
-- `found_type` the media type of the content, where `media_type` is what was declared.
CREATE TABLE assets (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    uid          TEXT    NOT NULL UNIQUE,
    workspace_id BIGINT  NOT NULL REFERENCES workspaces (id),
    filename     TEXT    NOT NULL,
    media_type   TEXT    NOT NULL,
    size         BIGINT  NOT NULL,
    status       TEXT    NOT NULL,
    is_public    BOOLEAN NOT NULL,
    tags         TEXT    NOT NULL,
    object       TEXT,
    digest       TEXT,
    found_type   TEXT,
    upload       TEXT,
    upload_until BIGINT,
    created_at   BIGINT  NOT NULL,
    updated_at   BIGINT  NOT NULL
);
CREATE INDEX assets_by_workspace ON assets (workspace_id, id);
CREATE INDEX assets_pending ON assets (created_at) WHERE status = 'pending';

-- Files in the store that belong to no asset any more.
CREATE TABLE asset_trash (
    object     TEXT   NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL
);

-- Bytes of storage are counted like links.
INSERT INTO usage (workspace_id, metric, period, value) SELECT id, 'storage', '', 0 FROM workspaces;
