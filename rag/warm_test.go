package rag

import (
	"testing"
	"time"

	"guichet/internal/messages"
)

// BenchmarkFirstEmergency tells how long the emergency step takes right after
// Warm; an emergency must be met within 50 ms.
func BenchmarkFirstEmergency(b *testing.B) {
	catalogue, err := messages.Load()
	if err != nil {
		b.Fatal(err)
	}
	answerer, err := NewAnswerer(Config{Retriever: town(), Messages: catalogue})
	if err != nil {
		b.Fatal(err)
	}
	answerer.Warm()
	start := time.Now()
	DangerIn("il y a le feu dans mon immeuble")
	first := time.Since(start)
	for b.Loop() {
		DangerIn("il y a le feu dans mon immeuble")
	}
	b.ReportMetric(float64(first)/1e6, "first-ms")
}
