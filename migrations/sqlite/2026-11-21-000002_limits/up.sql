-- Limits of a workspace's own, a JSON object; null for those of its plan.
ALTER TABLE workspaces ADD COLUMN overrides TEXT;

-- Keys that are not revoked are counted like links.
INSERT INTO usage (workspace_id, metric, period, value)
SELECT w.id, 'keys', '', (SELECT COUNT(*) FROM api_keys k WHERE k.workspace_id = w.id AND k.revoked_at IS NULL) FROM workspaces w;
