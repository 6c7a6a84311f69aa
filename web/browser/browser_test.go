package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"guichet/web"
	"guichet/web/webtest"
)

const patience = 5 * time.Second // for one thing to appear

// chrome is the one browser of all tests; each test has a tab of its own.
var chrome context.Context

// axe is axe-core's source.
var axe string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	source, err := os.ReadFile("node_modules/axe-core/axe.min.js")
	switch {
	case path == "":
		fmt.Println("FAIL: no Chromium on this machine. Run `make setup-tests`, or: apt-get install chromium")
		return 1
	case err != nil:
		fmt.Println("FAIL: axe-core is not installed. Run `make setup-tests`, or: npm ci, in web/browser.")
		return 1
	}
	axe = string(source)
	profile, err := os.MkdirTemp("", "guichet-browser-")
	if err != nil {
		fmt.Println("FAIL:", err)
		return 1
	}
	defer func() { _ = os.RemoveAll(profile) }()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("accept-lang", "fr-FR"), chromedp.Flag("hide-scrollbars", true),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	defer end()
	var stop context.CancelFunc
	chrome, stop = chromedp.NewContext(allocator)
	defer stop()
	if err := chromedp.Do(chrome); err != nil {
		fmt.Println("FAIL: Chromium does not start:", err)
		return 1
	}
	return m.Run()
}

// site is the pages with a scripted chat behind them.
type site struct {
	URL  string
	Chat *script
}

func serve(t *testing.T, change func(*web.Config)) site {
	t.Helper()
	cfg, err := webtest.Config()
	if err != nil {
		t.Fatal(err)
	}
	chat := newScript()
	cfg.Chat = chat
	if change != nil {
		change(&cfg)
	}
	srv := httptest.NewServer(web.New(cfg))
	t.Cleanup(srv.Close)
	t.Cleanup(chat.Release)
	return site{URL: srv.URL, Chat: chat}
}

// tab is one page in the browser.
type tab struct {
	t   *testing.T
	ctx context.Context
}

// look is how a tab shows its pages.
type look struct {
	Width, Height int64
	Dark          bool
	Forced        bool // forced colours
	NoScript      bool
	Refused       bool // something is to be refused by a policy
}

var (
	phone   = look{Width: 390, Height: 844}
	narrow  = look{Width: 320, Height: 640}
	desktop = look{Width: 1280, Height: 900}
	night   = look{Width: 390, Height: 844, Dark: true}
)

// open shows the address in a new tab. What the page writes to its console as
// an error, and what its policy blocks, fails the test.
func open(t *testing.T, address string, l look) *tab {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(chrome)
	t.Cleanup(closeTab)
	ctx, cancel := context.WithTimeout(ctx, 40*time.Second)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx}
	watch := func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			t.Errorf("exception in the page: %s %s", e.ExceptionDetails.Text, e.ExceptionDetails.Exception.Description)
		case *runtime.EventConsoleAPICalled:
			if e.Type == runtime.ConsoleAPICalledTypeError && len(e.Args) > 0 {
				t.Errorf("the page's console says: %s", e.Args[0].Value)
			}
		case *log.EventEntryAdded:
			if e.Entry.Source == log.EntrySourceSecurity && !l.Refused {
				t.Errorf("the page's policy was broken: %s", e.Entry.Text)
			}
		}
	}
	if err := chromedp.Listen(ctx, watch); err != nil {
		t.Fatal(err)
	}
	features := []*emulation.MediaFeature{{Name: "prefers-reduced-motion", Value: "reduce"}}
	if l.Dark {
		features = append(features, &emulation.MediaFeature{Name: "prefers-color-scheme", Value: "dark"})
	}
	if l.Forced {
		features = append(features, &emulation.MediaFeature{Name: "forced-colors", Value: "active"})
	}
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: l.Width, Height: l.Height, DeviceScaleFactor: 1, Mobile: l.Width < 600,
	})
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features})
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: l.NoScript})
	// A tab in the background would not be given the focus otherwise.
	call(b, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: axe})
	b.do(chromedp.Navigate(address))
	return b
}

func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// call gives the browser a command of its protocol.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, command, params); err != nil {
		b.t.Fatal(err)
	}
}

// eval returns the value of the expression in the page.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// await waits until the expression is true in the page.
func (b *tab) await(expression string) {
	b.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		if ok && err == nil {
			return
		}
		if time.Now().After(deadline) {
			b.shot("failed")
			b.t.Fatalf("never true: %s (%v); the page says:\n%s", expression, err, b.text("body"))
		}
		select {
		case <-b.ctx.Done():
			b.t.Fatal(b.ctx.Err())
		case <-time.After(15 * time.Millisecond):
		}
	}
}

// see waits until the element shows the text.
func (b *tab) see(selector, text string) {
	b.t.Helper()
	b.await(fmt.Sprintf("[...document.querySelectorAll(%s)].some((e) => e.checkVisibility() && e.innerText.includes(%s))", quote(selector), quote(text)))
}

func (b *tab) text(selector string) string {
	b.t.Helper()
	return eval[string](b, fmt.Sprintf("document.querySelector(%s)?.innerText ?? ''", quote(selector)))
}

func (b *tab) count(selector string) int {
	b.t.Helper()
	return eval[int](b, fmt.Sprintf("[...document.querySelectorAll(%s)].filter((e) => e.checkVisibility()).length", quote(selector)))
}

func (b *tab) click(selector string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// keys presses keys wherever the focus is.
func (b *tab) keys(keys string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys))
}

// ask types the question and sends it with Enter, once the page is connected.
func (b *tab) ask(question string) {
	b.t.Helper()
	b.await("document.body.dataset.state === 'open'")
	b.do(chromedp.Focus(chromedp.CSS("#question")))
	b.keys(question + "\r")
}

// focus says where the focus is: the element's id, or its words.
func (b *tab) focus() string {
	b.t.Helper()
	return eval[string](b, `(() => { const e = document.activeElement; return e.id && !e.id.startsWith('source') ? '#' + e.id : (e.getAttribute('aria-label') ?? e.innerText.trim()); })()`)
}

// accessible lets axe-core look at the page, and at what is in its frames.
func (b *tab) accessible(state string) {
	b.t.Helper()
	type violation struct {
		ID    string `json:"id"`
		Help  string `json:"help"`
		Nodes []struct {
			HTML    string `json:"html"`
			Summary string `json:"failureSummary"`
		} `json:"nodes"`
	}
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]violation](`axe.run(document, {
		runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'],
	}).then((r) => r.violations)`, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("axe on %s: %v", state, err)
	}
	for _, v := range found {
		for _, n := range v.Nodes {
			b.t.Errorf("axe on %s: %s (%s)\n%s\n%s", state, v.ID, v.Help, n.HTML, n.Summary)
		}
	}
	b.shot(state)
}

// shot leaves a picture of what is seen, if pictures are wanted.
func (b *tab) shot(name string) {
	b.t.Helper()
	b.picture(name, chromedp.CaptureScreenshot())
}

// whole is shot, of the whole length of the page.
func (b *tab) whole(name string) {
	b.t.Helper()
	b.picture(name, chromedp.FullScreenshot(100))
}

func (b *tab) picture(name string, take chromedp.Action[[]byte]) {
	b.t.Helper()
	folder := os.Getenv("GUICHET_SCREENSHOTS")
	if folder == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, take)
	if err != nil {
		b.t.Logf("no picture of %s: %v", name, err)
		return
	}
	file := strings.ReplaceAll(b.t.Name()+"-"+name, "/", "-") + ".png"
	if err := os.WriteFile(filepath.Join(folder, strings.ReplaceAll(file, " ", "-")), png, 0o644); err != nil {
		b.t.Logf("no picture of %s: %v", name, err)
	}
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}
