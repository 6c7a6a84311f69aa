package ingest

import (
	"context"
	"slices"
	"strconv"

	"guichet/corpus"
	"guichet/internal/english"
)

// settle does what depends on all sources having been read: documents that
// another source took over are retired, and documents whose public name is
// another now are renamed. Then all runs are closed.
func (p *pass) settle(ctx context.Context, todo []work, listings []Listing) error {
	listed := map[string]bool{}
	own := map[docID]bool{}
	sources := map[string]bool{}
	for i, w := range todo {
		ref := w.source.Ref()
		sources[ref.URI] = true
		for _, item := range listings[i].Items {
			listed[filePath(ref, item.Key)] = true
			own[docID{ref.URI, item.Key}] = true
		}
	}
	gone := map[string][]string{}
	refs := map[string]corpus.SourceRef{}
	for id, d := range p.live {
		if own[id] {
			continue
		}
		refs[id.source] = d.Source
		at := filePath(d.Source, d.Key)
		// A file that failed under its new source keeps its old version.
		if p.leaves(d, todo, listings, listed) && !p.failures[at] {
			gone[id.source] = append(gone[id.source], id.key)
			continue
		}
		if err := p.rename(ctx, d); err != nil {
			return err
		}
	}
	for _, uri := range sortedKeys(gone) {
		if err := p.retire(ctx, refs[uri], gone[uri], sources[uri]); err != nil {
			return err
		}
	}
	for i := range p.report.Sources {
		if err := p.finish(ctx, p.report.Sources[i]); err != nil {
			return err
		}
	}
	// Runs that were begun only to rename.
	for _, uri := range sortedKeys(p.runs) {
		if !slices.ContainsFunc(p.report.Sources, func(s SourceReport) bool { return s.URI == uri }) {
			if err := p.finish(ctx, SourceReport{URI: uri}); err != nil {
				return err
			}
		}
	}
	return nil
}

// retire ends documents of a source, which is one of those that were named or
// one that was taken over.
func (p *pass) retire(ctx context.Context, ref corpus.SourceRef, keys []string, named bool) error {
	slices.Sort(keys)
	if !named {
		p.report.note(noteTaken, with{"Source": ref.URI, "N": strconv.Itoa(len(keys))},
			"no longer of the source %s: %s (the source around it has them now, or they stand there no more)", ref.URI, english.Count(len(keys), "document"))
		p.report.Sources = append(p.report.Sources, SourceReport{Kind: ref.Kind, URI: ref.URI, Path: ref.URI})
	}
	p.report.Retired += len(keys)
	for i := range p.report.Sources {
		if s := &p.report.Sources[i]; s.URI == ref.URI {
			s.Retired += len(keys)
			break
		}
	}
	if p.dry {
		return nil
	}
	r, err := p.startRun(ctx, ref)
	if err != nil {
		return err
	}
	return r.Retire(ctx, keys)
}

// rename gives a document that stays as it is its public name of today.
func (p *pass) rename(ctx context.Context, d corpus.LiveDocument) error {
	name := p.names[docID{d.Source.URI, d.Key}]
	if name == "" || name == d.Name {
		return nil
	}
	p.report.note(noteRenamed, with{"Before": d.Name, "Name": name}, "the document %q now goes by %q", d.Name, name)
	if p.dry {
		return nil
	}
	r, err := p.startRun(ctx, d.Source)
	if err != nil {
		return err
	}
	return r.Rename(ctx, d.Key, name)
}

// finish closes the run over a source. Two parts of one source share a run,
// which gets the figures of both.
func (p *pass) finish(ctx context.Context, s SourceReport) error {
	r := p.runs[s.URI]
	if r == nil {
		return nil
	}
	delete(p.runs, s.URI)
	counts := corpus.Counts{}
	for _, part := range p.report.Sources {
		if part.URI == s.URI {
			counts.Added += part.Added
			counts.Changed += part.Changed
			counts.Unchanged += part.Unchanged
			counts.Retired += part.Retired
			counts.Failed += part.Failed
		}
	}
	var failures []corpus.Failure
	for _, f := range p.report.Failures {
		if f.Source == s.URI {
			failures = append(failures, corpus.Failure{Key: f.Key, Reason: f.Reason, Code: f.Code})
		}
	}
	return r.Finish(ctx, counts, failures)
}
