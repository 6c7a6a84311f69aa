-- +goose Up
-- Why a run ended as it did is a note as its notes are: a text, and where it comes up
-- often a code by which people read it in their own language. What was kept before
-- stays as a bare text.
ALTER TABLE runs
    ALTER COLUMN reason DROP DEFAULT,
    ALTER COLUMN reason TYPE jsonb USING to_jsonb(reason),
    ALTER COLUMN reason SET DEFAULT '""';

-- +goose Down
ALTER TABLE runs
    ALTER COLUMN reason DROP DEFAULT,
    ALTER COLUMN reason TYPE text USING coalesce(reason ->> 'text', reason #>> '{}'),
    ALTER COLUMN reason SET DEFAULT '';
UPDATE runs
SET notes = (
    SELECT coalesce(jsonb_agg(coalesce(note ->> 'text', note #>> '{}') ORDER BY place), '[]')
    FROM jsonb_array_elements(notes) WITH ORDINALITY AS told (note, place)
);
