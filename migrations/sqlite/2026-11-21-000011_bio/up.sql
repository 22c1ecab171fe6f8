-- Pages of links. `page_data` is a JSON object as the native API shows it.
CREATE TABLE bio_pages (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    uid          TEXT    NOT NULL UNIQUE,
    workspace_id BIGINT  NOT NULL REFERENCES workspaces (id),
    slug         TEXT    NOT NULL UNIQUE,
    title        TEXT    NOT NULL,
    description  TEXT,
    page_data    TEXT    NOT NULL,
    is_published BOOLEAN NOT NULL,
    published_at BIGINT,
    view_count   BIGINT  NOT NULL,
    click_count  BIGINT  NOT NULL,
    created_at   BIGINT  NOT NULL,
    updated_at   BIGINT  NOT NULL
);
CREATE INDEX bio_pages_by_workspace ON bio_pages (workspace_id, id);

-- They are counted like links.
INSERT INTO usage (workspace_id, metric, period, value) SELECT id, 'bio_pages', '', 0 FROM workspaces;
