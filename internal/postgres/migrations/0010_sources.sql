-- +goose Up
-- A source that an operator declared is run by schedules and by `guichet
-- ingest` without a path; one that is not declared came with a path, or was
-- removed: its documents stay as they are. `schedule` has cron's form, in the
-- town's time zone; `next_at` is when it falls due. `max_loss` is the share of
-- its documents that it may lose without being asked about.
ALTER TABLE sources
    ADD COLUMN declared boolean NOT NULL DEFAULT false,
    ADD COLUMN settings jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN schedule text NOT NULL DEFAULT '',
    ADD COLUMN paused   boolean NOT NULL DEFAULT false,
    ADD COLUMN max_loss real NOT NULL DEFAULT 0.5 CHECK (max_loss BETWEEN 0 AND 1),
    ADD COLUMN next_at  timestamptz;
CREATE INDEX sources_due ON sources (next_at) WHERE next_at IS NOT NULL;

ALTER TABLE towns ADD COLUMN time_zone text NOT NULL DEFAULT 'Europe/Paris';

-- What becomes of a prepared edition. A rollback sets held_*: until an operator
-- resumes, the collection asks, whatever `publish` says. Editions are pruned
-- that are neither among the newest keep_editions nor younger than keep_days.
ALTER TABLE collections
    ADD COLUMN publish       text NOT NULL DEFAULT 'auto' CHECK (publish IN ('auto', 'ask', 'never')),
    ADD COLUMN gate          text NOT NULL DEFAULT 'quoting' CHECK (gate IN ('quoting', 'model')),
    ADD COLUMN max_worse     integer NOT NULL DEFAULT 0 CHECK (max_worse >= 0),
    ADD COLUMN max_loss      real NOT NULL DEFAULT 0.5 CHECK (max_loss BETWEEN 0 AND 1),
    ADD COLUMN keep_editions integer NOT NULL DEFAULT 10 CHECK (keep_editions >= 1),
    ADD COLUMN keep_days     integer NOT NULL DEFAULT 30 CHECK (keep_days >= 0),
    ADD COLUMN held_at       timestamptz,
    ADD COLUMN held_by       text NOT NULL DEFAULT '',
    ADD COLUMN held_from     integer NOT NULL DEFAULT 0;

-- `waits` is why a complete edition waits for an operator, empty where it does
-- not; `review` is what the gate saw, as corpus.Review has it.
ALTER TABLE editions
    ADD COLUMN waits  text NOT NULL DEFAULT '',
    ADD COLUMN review jsonb;

-- A run is announced before its source is listed, with edition 0; it enters an
-- edition later. Whoever runs it writes `updated_at` every few seconds, so that
-- a run that was killed is told from one that is at work. `asks`: it waits for
-- an operator, for the reason that is given.
ALTER TABLE runs
    DROP CONSTRAINT runs_state_check,
    ADD CONSTRAINT runs_state_check
        CHECK (state IN ('running', 'completed', 'failed', 'interrupted', 'asks', 'cancelled')),
    ADD COLUMN phase      text NOT NULL DEFAULT '',
    ADD COLUMN done       integer NOT NULL DEFAULT 0,
    ADD COLUMN total      integer NOT NULL DEFAULT 0,
    ADD COLUMN current    text NOT NULL DEFAULT '',
    ADD COLUMN reason     text NOT NULL DEFAULT '',
    ADD COLUMN cancel     boolean NOT NULL DEFAULT false,
    ADD COLUMN entered_at timestamptz,
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();

-- The questions that a town holds its prepared editions against, each as
-- eval.AnswerCase has it, in the order of the town's file. They are always
-- replaced together.
CREATE TABLE cases (
    town_id bigint NOT NULL REFERENCES towns ON DELETE CASCADE,
    place   integer NOT NULL,
    body    jsonb NOT NULL,
    PRIMARY KEY (town_id, place)
);

-- +goose Down
DROP TABLE cases;
UPDATE runs SET state = 'failed' WHERE state IN ('asks', 'cancelled');
ALTER TABLE runs
    DROP CONSTRAINT runs_state_check,
    ADD CONSTRAINT runs_state_check CHECK (state IN ('running', 'completed', 'failed', 'interrupted')),
    DROP COLUMN phase, DROP COLUMN done, DROP COLUMN total, DROP COLUMN current, DROP COLUMN reason,
    DROP COLUMN cancel, DROP COLUMN entered_at, DROP COLUMN updated_at;
ALTER TABLE editions DROP COLUMN waits, DROP COLUMN review;
ALTER TABLE collections
    DROP COLUMN publish, DROP COLUMN gate, DROP COLUMN max_worse, DROP COLUMN max_loss, DROP COLUMN keep_editions,
    DROP COLUMN keep_days, DROP COLUMN held_at, DROP COLUMN held_by, DROP COLUMN held_from;
ALTER TABLE towns DROP COLUMN time_zone;
DROP INDEX sources_due;
ALTER TABLE sources
    DROP COLUMN declared, DROP COLUMN settings, DROP COLUMN schedule, DROP COLUMN paused,
    DROP COLUMN max_loss, DROP COLUMN next_at;
