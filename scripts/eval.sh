#!/bin/sh
# Measures, in databases of its own that are thrown away:
#
#   - answers: the demo town's cases in eval/cases, in quoting mode, alone and
#     beside the service-public sheets; the held-out third only where
#     GUICHET_EVAL_HELD_OUT=1;
#   - what is shown when the model lies (eval/faithful);
#   - what the weights say of emergencies that they were not learnt from;
#   - retrieval, on the service-public sheets and the questions that citizens
#     sent, where the folder ../shared/service-public is there.
#
# Arguments go to the evaluation of retrieval.
set -eu
cd "$(dirname "$0")/.."

data=${GUICHET_EVAL_DATA:-../shared/service-public}
guichet=bin/guichet
scratch=$(mktemp -d)
# The databases stop some seconds after their last user.
trap 'for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do rm -rf "$scratch" 2>/dev/null && break; sleep 1; done' EXIT
chmod 755 "$scratch" # the database's unprivileged user must reach it
unset GUICHET_DATABASE_URL GUICHET_LLM_URL GUICHET_LLM_MODEL || true

# answers scores the answers to the cases; its argument says what is loaded.
answers() {
	for cases in dev spent-1 spent-2 spent-3 spent-4 spent-5 hours held-out; do
		if [ "$cases" = held-out ] && [ "${GUICHET_EVAL_HELD_OUT:-}" != 1 ]; then
			continue
		fi
		if [ -f "eval/cases/$cases.jsonl" ]; then
			echo
			echo "== answers to $cases.jsonl, $1"
			$guichet evaluate --answers "eval/cases/$cases.jsonl"
		fi
	done
}

export GUICHET_DATA_DIR="$scratch/demo"
$guichet demo
answers "the demo town alone"
if [ -d "$data/fiches" ]; then
	$guichet ingest "$data/fiches" --collection service-public
	answers "the demo town and the national sheets"
fi

echo
echo "== what is shown when the model is honest, lies, or obeys an attacker"
# Floors that are not met are told after the table, and stop nothing here.
go test ./eval/faithful -count 1 -timeout 30m -v -run TestMeasure -args -full | grep -v '^=== ' || true

echo
echo "== emergencies that nothing was learnt from"
go test ./rag -count 1 -v -run WeightsOnUnseen -args -unseen | grep -v '^=== '

echo
if [ ! -d "$data/fiches" ]; then
	echo "retrieval: skipped, $data is not here (GUICHET_EVAL_DATA names another place)"
	exit 0
fi
echo "== retrieval"
export GUICHET_DATA_DIR="$scratch/sheets"
$guichet ingest "$data/fiches" --collection service-public
echo
$guichet evaluate "$data/questions-dev.jsonl" --verbose \
	--absent "$data/questions-absent-dev.jsonl" --absent eval/testdata/offtopic.jsonl "$@"
