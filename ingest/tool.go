package ingest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// Bounds of one call of an external program. What reads a hostile file may be
// asked for hours and gigabytes, or be taken over by it.
const (
	toolMemory = 256 << 20 // address space
	toolCPU    = 20        // seconds of processor time
	toolWrites = 1 << 20   // bytes in any file; they answer through a pipe
	toolErrors = 16 << 10  // bytes of complaints that are kept
)

// tool is an external program that reads a file from its standard input and
// answers on its standard output. It runs in a process group of its own that
// ends with it, with the bounds above, without the caller's environment, and,
// where the kernel allows it, without network and (under root) as nobody.
type tool struct {
	name    string // looked up in PATH
	pack    string // Debian package to install where it is missing
	args    []string
	maximum int // bytes that it may answer
}

// errToolOutput says that a program answered more than it may.
var errToolOutput = errors.New("more output than is allowed")

// toolError is how a program ended when it did not end well.
type toolError struct {
	name   string
	code   int // exit code; -1: a signal, which is how limits end it
	stderr string
}

func (e *toolError) Error() string {
	first, _, _ := strings.Cut(strings.TrimSpace(e.stderr), "\n")
	if e.code < 0 {
		return fmt.Sprintf("%s was ended: the file asks for more memory or time than is allowed", e.name)
	}
	return oneLine(fmt.Sprintf("%s ended with code %d: %s", e.name, e.code, first))
}

// run gives the program the file and has what it answers read, up to the
// maximum. It returns what the program complained of.
func (t tool) run(ctx context.Context, file []byte, read func(io.Reader) error) (stderr string, err error) {
	c, err := t.start(ctx)
	if err != nil {
		return "", err
	}
	go func() {
		_, _ = c.stdin.Write(file) // a program that ends early need not read it all
		_ = c.stdin.Close()
	}()
	if err := read(&boundedReader{from: c.stdout, left: t.maximum}); err != nil {
		c.end()
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return c.stderr.String(), err
	}
	err = c.cmd.Wait()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return c.stderr.String(), ctx.Err()
	case errors.As(err, &exit):
		return c.stderr.String(), &toolError{name: t.name, code: exit.ExitCode(), stderr: c.stderr.String()}
	case err != nil:
		return "", fmt.Errorf("run %s: %w", t.name, err)
	}
	return c.stderr.String(), nil
}

// output is run for short answers.
func (t tool) output(ctx context.Context, file []byte) (out []byte, err error) {
	_, err = t.run(ctx, file, func(r io.Reader) error {
		var err error
		out, err = io.ReadAll(r)
		return err
	})
	return out, err
}

// boundedReader fails, instead of ending, where more comes than is allowed.
type boundedReader struct {
	from io.Reader
	left int
}

func (r *boundedReader) Read(p []byte) (int, error) {
	if len(p) > r.left {
		p = p[:r.left+1]
	}
	n, err := r.from.Read(p)
	if n > r.left {
		return r.left, errToolOutput
	}
	r.left -= n
	return n, err
}

// child is a program that runs. held says what the kernel granted.
type child struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout io.ReadCloser
	stderr *boundedBuffer
	held   holding
}

// holding tells how a child is held.
type holding struct {
	offline      bool // without network
	unprivileged bool // not as root
}

// shell sets the limits and becomes the program: lowering its own limits is
// what any process may do, whoever runs it.
const shell = "/bin/sh"

// limits are in kilobytes, seconds, and blocks of 512 bytes. A shell that
// cannot set one starts nothing.
var limits = fmt.Sprintf(`ulimit -c 0 && ulimit -t %d && ulimit -f %d && ulimit -v %d && exec "$@"`,
	toolCPU, toolWrites/512, toolMemory>>10)

// start starts the program held as tightly as the kernel allows.
func (t tool) start(ctx context.Context) (*child, error) {
	program, err := exec.LookPath(t.name)
	if err != nil {
		return nil, failuref(codeTool, "%s is not installed: install the package %s", t.name, t.pack)
	}
	var last error
	for _, hold := range holds() {
		c := &child{held: hold, stderr: &boundedBuffer{limit: toolErrors}}
		c.cmd = exec.CommandContext(ctx, shell, append([]string{"-c", limits, "sh", program}, t.args...)...)
		c.cmd.Dir = "/"
		c.cmd.Env = toolEnvironment()
		c.cmd.Stderr = c.stderr
		c.cmd.WaitDelay = time.Second
		isolate(c.cmd, hold)
		if c.stdin, err = c.cmd.StdinPipe(); err != nil {
			return nil, fmt.Errorf("run %s: %w", t.name, err)
		}
		if c.stdout, err = c.cmd.StdoutPipe(); err != nil {
			return nil, fmt.Errorf("run %s: %w", t.name, err)
		}
		if last = c.cmd.Start(); last == nil {
			return c, nil
		}
		// The next hold asks less of the kernel.
	}
	return nil, fmt.Errorf("run %s: %w", t.name, last)
}

func (c *child) end() {
	_ = c.cmd.Cancel()
	_ = c.cmd.Wait()
}

// toolEnvironment is what a program needs: its messages in English, one thread,
// and where tesseract's language data are when they were moved.
func toolEnvironment() []string {
	env := []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "HOME=/nonexistent", "OMP_THREAD_LIMIT=1"}
	if dir := os.Getenv("TESSDATA_PREFIX"); dir != "" {
		env = append(env, "TESSDATA_PREFIX="+dir)
	}
	return env
}

// ToolReport tells which external programs there are and how they are held.
type ToolReport struct {
	PDF          string   // path of pdftotext; "": PDF files cannot be read
	OCR          string   // path of tesseract; "": scans cannot be read
	Languages    []string // that tesseract has
	Limited      bool     // memory and time are bounded by the kernel
	Offline      bool     // the programs have no network
	Unprivileged bool     // the programs do not run as root
}

// Tools looks at the external programs that extractors use.
func Tools(ctx context.Context) ToolReport {
	var r ToolReport
	r.PDF, _ = exec.LookPath("pdftotext")
	if ocr, err := exec.LookPath("tesseract"); err == nil {
		if _, err := exec.LookPath("pdftoppm"); err == nil {
			r.OCR = ocr
		}
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	probe := tool{name: "sh", args: []string{"-c", "ulimit -v"}, maximum: 100}
	if c, err := probe.start(ctx); err == nil {
		r.Offline, r.Unprivileged = c.held.offline, c.held.unprivileged
		c.end()
	}
	out, err := probe.output(ctx, nil)
	r.Limited = err == nil && strings.TrimSpace(string(out)) == strconv.Itoa(toolMemory>>10)
	if r.OCR != "" {
		r.Languages = ocrLanguages(ctx)
	}
	return r
}

// boundedBuffer keeps the first bytes that are written to it and drops the
// rest.
type boundedBuffer struct {
	bytes.Buffer
	limit int
}

func (b *boundedBuffer) Write(p []byte) (int, error) {
	if room := b.limit - b.Len(); room > 0 {
		_, _ = b.Buffer.Write(p[:min(len(p), room)])
	}
	return len(p), nil
}
