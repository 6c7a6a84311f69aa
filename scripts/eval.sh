#!/bin/sh
# Measures retrieval on the service-public sheets and the questions that
# citizens sent, in a database of its own that is thrown away. Needs the folder
# ../shared/service-public; says so and ends well where it is missing.
set -eu
cd "$(dirname "$0")/.."

data=${GUICHET_EVAL_DATA:-../shared/service-public}
if [ ! -d "$data/fiches" ]; then
	echo "eval: skipped, $data is not here (GUICHET_EVAL_DATA names another place)"
	exit 0
fi

scratch=$(mktemp -d)
# The database stops some seconds after its last user.
trap 'for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do rm -rf "$scratch" 2>/dev/null && break; sleep 1; done' EXIT
chmod 755 "$scratch" # the database's unprivileged user must reach it
export GUICHET_DATA_DIR="$scratch/data"
unset GUICHET_DATABASE_URL GUICHET_LLM_URL GUICHET_LLM_MODEL || true

guichet=bin/guichet
$guichet ingest "$data/fiches" --collection service-public
echo
$guichet evaluate "$data/questions-dev.jsonl" --absent "$data/questions-absent-dev.jsonl" "$@"
if [ -f eval/testdata/offtopic.jsonl ]; then
	echo
	$guichet evaluate "$data/questions-dev.jsonl" --absent eval/testdata/offtopic.jsonl | tail -n 1
fi
