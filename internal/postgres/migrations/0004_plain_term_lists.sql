-- +goose Up
-- Term lists are coded as tightly as they need to be: a search reads many of
-- them, and decompressing them took longer than reading them. Lists that stand
-- already stay compressed until they are written again.
ALTER TABLE term_lists ALTER COLUMN postings SET STORAGE EXTERNAL;

-- +goose Down
ALTER TABLE term_lists ALTER COLUMN postings SET STORAGE EXTENDED;
