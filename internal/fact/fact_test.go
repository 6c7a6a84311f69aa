package fact

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"guichet/internal/almanac"
)

func keys(text, language string) []string {
	var out []string
	for _, f := range Parse(text, language) {
		key := f.Key()
		switch {
		case f.Implied:
			key = "~" + key
		case f.Bound == Less:
			key = "<" + key
		case f.Bound == More:
			key = ">" + key
		}
		out = append(out, key)
	}
	return out
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ language, text, want string }{
		{"fr", "Ouvert de 9h30 à 12 h 00, et à 17 heures", "time 9:30; range time 9:30..12:00; time 12:00; time 17:00"},
		{"fr", "de 9 à 12 h", "time 9:00; range time 9:00..12:00; time 12:00"},
		{"fr", "12 h - 13 h 45 et 17 h – 20 h", "time 12:00; range time 12:00..13:45; time 13:45; time 17:00; range time 17:00..20:00; time 20:00"},
		{"en", "open 9:30 am to 2:30 p.m. and at 5 pm", "time 9:30; range time 9:30..14:30; time 14:30; time 17:00"},
		{"fr", "à midi ou neuf heures trente, l'après-midi", "time 12:00; time 9:30"},
		{"fr", "Tél. : 01.23.45.67.89 ou +33 1 23 45 67 89, 0033 1 23 45 67 89", "phone 0123456789; phone 0123456789; phone 0123456789"},
		{"fr", "le 0 800 12 34 56, le 39 39, le 3919 ou le 115", "phone 0800123456; phone 3939; number 3919; number 115"},
		{"fr", "116 117", "number 116117"},
		{"fr", "1 234,50 € soit 1.234,5 euros ; 0,80 € ; 12 euros 50 ; trois euros", "amount 1234.5; amount 1234.5; amount 0.8; amount 12.5; amount 3"},
		{"en", "€1,200.50, 1,200.5 euros", "amount 1200.5; amount 1200.5"},
		{"fr", "58 % ou cinq pour cent", "percent 58; percent 5"},
		{"fr", "le 12 mai 2026, les 1er et 3 juin, 12/05/26, 2026-05-12", "date 12/5; year 2026; date 1/6; date 3/6; date 12/5; year 2026; date 12/5; year 2026"},
		{"en", "March 3, 2027 and the 3rd of May; You may march on", "date 3/3; year 2027; date 3/5"},
		{"fr", "du lundi 4 au dimanche 17 janvier 2027", "weekday 1; date 4/1; range date 4/1..17/1; weekday 7; date 17/1; year 2027"},
		{"fr", "du lundi au jeudi", "weekday 1; ~weekday 2; ~weekday 3; range weekday 1..4; weekday 4"},
		{"fr", "le premier lundi de mars, le dernier samedi du mois", "moment 1 of 1; month 3; moment -1 of 6"},
		{"fr", "trois mois, 3 semaines, un an, six à huit jours", "duration 3 month; duration 3 week; duration 1 year; duration 6 day; range duration 6 day..8 day; duration 8 day"},
		{"fr", "les enfants de 3 à 5 ans, de moins de 10 ans, les 18 ans et plus", "duration 3 year; range duration 3 year..5 year; duration 5 year; <duration 10 year; >duration 18 year"},
		{"fr", "24 passages par an et 2 m³ par jour, 2,10 m de haut, 15 mètres cubes", "number 24; rate year; measure 2 m3; rate day; measure 2.1 m; measure 15 m3"},
		{"fr", "dix-huit, quatre-vingt-dix, vingt et un, soixante-quinze, deux cent trois, une douzaine", "number 18; number 90; number 21; number 75; number 203; number 12"},
		{"en", "twenty-one and one hundred and five", "number 21; number 105"},
		{"fr", "un badge, une photo, deux photos", "number 2"},
		{"fr", "12 bis, rue des Lilas ; 4 avenue de la Base-de-Loisirs ; place de la Halle", "address 12bis rue lilas; address 4 avenue base loisirs; street place halle"},
		{"fr", "av. des Tisserands, rue du 8 mai 1945, 180 places", "street avenue tisserands; street rue 8 5 1945; number 180"},
		{"fr", "cerfa n° 12345*01, art. L. 211-1 du code, article 1240, L.211-1-2", "form 12345*01; law l211-1; law 1240; law l211-1-2"},
		{"fr", "https://www.ville.fr/aide. Mairie@ville.fr, www.ville.fr et ville.example", "url ville.fr/aide; email mairie@ville.fr; url ville.fr; url ville.example"},
		{"fr", "au 2e étage, le troisième enfant, dans un premier temps", "ordinal 2; ordinal 3"},
		{"fr", "1. Venez avec 2 photos\n2) Signez", "number 2"},
		{"fr", "en 2026-2027, arrêté 2026-231, fiche F10007", "year 2026; range year 2026..2027; year 2027; code 2026-231; code f10007"},
		{"fr", "1O,5O € et ３ mois et ٣ mois et 3\u200b0 €", "amount 10.5; duration 3 month; duration 3 month; amount 30"},
		{"fr", "jusqu'au 30 juin, à partir de 9 h, avant 9 h", "<date 30/6; >time 9:00; <time 9:00"},
		{"fr", "à moitié prix, demi-journée, un quart d'heure", "fraction 1/2; duration 0.5 day; duration 15 minute"},
		{"fr", "entre 10 et 20 €", "amount 10; range amount 10..20; amount 20"},
		{"fr", "ouvert le week-end", "weekday 6; weekday 7"},
		{"fr", "lun. au ven., le mar. et le jeu.", "weekday 1; ~weekday 2; ~weekday 3; ~weekday 4; range weekday 1..5; weekday 5; weekday 2; weekday 4"},
		{"fr", "lun-sam, mer. 9 h, jeu. 12 mars", "weekday 1; ~weekday 2; ~weekday 3; ~weekday 4; ~weekday 5; range weekday 1..6; weekday 6; weekday 3; time 9:00; weekday 4; date 12/3"},
		{"fr", "du 24 déc. au 4 janv. 2027, le 1er sept. et le 3 oct, en févr. 2027, 15 juil.", "date 24/12; range date 24/12..4/1; date 4/1; year 2027; date 1/9; date 3/10; month 2; year 2027; date 15/7"},
		{"fr", "Au bord de la mer. C'est un jeu. Ils sont sept. Sam joue, oct, mar et nov.", "number 7; month 11"},
		{"fr", "la mer et le jeu, sept au jeu", "number 7"},
		{"en", "Mon-Fri, Sept. 15, 24 Dec. 2026, sat on the sun.", "weekday 1; ~weekday 2; ~weekday 3; ~weekday 4; range weekday 1..5; weekday 5; date 15/9; date 24/12; year 2026"},
		{"fr", "2 millions d'euros, 1,5 milliard, dix mille euros, 10 mille habitants, 300 k€, 2,25 M€, 3 Md€, 2 millions", "amount 2000000; number 1500000000; amount 10000; number 10000; amount 300000; amount 2250000; amount 3000000000; number 2000000"},
		{"fr", "un million d'euros, deux millions de m², 3 m, 2 mille mètres", "amount 1000000; measure 2000000 m2; measure 3 m; measure 2000 m"},
		{"en", "2 million euros, 1.5 billion, two million, 3 thousand", "amount 2000000; number 1500000000; number 2000000; number 3000"},
		{"fr", "vingt-et-un euros, le trente-et-un décembre, vingt-et-une heures, soixante-et-onze, soixante et onze, quatre-vingt-un, cinquante-et-un-mille", "amount 21; date 31/12; time 21:00; number 71; number 71; number 81; number 51000"},
		{"fr", "vingt et deux, trente-et-trois, cent-vingt-et-un jours, vingt-deux", "number 20; number 2; number 30; number 3; duration 121 day; number 22"},
		{"fr", "inférieur ou égal à 900 €, supérieures ou égales à 3 m, égal ou supérieur à 5 €, au-dessus de 4 €, en dessous du 3 mars", "<amount 900; >measure 3 m; >amount 5; >amount 4; <date 3/3"},
		{"fr", "dès l'âge de 3 ans, jusqu'à l'âge de 12 ans, ne dépasse pas 9 €, dépasse 9 €, 12 enfants ou moins, 2 repas et plus de 3 goûters", ">duration 3 year; <duration 12 year; <amount 9; >amount 9; <number 12; number 2; >number 3"},
		{"en", "less than or equal to 5 euros, exceeding 3 m, 12 children or fewer, up to the age of 12 years", "<amount 5; >measure 3 m; <number 12; <duration 12 year"},
		{"fr", "midi et demi, minuit et demi, dix heures moins le quart, neuf heures et quart, 9 h et demie, 9 heures moins dix, midi moins cinq", "time 12:30; time 0:30; time 9:45; time 9:15; time 9:30; time 8:50; time 11:55"},
		{"fr", "de midi et quart à 9 h moins le quart, à midi et le soir, 9 h moins 3 euros, minuit moins le quart", "time 12:15; range time 12:15..8:45; time 8:45; time 12:00; time 9:00; amount 3; time 23:45"},
		{"en", "a quarter to nine, half past two, half past two p.m., noon, midnight, midday, ten minutes past 3 pm, quarter past noon, nine to five", "time 8:45; time 2:30; time 14:30; time 12:00; time 0:00; time 12:00; time 15:10; time 12:15; number 9; range number 9..5; number 5"},
		{"en", "15 minutes to 3 hours, each quarter to pay, a half hour", "duration 15 minute; range duration 15 minute..3 hour; duration 3 hour; rate quarter; fraction 1/2"},
		{"fr", "50 centimes, 5 centimes, 2 euros et cinq centimes, 1 euro 50 centimes, 12 euros 50", "amount 0.5; amount 0.05; amount 2.05; amount 1.5; amount 12.5"},
		{"fr", "le premier mars 2027, 15-03-2027, 15/03/2027, le premier lundi, le premier étage, 01-23-45", "date 1/3; year 2027; date 15/3; year 2027; date 15/3; year 2027; moment 1 of 1; ordinal 1; number 1; range number 1..23; number 23; range number 23..45; number 45"},
		{"fr", "les deux tiers, un tiers, trois quarts du prix, le quart du prix, art. 16 bis, article 16 ter", "fraction 2/3; fraction 1/3; fraction 3/4; fraction 1/4; law 16bis; law 16ter"},
		{"fr", "12 rue des lilas, 3 rue du général Leclerc, dans la rue des lilas, 12 rue", "address 12 rue lilas; address 3 rue general leclerc; number 12"},
		{"fr", "Le camion passe le mercredi, au plus tôt le 3 mars, dépasse les 5 €, ne dépassent pas les 6 €", "weekday 3; >date 3/3; >amount 5; <amount 6"},
		{"de", "3 Monate, 12,50 €, 9:30", "number 3; amount 12.5; time 9:30"},
		{"fr", "Rien du tout. P. ex. ceci, cela.", ""},
	} {
		if got := strings.Join(keys(c.text, c.language), "; "); got != c.want {
			t.Errorf("%s %q:\n got %s\nwant %s", c.language, c.text, got, c.want)
		}
	}
}

func TestStatedBy(t *testing.T) {
	one := func(text string) Fact { return Parse(text, "fr")[0] }
	for _, c := range []struct {
		said, stated string
		want         bool
	}{
		{"9h30", "9 h 30", true},
		{"9h30", "9 h 00", false},
		{"3 mois", "trois mois", true},
		{"3 mois", "3 semaines", false},
		{"3919", "39 19", true},
		{"en mars", "le 3 mars", true},
		{"le 3 mars", "en mars", false},
		{"www.ville.fr", "ville.fr/aide", true},
		{"ville.fr/aide", "ville.fr", false},
		{"ville.fr", "ville.fraude.fr", false},
		{"place de la Halle", "1 place de la Halle", true},
		{"2 place de la Halle", "1 place de la Halle", false},
		{"cerfa n° 12345", "cerfa 12345*01", true},
		{"2 heures", "2 hours", true},
	} {
		stated := Parse(c.stated, "fr")
		if c.stated == "2 hours" {
			stated = Parse(c.stated, "en")
		}
		if got := one(c.said).StatedBy(stated[0]); got != c.want {
			t.Errorf("%q by %q: %v", c.said, c.stated, got)
		}
	}
}

// Every way to write a value is read as that value.
func TestEveryWayToWriteAValue(t *testing.T) {
	space := rapid.SampledFrom([]string{" ", "\u00a0", "\u202f", "\u2009"})
	before := rapid.SampledFrom([]string{"", "Le tarif est ", "(", "Voici : "})
	after := rapid.SampledFrom([]string{"", ".", " pour tous.", ")", ", merci"})
	check := func(t *rapid.T, text, language, want string) {
		text = before.Draw(t, "before") + text + after.Draw(t, "after")
		for _, f := range Parse(text, language) {
			if f.Key() == want && !f.Implied {
				return
			}
		}
		t.Fatalf("%q (%s): %v, want %s", text, language, keys(text, language), want)
	}
	rapid.Check(t, func(t *rapid.T) {
		sp := space.Draw(t, "space")
		euros, cents := rapid.IntRange(0, 999999).Draw(t, "euros"), rapid.IntRange(0, 99).Draw(t, "cents")
		want := "amount " + decimal(fmt.Sprint(euros), fmt.Sprintf("%02d", cents))
		whole := fmt.Sprint(euros)
		group := func(sign string) string {
			if euros < 1000 {
				return whole
			}
			return fmt.Sprintf("%d%s%03d", euros/1000, sign, euros%1000)
		}
		for _, s := range []string{group(sp), group("."), whole} {
			check(t, fmt.Sprintf("%s,%02d%s€", s, cents, sp), "fr", want)
		}
		check(t, fmt.Sprintf("€%s.%02d", group(","), cents), "en", want)
		check(t, fmt.Sprintf("%s.%02d euros", group(","), cents), "en", want)
	})
	rapid.Check(t, func(t *rapid.T) {
		sp := space.Draw(t, "space")
		h, m := rapid.IntRange(0, 23).Draw(t, "hour"), rapid.IntRange(0, 59).Draw(t, "minute")
		want := fmt.Sprintf("time %d:%02d", h, m)
		for _, form := range []string{"%dh%02d", "%d:%02d", "%02dh%02d", "%02d:%02d", "%d" + sp + "h" + sp + "%02d", "%d heures %02d"} {
			check(t, fmt.Sprintf(form, h, m), "fr", want)
		}
		half := "am"
		if h >= 12 {
			half = "pm"
		}
		twelve := h % 12
		if twelve == 0 {
			twelve = 12
		}
		check(t, fmt.Sprintf("%d:%02d%s%s", twelve, m, sp, half), "en", want)
	})
	rapid.Check(t, func(t *rapid.T) {
		sep := rapid.SampledFrom([]string{"", " ", ".", "-", "\u00a0"}).Draw(t, "separator")
		digits := rapid.StringMatching(`[1-9][0-9]{8}`).Draw(t, "digits")
		want := "phone 0" + digits
		pairs := strings.Join([]string{digits[:1], digits[1:3], digits[3:5], digits[5:7], digits[7:]}, sep)
		for _, s := range []string{"0" + pairs, "+33 " + pairs, "0033" + sep + pairs, "+33 (0)" + pairs} {
			check(t, s, "fr", want)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		d, m := rapid.IntRange(1, 28).Draw(t, "day"), rapid.IntRange(1, 12).Draw(t, "month")
		want := fmt.Sprintf("date %d/%d", d, m)
		for _, language := range []string{"fr", "en"} {
			for i, name := range almanac.Months(language) {
				if i+1 != m {
					continue
				}
				title := strings.ToUpper(name[:1]) + name[1:]
				if language == "fr" {
					check(t, fmt.Sprintf("%d %s", d, name), "fr", want)
					check(t, fmt.Sprintf("le %d %s 2027", d, name), "fr", want)
				} else {
					check(t, fmt.Sprintf("%s %d", title, d), "en", want)
					check(t, fmt.Sprintf("the %dth of %s, 2027", d, title), "en", want)
				}
			}
		}
		check(t, fmt.Sprintf("%02d/%02d/2027", d, m), "fr", want)
		check(t, fmt.Sprintf("2027-%02d-%02d", m, d), "fr", want)
	})
}

func TestNumbersInWords(t *testing.T) {
	fr := []string{"", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"}
	french := func(n int) string {
		switch {
		case n < 20:
			return fr[n]
		case n < 60 || n >= 60 && n < 70:
			tens := map[int]string{2: "vingt", 3: "trente", 4: "quarante", 5: "cinquante", 6: "soixante"}[n/10] //nolint:misspell // French
			switch n % 10 {
			case 0:
				return tens
			case 1:
				return tens + " et un"
			}
			return tens + "-" + fr[n%10]
		case n < 80:
			if n == 71 {
				return "soixante et onze"
			}
			return "soixante-" + fr[n-60]
		case n == 80:
			return "quatre-vingts"
		}
		return "quatre-vingt-" + fr[n-80]
	}
	for n := 2; n < 100; n++ {
		if got := keys("Comptez "+french(n)+" jours.", "fr"); !slices.Equal(got, []string{fmt.Sprintf("duration %d day", n)}) {
			t.Errorf("%s: %v, want %d", french(n), got, n)
		}
		if got := keys(french(n)+" chiens", "fr"); !slices.Equal(got, []string{fmt.Sprintf("number %d", n)}) {
			t.Errorf("%s: %v, want %d", french(n), got, n)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("du lundi 4 au 17 janvier 2027 de 9h30 à 12 h, 1 200,50 €, +33 1 41 23 80 00", true)
	f.Add("12 bis, rue des Lilas, cerfa n° 12345*01, art. L. 211-1, quatre-vingt-dix", false)
	f.Add("0 800 ٣ 1O é@b.fr http://x.y/z) 9 h 3O :", true)
	f.Fuzz(func(t *testing.T, text string, french bool) {
		language := "en"
		if french {
			language = "fr"
		}
		facts := Parse(text, language)
		for _, fact := range facts {
			if fact.Start < 0 || fact.End > len(text) || fact.Start >= fact.End || fact.Value == "" {
				t.Fatalf("%q: %+v", text, fact)
			}
			if utf8.ValidString(text) && !utf8.ValidString(text[fact.Start:fact.End]) {
				t.Fatalf("%q: %+v cuts a character", text, fact)
			}
			if !fact.StatedBy(fact) {
				t.Fatalf("%q: %+v does not state itself", text, fact)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	text := strings.Repeat("Le service est ouvert du lundi au vendredi de 9 h 30 à 12 h, tél. 01 23 45 67 89, pour un tarif de 12,50 € depuis le 3 mai 2026. ", 8)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		Parse(text, "fr")
	}
}
