#!/bin/sh
# Print the demo town's PDF documents from their HTML sources.
#
# Usage: scripts/demo-pdfs.sh
#
# Needs chromium. Run it after a change in corpus/demo/sources, and commit the
# PDFs with it: they are not made at build time.
set -eu

cd "$(dirname "$0")/../corpus/demo"
browser=${CHROMIUM:-chromium}
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT

for source in sources/*.html; do
	name=$(basename "$source" .html)
	"$browser" --headless --no-sandbox --disable-gpu \
		--user-data-dir="$profile" --no-pdf-header-footer \
		--print-to-pdf="documents/$name.pdf" "file://$PWD/$source" 2>/dev/null
	echo "documents/$name.pdf: $(wc -c <"documents/$name.pdf") bytes"
done
