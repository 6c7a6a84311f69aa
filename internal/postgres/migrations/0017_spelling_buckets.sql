-- +goose Up
-- The keys of words in buckets, by a key's last bits: some two dozen keys a word were
-- most of what an index of them (GIN) took to write, one by one. Key and word stand at
-- the same place of the two arrays; an edition appends to them.
CREATE TABLE spelling_buckets (
    collection_id bigint NOT NULL,
    bucket        integer NOT NULL,
    keys          integer[] NOT NULL,
    words         text[] NOT NULL,
    PRIMARY KEY (collection_id, bucket)
);
INSERT INTO spelling_buckets
SELECT
    collection_id,
    key & 16383,
    array_agg(key ORDER BY key, word),
    array_agg(word ORDER BY key, word)
FROM words
CROSS JOIN unnest(keys) AS k (key)
WHERE passages > 1 OR titled
GROUP BY 1, 2;

ALTER TABLE words DROP COLUMN keys;

-- +goose Down
ALTER TABLE words ADD COLUMN keys integer[] NOT NULL DEFAULT '{}';
WITH kept AS (
    SELECT
        collection_id,
        word,
        array_agg(DISTINCT key) AS keys
    FROM spelling_buckets b
    CROSS JOIN unnest(b.keys, b.words) AS entry (key, word)
    GROUP BY 1, 2
)
UPDATE words
SET keys = kept.keys
FROM kept
WHERE kept.collection_id = words.collection_id
    AND kept.word = words.word;
ALTER TABLE words ALTER COLUMN keys DROP DEFAULT;
CREATE INDEX words_keys ON words USING gin (keys) WITH (fastupdate = off);
DROP TABLE spelling_buckets;
