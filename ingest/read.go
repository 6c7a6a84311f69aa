package ingest

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"path"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"guichet/corpus"
)

// bytesAtOnce bounds the files that are in memory being read, by their size: a
// large one is read alone.
const bytesAtOnce = 32 << 20

// readItem is what came of reading an item: exactly one of unchanged, err, and
// a document.
type readItem struct {
	item      Item
	unchanged bool
	err       error
	document  corpus.Document
	notes     []string
	flags     []corpus.Flag
}

// readAll reads the items, several at once, and hands the outcomes to out,
// which it closes. It returns an error only when ctx ends.
func (p *pass) readAll(ctx context.Context, ref corpus.SourceRef, items []Item, out chan<- readItem) error {
	defer close(out)
	room := semaphore.NewWeighted(bytesAtOnce)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(p.Workers)
	for _, item := range items {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			done := p.readOne(ctx, room, ref, item)
			select {
			case out <- done:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}
	return group.Wait()
}

func (p *pass) readOne(ctx context.Context, room *semaphore.Weighted, ref corpus.SourceRef, item Item) readItem {
	done := readItem{item: item}
	extractor := item.Extractor
	if extractor == nil {
		extractor = p.Extractors[item.MediaType]
	}
	if extractor == nil {
		done.err = fmt.Errorf("nothing here reads %s", item.MediaType)
		return done
	}
	id := docID{ref.URI, item.Key}
	version := extractor.Version() + " " + splitterVersion + " " + suspicionVersion
	live, ok := p.live[id]
	known := ok && live.Extractor == version
	if known && item.Digest != nil && bytes.Equal(live.ContentHash, contentHash(item, item.Digest)) {
		done.unchanged = true
		return done
	}
	content, release, err := p.fetch(ctx, room, item)
	if err != nil {
		done.err = err
		return done
	}
	defer release()
	digest := sha256.Sum256(content)
	hash := contentHash(item, digest[:])
	if known && bytes.Equal(live.ContentHash, hash) {
		done.unchanged = true
		return done
	}
	x, err := extract(ctx, extractor, Input{Name: path.Base(item.Key), Bytes: content, URL: item.Said.URL})
	if err != nil {
		done.err = err
		return done
	}
	x.complete(item.Said)
	done.notes, done.flags = x.Notes, x.Flags
	if p.quarantine && len(x.Flags) > 0 {
		done.err = failuref(codeSuspicious, "kept out, since it looks meant for a model (%s: %q): its last version stays", x.Flags[0].Kind, x.Flags[0].Excerpt)
		return done
	}
	done.document = corpus.Document{
		Key: item.Key, Name: p.names[id], URL: x.URL, Title: x.Title, Theme: x.Theme, MediaType: item.MediaType,
		PublishedOn: x.PublishedOn, ModifiedOn: x.ModifiedOn, ValidFrom: x.ValidFrom, ValidUntil: x.ValidUntil,
		ContentHash: hash, Extractor: version, Flags: x.Flags, Passages: NewSplitter().Split(x.Sections),
	}
	return done
}

// fetch reads an item's bytes within the bounds. release gives their room back.
func (p *pass) fetch(ctx context.Context, room *semaphore.Weighted, item Item) (content []byte, release func(), err error) {
	r, err := item.Open(ctx)
	if err != nil {
		return nil, nil, failuref(cmp.Or(codeOf(err), codeUnreadable), "cannot be read: %s", fileReason(err))
	}
	defer func() { _ = r.Close() }()
	// The size is known only after reading; a file's is asked for.
	weight := int64(1 << 20)
	if f, ok := r.(interface{ Stat() (fs.FileInfo, error) }); ok {
		if info, err := f.Stat(); err == nil {
			if info.Size() > p.MaxBytes {
				return nil, nil, tooLarge(p.MaxBytes)
			}
			weight = info.Size()
		}
	}
	weight = min(max(weight, 1), bytesAtOnce)
	if err := room.Acquire(ctx, weight); err != nil {
		return nil, nil, err
	}
	content, err = io.ReadAll(io.LimitReader(r, p.MaxBytes+1))
	switch {
	case err != nil:
		err = failuref(codeUnreadable, "cannot be read: %s", fileReason(err))
	case int64(len(content)) > p.MaxBytes:
		err = tooLarge(p.MaxBytes)
	case len(content) == 0:
		err = failuref(codeEmpty, "the file is empty")
	}
	if err != nil {
		room.Release(weight)
		return nil, nil, err
	}
	return content, func() { room.Release(weight) }, nil
}

func tooLarge(limit int64) error {
	return failuref(codeTooLarge, "larger than %d MB", limit>>20)
}

// contentHash covers the digest of the bytes and what else makes the document:
// its key, whose file name may be its title, and the media type that chose its
// reader.
func contentHash(item Item, digest []byte) []byte {
	h := sha256.New()
	_, _ = fmt.Fprintf(h, "%q %q\n", item.Key, item.MediaType) // a hash never fails
	if said := item.Said.scalars(); said != (Extracted{}).scalars() {
		_, _ = fmt.Fprintf(h, "%q\n", said)
	}
	_, _ = h.Write(digest)
	return h.Sum(nil)
}
