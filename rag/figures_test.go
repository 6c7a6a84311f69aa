package rag

import (
	"context"
	"reflect"
	"slices"
	"testing"
)

func TestFigures(t *testing.T) {
	for text, want := range map[string][]string{
		"Ouvert de 9h30 à 12 h 00, et à 17 heures": {"h:12:00", "h:17:00", "h:9:30"},
		"de 9 à 12 h": {"9", "h:12:00", "h:9:00"},
		"Tél. : 01.23.45.67.89 ou +33 1 23 45 67 89":   {"tel:0123456789"},
		"1 234,50 € soit 1234.5 ; 05 %; 100.000 ; 0,8": {"0.8", "100000", "1234.5", "5"},
		"le 12 mai 2026, les 1er et 3 juin, 12/05/26":  {"2026", "d:1/6", "d:12/5", "d:3/6"},
		"https://www.ville.fr/aide. mairie@ville.fr":   {"mairie@ville.fr", "ville.fr/aide"},
		"le 2026-05-12": {"2026", "d:12/5"},
		"Rien du tout.": nil,
		"art. L. 123-4": {"123", "4"},
	} {
		if got := figuresOf(text).missing(nil); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestGrounded(t *testing.T) {
	sources := []Source{
		{N: 1, Title: "Déchèterie", URL: "https://www.ville.fr/dechets", Text: "Ouverte de 9 h 30 à 18 h.\nTrois passages par an. Tél. 01 23 45 67 89."},
		{N: 2, Text: "Le tarif est de 12,50 € en 2026."},
	}
	cited := func(kind UnitKind, text string, numbers ...int) Unit {
		u := Unit{Kind: kind, Text: text}
		for _, n := range numbers {
			u.Citations = append(u.Citations, Citation{N: n})
		}
		return u
	}
	for _, c := range []struct {
		unit Unit
		ok   bool
	}{
		{cited(Sentence, "Elle ouvre à 9h30 et ferme à 18h.", 1), true},
		{cited(Sentence, "Elle ouvre à 9h.", 1), false},
		{cited(Sentence, "Appelez le 01.23.45.67.89.", 1), true},
		{cited(Sentence, "Appelez le 01.23.45.67.80.", 1), false},
		{cited(Sentence, "Vous avez 3 passages par an.", 1), true},
		{cited(Sentence, "Le tarif est de 12,50 €.", 2), true},
		{cited(Sentence, "Le tarif est de 12,50 €.", 1), false},
		{cited(Sentence, "Le tarif est de 12,50 €, jusqu'à 18 h.", 1, 2), false},
		{cited(Sentence, "Voir www.ville.fr.", 1), true},
		{cited(Sentence, "Voir www.autre.fr.", 1), false},
		{cited(Sentence, "La mairie est ouverte."), false},
		{cited(Item, "Une photo"), false},
		{cited(Sentence, "Voici les horaires :"), true},
		{cited(Sentence, "Voici les 7 horaires :"), false},
		{cited(Heading, "Tarifs 2026"), true},
		{cited(Heading, "Tarifs 2027"), false},
	} {
		if _, reason := (Grounded{}).Unit(context.Background(), c.unit, sources); (reason == nil) != c.ok {
			t.Errorf("%q %v: %+v", c.unit.Text, c.unit.Citations, reason)
		}
	}
}

func TestWrittenFigures(t *testing.T) {
	text := "Le 3 mai à 9h05, 12,50 €, tél. 01.23.45.67.89, www.ville.fr/a, mairie@ville.fr"
	got := written(figuresOf(text).missing(figures{}))
	want := []string{"12,5", "3/5", "9\u00a0h\u00a005", "mairie@ville.fr", "01\u00a023\u00a045\u00a067\u00a089", "ville.fr/a"}
	if !slices.Equal(got, want) {
		t.Errorf("figures are written %q, want %q", got, want)
	}
}

func BenchmarkFigures(b *testing.B) {
	text := "Le service est ouvert du lundi au vendredi de 9 h 30 à 12 h, tél. 01 23 45 67 89, pour un tarif de 12,50 € depuis le 3 mai 2026."
	for b.Loop() {
		figuresOf(text)
	}
}
