DELETE FROM usage WHERE metric = 'webhooks';
DROP TABLE webhook_deliveries;
DROP TABLE webhooks;
