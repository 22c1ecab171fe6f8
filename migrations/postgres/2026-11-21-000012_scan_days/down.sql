ALTER TABLE scan_purges DROP COLUMN workspace_id;
ALTER TABLE scans DROP COLUMN system;
DROP TABLE scan_days;
CREATE TABLE scan_rollups (
    link_id      BIGINT NOT NULL,
    hour         BIGINT NOT NULL,
    workspace_id BIGINT NOT NULL,
    scans        BIGINT NOT NULL,
    bots         BIGINT NOT NULL,
    PRIMARY KEY (link_id, hour)
);
CREATE INDEX scan_rollups_by_workspace ON scan_rollups (workspace_id, hour);
