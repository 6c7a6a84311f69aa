package fetch

import (
	"context"
	"crypto/sha256"
	"errors"

	"guichet/corpus"
)

// Memory keeps what servers said of a source's addresses, from run to run.
type Memory interface {
	// Recall returns corpus.ErrNotFound for an address that is new.
	Recall(ctx context.Context, address string) (corpus.Visit, error)
	Remember(ctx context.Context, v corpus.Visit) error
	// Keep forgets all addresses but these.
	Keep(ctx context.Context, addresses []string) error
}

// Forgetful is a Memory that keeps nothing.
type Forgetful struct{}

// Recall implements Memory.
func (Forgetful) Recall(context.Context, string) (corpus.Visit, error) {
	return corpus.Visit{}, corpus.ErrNotFound
}

// Remember implements Memory.
func (Forgetful) Remember(context.Context, corpus.Visit) error { return nil }

// Keep implements Memory.
func (Forgetful) Keep(context.Context, []string) error { return nil }

// maxKept bounds a body that a Memory keeps. One that is larger is fetched anew
// each time.
const maxKept = 8 << 20

// File is a body with what its server said of it.
type File struct {
	URL       string // that answered, behind redirects
	MediaType string
	Body      []byte
}

// File returns the body at an address, behind redirects. One that has not
// changed since it was fetched last comes from the memory.
func (c *Client) File(ctx context.Context, m Memory, address string) (File, error) {
	known, err := Recall(ctx, m, address)
	if err != nil {
		return File{}, err
	}
	answer, err := c.Get(ctx, Request{URL: address, ETag: known.ETag, Modified: known.Modified, Follow: true})
	if err != nil {
		return File{}, err
	}
	if answer.Status == 304 {
		return File{URL: answer.URL, MediaType: known.MediaType, Body: known.Content}, nil
	}
	if len(answer.Body) <= maxKept && (answer.ETag != "" || answer.Modified != "") {
		digest := sha256.Sum256(answer.Body)
		err = m.Remember(ctx, corpus.Visit{
			Address: address, ETag: answer.ETag, Modified: answer.Modified,
			MediaType: answer.MediaType, Digest: digest[:], Content: answer.Body,
		})
	}
	return File{URL: answer.URL, MediaType: answer.MediaType, Body: answer.Body}, err
}

// Recall returns what the memory has of an address; nothing when it is new.
func Recall(ctx context.Context, m Memory, address string) (corpus.Visit, error) {
	v, err := m.Recall(ctx, address)
	if isNew(err) {
		return corpus.Visit{}, nil
	}
	return v, err
}

func isNew(err error) bool { return errors.Is(err, corpus.ErrNotFound) }
