package ingest

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"guichet/corpus"
)

func TestRelativeLinksOfAMarkdownFile(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "site")
	for name, content := range map[string]string{
		"site/vie/cantine.md": "---\ntitle: Cantine\n---\n\n# Cantine\n\nVoir les [tarifs](tarifs.md), la [grille](../grille.pdf#page=2), le [menu](menu.pdf), " +
			"encore le [menu](menu.pdf), la [page d'école](ecole.html), le [sport](sport/), la [crèche](cr%C3%A8che.md?a=1) et le [plan][p].\n\n" +
			"[p]: ../plans/centre.md\n\nPas de fichier : [site](https://ville.example/x), [autre](//ville.example/y), [ici](#haut), [rien](), " +
			"[courriel](mailto:a@ville.example), [racine](/accueil), [dehors](../../secret.md), `[code](code.md)`.\n",
		"site/vie/tarifs.md":  "x",
		"site/vie/ecole.md":   "x",
		"site/vie/crèche.md":  "x",
		"site/vie/sport/a.md": "x",
		"site/grille.pdf":     "x",
		"secret.md":           "x",
	} {
		at := filepath.Join(parent, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(at), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	src := corpus.SourceRef{Kind: KindFolder, URI: dir}
	got := CheckRelativeLinks(src, "vie/cantine.md", "")
	if want := []string{"menu.pdf", "../plans/centre.md"}; !slices.Equal(got.Missing, want) || got.Addresses != nil {
		t.Errorf("without an address: %+v, want %q missing", got, want)
	}
	got = CheckRelativeLinks(src, "vie/cantine.md", "https://ville.example/vie/cantine/")
	want := []string{
		"https://ville.example/vie/cantine/menu.pdf", "https://ville.example/accueil",
		"https://ville.example/secret.md", "https://ville.example/vie/plans/centre.md",
	}
	slices.Sort(want)
	slices.Sort(got.Addresses)
	if !slices.Equal(got.Addresses, want) || got.Missing != nil {
		t.Errorf("with an address: %+v, want %q to ask for", got, want)
	}
	for _, other := range []struct {
		src corpus.SourceRef
		key string
	}{
		{src, "vie/nulle-part.md"},
		{src, "../secret.md"},
		{src, "grille.pdf"},
		{corpus.SourceRef{Kind: KindFolder, URI: dir + "-elsewhere"}, "vie/cantine.md"},
		{corpus.SourceRef{Kind: KindWebsite, URI: dir}, "vie/cantine.md"},
	} {
		if got := CheckRelativeLinks(other.src, other.key, ""); got.Addresses != nil || got.Missing != nil {
			t.Errorf("%+v: %+v", other, got)
		}
	}
}
