-- +goose Up
-- When a town's services are open and how to reach them, each as package
-- corpus/opening defines it; `place` is its place in the town's file. A town's
-- services are always read and replaced together.
CREATE TABLE services (
    town_id    bigint NOT NULL REFERENCES towns ON DELETE CASCADE,
    slug       text NOT NULL CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    place      integer NOT NULL,
    definition jsonb NOT NULL,
    set_at     timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (town_id, slug)
);

-- +goose Down
DROP TABLE services;
