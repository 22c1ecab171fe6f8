-- Limits of a workspace's own, a JSON object; null for those of its plan.
ALTER TABLE workspaces ADD COLUMN overrides TEXT;

-- Keys that are not revoked are counted like links.
INSERT INTO usage (workspace_id, metric, period, value)
SELECT w.id, 'keys', '', (SELECT COUNT(*) FROM api_keys k WHERE k.workspace_id = w.id AND k.revoked_at IS NULL) FROM workspaces w;

-- Answers to requests with an Idempotency-Key. `id` is a digest of API key, method, path and Idempotency-Key; `answer` is sealed
-- with a key that only the bearer of the API key has.
CREATE TABLE idempotency (
    id          BYTEA   NOT NULL PRIMARY KEY,
    fingerprint BYTEA   NOT NULL,
    status      INTEGER NOT NULL,
    answer      BYTEA   NOT NULL,
    created_at  BIGINT  NOT NULL
);
CREATE INDEX idempotency_by_age ON idempotency (created_at);

-- What all nodes must know at once, such as maintenance.
CREATE TABLE service_state (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- The ledger of credits: what was granted (positive) and spent (negative), and the balance after it.
CREATE TABLE credit_entries (
    id           BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    workspace_id BIGINT NOT NULL REFERENCES workspaces (id),
    amount       BIGINT NOT NULL,
    balance      BIGINT NOT NULL,
    reason       TEXT   NOT NULL,
    created_at   BIGINT NOT NULL
);
CREATE INDEX credit_entries_by_workspace ON credit_entries (workspace_id, id);
