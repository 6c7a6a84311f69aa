package corpus

import (
	"slices"
	"testing"
)

const november = "2026-11-23T12:00:00Z"

// putDated puts a document that was last changed on a day.
func putDated(t *testing.T, r *Run, name, title, changed string, texts ...string) {
	t.Helper()
	d := document(name, title, texts...)
	d.ModifiedOn = day(t, changed)
	put(t, r, d)
}

func TestTheNewerVersionComesFirst(t *testing.T) {
	s, _, town := newStore(t)
	publish(t, s, newCollection(t, s, town.ID, "site"), func(r *Run) {
		putDated(t, r, "vieux", "Tarifs de la restauration scolaire 2024-2025", "", "Le repas de la restauration scolaire coûte 3 euros : tarif du repas.")
		putDated(t, r, "neuf", "Tarifs de la restauration scolaire 2026-2027", "", "Un déjeuner : 4 euros.")
		putDated(t, r, "avenir", "Tarifs de la restauration scolaire 2027-2028", "", "Un déjeuner : 5 euros.")
		putDated(t, r, "noel-2025", "Marché de Noël 2025", "", "Le marché de Noël : marché de Noël place de la Halle.")
		putDated(t, r, "noel-2026", "Marché de Noël 2026", "", "Les chalets ouvrent à midi.")
		putDated(t, r, "lot-1", "Travaux de la salle, lot 1", "2025-01-01", "Le lot de maçonnerie de la salle.")
		putDated(t, r, "lot-2", "Travaux de la salle, lot 2", "2026-01-01", "Le lot de peinture de la salle.")
		putDated(t, r, "conseil-1", "Compte rendu du conseil du 12 mars 2025", "", "Le conseil vote le skatepark.")
		putDated(t, r, "conseil-2", "Compte rendu du conseil du 14 mai 2026", "", "Le conseil débat du skatepark.")
		putDated(t, r, "inscription-a", "Première demande", "2024-01-01", "Pour la pêche, venez avec votre carte de pêche.")
		putDated(t, r, "inscription-b", "Première demande", "2026-01-01", "Pour la crèche, appelez avant de venir avec la pêche.")
		putDated(t, r, "regl-1", "Règlement du cimetière", "2023-05-01", "Le cimetière est ouvert de 8 h à 18 h tous les jours de la semaine, sauf lors des travaux de la commune, et les véhicules y sont interdits.")
		putDated(t, r, "regl-2", "Le cimetière : règlement en vigueur", "2026-05-01", "Le cimetière est ouvert de 8 h à 19 h tous les jours de la semaine, sauf lors des travaux de la commune, et les véhicules y sont interdits.")
		putDated(t, r, "ecole-a", "Accueil du soir, école Prévert", "2025-05-01", "L'accueil du soir ferme à 18 h 30 chaque jour, les enfants goûtent puis jouent dans la cour de leur école.")
		putDated(t, r, "ecole-b", "Accueil du soir, école Pagnol", "2026-05-01", "L'accueil du soir ferme à 18 h 30 chaque jour, les enfants goûtent puis jouent dans la cour de leur école.")
		putDated(t, r, "pdf", "Tarifs des salles et du matériel, année 2023-2024", "", "Salle : 100 euros la journée de location.")
		putDated(t, r, "page", "Louer une salle : tarifs, matériel, location", "2026-09-01", "Salle : 150 euros.")
	})
	for _, c := range []struct {
		question string
		before   [2]string // the first stands before the second
		older    []string  // and these are left out
	}{
		{"tarif du repas restauration scolaire", [2]string{"neuf", "vieux"}, []string{"vieux"}},
		{"marché de noël place de la Halle", [2]string{"noel-2026", "noel-2025"}, []string{"noel-2025"}},
		{"le marché de noël 2025", [2]string{"noel-2025", "noel-2026"}, nil},
		{"tarif restauration scolaire en 2024", [2]string{"vieux", "neuf"}, nil},
		{"maçonnerie de la salle lot", [2]string{"lot-1", "lot-2"}, nil},
		{"vote du skatepark au conseil", [2]string{"conseil-1", "conseil-2"}, nil},
		{"carte de pêche", [2]string{"inscription-a", "inscription-b"}, nil},
		{"règlement du cimetière", [2]string{"regl-2", "regl-1"}, []string{"regl-1"}},
		{"accueil du soir école prévert", [2]string{"ecole-a", "ecole-b"}, nil},
		{"tarif d'une journée de location de salle", [2]string{"page", "pdf"}, []string{"pdf"}},
	} {
		result := searchOn(t, s, town, c.question, november)
		found := names(result)
		first, second := slices.Index(found, c.before[0]), slices.Index(found, c.before[1])
		if first < 0 || second >= 0 && second < first {
			t.Errorf("%s: %v, want %v", c.question, found, c.before)
		}
		var older []string
		for _, left := range result.LeftOut {
			if left.Reason == OlderVersion && left.Newer != "" && slices.Contains(c.before[:], left.Document.Name) {
				older = append(older, left.Document.Name)
			}
		}
		if !slices.Equal(older, c.older) {
			t.Errorf("%s: older %v, want %v; left out %q", c.question, older, c.older, leftOut(result))
		}
	}
	// In June, next school year's prices do not yet take the place of this one's.
	result := searchOn(t, s, town, "tarif du repas restauration scolaire", "2027-06-01T12:00:00Z")
	for _, h := range result.Hits {
		if h.Document.Name == "neuf" && h.Newer != "" {
			t.Error("prices that have not begun took the place of those in force")
		}
	}
	result = searchOn(t, s, town, "tarif du repas restauration scolaire", "2027-09-01T12:00:00Z")
	if got := names(result); got[0] != "avenir" {
		t.Errorf("in September %v", got)
	}
}

func TestVersionsAreOfOneCollection(t *testing.T) {
	s, _, town := newStore(t)
	publish(t, s, newCollection(t, s, town.ID, "site"), func(r *Run) {
		putDated(t, r, "ville", "Aides au logement 2025", "", "Les aides au logement de la ville.")
	})
	publish(t, s, newCollection(t, s, 0, "national"), func(r *Run) {
		putDated(t, r, "etat", "Aides au logement 2026", "", "Les aides au logement.")
	})
	result := searchOn(t, s, town, "aides au logement", november)
	if len(result.Hits) != 2 || result.Hits[0].Document.Name != "ville" || len(result.LeftOut) != 0 {
		t.Errorf("found %v, left out %q", names(result), leftOut(result))
	}
}

func TestTheTownComesBeforeTheNation(t *testing.T) {
	s, _, town := newStore(t)
	publish(t, s, newCollection(t, s, town.ID, "site"), func(r *Run) {
		put(t, r, document("ville", "Dossier de mariage à la mairie", "Déposez votre dossier de mariage deux mois avant, sur rendez-vous."))
		put(t, r, document("piscine", "La piscine", "Le bassin ouvre à 9 h."))
	})
	publish(t, s, newCollection(t, s, 0, "national"), func(r *Run) {
		put(t, r, document("mariage", "Dossier de mariage", "Le dossier de mariage : pièces du dossier de mariage."))
		put(t, r, document("bassin", "Bassin minier", "Le départ en retraite des mineurs du bassin minier : pension."))
	})
	if got := search(t, s, town, "dossier de mariage").Hits; got[0].Document.Name != "ville" || got[0].Document.Shared || !got[1].Document.Shared {
		t.Errorf("both speak to it: %+v, %+v", got[0].Document, got[1].Document)
	}
	if got := search(t, s, town, "retraite dans le bassin minier : pension").Hits; got[0].Document.Name != "bassin" {
		t.Errorf("the nation alone speaks to it: %+v", got[0].Document)
	}
}
