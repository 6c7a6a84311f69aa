package ingest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"guichet/corpus"
	"guichet/internal/english"
)

// Explanation tells how a file becomes sections and passages. Its JSON form is
// what scripts rely on.
type Explanation struct {
	File       string             `json:"file"`
	Bytes      int                `json:"bytes"`
	MediaType  string             `json:"media_type"`
	KnownBy    string             `json:"known_by"` // what told the media type
	Reader     string             `json:"reader"`   // the extractor's version
	Failure    string             `json:"failure,omitempty"`
	Code       string             `json:"code,omitempty"` // of a failure that comes up often
	Title      string             `json:"title"`
	URL        string             `json:"url,omitempty"`
	Theme      string             `json:"theme,omitempty"`
	Language   string             `json:"language,omitempty"`
	Dates      map[string]string  `json:"dates"`
	Notes      []string           `json:"notes"`
	Dropped    []Dropped          `json:"dropped"`
	Sections   []ExplainedSection `json:"sections"`
	Passages   int                `json:"passages"`
	Words      int                `json:"words"`
	Seconds    float64            `json:"seconds"`
	MemoryMB   int                `json:"memory_mb"`       // most that this program took so far
	ChildrenMB int                `json:"tools_memory_mb"` // most that one of the external programs took
}

// ExplainedSection is a section with the passages that are cut of it.
type ExplainedSection struct {
	Headings []string           `json:"headings"`
	Anchor   string             `json:"anchor,omitempty"`
	Page     int                `json:"page,omitempty"`
	Passages []ExplainedPassage `json:"passages"`
}

// ExplainedPassage is a passage and its size in words.
type ExplainedPassage struct {
	Words int    `json:"words"`
	Text  string `json:"text"`
}

// Explain reads a file as a run would, and writes nothing. A file that cannot
// be read is no error: the explanation says why.
func Explain(ctx context.Context, file string, readers map[string]Extractor) (Explanation, error) {
	begun := time.Now()
	e := Explanation{File: file, Dates: map[string]string{}, Notes: []string{}, Dropped: []Dropped{}, Sections: []ExplainedSection{}}
	content, err := readWhole(file)
	if err == nil {
		e.Bytes = len(content)
		err = e.read(ctx, content, readers)
	}
	if ctx.Err() != nil {
		return e, ctx.Err()
	}
	if err != nil {
		e.Failure, e.Code = err.Error(), codeOf(err)
	}
	e.Seconds = time.Since(begun).Seconds()
	e.MemoryMB, e.ChildrenMB = mostMemory()
	return e, nil
}

// readWhole reads a file as sources do, within the bounds of a run.
func readWhole(file string) ([]byte, error) {
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		return nil, failuref(codeUnreadable, "this is a folder, whatever its name says")
	}
	if target, err := filepath.EvalSymlinks(file); err == nil {
		file = target
	}
	r, err := openIn(filepath.Dir(file), filepath.Base(file))
	if err != nil {
		return nil, failuref(codeUnreadable, "cannot be read: %s", fileReason(err))
	}
	defer func() { _ = r.Close() }()
	content, err := readAtMost(r, defaultMaxBytes)
	switch {
	case err != nil:
		return nil, failuref(codeUnreadable, "cannot be read: %s", fileReason(err))
	case len(content) > defaultMaxBytes:
		return nil, tooLarge(defaultMaxBytes)
	case len(content) == 0:
		return nil, failuref(codeEmpty, "the file is empty")
	}
	return content, nil
}

func (e *Explanation) read(ctx context.Context, content []byte, readers map[string]Extractor) error {
	declared := MediaType(e.File)
	if declared == "" {
		// What its contents say counts only where they say more.
		if mediaType, _, err := sniff("", content); err != nil {
			return err
		} else if mediaType == "" {
			if err := sourceOf(content); err != nil {
				return err
			}
			return unread(e.File)
		}
	}
	mediaType, how, reader, err := choose(readers, declared, content)
	if err != nil {
		return err
	}
	e.MediaType, e.KnownBy, e.Reader = mediaType, how, reader.Version()+" "+splitterVersion
	if declared == "" {
		e.Notes = append(e.Notes, "a folder that is loaded skips it: its name has no extension that is read")
	}
	x, err := extract(ctx, reader, Input{Name: filepath.Base(e.File), MediaType: mediaType, Bytes: content})
	if err != nil {
		return err
	}
	e.Title, e.URL, e.Theme, e.Language = x.Title, x.URL, x.Theme, x.Language
	for name, day := range map[string]time.Time{
		"published": x.PublishedOn, "modified": x.ModifiedOn, "valid_from": x.ValidFrom, "valid_until": x.ValidUntil,
	} {
		if !day.IsZero() {
			e.Dates[name] = day.Format(time.DateOnly)
		}
	}
	e.Notes = append(e.Notes, corpus.Texts(x.Notes)...)
	e.Dropped = append(e.Dropped, x.Dropped...)
	for _, s := range x.Sections {
		e.section(s)
	}
	return nil
}

func (e *Explanation) section(s Section) {
	cut := ExplainedSection{Headings: append([]string{}, s.Headings...), Anchor: s.Anchor, Page: s.Page}
	for _, p := range NewSplitter().Split([]Section{s}) {
		e.Passages++
		e.Words += p.Tokens
		cut.Passages = append(cut.Passages, ExplainedPassage{Words: p.Tokens, Text: p.Text})
	}
	e.Sections = append(e.Sections, cut)
}

// WriteText writes the explanation for people.
func (e Explanation) WriteText(w io.Writer) error {
	var b bytes.Buffer
	line := func(name, format string, args ...any) {
		if text := fmt.Sprintf(format, args...); text != "" {
			fmt.Fprintf(&b, "%-11s %s\n", name, text)
		}
	}
	line("File", "%s, %s", e.File, english.Count(e.Bytes, "byte"))
	if e.MediaType != "" {
		line("Kind", "%s, known by %s", e.MediaType, e.KnownBy)
		line("Reader", "%s", e.Reader)
	}
	line("Title", "%s", e.Title)
	line("Address", "%s", e.URL)
	line("Theme", "%s", e.Theme)
	line("Language", "%s", e.Language)
	for _, name := range sortedKeys(e.Dates) {
		line("Date", "%s %s", strings.ReplaceAll(name, "_", " "), e.Dates[name])
	}
	for _, note := range e.Notes {
		line("Note", "%s", note)
	}
	for _, d := range e.Dropped {
		line("Left out", "%s: %s, %s", d.What, english.Count(d.Blocks, "place"), english.Count(d.Words, "word"))
	}
	for i, s := range e.Sections {
		fmt.Fprintf(&b, "\n== Section %d", i+1)
		if s.Page > 0 {
			fmt.Fprintf(&b, ", page %d", s.Page)
		}
		if s.Anchor != "" {
			fmt.Fprintf(&b, ", #%s", s.Anchor)
		}
		if len(s.Headings) > 0 {
			fmt.Fprintf(&b, ": %s", strings.Join(s.Headings, " > "))
		}
		b.WriteByte('\n')
		for j, p := range s.Passages {
			fmt.Fprintf(&b, "-- passage %d of %d, %s\n", j+1, len(s.Passages), english.Count(p.Words, "word"))
			for text := range strings.SplitSeq(p.Text, "\n") {
				fmt.Fprintf(&b, "   %s\n", text)
			}
		}
	}
	if len(e.Sections) > 0 {
		b.WriteByte('\n')
	}
	if e.Failure != "" {
		line("Failed", "%s", e.Failure)
	} else {
		line("In all", "%s, %s, %s",
			english.Count(len(e.Sections), "section"), english.Count(e.Passages, "passage"), english.Count(e.Words, "word"))
	}
	line("Took", "%.2f s; memory at most: %d MB, external programs %d MB", e.Seconds, e.MemoryMB, e.ChildrenMB)
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write explanation: %w", err)
	}
	return nil
}
