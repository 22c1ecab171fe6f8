DELETE FROM usage WHERE metric = 'links_active';
