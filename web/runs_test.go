package web_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"guichet/corpus"
	"guichet/web"
	"guichet/web/webtest"
)

// documentsPage is the page on documents, of a town whose library is this one.
func documentsPage(t *testing.T, l webtest.Library, query string) string {
	t.Helper()
	base, c := start(t, func(cfg *web.Config) { cfg.Library = l })
	signIn(t, c, base)
	res, body := get(t, c, base+"/admin/documents"+query)
	if res.StatusCode != 200 {
		t.Fatalf("status %d: %s", res.StatusCode, body)
	}
	if _, rest, missing := strings.Cut(body, "runs."); missing {
		t.Errorf("a text is missing: runs.%.40s", rest)
	}
	return body
}

func shows(t *testing.T, body string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not show %q", want)
		}
	}
}

func TestRunUnderWay(t *testing.T) {
	now := time.Now()
	body := documentsPage(t, webtest.Library{Newest: func() []corpus.RunInfo {
		return []corpus.RunInfo{{
			SourceID: 7, SourceURI: "https://www.saint-aubin.example/", State: "running", Started: now.Add(-100 * time.Second), Updated: now,
			Progress: corpus.Progress{Phase: "reading", Done: 1250, Total: 12_500, Current: "a.md", Since: now.Add(-50 * time.Second)},
		}}
	}}, "")
	shows(t, body, "<strong>Lecture des documents</strong> <code>https://www.saint-aubin.example/</code>", `<progress max="12500" value="1250"`,
		"1250 sur 12\u202f500. 25,0 par seconde\u00a0; encore 8 minutes environ.", `data-say="site-de-la-ville`+"\u00a0"+`: Lecture des documents"`, "data-busy")
}

func TestRunsThatNeedAPerson(t *testing.T) {
	now := time.Now()
	for name, x := range map[string]struct {
		run   corpus.RunInfo
		wants []string
	}{
		"killed": {
			corpus.RunInfo{SourceID: 7, State: "running", Started: now.Add(-time.Hour), Updated: now.Add(-time.Hour), Progress: corpus.Progress{Phase: "reading", Done: 3, Total: 9}},
			[]string{"semble s’être arrêté en route", "<code>guichet ingest --source 7</code>"},
		},
		"listing": {
			corpus.RunInfo{State: "running", Started: now, Updated: now, Progress: corpus.Progress{Phase: "listing"}},
			[]string{"Recherche des documents", "Commencé le"},
		},
		"walking": {
			corpus.RunInfo{State: "running", Started: now, Updated: now, Progress: corpus.Progress{Phase: "listing", Done: 12, Seen: 40, Since: now}},
			[]string{"Recherche des documents", "Pages demandées\u00a0: 12, connues\u00a0: 40."},
		},
		"noted": {
			corpus.RunInfo{State: "completed", Notes: []corpus.Note{{Text: "more than 50 pages"}}},
			[]string{"Remarque du programme, en anglais\u00a0: <span lang=\"en\">more than 50 pages</span>"},
		},
		"lost": {
			corpus.RunInfo{SourceID: 7, State: "asks", Open: true, Reason: corpus.Note{Text: "it has 2 of 40 documents"}},
			[]string{"attend une décision", "en a perdu une grande partie", "<code>guichet ingest --source 7 --retire</code>", "en anglais\u00a0: <span lang=\"en\">it has 2 of 40 documents</span>"},
		},
		"failed": {
			corpus.RunInfo{State: "failed", Reason: corpus.Note{Text: "no <such> folder"}},
			[]string{"arrêté par une erreur", "Rien n’a été publié ni retiré.", "no &lt;such&gt; folder"},
		},
		"waits":    {corpus.RunInfo{State: "asks", Edition: 4, Open: true, Reason: corpus.Note{Text: "1 answer got worse, 0 may"}}, []string{"L’édition 4 est prête et attend"}},
		"settled":  {corpus.RunInfo{State: "asks", Edition: 3}, []string{"La décision a été prise depuis."}},
		"resolved": {corpus.RunInfo{State: "asks", Reason: corpus.Note{Text: "it has 2 of 40 documents"}}, []string{"La décision a été prise depuis."}},
	} {
		t.Run(name, func(t *testing.T) {
			body := documentsPage(t, webtest.Library{Newest: func() []corpus.RunInfo { return []corpus.RunInfo{x.run} }}, "")
			shows(t, body, x.wants...)
			if busy := strings.Contains(body, "data-busy"); busy != (name == "listing" || name == "walking") {
				t.Errorf("busy: %v", busy)
			}
		})
	}
}

// waiting is an edition that the gate did not let pass.
func waiting() *corpus.EditionInfo {
	return &corpus.EditionInfo{
		Number: 4, State: "complete", Documents: 24, Passages: 200, Waits: "1 answer got worse, 0 may", Completed: time.Now(),
		Review: &corpus.Review{
			Against: 3, Cases: 30, Skipped: 2,
			Documents: corpus.DocumentDiff{Before: 25, Changed: 1, Retired: 1, ChangedTitles: []string{"Tarifs <2026>"}, RetiredTitles: []string{"Piscine"}},
			Better:    []corpus.AnswerChange{{Town: "saint-aubin", Question: "Où jeter le verre ?"}},
			Worse: []corpus.AnswerChange{
				{Town: "saint-aubin", Question: "Quand ouvre la piscine ?", Before: "Le mardi.", After: "Aucun document ne le dit.", Why: "no answer"},
				{Town: "ailleurs", Question: "Une question d’ailleurs", Before: "Oui.", After: "Non."},
			},
		},
	}
}

func TestEditionThatWaits(t *testing.T) {
	body := documentsPage(t, webtest.Library{Waits: waiting()}, "")
	shows(t, body, "L’édition 4 attend une décision.", "Réponses moins bonnes qu’avant\u00a0: 2\u00a0; admises\u00a0: 0.",
		"<code>guichet publish 4 --collection &#34;site-de-la-ville&#34; --town saint-aubin</code>", "<code>guichet reject --collection",
		"Documents modifiés\u00a0: 1", "Tarifs &lt;2026&gt;", "Documents retirés\u00a0: 1", "Questions témoins posées\u00a0: 30. Réponses améliorées\u00a0: 1. Réponses moins bonnes\u00a0: 2.",
		"Quand ouvre la piscine ?", "Aucun document ne le dit.", "Moins bonnes pour d’autres communes\u00a0: 1.", "laissées faute de temps\u00a0: 2.", "<td>précédente</td>")
	if strings.Contains(body, "Une question d’ailleurs") {
		t.Error("the page shows what another town asked")
	}
	shows(t, documentsPage(t, webtest.Library{Waits: waiting()}, "?lang=en"), "Edition 4 waits for a decision.", "Answers that got worse: 2; allowed: 0.")
}

func TestCollectionThatIsHeld(t *testing.T) {
	hold := &corpus.Hold{At: time.Date(2026, 10, 6, 4, 0, 0, 0, time.UTC), By: "Anne", From: 4}
	edition := &corpus.EditionInfo{Number: 4, State: "complete", Released: time.Now()}
	body := documentsPage(t, webtest.Library{Held: hold, Waits: edition}, "")
	shows(t, body, "L’édition 4 a été retirée par Anne le 06/10/2026\u00a0à\u00a008\u00a0h\u00a000.", "<code>guichet resume --collection &#34;site-de-la-ville&#34; --town saint-aubin</code>", "<td>retirée</td>")
	if strings.Contains(body, "attend une décision") {
		t.Error("an edition that was rolled back is said to wait")
	}
}

var (
	quotedEnglish = regexp.MustCompile(`<span lang="en">[^<]*</span>`)
	code          = regexp.MustCompile(`(?s)<(code|script|style)[ >].*?</(code|script|style)>`)
	tag           = regexp.MustCompile(`<[^>]*>`)
	englishWord   = regexp.MustCompile(`(?i)\b(the|that|which|was|were|is not|of|are|could|has|have|with|and|it)\b`)
)

// TestAFrenchConsoleTellsRunsInFrench: what has a code is told in French, what
// has none is quoted and said to be English.
func TestAFrenchConsoleTellsRunsInFrench(t *testing.T) {
	newest := func() []corpus.RunInfo {
		return []corpus.RunInfo{
			{State: "failed", Reason: corpus.Note{
				Text: "https://ville.example: the site could not be reached", Code: "source.fetch_network", With: map[string]string{"Source": "https://ville.example"},
			}},
			{State: "failed", Reason: corpus.Note{Text: "the calls of the embedder have failed", Code: "embedder"}},
			{State: "failed", Reason: corpus.Note{Text: "it was a reason without a code"}},
			{State: "failed", Reason: corpus.Note{Text: "of a code that is not known", Code: "unheard"}},
			{State: "asks", Edition: 4, Open: true, Reason: corpus.Note{Text: "an operator publishes it"}},
			{State: "asks", Open: true, Reason: corpus.Note{
				Text: "it has lost 9 of its 10 documents", Code: "lost", With: map[string]string{"Source": "/srv/a", "N": "9", "Had": "10"},
			}},
			{State: "cancelled", Reason: corpus.Note{Text: "an operator cancelled it"}},
			{State: "completed", SourceURI: "/srv/b", Counts: corpus.Counts{Added: 1, Failed: 2}, Notes: []corpus.Note{
				{Text: "edition 3 waited for an operator: it is prepared anew, and what it had stays in it", Code: "waited", With: map[string]string{"Edition": "3"}},
				{Text: "guide.pdf: hidden text was left out and is gone", Code: "hidden", With: map[string]string{"Document": "guide.pdf"}},
				{Text: "the note has lost what it tells", Code: "robots"},
				{Text: "it was a note without a code"},
			}, Failures: []corpus.Failure{
				{Key: "scan.pdf", Code: "scan", Reason: "there is no text inside that could be read"},
				{Key: "odd.html", Reason: "it was a failure without a code"},
			}},
		}
	}
	body := documentsPage(t, webtest.Library{Newest: newest}, "")
	shows(t, body, "Le site https://ville.example n’a pas pu être joint.", "Le service qui compare le sens des textes ne répond plus.",
		"Documents disparus de /srv/a\u00a0: 9 sur 10.", "Une personne a demandé l’arrêt de ce chargement.", "L’édition 3 attendait une décision\u00a0:",
		"<strong>guide.pdf</strong><br>Du texte caché a été laissé de côté.", "Faites reconnaître son texte (OCR).",
		"Raison donnée par le programme, en anglais\u00a0: <span lang=\"en\">it was a reason without a code</span>",
		"<span lang=\"en\">of a code that is not known</span>", "<span lang=\"en\">the note has lost what it tells</span>",
		"Remarque du programme, en anglais\u00a0: <span lang=\"en\">it was a note without a code</span>",
		"Raison donnée par le programme, en anglais\u00a0: <span lang=\"en\">it was a failure without a code</span>")
	_, body, _ = strings.Cut(body, "<main")
	text := tag.ReplaceAllString(code.ReplaceAllString(quotedEnglish.ReplaceAllString(body, ""), ""), " ")
	for _, at := range englishWord.FindAllStringIndex(text, -1) {
		t.Errorf("English that is not marked: %q", text[max(0, at[0]-40):min(len(text), at[1]+40)])
	}
}
