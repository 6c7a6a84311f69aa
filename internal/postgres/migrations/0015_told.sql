-- +goose Up
-- A source without a share of its own (NULL) goes by the usual one, which spares
-- small sources; a share that an operator set holds however few documents there
-- are. What was 0.5 until now was set by nobody, or says nearly the same. Shares
-- are printed as they were written, which a `real` does not give back.
ALTER TABLE sources
    ALTER COLUMN max_loss DROP NOT NULL,
    ALTER COLUMN max_loss DROP DEFAULT,
    ALTER COLUMN max_loss TYPE double precision USING nullif(max_loss, 0.5)::numeric::double precision;
ALTER TABLE collections
    ALTER COLUMN max_loss TYPE double precision USING max_loss::numeric::double precision;

-- What an operator should know of a run beside its failures, in the order in
-- which it was found.
ALTER TABLE runs ADD COLUMN notes jsonb NOT NULL DEFAULT '[]';

-- +goose Down
ALTER TABLE runs DROP COLUMN notes;
ALTER TABLE collections ALTER COLUMN max_loss TYPE real;
ALTER TABLE sources
    ALTER COLUMN max_loss TYPE real USING coalesce(max_loss, 0.5),
    ALTER COLUMN max_loss SET DEFAULT 0.5,
    ALTER COLUMN max_loss SET NOT NULL;
