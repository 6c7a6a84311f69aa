-- +goose Up
-- Which writer an edition is open for, counted up with each that takes it up.
-- Documents are put over several connections; each put shares this row, so that
-- one of a writer that lost the collection's lock meets another number.
ALTER TABLE editions ADD COLUMN writer integer NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE editions DROP COLUMN writer;
