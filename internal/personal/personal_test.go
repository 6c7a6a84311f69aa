package personal

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMask(t *testing.T) {
	town := func(kind Kind, value string) bool {
		return kind == Phone && value == "0261914000" || kind == Email && value == "mairie@ville.example"
	}
	for text, want := range map[string]string{
		"tel 06 39 98 12 34, merci":                             "tel [téléphone], merci",
		"la mairie au 02.61.91.40.00 ou +33 (0)2 61 91 40 00 ?": "la mairie au 02.61.91.40.00 ou +33 (0)2 61 91 40 00 ?",
		"MAIRIE@ville.example et moi@ville.example":             "MAIRIE@ville.example et [courriel]",
		"secu 1 99 11 2A 004 321 44.":                           "secu [numéro de sécurité sociale].",
		"spi 0798765012472":                                     "spi [numéro fiscal]",
		"3076543210258":                                         "[numéro fiscal]",
		"FR76 9999 9000 0100 0000 1234 537 pour payer":          "[compte bancaire] pour payer",
		"cb 4999 9900 1234 5671 exp 12/28":                      "cb [carte bancaire] exp 12/28",
	} {
		if got, _ := Mask(text, town); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// What only looks like it stays.
func TestMaskLeaves(t *testing.T) {
	for _, text := range []string{
		"", "le 12/05/2026 à 9 h 30", "1 200,50 € ou 12 500 000 €", "cerfa n° 15726*02", "article L. 2213-1",
		"75011 Paris", "SIRET 732 829 320 00074", "siret : 73282932000074", "dossier PC 044 999 26 A0012",
		"arrêté n° 2026-231", "0 800 47 33 33", "appeler le 3919, le 116 000 ou le 39 39", "du 01/09/2026 au 31/08/2027",
		"parcelle AB 1234", "2025-2026", "de 8 h 30 à 12 h et de 13 h 30 à 17 h", "https://ville.example/page?id=0612",
		"09 72 67 50 suivi du département",
	} {
		if got, kinds := Mask(text, func(_ Kind, v string) bool { return v == "0800473333" }); got != text || kinds != nil {
			t.Errorf("%q: %q %v", text, got, kinds)
		}
	}
}

// grouped writes digits in groups of random sizes with one separator, as people do.
func grouped(t *rapid.T, digits string) string {
	separator := rapid.SampledFrom([]string{"", " ", ".", "-", "\u00a0", "\u202f"}).Draw(t, "separator")
	var b strings.Builder
	for i, r := range digits {
		if i > 0 && separator != "" && rapid.IntRange(0, 2).Draw(t, "cut") == 0 {
			b.WriteString(separator)
		}
		b.WriteRune(r)
	}
	return b.String()
}

func drawDigits(t *rapid.T, n int) string {
	return rapid.StringMatching(fmt.Sprintf(`[0-9]{%d}`, n)).Draw(t, "digits")
}

func drawNIR(t *rapid.T) string {
	body := rapid.SampledFrom([]string{"1", "2"}).Draw(t, "sex") + drawDigits(t, 2) +
		fmt.Sprintf("%02d", rapid.IntRange(1, 12).Draw(t, "month")) +
		rapid.SampledFrom([]string{"75", "44", "2A", "2B", "99", "01"}).Draw(t, "department") + drawDigits(t, 6)
	for key := 1; key <= 97; key++ {
		if d := body + fmt.Sprintf("%02d", key); validNIR(d) {
			return d
		}
	}
	t.Fatalf("no key for %s", body)
	return ""
}

func drawIBAN(t *rapid.T) string {
	account := drawDigits(t, 23)
	for key := 2; key <= 98; key++ {
		if code := fmt.Sprintf("FR%02d%s", key, account); validIBAN(code) {
			return code
		}
	}
	t.Fatalf("no key for %s", account)
	return ""
}

func drawCard(t *rapid.T) string {
	body := rapid.SampledFrom([]string{"4", "51", "2221", "37"}).Draw(t, "issuer")
	body += drawDigits(t, 15-len(body))
	for last := range 10 {
		if d := fmt.Sprintf("%s%d", body, last); validLuhn(d) {
			return d
		}
	}
	return ""
}

func drawSPI(t *rapid.T) string {
	body := rapid.SampledFrom([]string{"0", "1", "2", "3"}).Draw(t, "first") + drawDigits(t, 8) + "1"
	var n int
	_, _ = fmt.Sscan(body, &n)
	var v int64
	for _, r := range body {
		v = v*10 + int64(r-'0')
	}
	return fmt.Sprintf("%s%03d", body, v%511)
}

// Any number with its checksum, and any telephone number, is masked as one, in
// any text around it and with any separator; nothing else changes.
func TestMaskFindsAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before := rapid.SampledFrom([]string{"", "bonjour, ", "mon numéro : ", "le 12/05/2026, ", "« ", "payé 3,70 € ; "}).Draw(t, "before")
		after := rapid.SampledFrom([]string{"", ".", ", merci", " est-il bon ?", " »", "\nPrix : 12 €"}).Draw(t, "after")
		var written string
		var want Kind
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			want, written = NIR, grouped(t, drawNIR(t))
		case 1:
			code := drawIBAN(t)
			want, written = IBAN, code[:2]+grouped(t, code[2:])
		case 2:
			want, written = Tax, drawSPI(t)
		case 3:
			card := drawCard(t)
			separator := rapid.SampledFrom([]string{"", " ", "-", "."}).Draw(t, "separator")
			want, written = Card, strings.Join([]string{card[:4], card[4:8], card[8:12], card[12:]}, separator)
		case 4:
			phone := "0" + rapid.SampledFrom([]string{"1", "2", "3", "4", "5", "6", "7", "9"}).Draw(t, "zone") + drawDigits(t, 8)
			separator := rapid.SampledFrom([]string{"", " ", ".", "-", "/", "\u00a0", " . "}).Draw(t, "separator")
			written = strings.Join([]string{phone[:2], phone[2:4], phone[4:6], phone[6:8], phone[8:]}, separator)
			written = rapid.SampledFrom([]string{written, "+33 " + written[1:], "0033" + written[1:], "+33 (0)" + written[1:]}).Draw(t, "prefix")
			want = Phone
		default:
			want, written = Email, rapid.StringMatching(`[a-z]{1,8}[.+_-]?[A-Z0-9]{1,5}@[a-z]{2,9}(-[a-z]{1,3})?\.(fr|example|org)`).Draw(t, "email")
		}
		got, kinds := Mask(before+written+after, nil)
		if want == NIR || want == Tax || want == Card {
			// One in hundreds of a kind has the checksum of another, too.
			if len(kinds) != 1 || got != before+kinds[0].token()+after {
				t.Fatalf("%q: %q %v", before+written+after, got, kinds)
			}
			return
		}
		if got != before+want.token()+after || !slices.Equal(kinds, []Kind{want}) {
			t.Fatalf("%q: %q %v", before+written+after, got, kinds)
		}
	})
}

func FuzzMask(f *testing.F) {
	for _, s := range []string{"06 39 98 12 34", "a@b.c", "FR76", "1 85 01 75 999 123 58", "\xff+33", "secu 2A", "cb 1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		masked, kinds := Mask(text, nil)
		if (masked == text) != (len(kinds) == 0) {
			t.Errorf("%q: %q %v", text, masked, kinds)
		}
		if again, more := Mask(masked, nil); again != masked || more != nil {
			t.Errorf("%q: %q, then %q", text, masked, again)
		}
		if kept, _ := Mask(text, func(Kind, string) bool { return true }); len(kinds) == 0 && kept != text {
			t.Errorf("%q: known numbers change it: %q", text, kept)
		}
	})
}

func BenchmarkMask(b *testing.B) {
	text := strings.Repeat("rendez-vous le 12/05/2026 à 9 h 30 pour 1 200,50 €, tel 06 39 98 12 34 ; ", 30)[:2000]
	for b.Loop() {
		Mask(text, nil)
	}
}
