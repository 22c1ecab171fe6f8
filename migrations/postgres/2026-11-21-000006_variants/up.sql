-- Whether a visitor of a link with variants is led to the same one each time; and which variant a scan was led to, by name.
ALTER TABLE links ADD COLUMN sticky BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE scans ADD COLUMN variant TEXT;
