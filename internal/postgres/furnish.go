package postgres

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
)

// prepare makes what must be there before the server starts: the password, the
// cluster, who may come in, and the socket's folder.
func (k *keeper) prepare(ctx context.Context) error {
	if err := k.makePassword(); err != nil {
		return err
	}
	if err := k.makeCluster(ctx); err != nil {
		return err
	}
	// The superuser comes in as the operating system's user of the keeper or
	// of the server; everybody else needs a password. Both files stand
	// outside the cluster, where the server's user cannot change them.
	names := []string{k.server.user}
	if os.Getuid() == 0 {
		names = append(names, "root")
	}
	var ident strings.Builder
	for _, name := range names {
		fmt.Fprintf(&ident, "keeper %q %s\n", name, adminName)
	}
	if err := writeFile(k.files.ident(), ident.String(), 0o644); err != nil {
		return fmt.Errorf("write the cluster's settings: %w", err)
	}
	hba := "local all " + adminName + " peer map=keeper\nlocal all all scram-sha-256\n"
	if err := writeFile(k.files.hba(), hba, 0o644); err != nil {
		return fmt.Errorf("write the cluster's settings: %w", err)
	}
	return k.makeSocketDir()
}

// makePassword makes the application's password, once.
func (k *keeper) makePassword() error {
	_, err := os.Stat(k.files.password())
	if err == nil {
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look at the database password: %w", err)
	}
	if err := writeFile(k.files.password(), rand.Text()+"\n", 0o600); err != nil {
		return fmt.Errorf("write the database password: %w", err)
	}
	return nil
}

// makeCluster runs initdb where there is no cluster yet. It works in a folder
// that gets its name only when it is whole, so that a crash leaves no half.
func (k *keeper) makeCluster(ctx context.Context) error {
	_, err := os.Stat(k.files.cluster())
	if err == nil {
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look at the cluster: %w", err)
	}
	next := k.files.newCluster()
	if err := os.RemoveAll(next); err != nil {
		return fmt.Errorf("remove an unfinished cluster: %w", err)
	}
	if err := os.Mkdir(next, 0o700); err != nil {
		return fmt.Errorf("make the cluster's folder: %w", err)
	}
	if err := k.server.own(next); err != nil {
		return err
	}
	args := []string{
		"--pgdata", next,
		"--username", adminName,
		"--encoding", "UTF8",
		"--locale", "C.UTF-8",
		"--auth", "reject", // replaced by the keeper's own pg_hba.conf
		"--data-checksums",
	}
	if k.throwaway {
		args = append(args, "--no-sync")
	}
	out, err := k.server.command(ctx, next, "initdb", args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("make the cluster with initdb: %w\n%s", err, strings.TrimSpace(string(out)))
	}
	if err := os.Rename(next, k.files.cluster()); err != nil {
		return fmt.Errorf("name the new cluster: %w", err)
	}
	k.log.Info("made the private cluster", "postgres", k.server.major)
	return nil
}

// makeSocketDir makes the folder that the server's socket stands in: closed to
// everybody but the server's user (and root). One that stands in a public
// place must be that user's own already, or nobody's yet.
func (k *keeper) makeSocketDir() error {
	dir := k.files.socketDir()
	if err := os.Mkdir(dir, 0o700); err == nil {
		return k.server.own(dir)
	} else if !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("make the socket's folder: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("look at the socket's folder: %w", err)
	}
	want := uint32(os.Getuid())
	if k.server.credential != nil {
		want = k.server.credential.Uid
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || stat.Uid != want && stat.Uid != uint32(os.Getuid()) {
		return fmt.Errorf("the folder %s for the database's socket is not a folder of user %s: remove it", dir, k.server.user)
	}
	if err := k.server.own(dir); err != nil {
		return err
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return fmt.Errorf("close the socket's folder: %w", err)
	}
	return nil
}

// furnish waits for the server and makes what programs expect of it: the
// application's role, its database, and pgvector, which only a superuser may
// create.
func (k *keeper) furnish(ctx context.Context, pm *postmaster) (err error) {
	conn, err := k.connectFirst(ctx, pm)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if err := checkConn(ctx, conn); err != nil {
		return err
	}
	if err := k.makeRole(ctx, conn); err != nil {
		return fmt.Errorf("make the database's role: %w", err)
	}
	// In template1, so that every new database has it.
	if err := createVector(ctx, conn); err != nil {
		return err
	}
	var exists bool
	err = conn.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, databaseName).Scan(&exists)
	if err != nil {
		return fmt.Errorf("look for the database: %w", err)
	}
	if !exists {
		// From template0, since a template must have no session and this
		// one is in template1.
		_, err := conn.Exec(ctx, `CREATE DATABASE `+databaseName+` OWNER `+databaseName+` TEMPLATE template0`)
		if err != nil {
			return fmt.Errorf("create the database: %w", err)
		}
	}
	inside, err := k.connectAdmin(ctx, databaseName)
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	return errors.Join(createVector(ctx, inside), inside.Close(ctx))
}

// makeRole makes the application's role: no superuser, with the password that
// the folder holds.
func (k *keeper) makeRole(ctx context.Context, conn *pgx.Conn) error {
	password, err := os.ReadFile(k.files.password())
	if err != nil {
		return err
	}
	// Should the statement with the password fail, it must not be logged.
	if _, err := conn.Exec(ctx, `SET log_min_error_statement = panic`); err != nil {
		return err
	}
	var exists bool
	err = conn.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)`, databaseName).Scan(&exists)
	if err != nil {
		return err
	}
	verb := `CREATE`
	if exists {
		verb = `ALTER`
	}
	options := ` LOGIN NOSUPERUSER`
	if k.throwaway {
		options += ` CREATEDB`
	}
	// A statement of this kind takes no parameters. The password is made of
	// letters and digits; anything else in the file is quoted all the same.
	quoted := `'` + strings.ReplaceAll(strings.TrimSpace(string(password)), `'`, `''`) + `'`
	_, err = conn.Exec(ctx, verb+` ROLE `+databaseName+options+` PASSWORD `+quoted)
	return err
}

// createVector puts pgvector into a database, or brings it up to date after
// the machine got a newer one.
func createVector(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `CREATE EXTENSION IF NOT EXISTS vector`)
	if err == nil {
		_, err = conn.Exec(ctx, `ALTER EXTENSION vector UPDATE`)
	}
	if err != nil {
		return fmt.Errorf("put pgvector into the database: %w", err)
	}
	return nil
}
