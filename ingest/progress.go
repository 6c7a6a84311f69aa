package ingest

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"guichet/internal/english"
)

// Progress is told how a run gets on, from one goroutine.
type Progress interface {
	// Start comes once, with the number of files that are to be looked at.
	Start(total int)
	// Step comes when another file is done.
	Step()
	// Done comes last, however the run ends.
	Done()
}

// Bar returns progress for a terminal: a bar with rate and time left.
func Bar(w io.Writer) Progress { return &bar{out: w} }

type bar struct {
	out io.Writer
	bar *progressbar.ProgressBar
}

func (b *bar) Start(total int) {
	b.bar = progressbar.NewOptions(total,
		progressbar.OptionSetWriter(b.out),
		progressbar.OptionSetDescription("Reading"),
		progressbar.OptionShowCount(),
		progressbar.OptionShowIts(),
		progressbar.OptionSetItsString("files"),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionSetWidth(30),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionSetRenderBlankState(true),
		progressbar.OptionOnCompletion(func() { _, _ = fmt.Fprintln(b.out) }),
	)
}

// What the bar cannot write to the terminal is no concern of the run.
func (b *bar) Step() { _ = b.bar.Add(1) }

func (b *bar) Done() {
	if b.bar != nil && !b.bar.IsFinished() {
		_ = b.bar.Exit()
		_, _ = fmt.Fprintln(b.out)
	}
}

// Lines returns progress for a log: a plain line every few seconds.
func Lines(w io.Writer) Progress { return &lines{out: w, every: 5 * time.Second, now: time.Now} }

type lines struct {
	out         io.Writer
	every       time.Duration
	now         func() time.Time
	total, done int
	start, last time.Time
}

func (l *lines) Start(total int) {
	l.total, l.done, l.start, l.last = total, 0, l.now(), l.now()
	_, _ = fmt.Fprintf(l.out, "%s to look at\n", english.Count(total, "file"))
}

func (l *lines) Step() {
	l.done++
	now := l.now()
	if now.Sub(l.last) < l.every || l.done == l.total {
		return
	}
	l.last = now
	rate := float64(l.done) / now.Sub(l.start).Seconds()
	left := time.Duration(float64(l.total-l.done) / rate * float64(time.Second)).Round(time.Second)
	_, _ = fmt.Fprintf(l.out, "%d of %s, %.0f/s, %s left\n", l.done, english.Count(l.total, "file"), rate, left)
}

func (l *lines) Done() {
	if l.total > 0 {
		_, _ = fmt.Fprintf(l.out, "%d of %s in %s\n", l.done, english.Count(l.total, "file"), l.now().Sub(l.start).Round(10*time.Millisecond))
	}
}

// silent is the progress of a run that nobody watches.
type silent struct{}

func (silent) Start(int) {}
func (silent) Step()     {}
func (silent) Done()     {}
