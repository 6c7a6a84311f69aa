package llm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

const maxVectors = 256 << 20 // bytes of one embeddings reply

// vectorReply is an embeddings reply, its vectors left as they came.
type vectorReply struct {
	Data  []vectorRow     `json:"data"`
	Model string          `json:"model,omitempty"`
	Usage json.RawMessage `json:"usage,omitempty"`
}

type vectorRow struct {
	Index     *int            `json:"index"`
	Embedding json.RawMessage `json:"embedding"`
}

// orderedVectors puts the reply's vectors into the order of their index, which
// the library ignores. A server that gives no index is taken at its order.
func orderedVectors(body io.ReadCloser, x *exchange) (io.ReadCloser, error) {
	raw, err := io.ReadAll(io.LimitReader(body, maxVectors))
	if closeErr := body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, x.fail(fmt.Errorf("%w: read vectors: %w", ErrCut, err))
	}
	var reply vectorReply
	if err := json.Unmarshal(raw, &reply); err != nil {
		return nil, x.fail(fmt.Errorf("%w: vectors are no JSON: %w", ErrGarbled, err))
	}
	indexed := false
	for _, row := range reply.Data {
		indexed = indexed || row.Index != nil
	}
	if indexed {
		rows := make([]vectorRow, len(reply.Data))
		for _, row := range reply.Data {
			if row.Index == nil || *row.Index < 0 || *row.Index >= len(rows) || rows[*row.Index].Embedding != nil {
				return nil, x.fail(fmt.Errorf("%w: the indexes of %d vectors do not number them", ErrGarbled, len(rows)))
			}
			rows[*row.Index] = row
		}
		reply.Data = rows
	}
	ordered, err := json.Marshal(reply)
	if err != nil {
		return nil, x.fail(fmt.Errorf("%w: %w", ErrGarbled, err))
	}
	return io.NopCloser(bytes.NewReader(ordered)), nil
}
