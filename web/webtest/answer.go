package webtest

import (
	"context"
	"strings"
	"time"

	"guichet/corpus"
	"guichet/internal/messages"
	"guichet/rag"
)

// Cantine is an answer with a unit of every kind, from two sources.
func Cantine() rag.Answer {
	town := rag.Citation{
		N: 4, Document: "cantine", Title: "Cantine scolaire", URL: "https://www.saint-aubin.example/cantine#inscription",
		Headings: "Cantine scolaire > Inscription",
		Quote:    "L’inscription se fait avant le 15\u00a0juin auprès du service Enfance.",
	}
	price := town
	price.N, price.URL, price.Headings = 2, "https://www.saint-aubin.example/cantine#tarifs", "Cantine scolaire > Tarifs > Le midi"
	price.Quote = "Quotient familial jusqu’à 600\u00a0: 1,20\u00a0€ le repas\u00a0; au-delà\u00a0: 3,40\u00a0€ le repas."
	nation := rag.Citation{
		N: 7, Document: "F24569", Title: "Inscription à la cantine scolaire", URL: "https://www.service-public.fr/particuliers/vosdroits/F24569",
		Quote: "L’inscription à la cantine de l’école primaire est un droit pour tous les enfants scolarisés.", Shared: true,
	}
	header := []string{"Quotient familial", "Prix du repas"}
	return rag.Answer{
		Outcome: rag.Answered, Mode: rag.ModeModel,
		Units: []rag.Unit{
			{N: 1, Kind: rag.Sentence, Text: "L’inscription à la cantine se fait avant le 15\u00a0juin, auprès du service Enfance.", Citations: []rag.Citation{town}},
			{N: 2, Kind: rag.Sentence, Text: "C’est un droit pour tous les enfants scolarisés.", Citations: []rag.Citation{nation}},
			{N: 3, Kind: rag.Heading, Text: "Ce qu’il faut apporter"},
			{N: 4, Kind: rag.Item, Text: "Un justificatif de domicile de moins de trois mois", Break: true, Citations: []rag.Citation{town}},
			{N: 5, Kind: rag.Item, Text: "Votre numéro d’allocataire", Citations: []rag.Citation{town}},
			{N: 6, Kind: rag.Heading, Text: "Les tarifs"},
			{N: 7, Kind: rag.Row, Text: "Jusqu’à 600\u00a0: 1,20\u00a0€", Header: header, Cells: []string{"Jusqu’à 600", "1,20\u00a0€"}, Break: true, Citations: []rag.Citation{price}},
			{N: 8, Kind: rag.Row, Text: "Au-delà\u00a0: 3,40\u00a0€", Header: header, Cells: []string{"Au-delà de 600", "3,40\u00a0€"}, Citations: []rag.Citation{price}},
		},
		Sources: []rag.Source{
			{N: 2, Document: "cantine", Title: "Cantine scolaire", Headings: "Cantine scolaire > Tarifs", Collection: "site-de-la-ville", Text: price.Quote},
			{N: 4, Document: "cantine", Title: "Cantine scolaire", Headings: "Cantine scolaire > Inscription", Collection: "site-de-la-ville", Text: town.Quote},
			{N: 7, Document: "F24569", Title: "Inscription à la cantine scolaire", Headings: "De quoi s’agit-il ?", Collection: "service-public", Shared: true, Text: nation.Quote},
		},
		TimingsMS: map[string]float64{"retrieval": 6.2, "first_unit": 412, "model": 1830, "total": 1845},
		Usage:     rag.Usage{Model: "mistral-small", Prompt: 1204, Completion: 148},
	}
}

// Markets is an answer whose table is wide, with empty cells and plain spaces.
func Markets() rag.Answer {
	quote := rag.Citation{
		N: 1, Document: "marches", Title: "Marchés de plein air", URL: "https://www.saint-aubin.example/marches",
	}
	header := []string{"Marché", "Jour", "Heures", "Droit de place d’un passager", "Lieu"}
	row := func(n int, cells ...string) rag.Unit {
		quote := quote
		quote.Quote = "| " + strings.Join(cells, " | ") + " |"
		return rag.Unit{N: n, Kind: rag.Row, Text: strings.Join(cells, " | "), Header: header, Cells: cells, Break: n == 1, Citations: []rag.Citation{quote}}
	}
	return rag.Answer{
		Outcome: rag.Answered, Mode: rag.ModeQuoted,
		Units: []rag.Unit{
			row(1, "Marché de la Halle", "mercredi et samedi", "8 h 30 - 13 h", "1,60 €", "place et halle"),
			row(2, "Marché des Tisserands", "vendredi", "15 h 30 - 19 h", "12,50 €", ""),
		},
		Sources: []rag.Source{{N: 1, Document: "marches", Title: "Marchés de plein air", Collection: "site-de-la-ville"}},
	}
}

// NoEvidence is the answer when no document speaks to the question.
func NoEvidence() rag.Answer {
	return rag.Answer{
		Outcome: rag.NoEvidence, Mode: rag.ModeQuoted,
		Units: []rag.Unit{
			{N: 1, Kind: rag.Sentence, Text: "Je n’ai pas trouvé la réponse dans les documents de la commune."},
			{N: 2, Kind: rag.Sentence, Text: "La mairie pourra vous renseigner."},
		},
		TimingsMS: map[string]float64{"retrieval": 4.1, "total": 4.4},
		Usage:     rag.Usage{Prompt: -1, Completion: -1},
	}
}

// Emergency is the answer to somebody in danger.
func Emergency() rag.Answer {
	catalogue, err := messages.Load()
	if err != nil {
		panic(err) // the catalogue is embedded
	}
	return rag.Answer{
		Outcome: rag.Emergency, Mode: rag.ModeQuoted,
		Units:     rag.EmergencyUnits(catalogue.For("fr"), "au secours, mon mari me frappe", corpus.Contact{}),
		TimingsMS: map[string]float64{"total": 0.4},
		Usage:     rag.Usage{Prompt: -1, Completion: -1},
	}
}

// Answerer has prepared answers: NoEvidence for what speaks of the moon,
// Emergency for a call for help, Markets for stalls, Cantine for all else.
type Answerer struct{ Err error }

// Intake leaves the request as it is.
func (a Answerer) Intake(_ context.Context, r rag.Request) (rag.Request, error) { return r, nil }

// Answer returns the prepared answer, with a trace when it is asked for.
func (a Answerer) Answer(_ context.Context, r rag.Request, _ rag.Sink) (rag.Answer, error) {
	if a.Err != nil {
		return rag.Answer{}, a.Err
	}
	if strings.TrimSpace(r.Question) == "" {
		return rag.Answer{}, rag.ErrEmptyQuestion
	}
	answer, evidence := Cantine(), 0.82
	if strings.Contains(r.Question, "lune") {
		answer, evidence = NoEvidence(), 0.11
	}
	if strings.Contains(r.Question, "étals") {
		answer = Markets()
	}
	if strings.Contains(r.Question, "secours") {
		answer := Emergency()
		answer.Trace = &rag.Trace{}
		answer.Steps = []rag.Step{{Name: rag.StepEmergency, Outcome: rag.StepEnded, MS: 0.4, Notes: []string{"La question dit un danger."}}}
		return answer, nil
	}
	if r.Trace {
		answer.Trace = trace(evidence)
		answer.Steps = []rag.Step{
			{Name: rag.StepRetrieve, Outcome: rag.StepPassed, MS: 6.2},
			{Name: rag.StepGate, Outcome: rag.StepPassed, MS: 0.2, Notes: []string{"Trois passages retenus sur cinq."}},
			{Name: rag.StepStream, Outcome: rag.StepEnded, MS: 812, Tokens: 1200, Notes: []string{"Le modèle a répondu\u00a0; une phrase n’a pas passé la vérification."}},
		}
	}
	return answer, nil
}

func trace(evidence float64) *rag.Trace {
	passage := func(id int64, heading string, lexical int, bm25 float64, vector int, cosine float64) corpus.HitPassage {
		return corpus.HitPassage{
			Passage: corpus.Passage{ID: id, Headings: []string{heading}}, LexicalRank: lexical, Lexical: bm25, VectorRank: vector, Cosine: cosine,
		}
	}
	return &rag.Trace{
		Gate: 0.35,
		Result: corpus.Result{
			Evidence: evidence,
			Terms: []corpus.TermWeight{{Term: "cantin", Frequency: 12, Weight: 5.91}, {Term: "inscrir", Frequency: 87, Weight: 3.4}, {Term: "enfant", Frequency: 301, Weight: 1.12},
				{Term: "restaur", Frequency: 22, Weight: 0.97, From: "cantine: restauration scolaire, demi-pension"}, {Term: "pension", Weight: 0.5, From: "cantine: restauration scolaire, demi-pension"}},
			Hits: []corpus.Hit{
				{Score: 0.0325, Document: corpus.HitDocument{Name: "cantine", Title: "Cantine scolaire", URL: "https://www.saint-aubin.example/cantine", Collection: "site-de-la-ville"},
					Passages: []corpus.HitPassage{passage(1, "Inscription", 1, 14.2, 2, 0.71), passage(2, "Tarifs", 3, 9.8, 0, 0)}},
				{Score: 0.0318, Document: corpus.HitDocument{Name: "F24569", Title: "Inscription à la cantine scolaire", URL: "https://www.service-public.fr/particuliers/vosdroits/F24569", Collection: "service-public", Shared: true},
					Passages: []corpus.HitPassage{passage(3, "De quoi s’agit-il ?", 2, 11.3, 1, 0.78)}},
			},
			LeftOut: []corpus.LeftOut{
				{Document: corpus.HitDocument{Name: "ete", Title: "Horaires d’été"}, Reason: corpus.HasEnded, Day: time.Date(2026, 8, 29, 0, 0, 0, 0, time.UTC)},
				{Document: corpus.HitDocument{Name: "tarifs-2024", Title: "Tarifs de la cantine 2024-2025"}, Reason: corpus.OlderVersion, Newer: "Cantine scolaire"},
			},
			EmbedMS: 0.4, LexicalMS: 1.1, VectorMS: 3.2, FetchMS: 1.5,
		},
		Prompt:   "Vous répondez aux habitants à partir des passages numérotés.\n\n[2] Cantine scolaire…\n[4] Cantine scolaire…",
		Raw:      "L’inscription à la cantine se fait avant le 15 juin [4]. La cantine est gratuite.",
		Withheld: []rag.Withheld{{Text: "La cantine est gratuite.", Reason: "Aucun passage ne le dit."}},
	}
}
