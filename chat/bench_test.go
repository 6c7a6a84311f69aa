package chat_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"guichet/chat"
	"guichet/corpus"
	"guichet/internal/embed"
	"guichet/internal/llmtest"
	"guichet/internal/postgrestest"
)

// What the benchmark's model does: six sentences of ten tokens.
const (
	firstToken    = 200 * time.Millisecond
	perToken      = 20 * time.Millisecond
	benchPassages = 2000
	maxDBConns    = 20
	answersEach   = 4 // questions that each chat asks one after another
)

// sentences are of nine words; a citation is the tenth token.
var sentences = []string{
	"Le service %s ouvre au public le mardi matin",
	"La demande %s se dépose au guichet du rez-de-chaussée",
	"Le dossier %s demande une photo récente en couleur",
	"Votre carte %s vous sera remise sous quelques semaines",
	"Le tarif %s dépend du quotient familial du foyer",
	"Une permanence %s se tient chaque jeudi en mairie",
}

// topic is the made-up word that passage i alone speaks of.
func topic(i int) string {
	const consonants, vowels = "bdfgklmnprtvz", "aiou"
	word := []byte("quo")
	for range 4 {
		word = append(word, consonants[i%len(consonants)], vowels[i/len(consonants)%len(vowels)])
		i /= len(consonants) * len(vowels)
	}
	return string(word)
}

func benchDocuments() []corpus.Document {
	var docs []corpus.Document
	for i := range benchPassages {
		var lines []string
		for _, s := range sentences {
			lines = append(lines, fmt.Sprintf(s, topic(i))+".")
		}
		filler := " Les agents de la commune vous accueillent, vous renseignent et vous orientent dans vos démarches au quotidien."
		docs = append(docs, document(fmt.Sprintf("fiche-%d", i), "Fiche "+topic(i), strings.Join(lines, " ")+strings.Repeat(filler, 5)))
	}
	return docs
}

// clockedModel is the scripted model, and remembers when it sent the last
// token of each unit of each answer.
type clockedModel struct {
	*llmtest.Server
	mu   sync.Mutex
	sent map[int][]time.Time // by the question's number
}

var asked = regexp.MustCompile(`le service (\w+) \(demande (\d+)\)`)

func newClockedModel(b *testing.B) *clockedModel {
	m := &clockedModel{sent: map[int][]time.Time{}}
	m.Server = llmtest.NewFunc(b, m.script)
	return m
}

func (m *clockedModel) script(r llmtest.Request) llmtest.Script {
	all := asked.FindAllStringSubmatch(r.Last(), -1)
	if all == nil {
		return llmtest.Status(400, "no question in the prompt")
	}
	found := all[len(all)-1] // behind the conversation so far
	number, _ := strconv.Atoi(found[2])
	mark := " [" + passageWith(r.Last(), found[1]) + "]."
	var tokens []string
	for _, s := range sentences {
		for word := range strings.FieldsSeq(fmt.Sprintf(s, found[1])) {
			tokens = append(tokens, " "+word)
		}
		tokens = append(tokens, mark)
	}
	return llmtest.Script{
		Tokens: tokens, FirstToken: firstToken, PerToken: perToken,
		OnToken: func(_ int, token string, at time.Time) {
			if token == mark {
				m.mu.Lock()
				m.sent[number] = append(m.sent[number], at)
				m.mu.Unlock()
			}
		},
	}
}

func (m *clockedModel) sentAt(number, unit int) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sent[number][unit]
}

// BenchmarkOverhead reports what Guichet adds to the model: the time from the
// model's last token of a unit to that unit's arrival at the browser, over real
// websockets, with 2 000 passages in Postgres. Each chat is a closed loop; their
// starts are spread over the time of one answer, but for "burst", where all ask
// at once. first-ms is from the question to the first unit, less the model's
// own time for it. Each answer's content is checked.
func BenchmarkOverhead(b *testing.B) {
	pool := openPool(b, postgrestest.URL(b), maxDBConns)
	embedder, err := embed.Builtin()
	if err != nil {
		b.Fatal(err)
	}
	store := publish(b, pool, embedder, benchDocuments())
	model := newClockedModel(b)
	f := &fixture{t: b, pool: pool, adjust: func(c *chat.Config) { c.Scopes, c.Towns = store, store }}
	f.start(whole(b, store, embedder, model.URL), chat.Limits{Running: 400})
	bench := &overhead{fixture: f, model: model}

	answer := firstToken + 60*perToken
	for _, chats := range []int{1, 50, 200} {
		b.Run(fmt.Sprintf("chats=%d", chats), func(b *testing.B) { bench.run(b, chats, answer, answersEach) })
	}
	b.Run("burst=200", func(b *testing.B) { bench.run(b, 200, 0, 1) })
}

type overhead struct {
	*fixture
	model  *clockedModel
	number atomic.Int64
}

// run has so many chats ask so many questions each, b.N times over.
func (o *overhead) run(b *testing.B, chats int, spread time.Duration, each int) {
	var mu sync.Mutex
	var units, firsts []time.Duration
	conns := 0
	for b.Loop() {
		done := make(chan struct{})
		var watch, wg sync.WaitGroup
		watch.Go(func() { conns = max(conns, o.watchConns(done)) })
		for i := range chats {
			c := o.dial()
			wg.Go(func() {
				time.Sleep(spread * time.Duration(i) / time.Duration(chats))
				conversation := id()
				for range each {
					u, first, err := o.askOnce(c, conversation)
					if err != nil {
						b.Error(err)
						return
					}
					mu.Lock()
					units, firsts = append(units, u...), append(firsts, first)
					mu.Unlock()
				}
				c.leave()
			})
		}
		wg.Wait()
		close(done)
		watch.Wait()
	}
	report(b, "unit", units)
	report(b, "first", firsts)
	b.ReportMetric(float64(conns), "db-conns")
	b.ReportMetric(0, "ns/op")
}

// askOnce asks one question and returns each unit's overhead and the first
// unit's.
func (o *overhead) askOnce(c *client, conversation string) (units []time.Duration, first time.Duration, err error) {
	number := int(o.number.Add(1))
	word := topic(number * 7 % benchPassages)
	start := time.Now()
	err = c.conn.WriteJSON(map[string]any{
		"v": 1, "type": "ask", "conversation": conversation, "turn": id(), "language": "fr",
		"question": fmt.Sprintf("Bonjour, comment faire pour le service %s (demande %d) ?", word, number),
	})
	if err != nil {
		return nil, 0, err
	}
	for {
		f, err := c.read()
		at := time.Now()
		switch {
		case err != nil:
			return nil, 0, err
		case f.Type == "delta":
			n := len(units)
			if n >= len(sentences) || f.Unit.Text != fmt.Sprintf(sentences[n], word)+"." || len(f.Unit.Citations) != 1 || !strings.Contains(f.Unit.Citations[0].Title, word) {
				return nil, 0, fmt.Errorf("question %d: wrong unit %d: %+v", number, n+1, f.Unit)
			}
			if n == 0 {
				first = at.Sub(start) - firstToken - 9*perToken
			}
			units = append(units, at.Sub(o.model.sentAt(number, n)))
		case f.Type == "error":
			return nil, 0, errors.New(f.Message)
		case f.Type == "done":
			if len(units) != len(sentences) {
				return nil, 0, fmt.Errorf("question %d: %d units, mode %s", number, len(units), f.Mode)
			}
			return units, first, nil
		}
	}
}

// watchConns returns the most connections that the pool had until done.
func (o *overhead) watchConns(done <-chan struct{}) (most int) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		most = max(most, int(o.pool.Stat().TotalConns()))
		select {
		case <-done:
			return most
		case <-tick.C:
		}
	}
}

func report(b *testing.B, name string, d []time.Duration) {
	b.Helper()
	if len(d) == 0 {
		return
	}
	slices.Sort(d)
	for _, p := range []int{50, 95} {
		b.ReportMetric(float64(d[(len(d)-1)*p/100].Microseconds())/1000, fmt.Sprintf("%s-p%d-ms", name, p))
	}
}
