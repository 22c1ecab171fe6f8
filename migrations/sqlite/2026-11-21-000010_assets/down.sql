DELETE FROM usage WHERE metric = 'storage';
DROP TABLE asset_trash;
DROP TABLE assets;
