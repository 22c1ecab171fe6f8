DELETE FROM usage WHERE metric = 'bio_pages';
DROP TABLE bio_pages;
