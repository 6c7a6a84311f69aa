package ingest

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

// script runs a shell script as an external program.
func script(text string) tool {
	return tool{name: "sh", args: []string{"-c", text}, maximum: 1 << 20}
}

func TestToolsHaveNoNetworkAndAreNotRoot(t *testing.T) {
	report := Tools(t.Context())
	if !report.Limited {
		t.Error("no memory limit")
	}
	if !report.Offline {
		t.Skip("the kernel allows no network namespace here")
	}
	devices, err := script("cat /proc/net/dev; id -u").output(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(devices)), "\n")
	for _, line := range lines[2 : len(lines)-1] {
		if name, _, _ := strings.Cut(strings.TrimSpace(line), ":"); name != "lo" {
			t.Errorf("the network device %s is there", name)
		}
	}
	if os.Geteuid() == 0 && lines[len(lines)-1] != "65534" {
		t.Errorf("runs as user %s", lines[len(lines)-1])
	}
}

func TestToolsAreLimited(t *testing.T) {
	for name, c := range map[string]tool{
		"memory": script(`x=aaaaaaaaaaaaaaaa; while :; do x="$x$x"; done`),
		"output": script(`while :; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done`),
		"files":  script(`d=$(mktemp); while :; do cat /bin/sh >>"$d" || exit 9; done; rm -f "$d"`),
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		_, err := c.output(ctx, nil)
		cancel()
		if err == nil || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestToolsEndWithTheirChildren(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	begun := time.Now()
	_, err := script("sleep 60 & sleep 60").output(ctx, nil)
	if !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) > 5*time.Second {
		t.Errorf("%v after %s", err, time.Since(begun))
	}
}
