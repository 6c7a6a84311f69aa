package rag

import "testing"

func TestWantsHuman(t *testing.T) {
	for question, want := range map[string]bool{
		"je veux parler à un humain":                              true,
		"parler a un agent":                                       true,
		"I want to talk to a human":                               true,
		"je voudrais parler à quelqu'un":                          true,
		"je voudrais parler à quelqu'un, je veux mourir":          false,
		"j'ai besoin de parler à quelqu'un, je n'en peux plus":    false,
		"appelez quelqu'un vite":                                  false,
		"Comment prendre rendez-vous pour une carte d'identité ?": false,
		"quels papiers pour voir la maire annexe des Tisserands et inscrire mon fils à l'école du quartier": false,
	} {
		if got := wantsHuman(question); got != want {
			t.Errorf("%q: %v", question, got)
		}
		if want {
			if d := DangerIn(question); d.Alarm != NoAlarm {
				t.Errorf("%q: %+v", question, d)
			}
			if v := ScopeOf(question); v.Scope != Human || v.Outcome() != OutOfScope {
				t.Errorf("%q: %+v", question, v)
			}
		}
	}
}
