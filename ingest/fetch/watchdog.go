package fetch

import (
	"context"
	"io"
	"time"
)

// watchdog ends an exchange in which nothing came for too long.
type watchdog struct {
	idle  time.Duration
	timer *time.Timer
	stop  func()
}

// watch returns a context that ends when an exchange takes too long in all, or
// when nothing comes for too long.
func (c *Client) watch(ctx context.Context) (context.Context, *watchdog) {
	ctx, cancelTotal := context.WithTimeoutCause(ctx, c.o.Total,
		errorf(CodeTimeout, "the answer took longer than %s", c.o.Total))
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watchdog{idle: c.o.Idle}
	w.timer = time.AfterFunc(c.o.Idle, func() {
		cancel(errorf(CodeTimeout, "the server was silent for %s", c.o.Idle))
	})
	w.stop = func() {
		w.timer.Stop()
		cancel(nil)
		cancelTotal()
	}
	return ctx, w
}

func (w *watchdog) alive() { w.timer.Reset(w.idle) }

// reader tells the watchdog of all that comes.
func (w *watchdog) reader(r io.Reader) io.Reader { return watched{r, w} }

type watched struct {
	io.Reader
	dog *watchdog
}

func (w watched) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	if n > 0 {
		w.dog.alive()
	}
	return n, err
}

// cause is why the context ended, if that is what broke the exchange.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
