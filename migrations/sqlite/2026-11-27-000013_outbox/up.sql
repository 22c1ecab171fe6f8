-- The outbox was a log of what had been delivered otherwise. From here on it holds events that are
-- still to be turned into deliveries.
DELETE FROM outbox;
