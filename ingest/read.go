package ingest

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"path"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"guichet/corpus"
)

// bytesAtOnce bounds the files that are in memory being read, by what they weigh: a
// large one is read alone.
const bytesAtOnce = 32 << 20

// weightOf is what a file weighs beside others. What becomes a tree or rows takes
// many times its size; PDF is read by a program of its own.
func weightOf(mediaType string, size int64) int64 {
	if mediaType != PDF {
		size *= 4
	}
	return min(max(size, 1), bytesAtOnce)
}

// readItem is what came of reading an item: exactly one of unchanged, err, and
// a document.
type readItem struct {
	item      Item
	unchanged bool
	err       error
	document  corpus.Document
	notes     []corpus.Note
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
	id := docID{ref.URI, item.Key}
	live, ok := p.live[id]
	// What its contents are is known once they are there; until then the source
	// is believed.
	likely := cmp.Or(item.Extractor, p.Extractors[item.MediaType])
	known := ok && likely != nil && live.Extractor == readerVersion(likely)
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
	mediaType, extractor, err := p.readerOf(item, content)
	if err != nil {
		done.err = err
		return done
	}
	version := readerVersion(extractor)
	if ok && live.Extractor == version && bytes.Equal(live.ContentHash, hash) {
		done.unchanged = true
		return done
	}
	x, err := extract(ctx, extractor, Input{Name: path.Base(item.Key), URL: item.Said.URL, MediaType: mediaType, Bytes: content})
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
	if mediaType != item.MediaType {
		done.notes = append(done.notes, notef(noteKind, with{"Named": item.MediaType, "Is": mediaType},
			"its name says %s, its contents are %s and were read so", item.MediaType, mediaType))
	}
	done.document = corpus.Document{
		Key: item.Key, Name: p.names[id], URL: x.URL, Title: x.Title, Theme: x.Theme, MediaType: mediaType,
		PublishedOn: x.PublishedOn, ModifiedOn: x.ModifiedOn, ValidFrom: x.ValidFrom, ValidUntil: x.ValidUntil,
		ContentHash: hash, Extractor: version, Flags: x.Flags, Passages: NewSplitter().Split(x.Sections),
		Service: x.Service,
	}
	return done
}

// readerVersion covers all that decides what a document's bytes become.
func readerVersion(e Extractor) string {
	return e.Version() + " " + splitterVersion + " " + suspicionVersion
}

// readerOf returns the extractor of an item whose contents are known: the
// item's own, where they are what it says.
func (p *pass) readerOf(item Item, content []byte) (string, Extractor, error) {
	mediaType, _, err := sniff(item.MediaType, content)
	if err == nil && item.Extractor != nil && mediaType == item.MediaType {
		return mediaType, item.Extractor, nil
	}
	mediaType, _, extractor, err := choose(p.Extractors, item.MediaType, content)
	return mediaType, extractor, err
}

// choose finds the extractor for a file's contents, whatever its name says.
func choose(all map[string]Extractor, declared string, content []byte) (mediaType, how string, e Extractor, err error) {
	mediaType, how, err = sniff(declared, content)
	if err != nil {
		return "", "", nil, err
	}
	if e = all[mediaType]; e == nil {
		return "", "", nil, failuref(codeKind, "nothing here reads files of the type %q: save it as PDF, DOCX, HTML, Markdown or plain text", mediaType)
	}
	return mediaType, how, e, nil
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
			weight = weightOf(item.MediaType, info.Size())
		}
	}
	if err := room.Acquire(ctx, weight); err != nil {
		return nil, nil, err
	}
	content, err = readAtMost(r, p.MaxBytes)
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
