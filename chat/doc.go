// Package chat keeps a resident's conversation: stored in Postgres, streamed
// over a websocket.
//
// A Handler upgrades a browser's request and drives one Session with two
// goroutines, one that reads and one that writes. A Session decodes frames and
// hands an ask to the Service. The Service owns turns: it stores a turn as
// open before anything is answered, runs it on a goroutine and a context of
// its own, and closes it as complete, cancelled or failed. Units of a running
// turn are kept in the turn; every session that reads it has a cursor of its
// own and takes units at its own pace, so that a slow reader holds up nobody,
// and a reader that comes back with the number of its last unit loses nothing
// and sees nothing twice. A turn that has ended is read back from the database
// by the same way.
//
// A turn that the resident stopped is cancelled at once. One that nobody reads
// any more is cancelled after a grace: a short one when the page was left, which
// a reload looks like, a longer one when the connection was lost.
//
// Several servers may work on one database. Each says every few seconds which
// conversations it is answering; an open turn of which nobody has spoken for a
// while was left by a server that crashed, and is closed as failed. A turn
// that runs on one server cannot be followed from another before it has ended.
//
// The package does not find or write answers (package rag does), stores no
// address of a resident, and keeps a resident's words out of its logs.
package chat
