package fetch

import (
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// Normalize returns the one spelling of a web address: scheme and host in small
// letters, no user, default port, fragment or last dot of the host, no dot
// segments or double slashes, percent-encoding in capitals and only where it is
// needed, the query's parameters in order and without those that only follow a
// visitor (campaigns, sessions). It is its own normal form. Addresses that are
// not of the web are an error.
func Normalize(u *url.URL) (string, error) {
	scheme := strings.ToLower(u.Scheme)
	if scheme != "http" && scheme != "https" {
		return "", fmt.Errorf("no web address: %q", u.Redacted())
	}
	host := strings.TrimRight(strings.ToLower(u.Hostname()), ".")
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	if host == "" || strings.ContainsAny(host, " /\\?#@%<>\"") {
		return "", fmt.Errorf("no web address: %q", u.Redacted())
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port := u.Port(); port != "" && (scheme != "http" || port != "80") && (scheme != "https" || port != "443") {
		host += ":" + port
	}
	address := scheme + "://" + host + normalPath(u.EscapedPath())
	if query := normalQuery(u.RawQuery); query != "" {
		address += "?" + query
	}
	return address, nil
}

func normalPath(escaped string) string {
	p := recode(escaped, "/!$&'()*+,;=:@")
	segments := strings.Split(p, "/")
	for i, s := range segments {
		for {
			at := strings.LastIndexByte(s, ';')
			if at < 0 {
				break
			}
			name, _, _ := strings.Cut(s[at+1:], "=")
			if !followsVisitor(name) {
				break
			}
			s = s[:at]
		}
		segments[i] = s
	}
	p = strings.Join(segments, "/")
	clean := path.Clean("/" + p)
	if last := segments[len(segments)-1]; clean != "/" && (last == "" || last == "." || last == "..") {
		clean += "/"
	}
	return clean
}

func normalQuery(raw string) string {
	var kept []string
	for part := range strings.SplitSeq(raw, "&") {
		part = recode(strings.ReplaceAll(part, "+", "%20"), "/?!$'()*,;=:@")
		name, _, _ := strings.Cut(part, "=")
		if part == "" || part == "=" || followsVisitor(name) {
			continue
		}
		kept = append(kept, part)
	}
	slices.SortStableFunc(kept, func(a, b string) int {
		nameA, _, _ := strings.Cut(a, "=")
		nameB, _, _ := strings.Cut(b, "=")
		return strings.Compare(nameA, nameB)
	})
	return strings.Join(kept, "&")
}

// recode writes the unreserved characters of RFC 3986, and those that plain
// names, as they are, and all other bytes as %XX.
func recode(s, plain string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		encoded := c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2])
		if encoded {
			c = unHex(s[i+1])<<4 | unHex(s[i+2])
			i += 2
		}
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~", c) >= 0,
			!encoded && strings.IndexByte(plain, c) >= 0:
			b.WriteByte(c)
		default:
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func unHex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	}
	return c - 'a' + 10
}

// followsVisitor tells parameters that name a visit or how a visitor came, and
// never what a page shows.
func followsVisitor(name string) bool {
	name = strings.ToLower(name)
	for _, prefix := range []string{"utm_", "mtm_", "pk_", "hsa_", "at_", "aspsessionid"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	switch name {
	case "fbclid", "gclid", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "twclid", "igshid", "mc_cid", "mc_eid",
		"_ga", "_gl", "_hsenc", "_hsmi", "mkt_tok", "xtor", "xtref",
		"phpsessid", "jsessionid", "sid", "sessid", "sessionid", "session_id", "cfid", "cftoken":
		return true
	}
	return false
}

// SameSite tells whether two hosts (with their ports) are one site: the same,
// or the same but for "www.".
func SameSite(a, b string) bool {
	return strings.TrimPrefix(strings.ToLower(a), "www.") == strings.TrimPrefix(strings.ToLower(b), "www.")
}
