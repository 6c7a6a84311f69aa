package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/gorilla/websocket"

	"guichet/corpus/demo"
	"guichet/internal/llmtest"
	"guichet/internal/postgrestest"
)

const patience = 15 * time.Second // for one thing to happen

// written is what a running program has printed so far.
type written struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (w *written) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

// served is a running `guichet serve --demo`.
type served struct {
	t        *testing.T
	base     string
	password string
	stderr   *written
	cancel   context.CancelFunc
	exit     chan int
}

// serveDemo starts the program and waits until it greets.
func serveDemo(t *testing.T, env map[string]string) *served {
	t.Helper()
	env["GUICHET_DATABASE_URL"] = postgrestest.URL(t)
	env["GUICHET_DATA_DIR"] = t.TempDir()
	env["GUICHET_ADDR"] = "localhost:0"
	ctx, cancel := context.WithCancel(t.Context())
	s := &served{t: t, stderr: &written{}, cancel: cancel, exit: make(chan int, 1)}
	stdout := &written{}
	go func() {
		s.exit <- run(ctx, []string{"serve", "--demo"}, environment(env), strings.NewReader(""), stdout, s.stderr)
	}()
	t.Cleanup(cancel)
	greeting := regexp.MustCompile(`(?s)residents +(http://\S+)/\n.*password +(\S+)\n.*Stop with`)
	for deadline := time.Now().Add(2 * patience); ; {
		if m := greeting.FindStringSubmatch(stdout.String()); m != nil {
			s.base, s.password = m[1], m[2]
			return s
		}
		select {
		case code := <-s.exit:
			t.Fatalf("exit %d: %s", code, s.stderr)
		case <-time.After(10 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			t.Fatalf("it does not greet: %s%s", stdout, s.stderr)
		}
	}
}

// stop ends the program as Ctrl-C does; it must end well.
func (s *served) stop() {
	s.t.Helper()
	s.cancel()
	select {
	case code := <-s.exit:
		if code != exitOK {
			s.t.Errorf("stopped, it exits with %d: %s", code, s.stderr)
		}
	case <-time.After(2 * patience):
		s.t.Error("it does not stop")
	}
}

// chromium opens a tab of a new browser.
func chromium(t *testing.T) *tab {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Fatal("no Chromium on this machine: `make setup-tests` installs it")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path),
		chromedp.UserDataDir(t.TempDir()), chromedp.DisableGPU, chromedp.Flag("accept-lang", "fr-FR"))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, end := chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(end)
	ctx, end = chromedp.NewContext(ctx)
	t.Cleanup(end)
	return &tab{t, ctx}
}

type tab struct {
	t   *testing.T
	ctx context.Context
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// await waits until the expression is true in the page.
func (b *tab) await(expression string) {
	b.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		if ok && err == nil {
			return
		}
		if time.Now().After(deadline) {
			text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string]("document.body.innerText"))
			b.t.Fatalf("never true: %s (%v); the page says:\n%s", expression, err, text)
		}
	}
}

func (b *tab) click(selector string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

func (b *tab) fill(selector, text string) {
	b.t.Helper()
	b.do(chromedp.Focus(chromedp.CSS(selector)), chromedp.KeyEvent(text))
}

func (b *tab) ask(question string) {
	b.t.Helper()
	b.await("document.body.dataset.state === 'open'")
	b.fill("#question", question+"\r")
}

// turn is the last question's part of the page.
const turn = "[...document.querySelectorAll('.turn')].at(-1)"

const (
	meeting = "Les encombrants sont collectés sur rendez-vous seulement, le premier jeudi du mois"
	before  = "Le ramassage de quartier à date fixe n'existe plus depuis le 1er janvier 2025"
)

// aboutBulky is a model that answers from the passages it is given. Where the
// question asks for patience, it waits before its last sentence for gate.
func aboutBulky(t *testing.T, gate <-chan struct{}) *llmtest.Server {
	passage := regexp.MustCompile(`(?s)<passage n="(\d+)">(.*?)</passage>`)
	return llmtest.NewFunc(t, func(r llmtest.Request) llmtest.Script {
		var answer string
		for _, m := range passage.FindAllStringSubmatch(r.Last(), -1) {
			if strings.Contains(strings.ReplaceAll(m[2], "*", ""), meeting) {
				answer = fmt.Sprintf("%s [%s]. %s [%s].", meeting, m[1], before, m[1])
				break
			}
		}
		script := llmtest.Good(answer)
		if strings.Contains(r.Last(), "patience") {
			script.OnToken = func(_ int, token string, _ time.Time) {
				if strings.Contains(token, "fixe") {
					select {
					case <-gate:
					case <-t.Context().Done():
					}
				}
			}
		}
		return script
	})
}

func TestServeTheDemoWithAModel(t *testing.T) {
	gate := make(chan struct{})
	model := aboutBulky(t, gate)
	s := serveDemo(t, map[string]string{
		"GUICHET_LLM_URL": model.URL, "GUICHET_LLM_MODEL": "scripted", "GUICHET_TRUST_PROXY": "true",
	})
	b := chromium(t)

	b.do(chromedp.Navigate(s.base + "/"))
	b.ask("Comment sont collectés les encombrants ?")
	b.await(turn + "?.querySelectorAll('.unit').length >= 2 && " + turn + ".querySelectorAll('.sources > li').length >= 1 && " + turn + ".querySelector('.thumbs')")
	b.await(turn + ".innerText.includes('premier jeudi du mois')")

	b.ask("Comment sont collectés les encombrants ? Avec patience.")
	b.await(turn + ".querySelectorAll('.unit').length >= 1 && !document.querySelector('#stop').hidden")
	asked := len(model.Requests())
	b.do(chromedp.Reload())
	b.await("document.body.dataset.state === 'open' && document.querySelectorAll('.turn').length === 2")
	close(gate)
	b.await(turn + ".innerText.includes('1er janvier 2025') && " + turn + ".querySelector('.thumbs')")
	if n := len(model.Requests()); n != asked {
		t.Errorf("the reload asked the model again: %d requests, %d before", n, asked)
	}
	s.tryTheBench(b)
	s.tryTheWire()
	s.stop()
	if log := s.stderr.String(); strings.Contains(log, "level=ERROR") || strings.Contains(log, "patience") {
		t.Errorf("logged:\n%s", log)
	}
}

// tryTheBench signs in with the printed password and asks on the test bench.
func (s *served) tryTheBench(b *tab) {
	b.t.Helper()
	b.do(chromedp.Navigate(s.base + "/admin"))
	b.fill("#login", "agent")
	b.fill("#password", s.password+"\r")
	b.await("document.querySelector('.bench-form')")
	b.fill("#question", "Comment sont collectés les encombrants ?")
	b.click(".bench-form button.primary")
	b.await("document.querySelector('.answer')?.innerText.includes('premier jeudi du mois') && document.querySelector('.sources > li')")
}

// tryTheWire opens the chat by hand: towns that cannot be, and a proxy's host.
func (s *served) tryTheWire() {
	s.t.Helper()
	ws := "ws" + strings.TrimPrefix(s.base, "http") + "/ws"
	for _, c := range []struct {
		query, origin, forwarded string
		status                   int
	}{
		{"?town=%00", "https://chat.ville.test", "chat.ville.test", 404},
		{"", "https://chat.ville.test", "chat.ville.test", 101},
		{"", "https://chat.ville.test", "other.test", 403},
	} {
		conn, resp, err := websocket.DefaultDialer.DialContext(s.t.Context(), ws+c.query,
			http.Header{"Origin": {c.origin}, "X-Forwarded-Host": {c.forwarded}})
		if resp == nil {
			s.t.Fatal(err)
		}
		_ = resp.Body.Close()
		if err == nil {
			_ = conn.Close()
		}
		if resp.StatusCode != c.status {
			s.t.Errorf("%+v: status %d", c, resp.StatusCode)
		}
	}
}

func TestServeTheDemoInTheBubble(t *testing.T) {
	never := make(chan struct{})
	model := aboutBulky(t, never)
	s := serveDemo(t, map[string]string{"GUICHET_LLM_URL": model.URL, "GUICHET_LLM_MODEL": "scripted"})
	b := chromium(t)
	const (
		shadow = "document.querySelector('[data-guichet]').shadowRoot"
		inside = shadow + ".querySelector('iframe')?.contentDocument"
		reply  = "[..." + inside + ".querySelectorAll('.turn')].at(-1)"
	)
	b.do(chromedp.Navigate(s.base + "/demo"))
	b.await("document.querySelector('[data-guichet]')")
	b.await("(" + shadow + ".querySelector('.bubble').click(), true)")
	b.await(inside + "?.activeElement?.id === 'question' && " + inside + ".body.dataset.state === 'open'")
	b.do(chromedp.KeyEvent("Comment sont collectés les encombrants ? Avec patience.\r"))
	b.await(reply + "?.querySelectorAll('.unit').length >= 1")
	b.await("(" + inside + ".querySelector('#stop').click(), true)")
	b.await(reply + ".innerText.includes('arrêtée à votre demande')")
	s.stop()
}

func TestServeTheDemoWithoutAModel(t *testing.T) {
	s := serveDemo(t, map[string]string{})
	b := chromium(t)
	b.do(chromedp.Navigate(s.base + "/"))
	b.ask("Comment sont collectés les encombrants ?")
	b.await(turn + "?.querySelectorAll('.sources > li').length >= 1 && " + turn + ".querySelector('.thumbs')")
	b.await(turn + ".innerText.includes('mot pour mot')")
	s.stop()
}

// TestTheDemoTownsTypography holds what residents read of the demo town to
// French typography.
func TestTheDemoTownsTypography(t *testing.T) {
	town, err := demo.Town()
	if err != nil {
		t.Fatal(err)
	}
	slips := regexp.MustCompile(`'|[ ][;:?!]|\d[ ]h|h[ ]\d| - `)
	for _, text := range append(town.Suggestions, town.Contact.Hours) {
		if slip := slips.FindString(text); slip != "" {
			t.Errorf("%q in %q", slip, text)
		}
	}
}
