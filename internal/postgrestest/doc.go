// Package postgrestest gives each test an empty, migrated database of its own
// on a real Postgres with pgvector.
//
// All tests of a user share one private cluster, in the user's cache folder,
// run by the same keeper as a town's own. It is started by the test that needs
// it first and stops by itself once no test has used it for a while. The
// migrations are run once, in a template whose name holds their hash; a test's
// database is a copy of it, and is dropped when the test ends.
//
// A machine without Postgres or pgvector fails the tests rather than skipping
// them: `make setup` installs both.
package postgrestest
