DELETE FROM usage WHERE metric = 'projects';
