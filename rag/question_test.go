package rag

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func TestValidateQuestion(t *testing.T) {
	pasted := "  L'e\u0301cole\u00a0?\r\n\tOui\u200b "
	for q, want := range map[string]string{
		pasted:                          "L'école ? Oui",
		strings.Repeat("é", 2000) + " ": strings.Repeat("é", 2000),
		"24":                            "24",
		"la\x07 pis\x1bcine\x7f":        "la piscine",
		"pisc\u0080ine\vle\fmardi":      "piscine le mardi",
		"e\u200b\u0301tat civil":        "état civil",
	} {
		if got, err := ValidateQuestion(q); err != nil || got != want {
			t.Errorf("%q: %q, %v, want %q", q, got, err, want)
		}
	}
	for _, q := range []string{"Où est la mairie\x00 ?", "\x00", "a\xffb"} {
		if got, err := ValidateQuestion(q); !errors.Is(err, ErrBinaryQuestion) {
			t.Errorf("%q: %q, %v, want that it is no text", q, got, err)
		}
	}
}

func FuzzValidateQuestion(f *testing.F) {
	for _, q := range []string{"Où est la mairie ?", "a\x00b", "a\x01b", "e\u200b\u0301", "\u2000a\u0085b", "\ufffd a", "a\xff"} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, q string) {
		got, err := ValidateQuestion(q)
		if err != nil {
			if got != "" {
				t.Errorf("%q is refused and gives %q", q, got)
			}
			return
		}
		if strings.ContainsFunc(got, unicode.IsControl) || !norm.NFC.IsNormalString(got) || utf8.RuneCountInString(got) > MaxQuestion {
			t.Errorf("%q gives %q", q, got)
		}
		if again, err := ValidateQuestion(got); err != nil || again != got {
			t.Errorf("%q gives %q, and that %q, %v", q, got, again, err)
		}
	})
}

func TestNormaliseTellsWhatItChanged(t *testing.T) {
	for q, want := range map[string]Normalised{
		"la piscine":                         {Text: "la piscine"},
		"la piscine\U000e0049\U000e0067":     {Text: "la piscine", Removed: 2},
		"la \u202ep\u200bis\u2066cine\ufe0f": {Text: "la piscine", Removed: 4},
		"la p\u0456s\u0441ine":               {Text: "la piscine", Replaced: 2},
		"\u0434\u043e\u043c":                 {Text: "\u0434\u043e\u043c"}, // Cyrillic through and through
		"ｌａ　ｐｉｓｃｉｎｅ　１２":                      {Text: "la piscine 12"},
		"½ m²": {Text: "½ m²"},
	} {
		if got, err := Normalise(q); err != nil || got != want {
			t.Errorf("%q: %+v, %v, want %+v", q, got, err, want)
		}
	}
}
