package agents

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Errors that callers tell apart.
var (
	// ErrRefused says that login and password do not belong together. It does
	// not say which of them is wrong.
	ErrRefused = errors.New("login or password refused")
	// ErrThrottled says that there were too many attempts: wait a minute.
	ErrThrottled = errors.New("too many sign-in attempts")
	// ErrNoSession says that a token is unknown or has run out.
	ErrNoSession = errors.New("no such session")
	// ErrUnknown says that nobody has this login.
	ErrUnknown = errors.New("no agent has this login")
	// ErrTaken says that another agent has this login.
	ErrTaken = errors.New("login is taken")
	// ErrWeakPassword says that a password is shorter than MinPassword
	// characters, or too long to be one.
	ErrWeakPassword = errors.New("password must have 10 to 200 characters")
	// ErrBadLogin says that a login is empty or too long.
	ErrBadLogin = errors.New("login must have 1 to 100 characters")
)

// Bounds of what an agent chooses, in characters.
const (
	MinPassword = 10
	maxPassword = 200
	maxLogin    = 100
)

// Agent is an account of a town's staff.
type Agent struct {
	ID     int64
	TownID int64
	Town   string // slug
	Login  string
}

// Store keeps agents and sessions in Postgres. It is safe for concurrent use.
type Store struct {
	pool     *pgxpool.Pool
	hasher   hasher
	throttle *throttle
	now      func() time.Time
}

// NewStore returns a Store on a migrated database.
func NewStore(pool *pgxpool.Pool) *Store {
	return &Store{pool: pool, hasher: newHasher(), throttle: newThrottle(), now: time.Now}
}

// Create adds an agent to the town and returns the password, which is
// generated when it is given empty. It returns ErrTaken, ErrBadLogin or
// ErrWeakPassword when login or password will not do.
func (s *Store) Create(ctx context.Context, townID int64, login, password string) (string, error) {
	login = normalLogin(login)
	if login == "" || utf8.RuneCountInString(login) > maxLogin {
		return "", ErrBadLogin
	}
	password, hash, err := s.choose(ctx, password)
	if err != nil {
		return "", err
	}
	_, err = s.pool.Exec(ctx, `
		INSERT INTO agents (town_id, login, password_hash)
		VALUES (@town, @login, @hash)`,
		pgx.NamedArgs{"town": townID, "login": login, "hash": hash})
	if isUniqueViolation(err) {
		return "", ErrTaken
	}
	if err != nil {
		return "", fmt.Errorf("create agent %s: %w", login, err)
	}
	return password, nil
}

// choose generates a password where none is given, and returns it with its
// hash, or ErrWeakPassword.
func (s *Store) choose(ctx context.Context, given string) (password, hash string, err error) {
	password = given
	if password == "" {
		if password, err = generate(); err != nil {
			return "", "", err
		}
	}
	if n := utf8.RuneCountInString(password); n < MinPassword || n > maxPassword {
		return "", "", ErrWeakPassword
	}
	hash, err = s.hasher.hash(ctx, password)
	return password, hash, err
}

// SetPassword gives the agent a new password, generated when it is given
// empty, ends all of the agent's sessions, and returns the password. It
// returns ErrUnknown when nobody has this login.
func (s *Store) SetPassword(ctx context.Context, login, password string) (string, error) {
	login = normalLogin(login)
	password, hash, err := s.choose(ctx, password)
	if err != nil {
		return "", err
	}
	tag, err := s.pool.Exec(ctx, `
		WITH agent AS (
			UPDATE agents
			SET password_hash = @hash
			WHERE login = @login
			RETURNING id
		), ended AS (
			-- Whoever was signed in by the old password is signed out.
			DELETE FROM agent_sessions
			USING agent
			WHERE agent_sessions.agent_id = agent.id
		)
		SELECT id
		FROM agent`, pgx.NamedArgs{"login": login, "hash": hash})
	if err != nil {
		return "", fmt.Errorf("set password of agent %s: %w", login, err)
	}
	if tag.RowsAffected() == 0 {
		return "", fmt.Errorf("agent %s: %w", login, ErrUnknown)
	}
	return password, nil
}

// EnsureFirst makes the town's first agent, with a generated password that is
// returned this once. If the town has an agent, both strings are empty. Of
// several servers that start at once, one makes the account.
func (s *Store) EnsureFirst(ctx context.Context, townID int64) (login, password string, err error) {
	if password, err = generate(); err != nil {
		return "", "", err
	}
	var hash string
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var has bool
		// The town's row is locked, so that the others wait here and then see
		// the account.
		if _, err := tx.Exec(ctx, `SELECT FROM towns WHERE id = $1 FOR UPDATE`, townID); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM agents WHERE town_id = $1)`, townID).Scan(&has); err != nil || has {
			return err
		}
		if hash, err = s.hasher.hash(ctx, password); err != nil {
			return err
		}
		// Logins are unique in the installation: the first town gets the plain one.
		err := tx.QueryRow(ctx, `
			INSERT INTO agents (town_id, login, password_hash)
			SELECT @town::bigint,
			       CASE WHEN EXISTS (SELECT FROM agents WHERE login = 'agent') THEN 'agent-' || @town::bigint ELSE 'agent' END,
			       @hash
			RETURNING login`,
			pgx.NamedArgs{"town": townID, "hash": hash}).Scan(&login)
		return err
	})
	if err != nil {
		return "", "", fmt.Errorf("make the first agent of town %d: %w", townID, err)
	}
	if login == "" {
		return "", "", nil
	}
	return login, password, nil
}

// normalLogin is how a login is stored and compared.
func normalLogin(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

func isUniqueViolation(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23505"
}
