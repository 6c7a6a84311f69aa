package ingest

import (
	"context"
	"errors"
	"io"
	"strings"

	"golang.org/x/net/html"
)

// Bounds of one web page. The pages of town sites have some thousand tags and a
// few hundred kilobytes.
const (
	htmlBytes  = 6 << 20
	htmlTags   = 150_000 // tags, and stretches of text between them
	htmlAttrs  = 400_000
	htmlCopied = 1 << 30 // bytes that the parser copies to join text that stray tags part
)

// parseHTML parses a page whose size was found to be within the bounds before a
// tree is built of it. The parser itself refuses what is nested deeper than 512.
func parseHTML(ctx context.Context, page string) (*html.Node, error) {
	if len(page) > htmlBytes {
		return nil, failuref(codeTooLong, "a page of more than %d MB: cut it into several", htmlBytes>>20)
	}
	z := html.NewTokenizer(strings.NewReader(page))
	tags, attrs := 0, 0
	run, copied := 0, 0 // text since the last start tag, and what appending it piece by piece costs
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		tags++
		if kind == html.TextToken {
			copied += run
			run += len(z.Raw())
		}
		if kind == html.StartTagToken {
			run = 0
		}
		if kind == html.StartTagToken || kind == html.SelfClosingTagToken {
			_, more := z.TagName()
			for more {
				_, _, more = z.TagAttr()
				attrs++
			}
		}
		if tags > htmlTags || attrs > htmlAttrs || copied > htmlCopied {
			return nil, failuref(codeTooComplex, "a page of more than %d tags: cut it into several", htmlTags)
		}
	}
	root, err := html.Parse(&patientReader{ctx: ctx, from: strings.NewReader(page)})
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && strings.Contains(err.Error(), "exceeds"):
		return nil, failuref(codeTooComplex, "a page whose parts are nested more than 512 deep: save it again, in a plainer form")
	case err != nil && !errors.Is(err, io.EOF):
		return nil, failuref(codeDamaged, "the page cannot be parsed: %v", err)
	}
	return root, nil
}

// patientReader ends a parser's reading when there is no more time.
type patientReader struct {
	ctx  context.Context //nolint:containedctx // a reader has no other way to know
	from io.Reader
}

func (r *patientReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(p)
}
