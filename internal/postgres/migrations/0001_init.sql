-- +goose Up
-- The schema has towns and editions from the first day.
--
-- Rows that a reader sees through an edition carry `born`, the edition that
-- wrote them, and `ended`, the edition that retired them. A row is visible at
-- edition e when
--
--     born <= e AND (ended IS NULL OR ended > e)
--
-- Publishing is one UPDATE of collections.published; a reader takes its
-- (collection, edition) pairs once, at its start.

CREATE EXTENSION IF NOT EXISTS vector;

-- A town is one tenant. Contact, hours and suggestions are shown to residents
-- as they stand here; origins are the web origins its chat may be opened from.
CREATE TABLE towns (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug        text NOT NULL UNIQUE CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name        text NOT NULL CHECK (name <> ''),
    is_default  boolean NOT NULL DEFAULT false,
    origins     text[] NOT NULL DEFAULT '{}',
    contact     jsonb NOT NULL DEFAULT '{}',
    color       text NOT NULL DEFAULT '#0b5563' CHECK (color ~ '^#[0-9a-f]{6}$'),
    languages   text[] NOT NULL DEFAULT '{fr}',
    suggestions text[] NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX towns_one_default ON towns (is_default) WHERE is_default;
INSERT INTO towns (slug, name, is_default) VALUES ('ma-ville', 'Ma ville', true);

-- An embedding space: vectors are comparable only inside one. Its vectors
-- stand in a table of their own, vectors_<id>, made by the program, since the
-- dimension is part of the column's type.
CREATE TABLE spaces (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    embedder   text NOT NULL,
    version    text NOT NULL,
    dimensions integer NOT NULL CHECK (dimensions BETWEEN 1 AND 4000),
    UNIQUE (embedder, version, dimensions)
);

-- A collection without a town is shared: every town reads it.
CREATE TABLE collections (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    town_id    bigint REFERENCES towns ON DELETE CASCADE,
    name       text NOT NULL CHECK (name <> ''),
    language   text NOT NULL DEFAULT 'fr',
    space_id   bigint REFERENCES spaces,
    published  integer NOT NULL DEFAULT 0 CHECK (published >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE NULLS NOT DISTINCT (town_id, name)
);

CREATE TABLE sources (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collection_id bigint NOT NULL REFERENCES collections ON DELETE CASCADE,
    kind          text NOT NULL,
    uri           text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    UNIQUE (collection_id, uri)
);

-- At most one edition is open: published + 1. The figures are those of what is
-- visible at this edition and are written when it is completed: N, the sum of
-- passage lengths in the lexical index, and the largest passage id born by it,
-- which tells readers of an older edition what came later.
CREATE TABLE editions (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collection_id bigint NOT NULL REFERENCES collections ON DELETE CASCADE,
    number        integer NOT NULL CHECK (number > 0),
    state         text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'complete')),
    documents     integer NOT NULL DEFAULT 0,
    passages      integer NOT NULL DEFAULT 0,
    length_sum    bigint NOT NULL DEFAULT 0,
    last_passage  bigint NOT NULL DEFAULT 0,
    opened_at     timestamptz NOT NULL DEFAULT now(),
    completed_at  timestamptz,
    published_at  timestamptz,
    UNIQUE (collection_id, number)
);

-- One pass of ingestion over a source: kept as history, so it outlives the
-- edition it wrote into.
CREATE TABLE runs (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collection_id bigint NOT NULL REFERENCES collections ON DELETE CASCADE,
    source_id     bigint NOT NULL REFERENCES sources ON DELETE CASCADE,
    edition       integer NOT NULL,
    state         text NOT NULL DEFAULT 'running'
                  CHECK (state IN ('running', 'completed', 'failed', 'interrupted')),
    added         integer NOT NULL DEFAULT 0,
    changed       integer NOT NULL DEFAULT 0,
    unchanged     integer NOT NULL DEFAULT 0,
    retired       integer NOT NULL DEFAULT 0,
    failed        integer NOT NULL DEFAULT 0,
    failures      jsonb NOT NULL DEFAULT '[]',
    started_at    timestamptz NOT NULL DEFAULT now(),
    finished_at   timestamptz
);
CREATE INDEX runs_collection ON runs (collection_id, id);
CREATE INDEX runs_source ON runs (source_id);

-- A row is one version of a document. Versions of one document share their
-- lineage (the id of the first version), which passages point at, so that a
-- passage that did not change keeps its row, and its vector, when its document
-- gets a new version. `passages` holds the passage ids in reading order.
CREATE TABLE documents (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collection_id bigint NOT NULL REFERENCES collections ON DELETE CASCADE,
    source_id     bigint NOT NULL REFERENCES sources ON DELETE CASCADE,
    lineage       bigint NOT NULL,
    key           text NOT NULL,
    name          text NOT NULL,
    url           text NOT NULL DEFAULT '',
    title         text NOT NULL,
    theme         text NOT NULL DEFAULT '',
    media_type    text NOT NULL DEFAULT '',
    published_on  date,
    modified_on   date,
    valid_from    date,
    valid_until   date,
    content_hash  bytea NOT NULL,
    extractor     text NOT NULL,
    passages      bigint[] NOT NULL DEFAULT '{}',
    born          integer NOT NULL,
    ended         integer CHECK (ended > born)
);
CREATE UNIQUE INDEX documents_live ON documents (collection_id, source_id, key) WHERE ended IS NULL;
CREATE INDEX documents_lineage ON documents (lineage);
CREATE INDEX documents_born ON documents (collection_id, born);
CREATE INDEX documents_ended ON documents (collection_id, ended) WHERE ended IS NOT NULL;
CREATE INDEX documents_source ON documents (source_id);

-- The unit that is retrieved. The fingerprint covers all that makes a passage
-- what it is: title, heading path, anchor, page and text.
CREATE TABLE passages (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    collection_id bigint NOT NULL REFERENCES collections ON DELETE CASCADE,
    lineage       bigint NOT NULL,
    fingerprint   bytea NOT NULL,
    headings      text[] NOT NULL DEFAULT '{}',
    anchor        text NOT NULL DEFAULT '',
    page          integer NOT NULL DEFAULT 0,
    text          text NOT NULL,
    tokens        integer NOT NULL,
    born          integer NOT NULL,
    ended         integer CHECK (ended > born)
);
CREATE INDEX passages_lineage ON passages (lineage);
CREATE INDEX passages_born ON passages (collection_id, born, id);
CREATE INDEX passages_ended ON passages (collection_id, ended) WHERE ended IS NOT NULL;

-- The lexical index: one row per term and segment. A segment is written once,
-- by the transaction that completes an edition, and lists that edition's new
-- passages; more than eight are merged into one. The coding of `postings` is
-- told in corpus/postings.go.
CREATE TABLE term_lists (
    collection_id bigint NOT NULL REFERENCES collections ON DELETE CASCADE,
    segment       integer NOT NULL,
    term          text NOT NULL,
    postings      bytea NOT NULL,
    PRIMARY KEY (collection_id, term, segment)
);

-- The passages that an edition ended, so that a reader of the term lists can
-- skip them without a look-up of rows.
CREATE TABLE ended_lists (
    collection_id bigint NOT NULL REFERENCES collections ON DELETE CASCADE,
    edition       integer NOT NULL,
    passages      bytea NOT NULL,
    PRIMARY KEY (collection_id, edition)
);

-- Conversations hold a resident's words and the answers in full, citations
-- included, so that pruning an edition breaks no history. No address is kept.
CREATE TABLE conversations (
    id         uuid PRIMARY KEY,
    town_id    bigint NOT NULL REFERENCES towns ON DELETE CASCADE,
    started_at timestamptz NOT NULL DEFAULT now(),
    last_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX conversations_town ON conversations (town_id, last_at);

CREATE TABLE turns (
    id              uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    ordinal         integer NOT NULL,
    language        text NOT NULL DEFAULT 'fr',
    question        text NOT NULL,
    state           text NOT NULL DEFAULT 'open'
                    CHECK (state IN ('open', 'complete', 'cancelled', 'failed')),
    outcome         text NOT NULL DEFAULT '',
    mode            text NOT NULL DEFAULT '',
    units           jsonb NOT NULL DEFAULT '[]',
    citations       jsonb NOT NULL DEFAULT '[]',
    timings_ms      jsonb NOT NULL DEFAULT '{}',
    usage           jsonb NOT NULL DEFAULT '{}',
    feedback        text NOT NULL DEFAULT '' CHECK (feedback IN ('', 'up', 'down')),
    comment         text NOT NULL DEFAULT '',
    asked_at        timestamptz NOT NULL DEFAULT now(),
    closed_at       timestamptz,
    UNIQUE (conversation_id, ordinal)
);
CREATE INDEX turns_open ON turns (asked_at) WHERE state = 'open';

-- Agents of a town and their signed-in sessions. Only hashes are kept.
CREATE TABLE agents (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    town_id       bigint NOT NULL REFERENCES towns ON DELETE CASCADE,
    login         text NOT NULL UNIQUE CHECK (login <> ''),
    password_hash text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    signed_in_at  timestamptz
);
CREATE INDEX agents_town ON agents (town_id);

CREATE TABLE agent_sessions (
    token_hash bytea PRIMARY KEY,
    agent_id   bigint NOT NULL REFERENCES agents ON DELETE CASCADE,
    csrf       text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE INDEX agent_sessions_agent ON agent_sessions (agent_id);
CREATE INDEX agent_sessions_expiry ON agent_sessions (expires_at);

-- +goose Down
DROP TABLE agent_sessions, agents, turns, conversations, ended_lists, term_lists,
    passages, documents, runs, editions, sources, collections, spaces, towns;
