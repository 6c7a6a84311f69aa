-- +goose Up
-- What looked suspicious in a document when it was read, for an agent to look
-- at: [{"kind", "excerpt"}], in the words of ingest.Suspicions.
ALTER TABLE documents ADD COLUMN flags jsonb NOT NULL DEFAULT '[]';

-- +goose Down
ALTER TABLE documents DROP COLUMN flags;
