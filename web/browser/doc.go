// Package browser holds the tests that see the pages as residents and agents
// do: in a real browser, with keyboard, lost lines and reloads, and with axe-core
// looking for what would shut somebody out. It has no code of its own.
//
// They need Chromium and axe-core: `make setup` installs the first, `npm ci` in
// this folder the second. Without them the tests fail and say so. With
// GUICHET_SCREENSHOTS=FOLDER they leave pictures of each state there.
package browser
