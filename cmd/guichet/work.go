package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/spf13/cobra"

	"guichet/corpus"
	"guichet/ingest"
	"guichet/internal/jobs"
)

func (a *app) workCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "work",
		Short: "Run sources by their schedules, as 'guichet serve' does, without serving",
		Long: `Runs what falls due, on this machine, until it is stopped: for an installation whose
server is to do nothing else (GUICHET_JOBS=off there). It needs the database that the
server uses, in GUICHET_DATABASE_URL, and reads folders of this machine. Several may
run at once: a source is run by one of them.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := a.open(cmd)
			if err != nil {
				return err
			}
			defer o.close()
			worker, err := o.startJobs(cmd.Context())
			if err != nil {
				return err
			}
			_, _ = fmt.Fprintln(cmd.OutOrStdout(), "Runs sources by their schedules. Stop with Ctrl-C.")
			<-cmd.Context().Done()
			return stopJobs(cmd.Context(), worker)
		},
	}
}

// startJobs begins to run sources by their schedules.
func (o *session) startJobs(ctx context.Context) (*jobs.Worker, error) {
	return jobs.Start(ctx, jobs.Config{
		Pool: o.db.Pool, Store: o.store, Run: o.runSource, Log: quieter(o.log),
		Final: func(err error) bool { return errors.Is(err, ingest.ErrCancelled) },
	})
}

// quieter keeps what River says of its own housekeeping out of the log.
func quieter(log *slog.Logger) *slog.Logger { return slog.New(fromWarn{log.Handler()}) }

type fromWarn struct{ slog.Handler }

func (h fromWarn) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

func (h fromWarn) WithAttrs(attrs []slog.Attr) slog.Handler {
	return fromWarn{h.Handler.WithAttrs(attrs)}
}

func (h fromWarn) WithGroup(name string) slog.Handler { return fromWarn{h.Handler.WithGroup(name)} }

func stopJobs(ctx context.Context, worker *jobs.Worker) error {
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
	defer cancel()
	return worker.Stop(ending)
}

// runSource is a scheduled run over one source. What asks an operator is done:
// `guichet runs` tells it.
func (o *session) runSource(ctx context.Context, id int64) error {
	src, err := o.store.Source(ctx, id)
	if err != nil {
		return err
	}
	if !src.Declared || src.Paused {
		return nil
	}
	var request ingest.Request
	var report ingest.Report
	if err = o.request(ctx, []corpus.Source{src}, &request, io.Discard); err == nil {
		report, err = o.run(ctx, nil, request, "")
	}
	logRun(ctx, o.log.With("source", src.ID, "collection", src.Collection.Name, "seconds", report.Seconds), report, err)
	if report.Asks || report.Waiting != "" {
		return nil
	}
	return err
}

// logRun tells the log how a scheduled run ended: as a warning where it needs a
// person. A run that another keeps waiting, or that ends with the program, is
// gone on with by itself.
func logRun(ctx context.Context, log *slog.Logger, report ingest.Report, err error) {
	switch {
	case report.Asks, report.Waiting != "":
		log.WarnContext(ctx, "a run asks an operator (guichet runs)", "reason", report.Rejected+report.Waiting)
	case errors.Is(err, ingest.ErrCancelled):
		log.WarnContext(ctx, "a run was cancelled by an operator: its source is run at its next schedule", "reason", err.Error())
	case errors.Is(err, corpus.ErrBusy), err != nil && ctx.Err() != nil:
		log.InfoContext(ctx, "a run is put off", "reason", err.Error())
	case err != nil:
		log.WarnContext(ctx, "a run failed: it is tried again, and nothing was published or retired (guichet runs)", "reason", err.Error())
	default:
		log.InfoContext(ctx, "a source was run", "published", report.Published, "edition", report.Edition,
			"added", report.Added, "changed", report.Changed, "retired", report.Retired, "failed", report.Failed, "notes", report.Notes)
	}
}

// recordFailure keeps a run that could not begin, so that `guichet runs` tells
// why, and returns what was wrong.
func (o *session) recordFailure(ctx context.Context, src corpus.Source, failure error) error {
	runs, err := o.store.AnnounceRuns(ctx, src.Collection.ID, []corpus.SourceRef{src.SourceRef})
	if err == nil {
		err = o.store.CloseRuns(ctx, []int64{runs[src.URI]}, "failed", ingest.ReasonOf(ingest.SourceError(src.URI, failure)), nil)
	}
	return errors.Join(failure, err)
}
