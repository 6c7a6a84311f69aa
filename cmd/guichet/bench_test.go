package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"

	"guichet/corpus"
	"guichet/ingest"
	"guichet/internal/postgres"
	"guichet/internal/sheettest"
)

// fichesFolder holds the real sheets that are measured on, where it is there.
const fichesFolder = "../../../shared/service-public/fiches"

// loaded is what the benchmarks read of a run's report.
type loaded struct {
	Passages, Embedded int
	PublishedIn        float64 `json:"published_seconds"`
}

// binary builds the program once for a test.
func binary(b testing.TB) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "guichet")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil { //nolint:noctx // ends by itself
		b.Fatalf("build: %v\n%s", err, out)
	}
	return path
}

// room is a data folder that the database's unprivileged user can reach.
func room(b testing.TB) string {
	b.Helper()
	dir, err := os.MkdirTemp("/var/tmp", "guichet-bench-")
	if err != nil {
		b.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // the database's user must pass
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	return filepath.Join(dir, "data")
}

// BenchmarkIngest loads the sheets of service-public.fr with the real program
// into a private cluster of its own, then once more, unchanged, then with one
// sheet changed.
func BenchmarkIngest(b *testing.B) {
	if _, err := os.Stat(fichesFolder); err != nil {
		b.Skip("the sheets are not here: ", fichesFolder)
	}
	program := binary(b)
	for b.Loop() {
		data, sheets := room(b), filepath.Join(b.TempDir(), "sheets")
		if err := os.CopyFS(sheets, os.DirFS(fichesFolder)); err != nil {
			b.Fatal(err)
		}
		load := func() (report loaded, seconds, peakMB float64) {
			cmd := exec.Command(program, "ingest", sheets, "--collection", "service-public", "--json") //nolint:noctx // ends by itself
			cmd.Env = append(os.Environ(), "GUICHET_DATA_DIR="+data, "GUICHET_DATABASE_URL=")
			start := time.Now()
			out, err := cmd.Output()
			seconds = time.Since(start).Seconds()
			if err != nil {
				b.Fatal(err)
			}
			if err := json.Unmarshal(out, &report); err != nil {
				b.Fatal(err)
			}
			usage, _ := cmd.ProcessState.SysUsage().(*syscall.Rusage)
			return report, seconds, float64(usage.Maxrss) / 1024
		}
		// The database is started first, so that its initdb is not measured.
		warm := exec.Command(program, "collections") //nolint:noctx // ends by itself
		warm.Env = append(os.Environ(), "GUICHET_DATA_DIR="+data, "GUICHET_DATABASE_URL=")
		if out, err := warm.CombinedOutput(); err != nil {
			b.Fatalf("start: %v\n%s", err, out)
		}
		first, seconds, peak := load()
		again, unchanged, _ := load()
		changeOne(b, sheets)
		one, changed, _ := load()
		b.ReportMetric(seconds, "s")
		b.ReportMetric(float64(first.Passages)/seconds, "passages/s")
		b.ReportMetric(peak, "peak-MB")
		b.ReportMetric(unchanged, "unchanged-s")
		b.ReportMetric(float64(again.Embedded), "unchanged-embeddings")
		b.ReportMetric(changed, "one-changed-s")
		b.ReportMetric(float64(one.Embedded), "one-changed-embeddings")
		b.ReportMetric(0, "ns/op")
	}
}

// BenchmarkFeed loads 5 000 synthetic sheets in the format of the national
// feed, then an archive of half as many into another collection, which shows
// whether memory grows with the archive; and the first once more, unchanged.
func BenchmarkFeed(b *testing.B) {
	program := binary(b)
	archive := func(n int) string {
		path := filepath.Join(b.TempDir(), fmt.Sprintf("vosdroits-%d.zip", n))
		f, err := os.Create(path) //nolint:gosec // a file of the benchmark's own
		if err != nil {
			b.Fatal(err)
		}
		if err := sheettest.Archive(f, n); err != nil {
			b.Fatal(err)
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
		return path
	}
	whole, half := archive(5000), archive(2500)
	for b.Loop() {
		data := room(b)
		load := func(path, collection string) (report loaded, seconds, peakMB float64) {
			cmd := exec.Command(program, "ingest", path, "--collection", collection, "--json") //nolint:noctx // ends by itself
			cmd.Env = append(os.Environ(), "GUICHET_DATA_DIR="+data, "GUICHET_DATABASE_URL=")
			start := time.Now()
			out, err := cmd.Output()
			seconds = time.Since(start).Seconds()
			if err != nil {
				b.Fatal(err)
			}
			if err := json.Unmarshal(out, &report); err != nil {
				b.Fatal(err)
			}
			usage, _ := cmd.ProcessState.SysUsage().(*syscall.Rusage)
			return report, seconds, float64(usage.Maxrss) / 1024
		}
		_, _, smaller := load(half, "half")
		first, seconds, peak := load(whole, "whole")
		again, unchanged, _ := load(whole, "whole")
		b.ReportMetric(seconds, "s")
		b.ReportMetric(first.PublishedIn, "published-s")
		b.ReportMetric(float64(first.Passages), "passages")
		b.ReportMetric(peak, "peak-MB")
		b.ReportMetric(smaller, "half-peak-MB")
		b.ReportMetric(unchanged, "unchanged-s")
		b.ReportMetric(float64(again.Embedded), "unchanged-embeddings")
		b.ReportMetric(0, "ns/op")
	}
}

// instant embeds without looking: what it costs is nothing beside the rest.
type instant struct{}

func (instant) Space() corpus.Space {
	return corpus.Space{Embedder: "instant", Version: "1", Dimensions: 256}
}

func (e instant) EmbedPassages(_ context.Context, texts []string) ([][]float32, error) {
	vectors := make([][]float32, len(texts))
	for i, text := range texts {
		seed := uint64(len(text))
		for j := range min(len(text), 64) {
			seed = (seed ^ uint64(text[j])) * 1099511628211
		}
		v := make([]float32, e.Space().Dimensions)
		for j := range v {
			seed = seed*6364136223846793005 + 1442695040888963407
			v[j] = float32(seed>>40)/(1<<24) - .5
		}
		vectors[i] = v
	}
	return vectors, nil
}

func (e instant) EmbedQuery(ctx context.Context, text string) ([]float32, error) {
	vectors, err := e.EmbedPassages(ctx, []string{text})
	return vectors[0], err
}

// stopwatch is a gate that lets all pass, and notes when it was asked: all is
// written then, and one UPDATE publishes it.
type stopwatch struct{ asked time.Time }

func (g *stopwatch) Admit(context.Context, corpus.Collection, int) (ingest.Verdict, error) {
	g.asked = time.Now()
	return ingest.Verdict{}, nil
}

// BenchmarkPipeline takes documents through all but the embedding, into a private
// cluster of its own: 1 000 synthetic sheets of the national feed, and the real
// sheets where they are there. The index of vectors, which is built while residents
// already read the new edition, is in whole-s alone.
func BenchmarkPipeline(b *testing.B) {
	program := binary(b)
	feed := filepath.Join(b.TempDir(), "vosdroits.zip")
	f, err := os.Create(feed) //nolint:gosec // a file of the benchmark's own
	if err != nil {
		b.Fatal(err)
	}
	if err := errors.Join(sheettest.Archive(f, 1000), f.Close()); err != nil {
		b.Fatal(err)
	}
	b.Run("feed", func(b *testing.B) {
		pipeline(b, program, func() ingest.Request {
			source, err := ingest.NewServicePublic(feed, ingest.ServicePublicSettings{}, ingest.OpenLocal)
			if err != nil {
				b.Fatal(err)
			}
			return ingest.Request{Sources: []ingest.Source{source}}
		})
	})
	b.Run("sheets", func(b *testing.B) {
		if _, err := os.Stat(fichesFolder); err != nil {
			b.Skip("the sheets are not here: ", fichesFolder)
		}
		pipeline(b, program, func() ingest.Request { return ingest.Request{Paths: []string{fichesFolder}} })
	})
}

func pipeline(b *testing.B, program string, request func() ingest.Request) {
	b.Helper()
	for b.Loop() {
		db, err := postgres.Open(b.Context(), postgres.Config{DataDir: room(b), KeeperCommand: []string{program, "keeper"}})
		if err != nil {
			b.Fatal(err)
		}
		store := corpus.NewStore(db.Pool)
		r := request()
		if r.Collection, err = store.EnsureCollection(b.Context(), 0, "pipeline", "fr"); err != nil {
			b.Fatal(err)
		}
		begun, gate := time.Now(), &stopwatch{}
		in := ingest.Ingester{Store: ingest.Corpus(store), Embedder: instant{}, Gate: gate}
		report, err := in.Ingest(b.Context(), r)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(report.Passages), "passages")
		b.ReportMetric(float64(report.Passages)/gate.asked.Sub(begun).Seconds(), "passages/s")
		b.ReportMetric(time.Since(begun).Seconds(), "whole-s")
		b.ReportMetric(0, "ns/op")
		db.Close()
	}
}

// changeOne adds a paragraph at the end of one sheet.
func changeOne(b *testing.B, sheets string) {
	b.Helper()
	all, err := filepath.Glob(filepath.Join(sheets, "*"))
	if err != nil || len(all) == 0 {
		b.Fatal("no sheet: ", err)
	}
	f, err := os.OpenFile(all[len(all)/2], os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := f.WriteString("\n\nLa mairie reçoit sur rendez-vous.\n"); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkStart starts the server with the demo town on an empty folder and
// asks a question, then does so again with what is there.
func BenchmarkStart(b *testing.B) {
	program := binary(b)
	for b.Loop() {
		data := room(b)
		first, firstMB := startAndAsk(b, program, data)
		later, laterMB := startAndAsk(b, program, data)
		b.ReportMetric(first.Seconds(), "first-s")
		b.ReportMetric(later.Seconds(), "later-s")
		b.ReportMetric(firstMB, "first-rest-MB")
		b.ReportMetric(laterMB, "later-rest-MB")
		b.ReportMetric(0, "ns/op")
	}
}

// startAndAsk measures from the start of the process to the last frame of the
// first answer, and then the server's memory at rest.
func startAndAsk(b *testing.B, program, data string) (took time.Duration, restMB float64) {
	b.Helper()
	cmd := exec.Command(program, "serve", "--demo", "--addr", "localhost:0") //nolint:noctx // killed below
	cmd.Env = append(os.Environ(), "GUICHET_DATA_DIR="+data, "GUICHET_DATABASE_URL=", "GUICHET_LLM_URL=", "GUICHET_LLM_MODEL=")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	}()
	base := ""
	for lines := bufio.NewScanner(stdout); base == "" && lines.Scan(); {
		if fields := strings.Fields(lines.Text()); len(fields) == 2 && fields[0] == "residents" {
			base = strings.TrimSuffix(fields[1], "/")
		}
	}
	askOnce(b, base)
	took = time.Since(start)
	time.Sleep(2 * time.Second) // at rest, not in the middle of an answer
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid))
	if err != nil {
		b.Fatal(err)
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	kb, err := strconv.ParseFloat(strings.Fields(after)[0], 64)
	if err != nil {
		b.Fatal(err)
	}
	return took, kb / 1024
}

func askOnce(b *testing.B, base string) {
	b.Helper()
	header := http.Header{"Origin": {base}}
	conn, resp, err := websocket.DefaultDialer.DialContext(context.Background(), "ws"+strings.TrimPrefix(base, "http")+"/ws", header)
	if err != nil {
		b.Fatalf("connect to %s: %v", base, err)
	}
	_ = resp.Body.Close()
	defer func() { _ = conn.Close() }()
	err = conn.WriteJSON(map[string]any{
		"v": 1, "type": "ask", "conversation": uuid.NewString(), "turn": uuid.NewString(),
		"question": "Quand sont ramassées les poubelles jaunes ?", "language": "fr", "after": 0,
	})
	if err != nil {
		b.Fatal(err)
	}
	for {
		var frame struct{ Type, Outcome string }
		if err := conn.ReadJSON(&frame); err != nil {
			b.Fatal(err)
		}
		if frame.Type == "error" {
			b.Fatal("the answer failed")
		}
		if frame.Type == "done" {
			return
		}
	}
}
