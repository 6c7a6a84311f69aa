-- +goose Up
-- The words of a collection's passages and titles, folded, by which misspelt
-- words of questions are corrected. `keys` are what two words share that differ
-- by an edit or two, or that sound alike: hashes of the collection and of the
-- word's first letters less one or two, and of its sound. The word comes first
-- in the primary key, so that no plan reads a collection through it in place of
-- the keys. Without a pending list, a search never reads one.
CREATE TABLE words (
    collection_id bigint NOT NULL REFERENCES collections ON DELETE CASCADE,
    word          text NOT NULL,
    written       text NOT NULL,
    term          text NOT NULL,
    passages      integer NOT NULL,
    titled        boolean NOT NULL,
    keys          integer[] NOT NULL,
    PRIMARY KEY (word, collection_id)
);
CREATE INDEX words_keys ON words USING gin (keys) WITH (fastupdate = off);

-- +goose Down
DROP TABLE words;
