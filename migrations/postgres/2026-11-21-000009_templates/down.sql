DELETE FROM usage WHERE metric = 'templates';
DROP TABLE qr_templates;
