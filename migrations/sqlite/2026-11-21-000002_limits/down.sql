DROP TABLE credit_entries;
DROP TABLE service_state;
DROP TABLE idempotency;
DELETE FROM usage WHERE metric = 'keys';
ALTER TABLE workspaces DROP COLUMN overrides;
