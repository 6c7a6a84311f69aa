-- +goose Up
-- What a document of the national directory says as a service with computed
-- hours, as package ingest writes it: the town's services follow the documents
-- that are published. NULL: the document describes no service. Documents of the
-- directory that were read before this was kept have {}, which says nothing.
ALTER TABLE documents ADD COLUMN service jsonb;
UPDATE documents d
SET service = '{}'
FROM sources s
WHERE s.id = d.source_id
    AND s.kind = 'directory';
CREATE INDEX documents_service ON documents (collection_id) WHERE service IS NOT NULL;
