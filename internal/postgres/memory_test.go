package postgres

import "testing"

func TestServerTakesAShareOfMemory(t *testing.T) {
	const gigabyte = 1 << 30
	for _, c := range []struct {
		memory         uint64
		buffers, cache string
	}{
		{0, "128MB", "256MB"},
		{gigabyte, "128MB", "512MB"},
		{4 * gigabyte, "512MB", "2048MB"},
		{64 * gigabyte, "1024MB", "8192MB"},
	} {
		if got := sharedBuffers(c.memory); got != c.buffers {
			t.Errorf("of %d bytes the server keeps %s, not %s", c.memory, got, c.buffers)
		}
		if got := effectiveCache(c.memory); got != c.cache {
			t.Errorf("of %d bytes the planner counts on %s, not %s", c.memory, got, c.cache)
		}
	}
	if memory := machineMemory(); memory < 64*megabyte {
		t.Errorf("this machine has %d bytes", memory)
	}
}
