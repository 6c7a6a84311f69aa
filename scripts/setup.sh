#!/bin/sh
# Installs what Guichet needs on Debian 12 or 13: Postgres with pgvector and
# poppler-utils; with --tests also a headless browser, npm for axe-core, a C
# compiler for the race detector, and tesseract. Needs root or sudo.
#
# It may be run as often as one likes: where everything is there, it looks at a
# few files and ends. It never touches the machine's own apt lists or sources,
# other than by an ordinary `apt-get update` when something is missing.
set -eu

min_postgres=15
max_postgres=17
min_vector=0.8

say() { echo "setup: $*" >&2; }
die() { say "$*"; exit 1; }

usage() {
	echo "usage: $0 [--tests]"
	echo "  --tests  install what the tests need as well (a headless browser, npm, a C compiler, tesseract)"
}

tests=no
for argument in "$@"; do
	case $argument in
	--tests) tests=yes ;;
	-h | --help) usage; exit 0 ;;
	*) usage >&2; exit 2 ;;
	esac
done

# as_root runs a command with the rights to install.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "this needs root: run it as root, or install sudo"
	fi
}

# server prints the newest installed server version that Guichet works with.
server() {
	version=$max_postgres
	while [ "$version" -ge "$min_postgres" ]; do
		if [ -x "/usr/lib/postgresql/$version/bin/postgres" ]; then
			echo "$version"
			return
		fi
		version=$((version - 1))
	done
}

# has_vector VERSION tells whether that server has a pgvector new enough.
has_vector() {
	control=/usr/share/postgresql/$1/extension/vector.control
	[ -r "$control" ] && [ -e "/usr/lib/postgresql/$1/lib/vector.so" ] || return 1
	found=$(sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" "$control")
	[ "$(printf '%s\n' "$min_vector" "$found" | sort -V | head -n 1)" = "$min_vector" ]
}

# has_compiler tells whether Go finds a C compiler and the C library's headers,
# which the race detector is linked with.
has_compiler() {
	compiler=${CC:-gcc}
	command -v "${compiler%% *}" >/dev/null && [ -e /usr/include/stdlib.h ]
}

# update fetches the machine's package lists, once a run.
updated=no
update() {
	[ "$updated" = no ] || return 0
	say "fetching the package lists"
	as_root apt-get update -qq
	updated=yes
}

# install names packages; nothing that they merely recommend comes along.
install() {
	update
	say "installing $*"
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# has_package tells whether the distribution offers a package.
has_package() {
	apt-cache policy "$1" 2>/dev/null | grep -q '^  Candidate: [^(]'
}

# no_main_cluster keeps Debian from making and starting a cluster of its own
# when a server is installed: Guichet runs a private one.
no_main_cluster() {
	update
	say "installing postgresql-common"
	as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y -qq --no-install-recommends postgresql-common >/dev/null
	conf=/etc/postgresql-common/createcluster.conf
	if ! grep -q '^create_main_cluster *= *false' "$conf" 2>/dev/null; then
		as_root sh -c "echo 'create_main_cluster = false' >>$conf"
	fi
}

# archive prints the address of the machine's own Debian mirror, as apt itself
# reads it from .list and .sources files alike.
archive() {
	codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
		awk -v release="$codename" '$2 == release && $3 == "main" { print $1; exit }'
}

# build_vector VERSION builds pgvector from Debian's own source package, for a
# release of Debian that has no package of it. The source comes from the
# machine's mirror, through a list of its own that apt checks against Debian's
# signing keys; the machine's lists stay as they are.
build_vector() {
	mirror=$(archive)
	[ -n "$mirror" ] || die "apt's sources name no Debian mirror with the component main"
	keyring=/usr/share/keyrings/debian-archive-keyring.gpg
	[ -r "$keyring" ] || install debian-archive-keyring
	[ -e "/usr/include/postgresql/$1/server/postgres.h" ] || install "postgresql-server-dev-$1"
	if ! command -v dpkg-source >/dev/null || ! command -v make >/dev/null || ! command -v cc >/dev/null; then
		install build-essential dpkg-dev
	fi

	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	trap 'exit 130' INT TERM
	# apt drops its rights to fetch and must be able to read here.
	chmod 755 "$work"
	mkdir -p "$work/lists/partial" "$work/source"
	echo "deb-src [signed-by=$keyring] $mirror trixie main" >"$work/sources.list"
	private="-o Dir::Etc::sourcelist=$work/sources.list -o Dir::Etc::sourceparts=/dev/null
		-o Dir::State::lists=$work/lists -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
		-o APT::Sandbox::User=$(id -un)"

	say "building pgvector for Postgres $1 from Debian's source package"
	# Chained, since the shell does not stop at a failure inside a condition.
	# The options are words of their own: no quotes around $private.
	# shellcheck disable=SC2086
	(
		cd "$work/source" &&
			apt-get $private update -qq &&
			apt-get $private source -qq pgvector &&
			cd pgvector-*/ &&
			# Plain code for any processor of the kind, as Debian builds it:
			# the machine may be moved to another one.
			make -s OPTFLAGS="" PG_CONFIG="/usr/lib/postgresql/$1/bin/pg_config" &&
			as_root make -s install OPTFLAGS="" PG_CONFIG="/usr/lib/postgresql/$1/bin/pg_config"
	) >"$work/log" 2>&1 || {
		tail -n 30 "$work/log" >&2
		die "pgvector could not be built; the last lines above say why"
	}
	rm -rf "$work"
	trap - EXIT INT TERM
}

main() {
	postgres=$(server)
	if [ -z "$postgres" ]; then
		no_main_cluster
		install postgresql
		postgres=$(server)
		[ -n "$postgres" ] || die "the distribution offers no Postgres from $min_postgres to $max_postgres"
	fi

	if ! has_vector "$postgres"; then
		update
		if has_package "postgresql-$postgres-pgvector"; then
			install "postgresql-$postgres-pgvector"
		fi
		has_vector "$postgres" || build_vector "$postgres"
		has_vector "$postgres" || die "pgvector $min_vector or later could not be installed for Postgres $postgres"
	fi

	missing=
	command -v pdftotext >/dev/null || missing="$missing poppler-utils"
	if [ "$tests" = yes ]; then
		command -v chromium >/dev/null || missing="$missing chromium"
		command -v node >/dev/null || missing="$missing nodejs"
		command -v npm >/dev/null || missing="$missing npm"
		has_compiler || missing="$missing gcc libc6-dev"
		command -v tesseract >/dev/null || missing="$missing tesseract-ocr"
		[ -n "$(find /usr/share/tesseract-ocr -name fra.traineddata 2>/dev/null)" ] || missing="$missing tesseract-ocr-fra"
	fi
	# The names are words of their own: no quotes here.
	# shellcheck disable=SC2086
	[ -z "$missing" ] || install $missing
}

main
