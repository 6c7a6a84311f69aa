package rag

import "context"

// runModel asks the model; until it is built the passages are quoted.
func (t *turn) runModel(ctx context.Context) error { return t.runQuoting(ctx) }
