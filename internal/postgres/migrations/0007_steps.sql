-- +goose Up
-- How each step of an answer went: its name, outcome, milliseconds and tokens.
ALTER TABLE turns ADD COLUMN steps jsonb NOT NULL DEFAULT '[]';

-- +goose Down
ALTER TABLE turns DROP COLUMN steps;
