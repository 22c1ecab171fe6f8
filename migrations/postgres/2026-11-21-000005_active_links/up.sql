-- Links that are enabled are counted like links: the studio's plans cap them.
INSERT INTO usage (workspace_id, metric, period, value)
SELECT w.id, 'links_active', '', (SELECT COUNT(*) FROM links l WHERE l.workspace_id = w.id AND l.enabled AND NOT l.archived) FROM workspaces w;
