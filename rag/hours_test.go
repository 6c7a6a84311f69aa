package rag

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"guichet/corpus/demo"
	"guichet/corpus/opening"
	"guichet/internal/messages"
)

// Each question was asked on Thursday 26 November 2026 at three in the
// afternoon: what the answer must say, in pieces that "|" separates; "-" for a
// question that is left to others. English questions begin with "en:"; "=>"
// follows the question before.
const hoursQuestions = `
La mairie est-elle ouverte samedi matin ?	Oui, l’hôtel de ville est ouvert samedi 28 novembre 2026, de 9 h à 12 h (état civil seulement).|Il existe aussi : la mairie annexe
c ouvert kan la mediatek	Médiathèque Marguerite-Vasseur, horaires d’ouverture :|Mardi : 14 h – 19 h|Dimanche : 14 h – 17 h|Du jeudi 24 décembre 2026 au samedi 26 décembre 2026 : fermé
à quelle heure ferme la piscine ce soir	fermée aujourd’hui jeudi 26 novembre 2026 en soirée|de 12 h à 13 h 45|demain vendredi 27 novembre 2026 à 12 h
la mairie ouvre quand demain	demain vendredi 27 novembre 2026, de 8 h 30 à 12 h et de 13 h 30 à 17 h
numéro de téléphone de la déchèterie	Téléphone : 02 61 91 45 20
horaires de la piscine pendant les vacances	du samedi 19 décembre 2026 au dimanche 3 janvier 2027 (vacances de Noël)|10 h – 13 h et 14 h – 19 h|Jeudi 24 décembre 2026 : de 10 h à 13 h et de 14 h à 16 h|Vendredi 25 décembre 2026 : fermé
horaires piscine vacances de la toussaint	-
prochaine ouverture de la médiathèque	Prochaine ouverture : demain vendredi 27 novembre 2026 à 14 h.
quand rouvre la déchèterie	La déchèterie de la Croix-Blanche est ouverte en ce moment, jusqu’à 17 h
la piscine est ouverte ?	Non, la piscine L’Ondine est fermée en ce moment.
la piscine dimanche ?	Oui,|de 9 h à 13 h
horaires de la mairie	Lundi, mardi, mercredi : 8 h 30 – 12 h et 13 h 30 – 17 h 30|Jeudi : 13 h 30 – 19 h|Samedi : 9 h – 12 h (état civil seulement)
quels sont les horaires de la déchèterie	Samedi : 9 h – 17 h|Dimanche : fermé
horaires piscine	Mercredi : 14 h 30 – 18 h 30|Pendant les vacances de Noël (du samedi 19 décembre 2026 au dimanche 3 janvier 2027)
La mairie est ouverte entre midi et deux ?	En partie seulement|de 13 h 30 à 19 h
mairie ouverte mardi de 10h à 11h ?	Oui,|mardi 1er décembre 2026
la piscine est-elle ouverte le lundi de Pâques	Non,|lundi 29 mars 2027 (jour férié : lundi de Pâques)
la mairie est fermée le 11 novembre ?	Oui, l’hôtel de ville est fermé|jour férié : armistice de 1918
le marché de Noël c'est quand	Vendredi 11 décembre 2026 : de 16 h à 22 h|Samedi 12 décembre 2026 : de 10 h à 22 h|Dimanche 13 décembre 2026 : de 10 h à 19 h
quand a lieu le marché de la Halle	Mercredi : 8 h – 13 h|Samedi : 8 h – 13 h
y a-t-il marché le 26 décembre	Oui, le marché de la Halle est ouvert samedi 26 décembre 2026, de 8 h à 13 h
le marché bio est ouvert dimanche ?	Non,|Prochaine ouverture : dimanche 4 avril 2027 à 9 h
marché des Tisserands le 25 décembre ?	Non,|fermé vendredi 25 décembre 2026
où se trouve le CCAS	Adresse : 6 rue du Puits
adresse de la médiathèque	7 rue Haute
comment joindre la police municipale	02 61 91 40 17
mail de l'annexe	annexe@saint-aubin-les-etangs.example
tel mairie	02 61 91 40 00
numéro du service urbanisme	02 61 91 40 40
la déchèterie est ouverte le dimanche ?	Non, la déchèterie de la Croix-Blanche est fermée le dimanche.
la décheterie est ouverte les jours fériés ?	Non,|fermée les jours fériés
le marché de la halle est ouvert les jours fériés ?	Oui,|Exception : vendredi 25 décembre 2026, fermé|Exception : vendredi 1er janvier 2027, fermé
est-ce que le cimetière est ouvert les jours fériés ?	Oui,|aux heures habituelles
la piscine est ouverte après 18h le mardi	Oui, la piscine L’Ondine est ouverte le mardi, de 12 h à 13 h 45 et de 17 h à 21 h 30.|mardi 22 décembre 2026
piscine ouverte mardi à 21h ?	Oui,|mardi 1er décembre 2026
piscine ouverte mardi à 22h ?	Non,|Ce jour-là, ouverture de 12 h à 13 h 45 et de 17 h à 21 h 30
horaires crèche	Lundi, mardi, mercredi, jeudi, vendredi : 7 h 30 – 18 h 30
médiathèque pendant les vacances de Noël	Du jeudi 24 décembre 2026 au vendredi 1er janvier 2027 : fermé
la mairie est ouverte la semaine prochaine ?	du lundi 30 novembre 2026 au dimanche 6 décembre 2026|Jeudi : 13 h 30 – 19 h
mairie ouverte ce week-end ?	samedi 28 novembre 2026, de 9 h à 12 h|fermé dimanche 29 novembre 2026
la piscine dans 3 jours	dimanche 29 novembre 2026
la piscine dans deux semaines	jeudi 10 décembre 2026
médiathèque après-demain	samedi 28 novembre 2026, de 10 h à 17 h
La bibliothèque ouvre à quelle heure samedi prochain ?	samedi 28 novembre 2026, de 10 h à 17 h
mediatheque ouverte le 24/12 ?	Non,|jeudi 24 décembre 2026 (fêtes de fin d’année)
mairie ouverte le 1er et le 2 juin ?	mardi 1er juin 2027|mercredi 2 juin 2027
mairie le 2 janvier	Non,|samedi 2 janvier 2027
la mairie sera fermée jeudi 24 décembre après 16h ?	Oui,|de 13 h 30 à 16 h
conciliateur de justice horaires	Mercredi 2 décembre 2026 : de 14 h à 17 h|Mercredi 16 décembre 2026
horaires de l'état civil le samedi	le samedi, de 9 h à 12 h|Exception : samedi 26 décembre 2026, fermé
le standard de la mairie répond jusqu'à quelle heure	8 h 30 – 12 h et 13 h 30 – 17 h
à quelle heure ouvre la crèche demain	de 7 h 30 à 18 h 30
La mairie est-elle ouverte le 24 décembre après-midi ?	Oui,|de 13 h 30 à 16 h (fêtes de fin d’année)
mairie ouvert le 31 decembre a 17h ?	Non,|Prochaine ouverture : lundi 4 janvier 2027 à 8 h 30
bonjour, je travaille tard, la mairie est ouverte le jeudi soir ?	Oui,|le jeudi, de 13 h 30 à 19 h
à Noël la piscine est ouverte ?	Non,|jour férié : Noël
pissine ouverte dimench	Oui,|dimanche 29 novembre 2026, de 9 h à 13 h
orères mairi samedi	samedi 28 novembre 2026
mairie samdi matin ouver	Oui,
dechetrie ouvete demin	Oui,|demain vendredi 27 novembre 2026
la mairie est ouverte ?=>et le samedi ?	le samedi, de 9 h à 12 h
horaires piscine=>et demain ?	demain vendredi 27 novembre 2026
la mairie est ouverte demain ?=>et la médiathèque ?	la médiathèque Marguerite-Vasseur est ouverte demain
téléphone ccas=>et l'adresse ?	6 rue du Puits
en:is the library open on Sunday	Yes, the Marguerite-Vasseur library is open on Sunday 29 November 2026 from 2 pm to 5 pm.
en:What time does the swimming pool close tonight?	closed today, Thursday 26 November 2026,|from 12 pm to 1:45 pm
en:opening hours of the town hall	Saturday: 9 am – 12 pm (civil registry only)
en:phone number of the recycling centre	Telephone: 02 61 91 45 20
en:is the town hall open on Christmas Day?	No,|public holiday: Christmas Day
en:When does the town hall open tomorrow?	from 8:30 am to 12 pm and from 1:30 pm to 5 pm
en:is the market on this Saturday?	Yes,|from 8 am to 1 pm
en:is the recycling centre open on public holidays?	No,|closed on public holidays
en:when is the pool open during the Christmas holidays?	Monday, Tuesday, Wednesday, Thursday, Friday: 10 am – 1 pm and 2 pm – 7 pm
en:is the pool open on December 24th?	from 10 am to 1 pm and from 2 pm to 4 pm
en:next opening of the library	Next opening: tomorrow, Friday 27 November 2026, at 2 pm.
là maintenant ?	-
combien coûte l'entrée à la piscine	-
qui peut aller à la déchèterie le samedi	-
inscription médiathèque	-
la mairie peut-elle ouvrir mon courrier	-
horaires des cours de natation à la piscine	-
à quelle heure sont les bébés nageurs à la piscine	-
L'heure du conte à la médiathèque c'est quand	-
horaires aquagym piscine	-
la crèche est ouverte en août ?	-
la mairie sera ouverte en juillet ?	-
la piscine le 20 juillet 2027 ?	-
la piscine et la médiathèque sont ouvertes dimanche ?	-
à quelle heure ouvre la poste	-
est-ce que la gendarmerie est ouverte	-
puis-je refaire ma carte d'identité à la mairie samedi	-
la mairie recrute-t-elle ?	-
qui est le maire ?	-
le maire reçoit quand ?	-
la crèche garde les petits une matinée ? je m'y prends quand ?	-
la piscine peut faire ça ? je m'inscris quand ?	-
réserver la salle à la mairie	-
prendre rendez-vous à la mairie lundi	-
quels papiers pour la mairie samedi	-
c'est quand la collecte des encombrants	-
Quel est le prix du marché de Noël samedi	-
quand puis-je déposer des gravats à la déchèterie	-
horaires du bus pour la piscine dimanche	-
numéro de téléphone du maire	-
le stationnement est gratuit le samedi ?	-
horaires piscine=>et l'entrée coûte combien ?	-
horaires piscine=>merci beaucoup	-
horaires piscine=>oui	-
la mairie est ouverte ?=>quand passe le camion poubelle demain	-
en:how much is the pool?	-
en:can I register at the library on Sunday?	-
en:who is the mayor?	-
en:what can I bring to the recycling centre on Saturday?	-
`

func TestHoursQuestions(t *testing.T) {
	french, english := demoHours(t, "fr"), demoHours(t, "en")
	now := time.Date(2026, 11, 26, 14, 0, 0, 0, time.UTC)
	asked := 0
	for line := range strings.Lines(hoursQuestions) {
		question, want, found := strings.Cut(strings.TrimSpace(line), "\t")
		if !found {
			continue
		}
		asked++
		h, before := french, ""
		if q, ok := strings.CutPrefix(question, "en:"); ok {
			h, question = english, q
		}
		if b, q, ok := strings.Cut(question, "=>"); ok {
			before, question = b, q
		}
		units, ok := h.Answer(question, before, now)
		if !ok {
			if want != "-" {
				t.Errorf("%q is declined, want %s", question, want)
			}
			continue
		}
		said := spaced(Answer{Units: units}.Text())
		for part := range strings.SplitSeq(want, "|") {
			if want == "-" || !strings.Contains(said, part) {
				t.Errorf("%q: want %q in:\n%s", question, part, said)
			}
		}
	}
	if asked < 80 {
		t.Errorf("only %d questions", asked)
	}
}

func spaced(text string) string { return strings.ReplaceAll(text, "\u00a0", " ") }

func TestHoursUnits(t *testing.T) {
	units, ok := demoHours(t, "fr").Answer("horaires de la piscine", "", time.Date(2026, 11, 26, 14, 0, 0, 0, time.UTC))
	if !ok {
		t.Fatal("declined")
	}
	for i, u := range units {
		if u.N != i+1 || u.Text == "" || len(u.Citations) == 0 || u.Citations[0].Document == "" || u.Citations[0].Quote == "" {
			t.Errorf("unit %d: %+v", i, u)
		}
		if strings.Contains(u.Text, "'") {
			t.Errorf("unit %d has a straight apostrophe: %s", i, u.Text)
		}
		if u.Kind == Item && strings.HasPrefix(u.Text, "Mardi") && !strings.Contains(u.Citations[0].Quote, "| Mardi |") {
			t.Errorf("%s rests on %q", u.Text, u.Citations[0].Quote)
		}
	}
	if !units[0].Break || !units[1].Break || units[2].Break {
		t.Errorf("breaks: %v %v %v", units[0].Break, units[1].Break, units[2].Break)
	}
}

// A service without a document cites nothing, and one without hours has none.
func TestHoursOfABareService(t *testing.T) {
	catalogue, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	services, err := opening.Parse([]byte("services:\n  - slug: gare\n    name: Gare\n    phone: \"3635\"\n  - slug: halte\n    name: Halte\n    hours: {lundi: jour et nuit}\n"))
	if err != nil {
		t.Fatal(err)
	}
	h := OpeningHours{Services: services, Messages: catalogue.For("fr")}
	monday := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	if _, ok := h.Answer("la gare est ouverte demain ?", "", monday); ok {
		t.Error("hours that are not known were told")
	}
	if units, ok := h.Answer("téléphone de la gare", "", monday); !ok || len(units) != 2 || len(units[1].Citations) != 0 {
		t.Errorf("contact: %+v, %v", units, ok)
	}
	if units, ok := h.Answer("la halte est ouverte ?", "", monday); !ok || !strings.Contains(spaced(units[0].Text), "Oui, le service « Halte » est ouvert en ce moment") {
		t.Errorf("%+v, %v", units, ok)
	}
	if _, ok := (OpeningHours{Messages: catalogue.For("fr")}).Answer("la mairie est ouverte ?", "", monday); ok {
		t.Error("a town without services has an answer")
	}
}

// Oui and non agree with what package opening computes, at any time.
func TestHoursAgreeWithTheServices(t *testing.T) {
	h := demoHours(t, "fr")
	bySlug := map[string]*opening.Service{}
	for i := range h.Services {
		bySlug[h.Services[i].Slug] = &h.Services[i]
	}
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([][2]string{
			{"la mairie", "hotel-de-ville"}, {"la piscine", "piscine"}, {"la médiathèque", "mediatheque"},
			{"la déchèterie", "decheterie"}, {"le CCAS", "ccas"}, {"l'annexe", "mairie-annexe"}, {"le cimetière", "cimetieres"},
		}).Draw(t, "service")
		service := bySlug[name[1]]
		now := time.Date(2026, 9, 1, 0, 0, 0, 0, service.Location()).Add(time.Duration(rapid.IntRange(0, 300*24*60).Draw(t, "minute")) * time.Minute)
		yes := func(question string) (string, bool) {
			units, ok := h.Answer(question, "", now.UTC())
			if !ok {
				return "", false
			}
			return units[0].Text, strings.HasPrefix(units[0].Text, "Oui")
		}

		state := service.StateAt(now)
		if text, open := yes(name[0] + " est ouvert maintenant ?"); open != state.Open || (text != "") != state.Known {
			t.Fatalf("%s at %s: %q, want open %v", name[1], now, text, state.Open)
		}
		ahead := rapid.IntRange(1, 6).Draw(t, "ahead")
		day := service.HoursOn(opening.DateOf(now).Add(ahead))
		weekday := []string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}[day.Date.Weekday()]
		if text, open := yes(name[0] + " est ouvert " + weekday + " ?"); open != (len(day.Ranges) > 0) {
			t.Fatalf("%s on %s: %q, want %v", name[1], day.Date, text, day.Ranges)
		}
	})
}

func FuzzHours(f *testing.F) {
	for line := range strings.Lines(hoursQuestions) {
		question, _, _ := strings.Cut(line, "\t")
		f.Add(question)
	}
	services, err := demo.Services()
	if err != nil {
		f.Fatal(err)
	}
	catalogue, err := messages.Load()
	if err != nil {
		f.Fatal(err)
	}
	h := OpeningHours{Services: services, Messages: catalogue.For("fr")}
	f.Fuzz(func(t *testing.T, question string) {
		question, err := ValidateQuestion(question)
		if err != nil {
			return
		}
		units, ok := h.Answer(question, question, time.Date(2026, 11, 26, 14, 0, 0, 0, time.UTC))
		if ok != (len(units) > 0) {
			t.Fatalf("%q: %d units, %v", question, len(units), ok)
		}
	})
}

func BenchmarkHours(b *testing.B) {
	h := demoHours(b, "fr")
	now := time.Date(2026, 11, 26, 14, 0, 0, 0, time.UTC)
	for b.Loop() {
		h.Answer("combien de temps faut-il pour refaire une carte d'identité à la mairie", "", now)
		h.Answer("La mairie est-elle ouverte samedi matin ?", "", now)
	}
}
