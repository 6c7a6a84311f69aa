package chat_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"guichet/chat"
)

// BenchmarkIdleConnection reports what an open, silent connection costs the
// server in memory. The client's side is a bare TCP connection, whose few
// hundred bytes are counted in.
func BenchmarkIdleConnection(b *testing.B) {
	const connections = 2000
	f := newFixture(b, units(1), chat.Limits{})
	host := strings.TrimPrefix(f.server.URL, "http://")
	for b.Loop() {
		before := inUse()
		conns := make([]net.Conn, connections)
		for i := range conns {
			conns[i] = handshake(b, host)
		}
		eventually(b, "all connected", func() bool { return f.service.Stats().Connections == connections })
		b.ReportMetric(float64(inUse()-before)/connections/1000, "KB/connection")
		for _, c := range conns {
			_ = c.Close()
		}
		eventually(b, "all gone", func() bool { return f.service.Stats().Connections == 0 })
	}
}

func handshake(b *testing.B, host string) net.Conn {
	b.Helper()
	var dialer net.Dialer
	c, err := dialer.DialContext(b.Context(), "tcp", host)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := fmt.Fprintf(c, "GET /ws HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", host); err != nil {
		b.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReaderSize(c, 512), nil)
	if err != nil {
		b.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusSwitchingProtocols {
		b.Fatalf("handshake: %s", resp.Status)
	}
	return c
}

// inUse is the memory of live objects and stacks.
func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
