package english

import "testing"

func TestCount(t *testing.T) {
	for want, got := range map[string]string{
		"0 pages":   Count(0, "page"),
		"1 page":    Count(1, "page"),
		"2 pages":   Count(2, "page"),
		"1 entry":   Count(1, "entry", "entries"),
		"3 entries": Count(3, "entry", "entries"),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if Be(0) != "are" || Be(1) != "is" || Be(2) != "are" {
		t.Errorf("%s %s %s", Be(0), Be(1), Be(2))
	}
}
