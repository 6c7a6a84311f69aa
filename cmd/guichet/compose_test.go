package main

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
)

func TestComposeFile(t *testing.T) {
	options, err := cli.NewProjectOptions(
		[]string{filepath.Join("..", "..", "compose.yaml")},
		cli.WithProfiles([]string{"*"}),
		cli.WithName("guichet"),
	)
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	services := project.Services
	for _, name := range []string{"database", "guichet", "ollama"} {
		if _, ok := services[name]; !ok {
			t.Fatalf("no service %s", name)
		}
	}
	if image := services["database"].Image; !strings.HasPrefix(image, "pgvector/pgvector:0.8") {
		t.Errorf("database image %s has no pgvector 0.8", image)
	}
	if len(services["database"].Ports) != 0 {
		t.Error("the database is published outside the internal network")
	}
	if !slices.Equal(services["ollama"].Profiles, []string{"ollama"}) {
		t.Errorf("ollama has profiles %v", services["ollama"].Profiles)
	}
	for _, port := range services["guichet"].Ports {
		if port.HostIP != "127.0.0.1" {
			t.Errorf("port %s is published to the world: a reverse proxy should stand before it", port.Published)
		}
	}
	known := map[string]bool{}
	for _, s := range settingList(func(string) string { return "" }) {
		known[s.env] = true
	}
	for name := range services["guichet"].Environment {
		if !known[name] {
			t.Errorf("compose.yaml sets %s, which is no setting", name)
		}
	}
}
