package ingest

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"regexp"
	"strings"
	"time"

	"guichet/corpus"
)

// KindServicePublic is the national feed of sheets on rights and procedures
// ("vosdroits"), an archive of XML files.
const KindServicePublic = "service-public"

// SheetXML is the media type of the feed's files.
const SheetXML = "application/xml"

// ServicePublicSettings are those of the national feed.
type ServicePublicSettings struct {
	// Audience is whom the archive is for: "particuliers" (the default),
	// "entreprises" or "associations". Each has an archive of its own.
	Audience string `json:"audience,omitempty"`
}

// Validate names the field that is wrong, and the mend.
func (s ServicePublicSettings) Validate() error {
	if s.pages() == "" {
		return fmt.Errorf("audience: %q is none: choose particuliers, entreprises or associations", s.Audience)
	}
	return nil
}

// pages is the address below which the audience's sheets stand; "" when there
// is no such audience.
func (s ServicePublicSettings) pages() string {
	switch s.Audience {
	case "", "particuliers":
		return "https://www.service-public.fr/particuliers/vosdroits/"
	case "entreprises":
		return "https://entreprendre.service-public.fr/vosdroits/"
	case "associations":
		return "https://www.service-public.fr/associations/vosdroits/"
	}
	return ""
}

// servicePublic is the source of the feed's sheets. Its items are read from the
// archive one by one; the archive stays open until Close.
type servicePublic struct {
	uri  string
	read sheetExtractor
	open FileOpener
	file *os.File // nil: not listed yet
}

// NewServicePublic returns the source of the sheets in the archive at a path or
// an address, which open opens. It is an io.Closer, to be closed once its items
// have been read. Its List is not for concurrent use.
func NewServicePublic(uri string, s ServicePublicSettings, open FileOpener) (Source, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	place, err := sourceURI(uri)
	if err != nil {
		return nil, err
	}
	return &servicePublic{uri: place, read: sheetExtractor{pages: s.pages()}, open: open}, nil
}

// Ref implements Source.
func (s *servicePublic) Ref() corpus.SourceRef {
	return corpus.SourceRef{Kind: KindServicePublic, URI: s.uri}
}

// Close closes the archive.
func (s *servicePublic) Close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	s.file = nil
	return err
}

// publication is the name of a file of the feed: F sheets, N themes and folders
// of sheets, R services, forms and definitions.
var publication = regexp.MustCompile(`^[FNR][0-9]{1,9}\.xml$`)

// List implements Source. Nodes (N…) are no documents: they tell the themes of
// the sheets that they lead to, should a sheet not say its own. A resource (R…)
// that is only a link is no document either.
func (s *servicePublic) List(ctx context.Context) (Listing, error) {
	if err := s.Close(); err != nil {
		return Listing{}, fmt.Errorf("close %s: %w", s.uri, err)
	}
	f, err := s.open(ctx, s.uri)
	if err != nil {
		return Listing{}, err
	}
	s.file = f
	z, err := openFeedArchive(f)
	if err != nil {
		return Listing{}, fmt.Errorf("%s: %w", s.uri, err)
	}
	var l Listing
	themes := map[string]string{} // by sheet
	seen := map[string]bool{}
	sheets := 0
	for _, e := range z.File {
		if ctx.Err() != nil {
			return Listing{}, ctx.Err()
		}
		id, ok := publicationID(e)
		if !ok || seen[id] {
			continue
		}
		seen[id] = true
		switch id[0] {
		case 'F':
			sheets++
			l.Items = append(l.Items, s.item(e, id))
		case 'N':
			if n, err := peek(ctx, e); err == nil {
				leadsTo(n, themes)
			}
		case 'R':
			n, err := peek(ctx, e)
			switch {
			case err != nil:
				l.fail(id+".xml", err)
			case saysSomething(n):
				l.Items = append(l.Items, s.item(e, id))
			default:
				l.Skipped = append(l.Skipped, id+".xml")
			}
		}
	}
	if sheets == 0 {
		return Listing{}, fmt.Errorf("%s: no sheet (F….xml) in this archive: take vosdroits-latest.zip", s.uri)
	}
	for i := range l.Items {
		l.Items[i].Said.Theme = themes[strings.TrimSuffix(l.Items[i].Key, ".xml")]
	}
	return l, nil
}

// item is a sheet of the archive, by its number, whatever folder it lies in.
func (s *servicePublic) item(e *zip.File, id string) Item {
	return Item{
		Key: id + ".xml", MediaType: SheetXML, Modified: e.Modified, Extractor: s.read,
		Open: func(context.Context) (io.ReadCloser, error) { return openEntry(e) },
	}
}

func publicationID(e *zip.File) (id string, ok bool) {
	base := path.Base(e.Name)
	return strings.TrimSuffix(base, ".xml"), publication.MatchString(base)
}

// peek reads an entry while the feed is listed.
func peek(ctx context.Context, e *zip.File) (*xmlNode, error) {
	r, err := openEntry(e)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	return parseSheetXML(ctx, b)
}

// leadsTo notes the theme of a node for all sheets that it names.
func leadsTo(n *xmlNode, themes map[string]string) {
	theme := themeOf(n)
	if theme == "" {
		theme = n.child("title").line()
	}
	var walk func(*xmlNode)
	walk = func(n *xmlNode) {
		if id := n.said("ID"); n.name == "Fiche" && id != "" && themes[id] == "" {
			themes[id] = theme
		}
		for _, k := range n.children {
			walk(k)
		}
	}
	walk(n)
}

// IsServicePublic tells whether a file is an archive of the national feed: a
// zip file with sheets in it. A file that cannot be read is none.
func IsServicePublic(name string) bool {
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return false
	}
	ctx := context.Background()
	f, err := OpenLocal(ctx, name)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }()
	z, err := openFeedArchive(f)
	if err != nil {
		return false
	}
	for _, e := range z.File {
		if id, ok := publicationID(e); ok && id[0] == 'F' {
			n, err := peek(ctx, e)
			return err == nil && n.name == "Publication"
		}
	}
	return false
}

// sheetExtractor reads a sheet (F…) or a resource (R…) of the feed.
type sheetExtractor struct{ pages string }

// Version implements Extractor.
func (e sheetExtractor) Version() string { return "service-public/1 " + e.pages }

// Extract implements Extractor.
func (e sheetExtractor) Extract(ctx context.Context, in Input) (Extracted, error) {
	root, err := parseSheetXML(ctx, in.Bytes)
	if err != nil {
		return Extracted{}, err
	}
	if root.name != "Publication" && root.name != "ServiceComplementaire" {
		return Extracted{}, errors.New("this is no sheet of service-public: its root is neither Publication nor ServiceComplementaire")
	}
	x := Extracted{
		Title: root.child("title").line(), Theme: themeOf(root), URL: e.address(root, stem(in.Name)),
		Language:   strings.ToLower(root.child("language").line()),
		ModifiedOn: modifiedOn(root.child("date").line()),
	}
	if len(x.Language) != 2 {
		x.Language = "fr"
	}
	var w sheetWriter
	w.publication(root)
	x.Sections = w.out.finish(x.Title)
	if len(x.Sections) == 0 {
		return Extracted{}, errNoText
	}
	return x, nil
}

// address is where the sheet stands on the site: where it says, if that is one
// of the site's own hosts.
func (e sheetExtractor) address(root *xmlNode, id string) string {
	if own := root.said("spUrl"); officialPage.MatchString(own) {
		return own
	}
	if own := root.said("ID"); sheetNumber.MatchString(own) {
		id = own
	}
	return e.pages + id
}

var (
	sheetNumber  = regexp.MustCompile(`^[FR][0-9]{1,9}$`)
	officialPage = regexp.MustCompile(`^https://[a-z.]*\bservice-public(?:\.gouv)?\.fr/[A-Za-z0-9/_-]+$`)
	modifiedDay  = regexp.MustCompile(`modified\s+(\S+)`)
)

// modifiedOn reads "modified 2026-01-31" or a bare date.
func modifiedOn(date string) time.Time {
	if m := modifiedDay.FindStringSubmatch(date); m != nil {
		date = m[1]
	} else if strings.HasPrefix(date, "created") {
		return time.Time{}
	}
	day, _ := parseDate(date)
	return day
}

// themeOf is the outermost theme of the breadcrumb, else the one that the file
// names otherwise.
func themeOf(root *xmlNode) string {
	if trail := root.child("FilDAriane"); trail != nil {
		for _, level := range trail.children {
			if strings.HasPrefix(level.said("ID"), "N") && level.line() != "" {
				return level.line()
			}
		}
	}
	if theme := root.child("Theme"); theme != nil {
		if t := theme.child("Titre").line(); t != "" {
			return t
		}
	}
	return root.child("subject").line()
}
