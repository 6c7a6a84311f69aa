package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// pollEvery is how often a lock or a state is looked at while it is waited for.
const pollEvery = 10 * time.Millisecond

// fileLock is a held flock(2) on a file. The kernel releases it when the
// process ends, whatever ended it.
type fileLock struct{ file *os.File }

// tryLock takes a lock if nobody is in the way. how is unix.LOCK_SH or
// unix.LOCK_EX; held is nil when somebody else has it.
func tryLock(path string, how int) (held *fileLock, err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	err = unix.Flock(int(file.Fd()), how|unix.LOCK_NB)
	if err == nil {
		return &fileLock{file}, nil
	}
	closeErr := file.Close()
	if errors.Is(err, unix.EWOULDBLOCK) {
		return nil, closeErr
	}
	return nil, fmt.Errorf("lock %s: %w", path, err)
}

// waitLock takes a lock as soon as it is free, or gives up with ctx.
func waitLock(ctx context.Context, path string, how int) (*fileLock, error) {
	for {
		held, err := tryLock(path, how)
		if held != nil || err != nil {
			return held, err
		}
		if err := pause(ctx, pollEvery); err != nil {
			return nil, fmt.Errorf("wait for lock %s: %w", path, err)
		}
	}
}

// release gives the lock back. Closing the file is what does it; an error
// would change nothing, since the descriptor is gone either way.
func (l *fileLock) release() { _ = l.file.Close() }

// locked tells whether somebody holds the lock exclusively.
func locked(path string) (bool, error) {
	held, err := tryLock(path, unix.LOCK_SH)
	if err != nil {
		return false, err
	}
	if held == nil {
		return true, nil
	}
	held.release()
	return false, nil
}

// pause waits for d, or returns ctx's error as soon as it is done.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
