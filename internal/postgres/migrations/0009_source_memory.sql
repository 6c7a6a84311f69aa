-- +goose Up
-- What servers said of a source's addresses when they were asked last, so that
-- the next run asks only whether that still holds. Content is what the source
-- needs of the body: for a page what was found in it (as JSON), for a feed or a
-- site's map all of it. No part of any edition, and all of it can be had again.
CREATE TABLE source_memory (
    source_id  bigint NOT NULL REFERENCES sources ON DELETE CASCADE,
    address    text NOT NULL,
    etag       text NOT NULL,
    modified   text NOT NULL,
    media_type text NOT NULL,
    digest     bytea NOT NULL,
    content    bytea NOT NULL,
    fetched_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source_id, address)
);

-- +goose Down
DROP TABLE source_memory;
