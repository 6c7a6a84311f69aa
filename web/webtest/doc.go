// Package webtest has small stand-ins for what package web is built on: an
// invented town, an answerer with prepared answers, agents without a database.
// Tests of the pages, and nothing else, use it.
package webtest
