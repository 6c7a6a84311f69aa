package web

import (
	"fmt"
	"regexp"
	"testing"

	"pgregory.net/rapid"
)

// Whatever colour a town chooses, its words can be read in both schemes.
func TestAnyColourGivesReadableOnes(t *testing.T) {
	vars := regexp.MustCompile(`--([a-z-]+):(#[0-9a-f]{6})`)
	rapid.Check(t, func(t *rapid.T) {
		color := fmt.Sprintf("#%06x", rapid.IntRange(0, 0xffffff).Draw(t, "color"))
		found := vars.FindAllStringSubmatch(theme(color), -1)
		if len(found) != 12 {
			t.Fatalf("%s: %d variables", color, len(found))
		}
		for scheme, backgrounds := range map[int][]rgb{0: {lightPage, lightCard}, 6: {darkPage, darkCard}} {
			c := map[string]rgb{}
			for _, m := range found[scheme : scheme+6] {
				c[m[1]] = parseColor(m[2])
			}
			want := func(what string, a, b rgb) {
				if got := contrast(a, b); got < 4.5 {
					t.Errorf("%s, scheme %d: %s has contrast %.2f", color, scheme, what, got)
				}
			}
			want("text on the town's colour", c["on-town"], c["town"])
			want("text on the accent", c["on-accent"], c["accent"])
			want("text on the soft colour", c["on-soft"], c["soft"])
			want("accent on the soft colour", c["accent"], c["soft"])
			for _, b := range backgrounds {
				want("accent on a background", c["accent"], b)
			}
		}
	})
}

func TestParseColor(t *testing.T) {
	for in, want := range map[string]string{"#1f6f5c": "#1f6f5c", "": defaultColor, "red": defaultColor, "#FFF": defaultColor} {
		if got := parseColor(in).String(); got != want {
			t.Errorf("parseColor(%q) = %s, want %s", in, got, want)
		}
	}
	if got := contrast(white, black); got < 20.99 || got > 21.01 {
		t.Errorf("black on white has contrast %v", got)
	}
}

func TestIsOrigin(t *testing.T) {
	for in, want := range map[string]bool{
		"https://www.ville.fr": true, "http://localhost:8080": true, "https://[::1]:80": true,
		"": false, "https://": false, "ville.fr": false, "https://a b": false, "https://x; script-src *": false, "https://x/path": false, "https://é.fr": false,
	} {
		if got := isOrigin(in); got != want {
			t.Errorf("isOrigin(%q) = %v", in, got)
		}
	}
}
