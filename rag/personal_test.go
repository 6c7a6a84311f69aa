package rag

import (
	"context"
	"errors"
	"testing"

	"guichet/corpus"
	"guichet/internal/messages"
)

type publisher struct {
	values map[string]bool
	err    error
}

func (p publisher) Published(context.Context, corpus.Scope, corpus.Contact, []string) (map[string]bool, error) {
	return p.values, p.err
}

func TestMaskPersonal(t *testing.T) {
	question := "le 02 61 91 40 00, ou moi au 06 39 98 12 34 et moi@ville.example"
	town := publisher{values: map[string]bool{"0261914000": true}}
	got, kinds, err := MaskPersonal(t.Context(), town, corpus.Scope{}, corpus.Contact{}, question)
	if err != nil || got != "le 02 61 91 40 00, ou moi au [téléphone] et [courriel]" {
		t.Errorf("%q, %v", got, err)
	}
	catalogue, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	want := "Pour vous protéger, j’ai masqué un numéro de téléphone et une adresse électronique avant de lire votre question\u00a0: inutile de donner ces informations ici."
	if text := PersonalUnit(catalogue.For("fr"), kinds).Text; text != want {
		t.Errorf("%s", text)
	}
	// Who cannot tell masks all.
	broken := errors.New("no database")
	got, _, err = MaskPersonal(t.Context(), publisher{err: broken}, corpus.Scope{}, corpus.Contact{}, question)
	if !errors.Is(err, broken) || got != "le [téléphone], ou moi au [téléphone] et [courriel]" {
		t.Errorf("%q, %v", got, err)
	}
}
