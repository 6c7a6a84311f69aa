package web

import (
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strconv"
)

// A town chooses one colour, whatever it is. What the pages need are colours
// that can be read, so they are derived from it here: the town's colour itself
// for broad surfaces, with black or white text, and an accent, darkened or
// lightened until links and buttons made of it stand out from the page by the
// contrast that WCAG AA asks for.

const defaultColor = "#0b5563"

// rgb is an sRGB colour, each channel in [0, 1].
type rgb struct{ r, g, b float64 }

var hexColor = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// parseColor reads "#rrggbb", and takes the default colour for anything else.
func parseColor(s string) rgb {
	if !hexColor.MatchString(s) {
		s = defaultColor
	}
	n, _ := strconv.ParseUint(s[1:], 16, 32) // the pattern has checked it
	return rgb{float64(n>>16&255) / 255, float64(n>>8&255) / 255, float64(n&255) / 255}
}

func (c rgb) String() string {
	ch := func(v float64) int { return int(math.Round(v * 255)) }
	return fmt.Sprintf("#%02x%02x%02x", ch(c.r), ch(c.g), ch(c.b))
}

// mix is c with a share of d in it.
func (c rgb) mix(d rgb, share float64) rgb {
	m := func(a, b float64) float64 { return a + (b-a)*share }
	return rgb{m(c.r, d.r), m(c.g, d.g), m(c.b, d.b)}
}

// luminance is WCAG's relative luminance.
func (c rgb) luminance() float64 {
	l := func(v float64) float64 {
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*l(c.r) + 0.7152*l(c.g) + 0.0722*l(c.b)
}

// contrast is WCAG's contrast ratio, from 1 to 21.
func contrast(c, d rgb) float64 {
	a, b := c.luminance(), d.luminance()
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}

var (
	white = rgb{1, 1, 1}
	black = rgb{}
)

// readableOn is white or black, whichever is better read on c: one of them
// always reaches 4.5.
func readableOn(c rgb) rgb {
	if contrast(c, white) >= contrast(c, black) {
		return white
	}
	return black
}

// reach mixes target into c until the contrast with every background is at
// least ratio.
func reach(c, target rgb, ratio float64, backgrounds ...rgb) rgb {
	for share := 0.0; share < 1; share += 0.02 {
		m := parseColor(c.mix(target, share).String()) // as it will be rounded
		ok := true
		for _, b := range backgrounds {
			ok = ok && contrast(m, b) >= ratio
		}
		if ok {
			return m
		}
	}
	return target
}

// Backgrounds of the pages; base.css has the same.
var (
	lightPage, lightCard = parseColor("#f6f5f2"), white
	darkPage, darkCard   = parseColor("#14181c"), parseColor("#1e242a")
)

// theme is the style sheet of one colour.
func theme(color string) string {
	c := parseColor(color)
	softLight := lightCard.mix(c, 0.10)
	softDark := darkCard.mix(c, 0.22)
	light := reach(c, black, 4.8, lightPage, lightCard, softLight)
	dark := reach(c, white, 4.8, darkPage, darkCard, softDark)
	vars := func(accent, soft, ink rgb) string {
		return fmt.Sprintf("--town:%s;--on-town:%s;--accent:%s;--on-accent:%s;--soft:%s;--on-soft:%s",
			c, readableOn(c), accent, readableOn(accent), soft, reach(ink, readableOn(soft), 7, soft))
	}
	return fmt.Sprintf(":root{%s}\n@media (prefers-color-scheme:dark){:root{%s}}\n",
		vars(light, softLight, parseColor("#1c2126")), vars(dark, softDark, parseColor("#e9ebed")))
}

// themeURL is the address of a town's style sheet: its content depends on the
// address alone, so that browsers keep it for ever.
func (s *server) themeURL(color string) string {
	return "/theme/" + parseColor(color).String()[1:] + "/" + s.assets.version + ".css"
}

func (s *server) themeCSS(w http.ResponseWriter, r *http.Request) {
	color := "#" + r.PathValue("color")
	if !hexColor.MatchString(color) {
		s.notFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", immutable)
	_, _ = w.Write([]byte(theme(color)))
}
