#!/bin/sh
# Print the demo town's PDF documents from their HTML sources.
#
# Usage: scripts/demo-pdfs.sh
#
# Each source states its day of publication (<meta name="date">), which becomes
# the PDF's own date: a tariff sheet of 2024 must not pass for the newest.
#
# Needs chromium. Run it after a change in corpus/demo/sources, and commit the
# PDFs with it: they are not made at build time.
set -eu

cd "$(dirname "$0")/../corpus/demo"
browser=${CHROMIUM:-chromium}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for source in sources/*.html; do
	name=$(basename "$source" .html)
	day=$(sed -n 's/^<meta name="date" content="\(....\)-\(..\)-\(..\)">$/\1\2\3/p' "$source")
	if [ -z "$day" ]; then
		echo "$source: no <meta name=\"date\" content=\"YYYY-MM-DD\">" >&2
		exit 1
	fi
	"$browser" --headless --no-sandbox --disable-gpu \
		--user-data-dir="$work/profile" --no-pdf-header-footer \
		--print-to-pdf="$work/$name.pdf" "file://$PWD/$source" 2>/dev/null
	# The new date is as long as the old one, so that the file's offsets hold.
	LC_ALL=C sed "s/\(Creation\|Mod\)Date (D:[0-9]\{14\}/\1Date (D:${day}090000/" \
		"$work/$name.pdf" >"documents/$name.pdf"
	echo "documents/$name.pdf: $(wc -c <"documents/$name.pdf") bytes"
done
