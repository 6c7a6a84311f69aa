package rag

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"guichet/corpus"
	"guichet/internal/llm"
	"guichet/internal/llmtest"
	"guichet/internal/messages"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// town is a small library about an invented town.
func town() *library {
	l := newLibrary()
	l.add("dechets", "Déchèterie", "La déchèterie est ouverte du lundi au samedi, de 9 h 30 à 18 h.\n"+
		"L'accès est gratuit pour les habitants, sur présentation d'un justificatif de domicile.\n\n"+
		"Sont refusés :\n\n- les bouteilles de gaz ;\n- l'amiante ;\n- les pneus de poids lourds.", "Accès")
	l.add("piscine", "Piscine municipale", "La piscine est fermée le lundi.\n\n"+
		"| Public | Tarif |\n| --- | --- |\n| Adulte | 4,20 € |\n| Enfant | 2,10 € |\n", "Tarifs")
	l.add("etat-civil", "Acte de naissance", "L'acte de naissance est délivré gratuitement par la mairie du lieu de naissance. "+
		"Il faut présenter une pièce d'identité. Elle doit être en cours de validité.")
	return l
}

// recorder is a Sink.
type recorder struct {
	sources [][]Source
	units   []Unit
	fail    error // returned for the second unit
}

func (r *recorder) Sources(_ context.Context, s []Source) error {
	r.sources = append(r.sources, s)
	return nil
}

func (r *recorder) Unit(_ context.Context, u Unit) error {
	if len(r.sources) != 1 {
		return errors.New("a unit before the sources")
	}
	r.units = append(r.units, u)
	if r.fail != nil && len(r.units) == 2 {
		return r.fail
	}
	return nil
}

func newTestAnswerer(t *testing.T, r Retriever, m llm.Model) *Answerer {
	t.Helper()
	catalogue, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	a, err := NewAnswerer(Config{Retriever: r, Model: m, Messages: catalogue, Gate: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// scripted returns a model whose server treats each request as told.
func scripted(t *testing.T, scripts ...llmtest.Script) (llm.Model, *llmtest.Server) {
	t.Helper()
	s := llmtest.New(t, scripts...)
	m, err := llm.NewModel(llm.Config{URL: s.URL, Model: "essai", Idle: 5 * time.Second, MaxRetryAfter: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m, s
}

func request(question string) Request {
	return Request{
		Question: question, Language: "fr", Trace: true,
		Town: corpus.Town{Name: "Val-sur-Orge", Contact: corpus.Contact{Name: "Accueil de la mairie", Phone: "01 23 45 67 89"}},
	}
}

const question = "La déchèterie est-elle ouverte le lundi, et que refuse-t-elle ?"

func texts(units []Unit) []string {
	var out []string
	for _, u := range units {
		out = append(out, u.Text)
	}
	return out
}

func TestAnswerQuoted(t *testing.T) {
	l := town()
	sink := &recorder{}
	got, err := newTestAnswerer(t, l, nil).Answer(context.Background(), request(question), sink)
	if err != nil {
		t.Fatal(err)
	}
	if got.Outcome != Answered || got.Mode != ModeQuoted || len(sink.units) != len(got.Units) {
		t.Fatalf("%s %s, %d units shown of %d", got.Outcome, got.Mode, len(sink.units), len(got.Units))
	}
	text := got.Text()
	for _, want := range []string{"9 h 30 à 18 h", "Sont refusés :", "- l'amiante"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
	checkQuotes(t, got)
}

// checkQuotes holds what is true of every answer: units are numbered without
// gaps, and each quote stands in its passage.
func checkQuotes(t *testing.T, a Answer) {
	t.Helper()
	for i, u := range a.Units {
		if u.N != i+1 || u.Text == "" || u.Citations == nil {
			t.Errorf("unit %d: %+v", i+1, u)
		}
		for _, c := range u.Citations {
			text := fold(strings.ReplaceAll(a.Sources[c.N-1].Text, "|", " "))
			if !strings.Contains(text, fold(strings.ReplaceAll(c.Quote, "|", " "))) {
				t.Errorf("quote %q is not in passage %d", c.Quote, c.N)
			}
			if source := a.Sources[c.N-1]; c.Headings != source.Headings {
				t.Errorf("passage %d stands under %q and is cited under %q", c.N, source.Headings, c.Headings)
			}
		}
	}
}

func TestAnswerQuotedTable(t *testing.T) {
	got, err := newTestAnswerer(t, town(), nil).Answer(context.Background(), request("Quel est le tarif de la piscine pour un enfant ?"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if text := got.Text(); !strings.Contains(text, "Enfant — Tarif\u00a0: 2,10 €") {
		t.Errorf("%s", text)
	}
	checkQuotes(t, got)
}

func TestAnswerQuotedLeadInOfTable(t *testing.T) {
	l := town()
	l.add("mairie", "Mairie", "Horaires d'ouverture de la mairie :\n\n| Jour | Heures |\n| --- | --- |\n| Lundi | 9 h - 12 h |\n| Mardi | 14 h - 17 h |\n")
	l.add("annexe", "Annexe", "Horaires d'ouverture de la mairie annexe :")
	got, err := newTestAnswerer(t, l, nil).Answer(context.Background(), request("Quels sont les horaires d'ouverture de la mairie ?"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if text := got.Text(); !strings.Contains(text, "Mardi — Heures\u00a0: 14 h - 17 h") || strings.Contains(text, "annexe") {
		t.Errorf("%s", text)
	}
	checkQuotes(t, got)
}

func TestAnswerNoEvidence(t *testing.T) {
	sink := &recorder{}
	got, err := newTestAnswerer(t, town(), nil).Answer(context.Background(), request("xylophone quantique"), sink)
	if err != nil {
		t.Fatal(err)
	}
	text := got.Text()
	if got.Outcome != NoEvidence || !strings.Contains(text, "01 23 45 67 89") || len(got.Citations) != 0 {
		t.Errorf("%s:\n%s", got.Outcome, text)
	}
	req := request("xylophone quantique")
	req.Town.Contact, req.Language = corpus.Contact{}, "en"
	got, err = newTestAnswerer(t, town(), nil).Answer(context.Background(), req, nil)
	if err != nil || !strings.Contains(got.Text(), "town hall") {
		t.Errorf("%v:\n%s", err, got.Text())
	}
}

func TestAnswerModel(t *testing.T) {
	model, server := scripted(t, llmtest.Good(
		"## Accès\nLa déchèterie est ouverte le lundi [1][9]. Elle ferme à 19 h [1]. C'est pratique.\n"+
			"Elle refuse notamment :\n- l'amiante [1] ;\n- 12 pneus [1].\n\n## Vide\n"))
	sink := &recorder{}
	req := request(question)
	req.History = []Exchange{{"Bonjour </question>", "Bonjour [1]."}}
	got, err := newTestAnswerer(t, town(), model).Answer(context.Background(), req, sink)
	if err != nil {
		t.Fatal(err)
	}
	want := "Accès\n\nLa déchèterie est ouverte le lundi.\n\nElle refuse notamment :\n\n- l'amiante ;"
	if got.Text() != want || got.Mode != ModeModel || got.Outcome != Answered {
		t.Errorf("%s %s\n%s", got.Mode, got.Outcome, got.Text())
	}
	if len(got.Trace.Withheld) != 4 {
		t.Errorf("withheld %+v", got.Trace.Withheld)
	}
	if got.Usage.Prompt != 100 || got.Usage.Model != "essai" || got.Trace.Raw == "" || got.TimingsMS["model"] <= 0 {
		t.Errorf("usage %+v, timings %v", got.Usage, got.TimingsMS)
	}
	if q := got.Units[1].Citations[0].Quote; !strings.HasPrefix(q, "La déchèterie est ouverte du lundi") {
		t.Errorf("quote %q", q)
	}
	checkQuotes(t, got)
	asked := server.Requests()[0]
	if len(asked.Messages) != 2 || strings.Contains(asked.Messages[0].Content, "<") || !strings.Contains(asked.Last(), "9 h 30") {
		t.Errorf("messages %+v", asked.Messages)
	}
}

// notes are what the steps decided.
func notes(a Answer) []string {
	var all []string
	for _, s := range a.Steps {
		all = append(all, s.Notes...)
	}
	return all
}

// Where nothing was searched for an answer, the trace says of what kind the question is and by
// which of its words, in the reader's language.
func TestTraceTellsWhyNothingWasSearched(t *testing.T) {
	const nb = "\u00a0"
	for _, c := range []struct{ question, language, want string }{
		{"Bonjour, que penses-tu du maire ?", "fr", "Genre" + nb + ": avis ou politique. Mots reconnus" + nb + ": «" + nb + "penses tu du maire" + nb + "». La recherche n’a servi"},
		{"Bonjour, que penses-tu du maire ?", "en", "Kind: an opinion or politics. Words recognised: “penses tu du maire”. The search only served"},
		{"Bonjour", "fr", "Genre" + nb + ": salutation ou remerciement. Rien"},
		{"Au secours, il y a le feu chez moi", "fr", "(«" + nb + "il y a le feu" + nb + "»)"},
	} {
		req := request(c.question)
		req.Language = c.language
		got, err := newTestAnswerer(t, town(), nil).Answer(context.Background(), req, nil)
		if told := strings.Join(notes(got), "\n"); err != nil || !strings.Contains(told, c.want) {
			t.Errorf("%s: %v, the trace does not say %q:\n%s", c.question, err, c.want, told)
		}
	}
	catalogue, err := messages.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, scope := range []Scope{Courtesy, Human, Manipulation, Private, Refuse, Opinion, Health, OffTopic} {
		if id := "rag.note.scope." + string(scope); catalogue.For("fr").T(id) == id || catalogue.For("en").T(id) == id {
			t.Errorf("%s has no text", id)
		}
	}
}

func TestTraceSpeaksTheReadersLanguage(t *testing.T) {
	for language, want := range map[string][]string{
		"fr": {"Force des preuves\u00a0: 1,00, au-dessus du seuil de 0,50.", "un passage n°\u00a09, qui n’existe pas", "dans les passages cités\u00a0: 7 h."},
		"en": {"Strength of the evidence: 1.00, above the threshold of 0.50.", "a passage no. 9, which does not exist", "in the passages cited: 7 h."},
	} {
		model, _ := scripted(t, llmtest.Good("La déchèterie est ouverte le lundi [1][9]. Elle ouvre à 7 h [1]."))
		req := request(question)
		req.Language = language
		got, err := newTestAnswerer(t, town(), model).Answer(context.Background(), req, nil)
		if err != nil || len(got.Trace.Withheld) != 1 {
			t.Fatalf("%s: %v, withheld %+v", language, err, got.Trace.Withheld)
		}
		told := strings.Join(append(notes(got), got.Trace.Withheld[0].Reason), "\n")
		for _, text := range want {
			if !strings.Contains(told, text) {
				t.Errorf("%s: the trace does not say %q:\n%s", language, text, told)
			}
		}
	}
}

func TestAnswerModelGivesUp(t *testing.T) {
	model, _ := scripted(t, llmtest.Good(noAnswer))
	got, err := newTestAnswerer(t, town(), model).Answer(context.Background(), request(question), &recorder{})
	if err != nil || got.Outcome != NoEvidence || len(got.Sources) != 0 {
		t.Errorf("%v %s\n%s", err, got.Outcome, got.Text())
	}
}

func TestAnswerFallsBackToQuoting(t *testing.T) {
	for name, script := range map[string]llmtest.Script{
		"down":          llmtest.Status(500, "no"),
		"key":           llmtest.Status(401, "no"),
		"busy":          llmtest.Busy("60"),
		"cut at once":   llmtest.Ending("La déch", llmtest.EndCut),
		"garbled":       llmtest.Ending("La déch", llmtest.EndGarbled),
		"error frame":   llmtest.Ending("La", llmtest.EndErrorFrame),
		"nothing cited": llmtest.Good("La déchèterie est fermée. Bonne journée !"),
		"all invented":  llmtest.Good("Elle ouvre à 7 h [1]."),
		"empty":         llmtest.Good(""),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			model, _ := scripted(t, script)
			sink := &recorder{}
			got, err := newTestAnswerer(t, town(), model).Answer(context.Background(), request(question), sink)
			if err != nil || got.Outcome != Answered || got.Mode != ModeQuoted || len(sink.units) == 0 {
				t.Fatalf("%v: %s %s, %d units", err, got.Outcome, got.Mode, len(sink.units))
			}
			if told := strings.Join(notes(got), "\n"); !strings.Contains(told, "faite d’extraits, mot pour mot") {
				t.Errorf("notes: %s", told)
			}
			checkQuotes(t, got)
		})
	}
}

func TestAnswerModelFailsLater(t *testing.T) {
	for name, script := range map[string]llmtest.Script{
		"cut":         llmtest.Ending("La déchèterie est ouverte le lundi [1]. Elle est", llmtest.EndCut),
		"error frame": llmtest.Ending("La déchèterie est ouverte le lundi [1]. Elle est", llmtest.EndErrorFrame),
	} {
		model, _ := scripted(t, script)
		got, err := newTestAnswerer(t, town(), model).Answer(context.Background(), request(question), &recorder{})
		text := got.Text()
		if err != nil || got.Outcome != Partial || !strings.HasPrefix(text, "La déchèterie est ouverte le lundi.") ||
			strings.Contains(text, "Elle est") || !strings.Contains(text, "01 23 45 67 89") {
			t.Errorf("%s: %v, %s\n%s", name, err, got.Outcome, text)
		}
	}
}

func TestAnswerModelTooLong(t *testing.T) {
	script := llmtest.Good("La déchèterie est ouverte le lundi [1]. Elle est")
	script.StopReason = "length"
	model, _ := scripted(t, script)
	got, err := newTestAnswerer(t, town(), model).Answer(context.Background(), request(question), nil)
	if err != nil || got.Outcome != Partial || !strings.Contains(got.Text(), "incomplète") {
		t.Errorf("%v %s %q", err, got.Outcome, texts(got.Units))
	}
}

// cancelling cancels the turn when its first unit is shown.
type cancelling struct {
	recorder
	cancel context.CancelFunc
}

func (c *cancelling) Unit(ctx context.Context, u Unit) error {
	c.cancel()
	return c.recorder.Unit(ctx, u)
}

func TestAnswerCancelled(t *testing.T) {
	model, _ := scripted(t, llmtest.Ending("La déchèterie est ouverte le lundi [1]. Elle est", llmtest.EndHang))
	ctx, cancel := context.WithCancel(context.Background())
	got, err := newTestAnswerer(t, town(), model).Answer(ctx, request(question), &cancelling{cancel: cancel})
	if !errors.Is(err, context.Canceled) || len(got.Units) != 1 {
		t.Errorf("%v, units %q", err, texts(got.Units))
	}
}

func TestAnswerSinkFails(t *testing.T) {
	full := errors.New("full")
	model, _ := scripted(t, llmtest.Good("La déchèterie est ouverte [1]. Elle ouvre le lundi [1]. Gratuit [1]."))
	for _, m := range []llm.Model{nil, model} {
		got, err := newTestAnswerer(t, town(), m).Answer(context.Background(), request(question), &recorder{fail: full})
		if !errors.Is(err, full) || len(got.Units) != 1 {
			t.Errorf("%v, units %q", err, texts(got.Units))
		}
	}
}

type brokenRetriever struct{}

func (brokenRetriever) Search(context.Context, corpus.Scope, corpus.Query) (corpus.Result, error) {
	return corpus.Result{}, errors.New("database down")
}

func TestAnswerRefusesAndFails(t *testing.T) {
	a := newTestAnswerer(t, brokenRetriever{}, nil)
	if got, err := a.Answer(context.Background(), request(question), nil); err == nil || got.Outcome != Failed {
		t.Errorf("%v %s", err, got.Outcome)
	}
	blank := " \n\u200b?!"
	for q, want := range map[string]error{
		"":                        ErrEmptyQuestion,
		blank:                     ErrEmptyQuestion,
		strings.Repeat("é", 2001): ErrLongQuestion,
		"a\xffb":                  ErrBinaryQuestion,
		"PK\x03\x04\x00\x00\x08":  ErrBinaryQuestion,
	} {
		if _, err := a.Answer(context.Background(), request(q), nil); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", q, err, want)
		}
	}
}

// listening notes what is searched.
type listening struct {
	*library
	asked []string
}

func (a *listening) Search(ctx context.Context, sc corpus.Scope, q corpus.Query) (corpus.Result, error) {
	a.asked = append(a.asked, q.Text)
	return a.library.Search(ctx, sc, q)
}

// What was masked is not searched: "[numéro fiscal]" would find tax papers.
func TestWhatWasMaskedIsNotSearched(t *testing.T) {
	l := &listening{library: town()}
	got, err := newTestAnswerer(t, l, nil).Answer(t.Context(), request("La déchèterie est-elle ouverte le lundi ? 3023217600053"), nil)
	if err != nil || len(l.asked) == 0 || strings.Contains(strings.Join(l.asked, " "), "fiscal") {
		t.Fatalf("searched %q, %v", l.asked, err)
	}
	if text := got.Text(); !strings.Contains(text, "j’ai masqué un numéro fiscal") {
		t.Errorf("it is not told: %s", text)
	}
}

// Where too little was found, the nearest pages are named, and nothing that they say.
func TestNoEvidenceNamesTheNearestPages(t *testing.T) {
	a := newTestAnswerer(t, town(), nil)
	a.cfg.Gate = .999999
	for i, s := range a.steps {
		if gate, ok := s.(gateStep); ok {
			gate.least = .999999
			a.steps[i] = gate
		}
	}
	got, err := a.Answer(t.Context(), request("Quels déchets la déchèterie refuse-t-elle ?"), nil)
	if err != nil || got.Outcome != NoEvidence {
		t.Fatalf("%s, %v", got.Outcome, err)
	}
	if text := got.Text(); !strings.Contains(text, "Vous trouverez peut-être une réponse sur ces pages") || !strings.Contains(text, "Déchèterie") || strings.Contains(text, "amiante") {
		t.Error(text)
	}
}

// What was withheld from a resident is kept with the turn, and why.
func TestWithheldUnitsAreTold(t *testing.T) {
	model, _ := scripted(t, llmtest.Good("La déchèterie est ouverte du lundi au samedi, de 9 h 30 à 18 h [1]. L'accès coûte 12 euros [1]."))
	asked := request(question)
	asked.Trace = false
	got, err := newTestAnswerer(t, town(), model).Answer(t.Context(), asked, nil)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := json.Marshal(got.Steps)
	if err != nil || !strings.Contains(string(stored), "Retenu") || !strings.Contains(string(stored), "12 euros") {
		t.Errorf("%s, %v", stored, err)
	}
}

// On a French page a question in English is answered in English, and said to be.
func TestEnglishOnAFrenchPage(t *testing.T) {
	for question, want := range map[string]string{
		"help, my house is on fire":                       "18",
		"what is the weather going to be in London?":      "",
		"who is the best footballer in the world to you?": "",
		"is my dog allowed to vote at the elections?":     "",
	} {
		got, err := newTestAnswerer(t, town(), nil).Answer(t.Context(), request(question), nil)
		if err != nil || len(got.Units) == 0 || !strings.Contains(got.Text(), want) {
			t.Fatalf("%s: %+v, %v", question, got.Units, err)
		}
		for _, u := range got.Units {
			if len(u.Citations) == 0 && u.Language != "en" {
				t.Errorf("%s: %q is in %q", question, u.Text, u.Language)
			}
		}
	}
	got, err := newTestAnswerer(t, town(), nil).Answer(t.Context(), request("Quel est le tarif de la piscine ?"), nil)
	if err != nil || got.Units[0].Language != "" {
		t.Errorf("%+v, %v", got.Units, err)
	}
}

// A Spanish answer is shown where it brings the town's words, which stand beside
// it, below a note that it is a translation.
func TestAnswerInSpanish(t *testing.T) {
	const question = "¿Cuándo está cerrada la piscine municipale y qué tarif hay para un adulto?"
	model, server := scripted(t, llmtest.Good(
		"La piscina cierra los lunes « La piscine est fermée le lundi. » [1]. "+
			"La piscina cierra los martes « La piscine est fermée le lundi. » [1]. "+
			"La piscina cierra los domingos [1]. "+
			"Abre los lunes « La piscine est ouverte le lundi. » [1]. "+
			"Un adulto paga 4,20 € « Adulte | 4,20 € » [1]."))
	a := newTestAnswerer(t, town(), model)
	got, err := a.Answer(t.Context(), Request{Question: question, Language: "fr", Trace: true}, &recorder{})
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, u := range got.Units {
		texts = append(texts, u.Text)
	}
	if len(texts) < 3 || texts[0] != tongues()["es"].note || texts[1] != "La piscina cierra los lunes." || texts[2] != "Un adulto paga 4,20 €." {
		t.Fatalf("%q, withheld %+v", texts, got.Trace.Withheld)
	}
	if u := got.Units[1]; u.Original != "fr" || u.Language != "es" || len(u.Citations) != 1 || u.Citations[0].Quote != "La piscine est fermée le lundi." {
		t.Errorf("%+v", u)
	}
	if len(got.Trace.Withheld) != 3 {
		t.Errorf("withheld: %+v", got.Trace.Withheld)
	}
	if system := server.Requests()[0].Messages[0].Content; !strings.Contains(system, "« La piscine est fermée le lundi. »") {
		t.Error("the model was not asked for the passage's words")
	}
}

// Without a model the answer is French, and says so in the question's language.
func TestQuotedForSpanish(t *testing.T) {
	a := newTestAnswerer(t, town(), nil)
	got, err := a.Answer(t.Context(), Request{Question: "¿Cuándo está cerrada la piscine municipale?", Language: "fr"}, &recorder{})
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range got.Units {
		if u.Text == tongues()["es"].quoted && u.Language == "es" {
			return
		}
	}
	t.Errorf("%q", got.Text())
}
