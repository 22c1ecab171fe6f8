-- People. `email` is shown, `email_key` (trimmed, lower case, normal form C) is unique and looked up; `password` is a PHC string.
CREATE TABLE users (
    id                  BIGINT  PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    uid                 TEXT    NOT NULL UNIQUE,
    workspace_id        BIGINT  NOT NULL REFERENCES workspaces (id),
    email               TEXT    NOT NULL,
    email_key           TEXT    NOT NULL UNIQUE,
    name                TEXT    NOT NULL,
    password            TEXT    NOT NULL,
    role                TEXT    NOT NULL,
    created_at          BIGINT  NOT NULL,
    updated_at          BIGINT  NOT NULL,
    password_changed_at BIGINT  NOT NULL,
    disabled            BOOLEAN NOT NULL
);
CREATE INDEX users_by_workspace ON users (workspace_id, id);

-- A sign-in is a family of tokens, of which only the newest is unused: one that comes a second time ends the family.
CREATE TABLE refresh_tokens (
    id         BIGINT  PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    user_id    BIGINT  NOT NULL REFERENCES users (id),
    family     TEXT    NOT NULL,
    digest     BYTEA   NOT NULL UNIQUE,
    created_at BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL,
    used_at    BIGINT,
    revoked_at BIGINT
);
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family);
CREATE INDEX refresh_tokens_by_user ON refresh_tokens (user_id);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);

-- The workspace that the first start made is for the first person who signs up.
INSERT INTO service_state (name, value) SELECT 'first_workspace', uid FROM workspaces WHERE id = 1 AND name = 'My Workspace';
