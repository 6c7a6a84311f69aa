package eval

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// Case is a question and the names of the documents that answer it. A case
// without any is one that should find no evidence. A question that cannot be
// asked, which real collections of questions hold, finds nothing.
type Case struct {
	ID       string   `json:"id"`
	Question string   `json:"question"`
	Relevant []string `json:"relevant"`
}

// maxCaseLine bounds one line of a case file, in bytes.
const maxCaseLine = 1 << 20

// ReadCases reads JSON lines; empty lines are passed over. An error names the
// line it stands in.
func ReadCases(r io.Reader) ([]Case, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), maxCaseLine)
	var cases []Case
	n := 0
	for lines.Scan() {
		n++
		text := strings.TrimSpace(strings.TrimPrefix(lines.Text(), "\ufeff"))
		if text == "" {
			continue
		}
		var c Case
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			return nil, fmt.Errorf("line %d is not a case: %w", n, err)
		}
		if c.ID == "" {
			c.ID = fmt.Sprintf("line-%d", n)
		}
		cases = append(cases, c)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read cases after line %d: %w", n, err)
	}
	return cases, nil
}
