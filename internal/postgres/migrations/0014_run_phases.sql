-- +goose Up
-- While a run lists a website, `done` are the pages that were asked for, `seen`
-- those that are known of, and `total` all there are, where the site's map says
-- so. `phase_at` is when the phase began: rates are told by it.
ALTER TABLE runs
    ADD COLUMN seen     integer NOT NULL DEFAULT 0,
    ADD COLUMN phase_at timestamptz NOT NULL DEFAULT now();
