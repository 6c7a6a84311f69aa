package postgres

import (
	"errors"
	"strings"
	"testing"
)

func TestFitPostgres(t *testing.T) {
	t.Parallel()
	for number, fits := range map[int]bool{
		140011: false, 150000: true, 150020: true, 160004: true, 170009: true, 180000: false,
	} {
		if err := fitPostgres(number); (err == nil) != fits {
			t.Errorf("server version %d: got %v, want it to fit: %t", number, err, fits)
		}
	}
	if err := fitPostgres(140011); !strings.Contains(err.Error(), "Postgres 14.11") {
		t.Errorf("the error does not name the version: %v", err)
	}
}

func TestFitVector(t *testing.T) {
	t.Parallel()
	tests := []struct {
		available, installed string
		says                 []string // nothing when it fits
	}{
		{available: "0.8.0", installed: ""},
		{available: "0.8.0", installed: "0.8.0"},
		{available: "0.10.1", installed: "0.9.2"},
		{available: "1.0", installed: ""},
		{available: "", installed: "", says: []string{"no pgvector", "make setup"}},
		{available: "0.7.4", installed: "", says: []string{"pgvector 0.7.4", "make setup"}},
		{available: "0.7.4", installed: "0.5.0", says: []string{"pgvector 0.5.0", "make setup"}},
		{available: "0.8.0", installed: "0.6.2", says: []string{"pgvector 0.6.2", "ALTER EXTENSION vector UPDATE"}},
		{available: "unknown", installed: "", says: []string{"pgvector unknown"}},
	}
	for _, test := range tests {
		err := fitVector(test.available, test.installed)
		var unfit *UnfitError
		if got := errors.As(err, &unfit); got != (test.says != nil) {
			t.Errorf("available %q, installed %q: got %v", test.available, test.installed, err)
			continue
		}
		for _, want := range test.says {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("available %q, installed %q: %q does not say %q", test.available, test.installed, err, want)
			}
		}
	}
}
