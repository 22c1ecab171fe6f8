-- Hosts that no destination may have. `host` is in normal form; it lists all that is below it, too.
CREATE TABLE blocklist (
    host TEXT NOT NULL PRIMARY KEY,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL
) WITHOUT ROWID;
