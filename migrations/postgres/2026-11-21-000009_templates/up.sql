-- Designs that are kept. `design` is a JSON object as the native API shows it.
CREATE TABLE qr_templates (
    id           BIGINT  GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uid          TEXT    NOT NULL UNIQUE,
    workspace_id BIGINT  NOT NULL REFERENCES workspaces (id),
    name         TEXT    NOT NULL,
    description  TEXT,
    design       TEXT    NOT NULL,
    created_at   BIGINT  NOT NULL,
    updated_at   BIGINT  NOT NULL
);
CREATE INDEX qr_templates_by_workspace ON qr_templates (workspace_id, id);

-- They are counted like links.
INSERT INTO usage (workspace_id, metric, period, value) SELECT id, 'templates', '', 0 FROM workspaces;
