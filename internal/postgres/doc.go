// Package postgres opens Guichet's database and brings its schema up to date.
//
// The database is either one that the operator names (Config.URL) or the
// town's own: a private cluster in the data folder, run on the machine's
// Postgres binaries, reached through a Unix socket and by nobody else.
//
// The private cluster belongs to no command. Whoever comes first starts a
// keeper, a detached process that makes the cluster if need be and owns the
// postmaster. Every program holds a shared lock on one file while it uses the
// cluster; the kernel releases it however the program ends. Once nobody has
// held it for a while, the keeper stops Postgres and ends. Postgres dies with
// its keeper, and the next program to connect starts another.
//
// Locks, in the order in which they are taken, all of them flock(2) on files
// in the cluster's folder:
//
//	users   shared by each program while it uses the cluster; exclusive by
//	        the keeper from the moment it decides to stop until it has ended,
//	        so that nobody connects to a server that is going away
//	start   exclusive by a program while it sees to it that a keeper runs
//	keeper  exclusive by the keeper for its whole life
//
// What the package does not do: it knows no table. Queries stand in the
// packages whose nouns they serve.
package postgres
