package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"time"
)

//go:embed static
var staticFiles embed.FS

//go:embed templates
var templateFiles embed.FS

const immutable = "public, max-age=31536000, immutable"

// assets are the embedded scripts, styles and pictures. They share one
// version, the hash of them all, as the folder of their URLs: modules import
// each other by relative names, and so always come from one version.
type assets struct {
	version string
	files   map[string][]byte
}

func loadAssets() *assets {
	a := &assets{files: map[string][]byte{}}
	sum := sha256.New()
	for _, entry := range must(fs.ReadDir(staticFiles, "static")) { // sorted by name
		b := must(fs.ReadFile(staticFiles, path.Join("static", entry.Name())))
		a.files[entry.Name()] = b
		sum.Write([]byte(entry.Name()))
		sum.Write(b)
	}
	a.version = hex.EncodeToString(sum.Sum(nil))[:12]
	return a
}

// url is the address of an asset, to be kept for ever.
func (a *assets) url(name string) string { return "/static/" + a.version + "/" + name }

func (s *server) static(w http.ResponseWriter, r *http.Request) {
	b, ok := s.assets.files[r.PathValue("name")]
	if !ok {
		s.notFound(w, r)
		return
	}
	if r.PathValue("version") == s.assets.version {
		w.Header().Set("Cache-Control", immutable)
	} else {
		// A page from before an update asks for the version it knew.
		w.Header().Set("Cache-Control", "no-cache")
	}
	http.ServeContent(w, r, r.PathValue("name"), time.Time{}, bytes.NewReader(b))
}

func (s *server) favicon(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=86400")
	w.Header().Set("Content-Type", "image/svg+xml")
	http.ServeContent(w, r, "favicon.svg", time.Time{}, bytes.NewReader(s.assets.files["favicon.svg"]))
}

func (s *server) robots(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("User-agent: *\nDisallow: /admin\nDisallow: /ws\n"))
}

func (s *server) healthz(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if s.Ready != nil {
		if err := s.Ready(r.Context()); err != nil {
			s.Log.WarnContext(r.Context(), "not ready", "error", err)
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = w.Write([]byte("unavailable\n"))
			return
		}
	}
	_, _ = w.Write([]byte("ok\n"))
}
