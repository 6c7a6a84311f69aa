-- +goose Up
-- Rows that come by the ten thousand did not each need to look for their one
-- collection: a document's own row does, in the same transaction, and term lists and
-- words, with the buckets of their keys, are written by a transaction that has taken their
-- edition's row. They go with the collection by one trigger instead. Its name puts it
-- behind those of foreign keys ("RI_..."): the editions' waits for whoever has one of
-- their rows, so that this one sees what that transaction wrote.
ALTER TABLE passages DROP CONSTRAINT passages_collection_id_fkey;
ALTER TABLE term_lists DROP CONSTRAINT term_lists_collection_id_fkey;
ALTER TABLE words DROP CONSTRAINT words_collection_id_fkey;

-- +goose StatementBegin
CREATE FUNCTION forget_collection() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM passages WHERE collection_id = OLD.id;
    DELETE FROM term_lists WHERE collection_id = OLD.id;
    DELETE FROM words WHERE collection_id = OLD.id;
    DELETE FROM spelling_buckets WHERE collection_id = OLD.id;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER forget_collection AFTER DELETE ON collections
    FOR EACH ROW EXECUTE FUNCTION forget_collection();

-- +goose Down
DROP TRIGGER forget_collection ON collections;
DROP FUNCTION forget_collection;
ALTER TABLE passages ADD FOREIGN KEY (collection_id) REFERENCES collections ON DELETE CASCADE;
ALTER TABLE term_lists ADD FOREIGN KEY (collection_id) REFERENCES collections ON DELETE CASCADE;
ALTER TABLE words ADD FOREIGN KEY (collection_id) REFERENCES collections ON DELETE CASCADE;
