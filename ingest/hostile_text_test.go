package ingest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLargeTextFiles holds text, tables and what else is read whole to the bounds,
// at the size of the largest file that is read at all and at that of the largest
// that is let in.
func TestLargeTextFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("makes files of 50 MB")
	}
	// fill repeats a line up to a size.
	fill := func(head, line string, size int) []byte {
		return append([]byte(head), bytes.Repeat([]byte(line), (size-len(head))/len(line))...)
	}
	columns := func(n int, name string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, ";%s%d", name, i)
		}
		return b.String()[1:] + "\n"
	}
	const all, most = 50 << 20, textBytes
	cp := func(s string) string { return string(bytes.ReplaceAll([]byte(s), []byte("é"), []byte{0xE9})) }
	for _, c := range []struct {
		name string
		made func() []byte
		code string
	}{
		{"wide.csv", func() []byte { return fill(columns(200, "c"), strings.Repeat("1;", 199)+"1\n", all) }, codeTooLong},
		{"narrow.csv", func() []byte { return fill("a;b\n", "1;2\n", all) }, codeTooLong},
		{"cp1252.csv", func() []byte { return fill(cp("Rue;Été\n"), cp("Allée des Prés;mardi\n"), all) }, codeTooLong},
		{"paragraphs.txt", func() []byte { return fill("", "a\n\n", all) }, codeTooLong},
		{"list.txt", func() []byte { return fill("", "- un mot\n", all) }, codeTooLong},
		{"cp1252.txt", func() []byte { return fill("", cp("L'été à la mairie. "), all) }, codeTooLong},
		{"long.md", func() []byte { return fill("", "- un mot\n", all) }, codeTooLong},

		{"wide-let-in.csv", func() []byte { return fill(columns(200, "c"), strings.Repeat("1;", 199)+"1\n", most) }, codeTooLong},
		{"cells-let-in.csv", func() []byte { return fill(columns(20, "c"), strings.Repeat("1;", 19)+"1\n", 300<<10) }, ""},
		{"empty-cells.csv", func() []byte { return fill(columns(200, "c"), strings.Repeat(";", 199)+"\n", most) }, codeTooLong},
		{"one-row.csv", func() []byte { return fill("a;b\n", ";", most) }, codeTooLong},
		{"quoted-row.csv", func() []byte { return fill("a;b\n", "\"\n\";", most) }, codeTooLong},
		{"long-names.csv", func() []byte {
			return fill(columns(200, strings.Repeat("n", 5000)), strings.Repeat("1;", 199)+"1\n", 2<<20)
		}, codeTable},
		{"names-again.csv", func() []byte {
			return fill(columns(200, strings.Repeat("n", 90)), strings.Repeat("1;", 199)+"1\n", 1<<20)
		}, codeTooLong},
		{"many-groups.csv", func() []byte {
			var b bytes.Buffer
			b.WriteString("Rue;Jour\n")
			for i := range 90_000 {
				fmt.Fprintf(&b, "rue %d;mardi matin\n", i)
			}
			return b.Bytes()
		}, codeTooLong},
		{"streets.csv", func() []byte {
			var b bytes.Buffer
			b.WriteString("Rue;Jour;Bac\n")
			for i := range 15_000 {
				fmt.Fprintf(&b, "rue %d;mardi matin;gris\n", i)
			}
			return b.Bytes()
		}, ""},
		{"one-group.csv", func() []byte { return fill("Rue;Jour\n", "rue Haute;mardi matin, sauf fériés\n", 3<<20) }, ""},
		{"paragraphs-let-in.md", func() []byte { return fill("", "A\n\n", 4<<20-10) }, codeTooLong},
		{"lines-let-in.md", func() []byte { return fill("", "- une chose\n", 1<<20) }, ""},
		{"lines-let-in.txt", func() []byte { return fill("", "A\n\n", most) }, codeTooLong},
		{"list-let-in.txt", func() []byte { return fill("", "- une chose de la mairie\n", 2<<20) }, ""},
		{"sentences-let-in.txt", func() []byte { return fill("", "A. ", 4<<20-10) }, ""},
		{"cp1252-let-in.txt", func() []byte { return fill("", cp("é. A "), most) }, codeTooLong},
		{"compounds-let-in.txt", func() []byte { return fill("", "a-b ", 4<<20-10) }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := hostile(t, c.name, c.made()); codeOf(err) != c.code {
				t.Errorf("code %q, want %q (%v)", codeOf(err), c.code, err)
			}
		})
	}
}

// TestLargeSourceFiles holds sources of one file to the same.
func TestLargeSourceFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("makes files of 50 MB")
	}
	numbered := func(head, each, tail string, size int) []byte {
		var b bytes.Buffer
		b.WriteString(head)
		for i := 0; b.Len() < size; i++ {
			b.WriteString(strings.ReplaceAll(each, "#", fmt.Sprint(i)))
		}
		b.WriteString(tail)
		return b.Bytes()
	}
	const icsHead, icsTail = "BEGIN:VCALENDAR\nVERSION:2.0\n", "END:VCALENDAR\n"
	const begun = "BEGIN:VEVENT\nUID:#\nDTSTART:20261201T100000Z\nSUMMARY:Fête\n"
	const feedHead, feedTail = `<?xml version="1.0"?><rss version="2.0"><channel><title>x</title><link>https://v.fr/</link>`, "</channel></rss>"
	for _, c := range []struct {
		kind, settings, name string
		made                 func(size int) []byte
		sizes                []int
		code                 string
	}{
		{KindCalendar, "", "events", func(n int) []byte { return numbered(icsHead, begun+"END:VEVENT\n", icsTail, n) }, []int{49 << 20, calendarBytes - 100}, codeTooLong},
		{KindCalendar, "", "allowed", func(n int) []byte {
			return numbered(icsHead, begun+"DESCRIPTION:"+strings.Repeat("mot ", 200)+"\nEND:VEVENT\n", icsTail, n)
		}, []int{calendarBytes - 2000}, ""},
		{KindCalendar, "", "properties", func(n int) []byte {
			return numbered(icsHead+strings.ReplaceAll(begun, "#", "1"), "A:b\n", "END:VEVENT\n"+icsTail, n)
		}, []int{49 << 20, calendarBytes - 100}, codeTooLong},
		{KindCalendar, "", "lines", func(n int) []byte {
			return numbered(icsHead+strings.ReplaceAll(begun, "#", "1"), "A:b\n", "END:VEVENT\n"+icsTail, n)
		}, []int{1500 << 10}, ""},
		{KindCalendar, "", "parameters", func(n int) []byte {
			return numbered(icsHead+strings.ReplaceAll(begun, "#", "1")+"A", ";X=1", ":b\nEND:VEVENT\n"+icsTail, n)
		}, []int{calendarBytes - 100}, codeCalendar},
		{KindCalendar, "", "dates", func(n int) []byte {
			return numbered(icsHead+strings.ReplaceAll(begun, "#", "1")+"EXDATE:20261201", ",20261201", "\nEND:VEVENT\n"+icsTail, n)
		}, []int{calendarBytes - 100}, ""},
		{KindFeed, "", "entries", func(n int) []byte {
			return numbered(feedHead, "<item><title>t#</title><link>https://v.fr/#</link><description>d</description></item>", feedTail, n)
		}, []int{49 << 20}, codeTooLong},
		{KindFeed, "", "entries let in", func(n int) []byte {
			return numbered(feedHead, "<item><title>t#</title><link>https://v.fr/#</link><description>d</description></item>", feedTail, n)
		}, []int{feedBytes - 200}, ""},
		{KindFeed, "", "tags", func(n int) []byte { return numbered(feedHead+"<item><title>t</title>", "<a/>", "</item>"+feedTail, n) }, []int{feedBytes - 200}, ""},
		{KindFeed, "", "allowed", func(n int) []byte {
			return numbered(feedHead, "<item><title>t#</title><link>https://v.fr/#</link><description>"+strings.Repeat("mot ", 500)+"</description></item>", feedTail, n)
		}, []int{feedBytes - 3000}, ""},
		{KindCSV, "", "rows", func(n int) []byte { return numbered("Rue;Jour\n", "rue #;mardi\n", "", n) }, []int{49 << 20, textBytes - 100}, codeTooLong},
		{KindCSV, `{"title": "Rue"}`, "documents", func(n int) []byte {
			return numbered("Rue;"+strings.Repeat("n", 15_000)+"\n", "rue #;mardi\n", "", n)
		}, []int{1 << 20}, codeTooLong},
	} {
		for _, size := range c.sizes {
			name := fmt.Sprintf("%s %s %d", c.kind, c.name, size>>20)
			t.Run(name, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "file."+c.kind)
				if err := os.WriteFile(path, c.made(size), 0o600); err != nil {
					t.Fatal(err)
				}
				err := bounded(t, name, func() error {
					s, err := OpenSource(c.kind, path, []byte(c.settings), Dependencies{})
					if err != nil {
						return err
					}
					l, err := s.List(t.Context())
					for _, item := range l.Items[:min(len(l.Items), 3)] {
						if err == nil {
							_, err = readItemWhole(t.Context(), item)
						}
					}
					return err
				})
				if codeOf(err) != c.code && (c.code != codeTooLong || codeOf(err) != codeTooLarge) {
					t.Errorf("code %q, want %q (%v)", codeOf(err), c.code, err)
				}
			})
		}
	}
}

func readItemWhole(ctx context.Context, item Item) (Extracted, error) {
	r, err := item.Open(ctx)
	if err != nil {
		return Extracted{}, err
	}
	defer func() { _ = r.Close() }()
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		return Extracted{}, err
	}
	return extract(ctx, item.Extractor, Input{Name: item.Key, MediaType: item.MediaType, Bytes: b.Bytes()})
}

// TestReadersOfTextGiveUp holds the readers to the time that they are given.
func TestReadersOfTextGiveUp(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, e := range map[string]Extractor{"a.txt": PlainExtractor{}, "a.csv": CSVExtractor{}, "a.md": MarkdownExtractor{}} {
		if _, err := e.Extract(ended, Input{Name: name, Bytes: []byte("Rue;Jour\nrue Haute;mardi\n")}); err == nil {
			t.Errorf("%s was read after its time was over", name)
		}
	}
}
