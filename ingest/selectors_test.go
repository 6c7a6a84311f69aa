package ingest

import (
	"strings"
	"testing"
)

const selectorPage = `<html><body><h1>Mairie</h1><div class="a"><p>Le guichet est au rez-de-chaussée.</p><p class="x">Bandeau</p></div>
<div class="b"><p>Un second bloc qui n'est pas pris.</p></div></body></html>`

func TestSelectorsChooseTheContent(t *testing.T) {
	e, err := NewHTMLExtractor(Selectors{Include: []string{"h1", ".a"}, Exclude: []string{"p.x"}})
	if err != nil {
		t.Fatal(err)
	}
	x, err := extract(t.Context(), e, Input{Name: "a.html", Bytes: []byte(selectorPage)})
	if err != nil {
		t.Fatal(err)
	}
	text := whole(x)
	if !strings.Contains(text, "guichet est au") || strings.Contains(text, "Bandeau") || strings.Contains(text, "second bloc") {
		t.Errorf("read: %s", text)
	}
	if len(x.Dropped) != 1 || x.Dropped[0].Words != 1 {
		t.Errorf("dropped: %+v", x.Dropped)
	}
	if e.Version() == (HTMLExtractor{}).Version() {
		t.Error("other selectors have the same version")
	}
}

func TestSelectorsThatMatchNothingAreNoted(t *testing.T) {
	e, err := NewHTMLExtractor(Selectors{Include: []string{".absent"}})
	if err != nil {
		t.Fatal(err)
	}
	x, err := extract(t.Context(), e, Input{Name: "a.html", Bytes: []byte(selectorPage)})
	if err != nil || len(x.Notes) != 1 || !strings.Contains(whole(x), "guichet") {
		t.Errorf("%+v, %v", x, err)
	}
}

func TestInvalidSelectorIsTold(t *testing.T) {
	_, err := NewHTMLExtractor(Selectors{Exclude: []string{".ok", "div["}})
	if err == nil || !strings.Contains(err.Error(), `"div["`) {
		t.Errorf("error %v", err)
	}
}
