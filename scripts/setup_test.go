// Package scripts holds the scripts that make calls; its test runs them.
package scripts

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// bare is a PATH of a machine on which only these commands are, and where apt
// and sudo merely write down what they were asked.
func bare(t *testing.T, commands ...string) (path, asked string) {
	t.Helper()
	path, asked = t.TempDir(), filepath.Join(t.TempDir(), "asked")
	for _, name := range append(commands, "sh", "env", "id", "sed", "sort", "head", "grep") {
		found, err := exec.LookPath(name)
		if err != nil {
			continue // as good as there: the script does not use what is not named
		}
		if err := os.Symlink(found, filepath.Join(path, name)); err != nil {
			t.Fatal(err)
		}
	}
	for name, does := range map[string]string{"apt-get": `echo "$@" >>` + asked, "sudo": `"$@"`} {
		if err := os.WriteFile(filepath.Join(path, name), []byte("#!/bin/sh\n"+does+"\n"), 0o700); err != nil { //nolint:gosec // it is to be run
			t.Fatal(err)
		}
	}
	return path, asked
}

func setup(t *testing.T, path, asked string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "./setup.sh", args...)
	cmd.Env = []string{"PATH=" + path}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("setup.sh %v: %v\n%s", args, err, out)
	}
	b, err := os.ReadFile(asked)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return string(b)
}

func TestSetupInstallsWhatTestsNeed(t *testing.T) {
	path, asked := bare(t, "pdftotext")
	got := setup(t, path, asked, "--tests")
	for _, name := range []string{"chromium", "nodejs", "npm", "gcc", "libc6-dev"} {
		if !strings.Contains(got+" ", " "+name) {
			t.Errorf("%s is not installed; apt was asked:\n%s", name, got)
		}
	}
}

func TestSetupLeavesACompleteMachineAlone(t *testing.T) {
	path, asked := bare(t, "pdftotext", "chromium", "node", "npm", "gcc", "tesseract", "find")
	if got := setup(t, path, asked, "--tests"); got != "" {
		t.Errorf("apt was asked:\n%s", got)
	}
	path, asked = bare(t, "pdftotext")
	if got := setup(t, path, asked); got != "" {
		t.Errorf("to run, not to test, apt was asked:\n%s", got)
	}
}
