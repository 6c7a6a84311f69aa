package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"reflect"
	"strings"

	"guichet/ingest"
)

// plainSetting says of a setting whose value is of the wrong kind what it takes.
func plainSetting(err error) error {
	var mistake *json.UnmarshalTypeError
	if !errors.As(err, &mistake) || mistake.Field == "" {
		return err
	}
	name := mistake.Field[strings.LastIndex(mistake.Field, ".")+1:]
	kind := mistake.Type
	for kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	takes, example := "", ""
	switch kind.Kind() {
	case reflect.Slice:
		takes, example = "a list", `["...", "..."]`
		if name == "allow_private" {
			example = `["localhost"]`
		}
	case reflect.Bool:
		takes, example = "true or false", "true"
	case reflect.String:
		takes, example = "text", `"..."`
	case reflect.Int, reflect.Int64, reflect.Float64:
		takes, example = "a number", "10"
	default:
		return err
	}
	return fmt.Errorf("setting %s: it takes %s, not a %s; such as --setting '%s=%s'", name, takes, mistake.Value, name, example)
}

// checkThere refuses a source on this machine that is not there, and a table that
// its settings do not fit, before anything is stored of it. Nothing is fetched.
func checkThere(ctx context.Context, s ingest.Source, typed string) error {
	at := s.Ref().URI
	if u, err := url.Parse(at); err == nil && u.Host != "" {
		return nil
	}
	if _, err := os.Stat(at); err != nil {
		if looksLikeHost(typed) {
			return fmt.Errorf("%w: if it is an address, it begins with https:// (https://%s)", cannotRead(typed, err), typed)
		}
		return cannotRead(typed, err)
	}
	if s.Ref().Kind != ingest.KindCSV {
		return nil
	}
	l, err := s.List(ctx)
	if err != nil {
		return err
	}
	for _, item := range l.Items[:min(len(l.Items), 1)] {
		if item.Extractor == nil {
			continue
		}
		r, err := item.Open(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", typed, err)
		}
		b, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			return fmt.Errorf("%s: %w", typed, err)
		}
		if _, err := item.Extractor.Extract(ctx, ingest.Input{Name: item.Key, MediaType: item.MediaType, Bytes: b}); err != nil {
			return fmt.Errorf("%s: %w", typed, err)
		}
	}
	return nil
}

// looksLikeHost tells whether a path may be an address whose https:// was
// forgotten.
func looksLikeHost(path string) bool {
	host, _, deeper := strings.Cut(path, "/")
	return strings.HasPrefix(host, "www.") || deeper && strings.Contains(strings.Trim(host, "."), ".")
}
