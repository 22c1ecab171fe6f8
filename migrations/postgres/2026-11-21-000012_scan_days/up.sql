-- What the scans of a day (UTC, days since 1970-01-01) were: of a link, or, with link 0, of a whole workspace. One row is read and
-- written per link and batch, whatever is told apart within it; a quarter of a year of a workspace is 90 rows.
CREATE TABLE scan_days (
    workspace_id BIGINT NOT NULL,
    link_id      BIGINT NOT NULL,
    day          BIGINT NOT NULL,
    scans        BIGINT NOT NULL,
    bots         BIGINT NOT NULL,
    visitors     BIGINT NOT NULL,
    tally        TEXT   NOT NULL,
    PRIMARY KEY (workspace_id, link_id, day)
);
-- Which links were scanned most, without reading their tallies.
CREATE INDEX scan_days_by_day ON scan_days (workspace_id, day, link_id, scans, bots);
DROP TABLE scan_rollups;
ALTER TABLE scans ADD COLUMN system TEXT NOT NULL DEFAULT 'Other';
ALTER TABLE scan_purges ADD COLUMN workspace_id BIGINT NOT NULL DEFAULT 0;
