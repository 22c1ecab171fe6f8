DELETE FROM service_state WHERE name IN ('first_workspace', 'first_user');
DROP TABLE refresh_tokens;
DROP TABLE users;
