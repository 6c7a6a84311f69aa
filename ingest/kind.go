package ingest

import (
	"archive/zip"
	"bytes"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// MediaType returns the media type that a file's extension stands for, or ""
// when nothing here reads such files.
func MediaType(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".md", ".markdown", ".mdown":
		return Markdown
	case ".html", ".htm", ".xhtml":
		return HTML
	case ".txt", ".text":
		return Plain
	case ".pdf":
		return PDF
	case ".docx", ".docm":
		return DOCX
	case ".odt":
		return ODT
	case ".csv":
		return CSV
	}
	return ""
}

// unread is the failure of a file of a kind that is not read, known by its
// extension: what it is, and what an operator can do.
func unread(name string) error {
	ext := strings.ToLower(path.Ext(name))
	switch ext {
	case ".xls", ".xlsx", ".xlsm", ".ods":
		return failuref(codeSheet, "a spreadsheet (%s): these are not read yet; save the sheets that matter as PDF", ext)
	case ".doc", ".dot", ".rtf", ".wps", ".pages":
		return failuref(codeLegacy, "an older or foreign text document (%s): save it as DOCX, ODT or PDF", ext)
	case ".ppt", ".pptx", ".pps", ".ppsx", ".odp", ".key":
		return failuref(codeKind, "a presentation (%s): save it as PDF", ext)
	case ".epub", ".mobi":
		return failuref(codeKind, "a book (%s): save it as PDF", ext)
	case ".jpg", ".jpeg", ".png", ".gif", ".tif", ".tiff", ".bmp", ".webp", ".heic":
		return failuref(codeKind, "a picture (%s): save it as PDF", ext)
	}
	if kind := sourceKinds[ext]; kind != "" {
		return readBySource(kind, ext)
	}
	return failuref(codeKind, "files of the kind %q are not read: save it as PDF, DOCX, HTML, Markdown or plain text", ext)
}

// sourceKinds are the kinds of source that read files of an extension.
var sourceKinds = map[string]string{
	".ics": KindCalendar, ".ical": KindCalendar, ".ifb": KindCalendar, ".rss": KindFeed, ".atom": KindFeed,
}

// readBySource is the failure of a file that is no document of its own.
func readBySource(kind, what string) error {
	return failuref(codeKind, "files of the kind %q are read by a source of their own: guichet source add %s FILE --collection NAME", what, kind)
}

// sourceOf tells what reads a file that is no document of its own, by its contents:
// an error that says so, or nil.
func sourceOf(content []byte) error {
	head := strings.TrimSpace(string(bytes.TrimPrefix(content[:min(len(content), 4096)], []byte{0xEF, 0xBB, 0xBF})))
	switch {
	case strings.HasPrefix(head, "BEGIN:VCALENDAR"):
		return readBySource(KindCalendar, "calendar")
	case feedRoot.MatchString(head):
		return readBySource(KindFeed, "feed")
	case sheetRoot.MatchString(head):
		return failuref(codeKind, "a sheet of service-public is read with its archive: guichet source add %s vosdroits-latest.zip --collection NAME", KindServicePublic)
	}
	return nil
}

var (
	feedRoot  = regexp.MustCompile(`^(?:<\?[^>]*>\s*|<!--[^>]*>\s*)*<(?:rss|feed|rdf:RDF)[\s>/]`)
	sheetRoot = regexp.MustCompile(`^(?:<\?[^>]*>\s*|<!--[^>]*>\s*)*<(?:Publication|ServiceComplementaire)[\s>]`)
)

// noteUnread names the documents among the files that are skipped, and what can
// be done about each kind.
func (r *Report) noteUnread(keys []string) {
	const shown = 5
	names := map[string][]string{}
	for _, key := range keys {
		err := unread(key)
		if code := codeOf(err); MediaType(key) == "" && (code == codeSheet || code == codeLegacy) {
			names[err.Error()] = append(names[err.Error()], key)
		}
	}
	for _, reason := range sortedKeys(names) {
		list := names[reason]
		more := ""
		if len(list) > shown {
			list, more = list[:shown], fmt.Sprintf(" and %d more", len(names[reason])-shown)
		}
		code := noteUnreadText
		if codeOf(unread(list[0])) == codeSheet {
			code = noteUnreadSheets
		}
		r.note(code, with{"N": strconv.Itoa(len(names[reason])), "Names": some(names[reason])}, "%s: %s%s", reason, strings.Join(list, ", "), more)
	}
}

// sniff finds out what a file is from its bytes, whatever its name or server
// says: declared is that media type. how tells an operator what decided. What
// no reader here reads is named in the error.
//
// A web page under the name of a PDF or an office file is refused: it is nearly
// always the error page that came instead of the file.
func sniff(declared string, b []byte) (mediaType, how string, err error) {
	head := bytes.TrimLeftFunc(bytes.TrimPrefix(b[:min(len(b), 1024)], []byte{0xEF, 0xBB, 0xBF}), unicode.IsSpace)
	is := func(magic string) bool { return bytes.HasPrefix(b, []byte(magic)) }
	switch {
	case bytes.HasPrefix(head, []byte("%PDF-")), declared == PDF && bytes.Contains(b[:min(len(b), 1024)], []byte("%PDF-")):
		return PDF, "its first bytes", nil
	case is("PK\x03\x04"), is("PK\x05\x06"):
		return sniffZip(b)
	case is("\xD0\xCF\x11\xE0"):
		if bytes.Contains(b, utf16le("EncryptedPackage")) {
			return "", "", failuref(codeEncrypted, "the document is protected by a password: save it without one")
		}
		return "", "", failuref(codeLegacy, "an older Office document inside: save it as DOCX or PDF")
	case bytes.HasPrefix(head, []byte(`{\rtf`)):
		return "", "", failuref(codeLegacy, "an RTF document inside: save it as DOCX or PDF")
	case is("\xFF\xD8\xFF"), is("\x89PNG"), is("GIF8"), is("II*\x00"), is("MM\x00*"):
		return "", "", failuref(codeWrongKind, "a picture stands inside: save it as PDF")
	}
	page := looksLikeHTML(head)
	switch {
	case page && (declared == Plain || declared == Markdown || declared == ""):
		return HTML, "its first tags", nil
	case page && declared != HTML:
		return "", "", failuref(codeWrongKind, "a web page stands inside, perhaps an error message that was saved: download the file again")
	case declared == DOCX || declared == ODT:
		return "", "", failuref(codeDamaged, "the document is damaged: no archive stands inside; save it again")
	}
	return declared, "its name or its server", nil
}

// looksLikeHTML tells a whole page by its first tag, comments aside.
func looksLikeHTML(head []byte) bool {
	text := strings.ToLower(string(head))
	for strings.HasPrefix(text, "<!--") || strings.HasPrefix(text, "<?xml") {
		end := "-->"
		if strings.HasPrefix(text, "<?") {
			end = "?>"
		}
		_, rest, ok := strings.Cut(text, end)
		if !ok {
			return false
		}
		text = strings.TrimSpace(rest)
	}
	return strings.HasPrefix(text, "<!doctype html") || strings.HasPrefix(text, "<html")
}

// sniffZip tells apart the documents that are archives of parts.
func sniffZip(b []byte) (mediaType, how string, err error) {
	archive, err := openArchive(b)
	if err != nil {
		return "", "", err
	}
	switch mime := archive.mimetype(); {
	case mime == ODT || mime == ODT+"-template":
		return ODT, "the type its archive states", nil
	case strings.HasPrefix(mime, "application/vnd.oasis.opendocument.spreadsheet"):
		return "", "", failuref(codeSheet, "a spreadsheet inside: these are not read yet; save the sheets that matter as PDF")
	case strings.HasPrefix(mime, "application/vnd.oasis.opendocument."):
		return "", "", failuref(codeKind, "an OpenDocument file that is no text inside: save it as PDF")
	case strings.HasPrefix(mime, "application/epub"):
		return "", "", failuref(codeKind, "a book (EPUB) inside: save it as PDF")
	}
	for _, f := range archive.files {
		switch dir, _, _ := strings.Cut(f.Name, "/"); {
		case f.Name == "word/document.xml":
			return DOCX, "the parts of its archive", nil
		case f.Name == "content.xml":
			return ODT, "the parts of its archive", nil
		case dir == "xl":
			return "", "", failuref(codeSheet, "a spreadsheet inside: these are not read yet; save the sheets that matter as PDF")
		case dir == "ppt":
			return "", "", failuref(codeKind, "a presentation inside: save it as PDF")
		}
	}
	if archive.find("[Content_Types].xml") != nil {
		return DOCX, "the parts of its archive", nil
	}
	return "", "", failuref(codeWrongKind, "an archive stands inside, and no document that is read: unpack it and load what is in it")
}

// mimetype is what an OpenDocument archive says of itself.
func (a *archive) mimetype() string {
	f := a.find("mimetype")
	if f == nil || f.Method != zip.Store && f.UncompressedSize64 > 1000 {
		return ""
	}
	b, err := a.read("mimetype", 200)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

func utf16le(s string) []byte {
	b := make([]byte, 0, 2*len(s))
	for _, c := range []byte(s) {
		b = append(b, c, 0)
	}
	return b
}
