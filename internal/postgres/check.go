package postgres

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
)

const (
	minPostgres = 15
	maxPostgres = 17
)

// UnfitError says that the database server cannot serve Guichet: what was
// found, and the mend.
type UnfitError struct {
	Found string // what the server is or lacks, as "Postgres 14.2"
	Mend  string // what the operator can do
}

func (e *UnfitError) Error() string { return e.Found + ": " + e.Mend }

// check refuses a server that Guichet does not work with.
func check(ctx context.Context, conf *pgx.ConnConfig) error {
	conn, err := pgx.ConnectConfig(ctx, conf)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	err = checkConn(ctx, conn)
	return errors.Join(err, conn.Close(ctx))
}

func checkConn(ctx context.Context, conn *pgx.Conn) error {
	var number int
	var available, installed string
	err := conn.QueryRow(ctx, `
		SELECT
			current_setting('server_version_num')::int,
			COALESCE(max(default_version), ''),
			COALESCE(max(installed_version), '')
		FROM pg_available_extensions
		WHERE name = 'vector'`).Scan(&number, &available, &installed)
	if err != nil {
		return fmt.Errorf("read the server's version: %w", err)
	}
	if err := fitPostgres(number); err != nil {
		return err
	}
	return fitVector(available, installed)
}

// fitPostgres judges a server_version_num, as 150020 for 15.20.
func fitPostgres(number int) error {
	major := number / 10000
	if major >= minPostgres && major <= maxPostgres {
		return nil
	}
	return &UnfitError{
		Found: fmt.Sprintf("the database server is Postgres %d.%d", major, number%10000),
		Mend:  fmt.Sprintf("Guichet needs Postgres %d to %d; `make setup` installs one", minPostgres, maxPostgres),
	}
}

// fitVector judges the version of pgvector that the server offers and the one
// that the database has; each is empty where there is none.
func fitVector(available, installed string) error {
	const needs = "Guichet needs pgvector 0.8 or later"
	switch {
	case vectorFits(installed), installed == "" && vectorFits(available):
		return nil
	case installed != "" && vectorFits(available):
		return &UnfitError{
			Found: "the database has pgvector " + installed,
			Mend:  needs + "; as a superuser of this database, run: ALTER EXTENSION vector UPDATE",
		}
	case installed == "" && available == "":
		return &UnfitError{
			Found: "the database server has no pgvector",
			Mend:  needs + "; `make setup` installs it, or install it on the machine that runs Postgres",
		}
	default:
		found := installed
		if found == "" {
			found = available
		}
		return &UnfitError{
			Found: "the database server has pgvector " + found,
			Mend:  needs + "; `make setup` installs it, or install it on the machine that runs Postgres",
		}
	}
}

// vectorFits tells whether a version such as "0.8.0" is 0.8 or later. What
// does not read as a version does not fit.
func vectorFits(version string) bool {
	first, rest, _ := strings.Cut(version, ".")
	second, _, _ := strings.Cut(rest, ".")
	major, err := strconv.Atoi(first)
	if err != nil {
		return false
	}
	if major > 0 {
		return true
	}
	minor, err := strconv.Atoi(second)
	return err == nil && minor >= 8
}
