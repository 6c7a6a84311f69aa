-- +goose Up
-- The terms of a passage in their order, title and headings first, as hashes of
-- two bytes: what tells a search whether two words of a question stand side by
-- side. Written with the lexical index, and as rebuildable as that.
CREATE TABLE term_sequences (
    passage_id bigint PRIMARY KEY REFERENCES passages ON DELETE CASCADE,
    terms      bytea NOT NULL
);

-- +goose Down
DROP TABLE term_sequences;
