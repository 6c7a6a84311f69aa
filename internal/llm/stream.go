package llm

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

const (
	// The library's scanner breaks at 64 KiB; longer lines are cut down to
	// what it reads of them.
	longLine = 60 << 10
	maxLine  = 8 << 20
)

// stream hands a chat's server-sent lines on to the library and notes what
// they say: garbled lines and error frames, which it would pass over, and the
// stop reason, model and usage.
type stream struct {
	body io.ReadCloser
	in   *bufio.Reader
	out  bytes.Buffer
	x    *exchange
	err  error
}

func newStream(body io.ReadCloser, x *exchange) *stream {
	return &stream{body: body, in: bufio.NewReader(body), x: x}
}

// Close implements io.Closer.
func (s *stream) Close() error { return s.body.Close() }

// Read implements io.Reader.
func (s *stream) Read(p []byte) (int, error) {
	for s.out.Len() == 0 && s.err == nil {
		s.next()
	}
	if s.out.Len() > 0 {
		return s.out.Read(p)
	}
	return 0, s.err
}

func (s *stream) next() {
	line, err := readLine(s.in)
	if err != nil {
		switch {
		case errors.Is(err, io.EOF):
			// Half a line at the end is of a stream that was cut.
			s.err = io.EOF
		case errors.Is(err, errTooLong):
			s.err = s.x.fail(fmt.Errorf("%w: a line is over %d bytes", ErrGarbled, maxLine))
		default:
			s.err = s.x.fail(fmt.Errorf("%w: %w", ErrCut, err))
		}
		return
	}
	line = bytes.TrimRight(line, "\r\n")
	data, ok := bytes.CutPrefix(line, []byte("data:"))
	if !ok {
		return // comments, event names and blank lines mean nothing here
	}
	data = bytes.TrimSpace(data)
	if len(data) == 0 {
		return
	}
	if s.x.touch != nil {
		s.x.touch()
	}
	if !bytes.Equal(data, []byte("[DONE]")) {
		if data, err = s.note(data); err != nil {
			s.err = s.x.fail(err)
			return
		}
	}
	s.out.WriteString("data: ")
	s.out.Write(data)
	s.out.WriteString("\n")
}

// frame is what the package reads of a chunk. Content is text or null.
type frame struct {
	Error   json.RawMessage `json:"error,omitempty"`
	Model   string          `json:"model,omitempty"`
	Choices []frameChoice   `json:"choices"`
	Usage   *frameUsage     `json:"usage,omitempty"`
}

type frameChoice struct {
	Delta struct {
		Content string `json:"content"`
	} `json:"delta"`
	FinishReason string `json:"finish_reason"`
}

type frameUsage struct {
	Prompt     *int `json:"prompt_tokens"`
	Completion *int `json:"completion_tokens"`
}

// note reads one chunk, and returns the bytes to hand on.
func (s *stream) note(data []byte) ([]byte, error) {
	var f frame
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("%w: a line of the stream is no chunk: %w", ErrGarbled, err)
	}
	if len(f.Error) > 0 && !bytes.Equal(f.Error, []byte("null")) {
		return nil, fmt.Errorf("%w: error in the stream: %s", errorKind(f.Error), errorMessage(f.Error))
	}
	s.x.mu.Lock()
	s.x.frames++
	if f.Model != "" {
		s.x.model = f.Model
	}
	if len(f.Choices) > 0 && f.Choices[0].FinishReason != "" {
		s.x.stop = f.Choices[0].FinishReason
	}
	if f.Usage != nil {
		if f.Usage.Prompt != nil {
			s.x.prompt = *f.Usage.Prompt
		}
		if f.Usage.Completion != nil {
			s.x.completion = *f.Usage.Completion
		}
	}
	s.x.mu.Unlock()
	if len(data) < longLine {
		return data, nil
	}
	return s.cutDown(f)
}

// cutDown writes a long chunk again without what nobody reads of it, its text
// spread over several chunks where that alone is long.
func (s *stream) cutDown(f frame) ([]byte, error) {
	if len(f.Choices) == 0 {
		f.Choices = []frameChoice{{}}
	}
	text := []rune(f.Choices[0].Delta.Content)
	for len(text) > longLine/16 {
		part := frame{Choices: []frameChoice{{}}}
		part.Choices[0].Delta.Content = string(text[:longLine/16])
		text = text[longLine/16:]
		b, err := json.Marshal(part)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrGarbled, err)
		}
		s.out.WriteString("data: ")
		s.out.Write(b)
		s.out.WriteString("\n")
	}
	f.Choices = f.Choices[:1]
	f.Choices[0].Delta.Content = string(text)
	b, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrGarbled, err)
	}
	return b, nil
}

// errorKind reads the status that some servers put into an error frame.
func errorKind(raw json.RawMessage) error {
	var object struct {
		Code json.Number `json:"code"`
	}
	if json.Unmarshal(raw, &object) == nil {
		if code, err := object.Code.Int64(); err == nil {
			return kindOf(int(code))
		}
	}
	return ErrUnavailable
}

var errTooLong = errors.New("line too long")

// readLine returns the next line with its end; io.EOF comes alone, and drops
// what stood before it without an end.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return line, nil
		case len(line) > maxLine:
			return nil, errTooLong
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}
