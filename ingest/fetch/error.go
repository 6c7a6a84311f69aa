package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
)

// Codes of why an address gave nothing.
const (
	CodeAddress   = "fetch_address"   // no web address
	CodePrivate   = "fetch_private"   // inside a private network
	CodeGone      = "fetch_gone"      // 404, 410
	CodeForbidden = "fetch_forbidden" // 401, 403 and the like
	CodeStatus    = "fetch_status"    // another answer that is no page
	CodeServer    = "fetch_server"    // 5xx
	CodeBusy      = "fetch_busy"      // 429, or 503 with a long Retry-After
	CodeTimeout   = "fetch_timeout"
	CodeNetwork   = "fetch_network" // no such host, no connection, a broken answer
	CodeTLS       = "fetch_tls"
	CodeRedirects = "fetch_redirects"
	CodeTooLarge  = "too_large"
)

// Error is why an address gave nothing, in an operator's words.
type Error struct {
	code   string
	Status int // of the answer; 0: there was none
	text   string
}

func (e *Error) Error() string { return e.text }

// Code is one of the codes above.
func (e *Error) Code() string { return e.code }

// Passing tells whether the failure may pass by itself, so that nothing can be
// said about the page.
func (e *Error) Passing() bool {
	switch e.code {
	case CodeServer, CodeBusy, CodeTimeout, CodeNetwork, CodeTLS:
		return true
	}
	return false
}

func errorf(code, format string, args ...any) *Error {
	return &Error{code: code, text: fmt.Sprintf(format, args...)}
}

// IsGone tells whether the server said that there is no such page.
func IsGone(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.code == CodeGone
}

// IsPassing tells whether the failure may pass by itself.
func IsPassing(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Passing()
}

// answerError is the failure that a status means, or nil.
func answerError(status int) *Error {
	var e *Error
	said := fmt.Sprintf("%d %s", status, http.StatusText(status))
	switch {
	case status < 400:
		return nil
	case status == http.StatusNotFound, status == http.StatusGone:
		e = errorf(CodeGone, "the page is gone (%s)", said)
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusProxyAuthRequired, status == http.StatusUnavailableForLegalReasons:
		e = errorf(CodeForbidden, "the server does not show it (%s)", said)
	case status == http.StatusTooManyRequests:
		e = errorf(CodeBusy, "the server asks for fewer requests (%s)", said)
	case status == http.StatusRequestTimeout:
		e = errorf(CodeTimeout, "the server gave up waiting (%s)", said)
	case status >= 500:
		e = errorf(CodeServer, "the server failed (%s)", said)
	default:
		e = errorf(CodeStatus, "the server refused (%s)", said)
	}
	e.Status = status
	return e
}

// exchangeError says in plain words what went wrong between here and a server.
func exchangeError(err error) error {
	var own *Error
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var timeout net.Error
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &dns) && dns.IsNotFound:
		return errorf(CodeNetwork, "there is no host %q", dns.Name)
	case errors.As(err, &certificate):
		return errorf(CodeTLS, "the server's certificate is not valid: %v", certificate.Err)
	case errors.As(err, &record):
		return errorf(CodeTLS, "the server does not speak TLS there: is it http:// instead of https://?")
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return errorf(CodeTimeout, "the server did not answer in time")
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		return errorf(CodeNetwork, "no connection to the server: %v", op.Err)
	}
	return errorf(CodeNetwork, "the exchange with the server broke off: %v", err)
}
