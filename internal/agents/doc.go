// Package agents keeps the accounts of town staff and their signed-in
// sessions.
//
// A password is kept as an argon2id hash in PHC form, so that its parameters
// can grow later without breaking old accounts. A session is a random token
// that only the browser holds: the database keeps its SHA-256, so that a stolen
// copy of the database signs nobody in. Sign-ins are throttled by login and for
// the whole installation, in memory and without addresses, and an unknown login
// costs as much time as a wrong password.
//
// The package knows nothing of cookies or pages: package web does.
package agents
