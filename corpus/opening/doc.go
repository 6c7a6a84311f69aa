// Package opening knows when a town's services are open.
//
// A Service has weekly patterns (for a span of dates, a season of every year,
// the school holidays or the time between them), exceptions by date, and the
// French public holidays, on which it is closed unless it says otherwise.
// HoursOn gives one day's hours and why they are so, StateAt whether it is open
// at an instant, until when, and when it opens next. Parse reads the file in
// which a town writes all this by hand (docs/hours.md).
//
// Of a day, in this order: the first exception that names it; the public
// holiday; the first weekly pattern that holds on it. A day of which none of
// these speaks is unknown, and so is one that hangs on school holidays of a
// year whose calendar is not in school.txt: nothing is guessed. Times are those
// of the service's zone, Europe/Paris by default, whatever the machine's.
//
// The package reads no question and writes no answer (package rag does).
package opening
