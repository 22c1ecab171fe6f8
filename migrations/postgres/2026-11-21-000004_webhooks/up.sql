-- Subscriptions to events. `look` is the dialect whose names, payloads, signature and retry table a subscription has. The secrets are
-- sealed with a key of the service's own. `events` is a JSON list of names.
CREATE TABLE webhooks (
    id                   BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    uid                  TEXT    NOT NULL UNIQUE,
    workspace_id         BIGINT  NOT NULL REFERENCES workspaces (id),
    look                 TEXT    NOT NULL,
    url                  TEXT    NOT NULL,
    description          TEXT    NOT NULL,
    events               TEXT    NOT NULL,
    status               TEXT    NOT NULL,
    secret               BYTEA   NOT NULL,
    previous_secret      BYTEA ,
    previous_until       BIGINT,
    consecutive_failures BIGINT  NOT NULL,
    not_before           BIGINT,
    disabled_at          BIGINT,
    last_delivery_at     BIGINT,
    last_response_status INTEGER,
    created_at           BIGINT  NOT NULL,
    updated_at           BIGINT  NOT NULL
);
CREATE INDEX webhooks_by_workspace ON webhooks (workspace_id, id);

-- What is to be sent, byte for byte, and what became of it. No foreign key: an event that is being told while its subscription is
-- deleted must not fail for it. `subject` is the link, whose deliveries keep their order.
CREATE TABLE webhook_deliveries (
    id              BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    uid             TEXT    NOT NULL,
    webhook_id      BIGINT  NOT NULL,
    workspace_id    BIGINT  NOT NULL,
    subject         BIGINT,
    event           TEXT    NOT NULL,
    payload         TEXT    NOT NULL,
    status          TEXT    NOT NULL,
    attempts        INTEGER NOT NULL,
    due_at          BIGINT  NOT NULL,
    leased_until    BIGINT,
    leased_by       TEXT,
    response_status INTEGER,
    duration_ms     BIGINT,
    created_at      BIGINT  NOT NULL,
    settled_at      BIGINT
);
-- The claims' index; another for lists; another for the purge.
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, status, due_at, id);
CREATE INDEX webhook_deliveries_by_webhook ON webhook_deliveries (webhook_id, id);
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (settled_at);

-- Webhooks are counted like links.
INSERT INTO usage (workspace_id, metric, period, value) SELECT id, 'webhooks', '', 0 FROM workspaces;
