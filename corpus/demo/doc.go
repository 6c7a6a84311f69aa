// Package demo is an invented town, Saint-Aubin-les-Étangs, to try Guichet on
// without the documents of a real one.
//
// Its documents are such as a town of 12 000 people publishes: Markdown, whole
// HTML pages with menu, cookie banner, accordions and footer, and PDFs, with
// the contradictions that real ones have (an old tariff sheet beside the new
// page, summer hours beside the usual ones, last year's Christmas market, a
// bulletin that an order overtook). They were written for this project.
// Everybody and every place in them is invented; telephone numbers are from
// the ranges that ARCEP reserves for fiction, national emergency and help
// lines aside, and web addresses end in ".example".
//
// The PDFs are printed from the HTML files in sources by scripts/demo-pdfs.sh.
package demo
