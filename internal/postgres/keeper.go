package postgres

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/signal"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// lifeline is the file descriptor of the pipe whose end tells the starter that
// the keeper has ended.
const lifeline = 3

// keeper owns a private cluster's server for as long as somebody uses it.
type keeper struct {
	files     layout
	grace     time.Duration
	throwaway bool
	log       *slog.Logger
	server    server
}

// RunKeeper is the hidden subcommand "keeper": args are its flags. It returns
// nil once nobody has used the cluster for the grace, when ctx is done, or at
// once when another keeper runs; in every case its server is down by then.
func RunKeeper(ctx context.Context, args []string, log *slog.Logger) error {
	k := keeper{log: log}
	flags := flag.NewFlagSet("keeper", flag.ContinueOnError)
	dir := flags.String("dir", "", "the private cluster's folder")
	wait := flags.Duration("grace", 0, "how long to wait for a next user")
	flags.BoolVar(&k.throwaway, "throwaway", false, "for tests: nothing is synced to disk")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *dir == "" {
		return errors.New("keeper: --dir is missing")
	}
	k.files = layout{*dir}
	k.grace = grace(*wait)
	if err := k.run(ctx); err != nil {
		return fmt.Errorf("keep the cluster in %s: %w", *dir, err)
	}
	return nil
}

func (k *keeper) run(ctx context.Context) error {
	// The server must not inherit the lifeline.
	unix.CloseOnExec(lifeline)
	// The terminal from which the starter ran is none of the keeper's.
	signal.Ignore(unix.SIGHUP, unix.SIGINT)
	ctx, stop := signal.NotifyContext(ctx, unix.SIGTERM)
	defer stop()

	// Those who look whether a keeper runs hold the lock for an instant:
	// only one that stays is another keeper's.
	wait, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	lock, err := waitLock(wait, k.files.keeperLock(), unix.LOCK_EX)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	if err != nil {
		return err
	}
	defer lock.release()
	if err := os.Chdir(k.files.dir); err != nil {
		return fmt.Errorf("enter the folder: %w", err)
	}
	if err := k.files.clearState(); err != nil {
		return err
	}
	if err := writeFile(k.files.keeperPID(), strconv.Itoa(os.Getpid())+"\n", 0o600); err != nil {
		return fmt.Errorf("write the keeper's process id: %w", err)
	}
	err = k.keep(ctx)
	if err != nil {
		return errors.Join(err, k.files.writeState(stateFailed+err.Error()))
	}
	return k.files.clearState()
}

// keep runs the server until nobody uses it any more. A server that falls is
// raised again, unless it falls while it starts.
func (k *keeper) keep(ctx context.Context) error {
	var err error
	if k.server, err = findServer(ctx, k.files); err != nil {
		return err
	}
	if err := k.prepare(ctx); err != nil {
		return err
	}
	for {
		pm, err := k.start(ctx)
		if err != nil {
			return err
		}
		if err := k.files.writeState(stateReady); err != nil {
			return errors.Join(err, pm.stop())
		}
		k.log.Info("the database is up")
		users, err := k.watch(ctx, pm)
		if users != nil {
			// Held until this process ends: whoever comes now waits,
			// and then starts a new keeper.
			defer users.release()
		}
		if clearErr := k.files.clearState(); clearErr != nil {
			err = errors.Join(err, clearErr)
		}
		if err != nil || users != nil || ctx.Err() != nil {
			err = errors.Join(err, pm.stop())
			k.log.Info("the database is down")
			return err
		}
		k.log.Error("the database server ended by itself and is started again")
	}
}

// watch returns when the server has ended (nil, nil), when ctx is done, or
// with the exclusive users' lock once nobody has used the cluster for the
// grace.
func (k *keeper) watch(ctx context.Context, pm *postmaster) (*fileLock, error) {
	lastSeen := time.Now()
	tick := time.NewTicker(min(k.grace/10, time.Second))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil, nil
		case <-pm.ended:
			return nil, nil
		case <-tick.C:
		}
		if err := k.rotateLog(); err != nil {
			k.log.Error("the log could not be rotated", "error", err)
		}
		users, err := tryLock(k.files.usersLock(), unix.LOCK_EX)
		if err != nil {
			return nil, err
		}
		if users == nil {
			lastSeen = time.Now()
			continue
		}
		// A program that came and went between two looks left its time.
		info, err := users.file.Stat()
		if err != nil {
			users.release()
			return nil, fmt.Errorf("look at the users' lock: %w", err)
		}
		if info.ModTime().After(lastSeen) {
			lastSeen = info.ModTime()
		}
		if time.Since(lastSeen) >= k.grace {
			return users, nil
		}
		users.release()
	}
}

// maxLog is the size at which a log of the server gives way to a new one.
const maxLog = 16 << 20

// rotateLog keeps the server's log bounded. The server appends to an open
// file, so the content is moved away and the file cut.
func (k *keeper) rotateLog() error {
	path := k.files.postgresLog()
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() < maxLog {
		return nil
	}
	if err != nil {
		return err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path+".1", data, 0o600); err != nil {
		return err
	}
	return os.Truncate(path, 0)
}
