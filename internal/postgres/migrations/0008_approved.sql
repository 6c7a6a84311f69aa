-- +goose Up
-- Answers that an agent of the town wrote or signed: the question in its
-- wordings, the answer as Markdown, who answers for it, and when it is to be
-- looked at again.
CREATE TABLE approved_answers (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    town_id    bigint NOT NULL REFERENCES towns ON DELETE CASCADE,
    questions  text[] NOT NULL CHECK (cardinality(questions) BETWEEN 1 AND 30),
    answer     text NOT NULL CHECK (answer <> ''),
    owner      text NOT NULL CHECK (owner <> ''),
    review_on  date NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX approved_answers_town ON approved_answers (town_id, id);

-- The passages that an approved answer rests on, with the words that it was
-- signed on. No foreign key: a passage that is pruned leaves its row here, and
-- so stops the answer.
CREATE TABLE approved_supports (
    answer_id  bigint NOT NULL REFERENCES approved_answers ON DELETE CASCADE,
    place      integer NOT NULL,
    passage_id bigint NOT NULL,
    quote      text NOT NULL,
    PRIMARY KEY (answer_id, place)
);

-- +goose Down
DROP TABLE approved_supports, approved_answers;
