package main

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

func TestComposeFile(t *testing.T) {
	project := loadCompose(t)
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

func TestComposeServicesReachEachOther(t *testing.T) {
	project := loadCompose(t)
	services := project.Services
	for _, name := range []string{"database", "ollama"} {
		shared := false
		for network := range services[name].Networks {
			_, joined := services["guichet"].Networks[network]
			shared = shared || joined
		}
		if !shared {
			t.Errorf("guichet shares no network with %s, so that its name leads nowhere", name)
		}
	}
	for network := range services["database"].Networks {
		if !project.Networks[network].Internal {
			t.Errorf("the database stands on the network %s, which leads outside", network)
		}
	}
	// The socket answers while initdb's temporary server runs.
	if test := services["database"].HealthCheck.Test; !slices.Contains(test, "--host=127.0.0.1") {
		t.Errorf("the database is asked by %q, which a temporary server answers too", test)
	}
	url := *services["guichet"].Environment["GUICHET_DATABASE_URL"]
	if !strings.Contains(url, "@database:5432/") {
		t.Errorf("the database's address is %s", url)
	}
	if need := services["guichet"].DependsOn["database"].Condition; need != types.ServiceConditionHealthy {
		t.Errorf("guichet starts once the database is %q", need)
	}
}

// What a container writes elsewhere than into a named volume is lost with it.
func TestComposeKeepsWhatMustBeKept(t *testing.T) {
	project := loadCompose(t)
	for service, target := range map[string]string{
		"database": "/var/lib/postgresql/data", "guichet": "/data", "ollama": "/root/.ollama",
	} {
		i := slices.IndexFunc(project.Services[service].Volumes, func(v types.ServiceVolumeConfig) bool { return v.Target == target })
		if i < 0 {
			t.Errorf("%s keeps no volume at %s", service, target)
			continue
		}
		v := project.Services[service].Volumes[i]
		if _, named := project.Volumes[v.Source]; v.Type != types.VolumeTypeVolume || !named || v.ReadOnly {
			t.Errorf("%s has %+v at %s, want a named volume", service, v, target)
		}
	}
}

// loadCompose reads the repository's compose.yaml with all its profiles.
func loadCompose(t *testing.T) *types.Project {
	t.Helper()
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
	return project
}
