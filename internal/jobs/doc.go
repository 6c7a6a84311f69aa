// Package jobs runs sources by their schedules, on River, in the same Postgres.
//
// A schedule has cron's form and runs by the wall clock of the town. When it
// next falls due stands with the source in the database, so that every program
// that works looks for what is due, a source is queued once whoever looks first,
// and what fell due while nobody worked is run once.
//
// A source is queued at most once at a time. A run that finds its collection
// taken waits without counting as an attempt; one that fails is tried again with
// growing pauses; one that asks an operator has done its work. A job whose
// program died is taken up by another as soon as its heartbeat is old: River's
// own rescue goes by a job's longest allowed time, and a crawl has none.
//
// River polls: jobs are few, and its listening would cost a connection.
package jobs
