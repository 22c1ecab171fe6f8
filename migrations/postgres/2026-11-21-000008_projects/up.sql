-- Projects are counted like links.
INSERT INTO usage (workspace_id, metric, period, value)
SELECT w.id, 'projects', '', (SELECT COUNT(*) FROM projects p WHERE p.workspace_id = w.id) FROM workspaces w;
