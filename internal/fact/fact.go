package fact

import (
	"slices"
	"strings"
)

// Kind is what a fact is of.
type Kind string

// The kinds of fact, with an example of each and its value.
const (
	Number   Kind = "number"   // 1 200, dix-huit: 1200, 18
	Amount   Kind = "amount"   // 4,35 €: 4.35
	Percent  Kind = "percent"  // 58 %: 58
	Fraction Kind = "fraction" // à moitié prix: 1/2
	Measure  Kind = "measure"  // 2 m³: 2 m3
	Duration Kind = "duration" // trois mois, 10 ans: 3 month, 10 year
	Rate     Kind = "rate"     // par an, chaque jour: year, day
	Date     Kind = "date"     // le 1er mars: 1/3; its year is a fact of its own
	Year     Kind = "year"     // 2027
	Month    Kind = "month"    // en mars: 3
	Weekday  Kind = "weekday"  // lundi: 1
	Moment   Kind = "moment"   // le premier lundi: 1 of 1; le dernier: -1 of 1
	Time     Kind = "time"     // 9 h 30, 2:30 pm: 9:30, 14:30
	Phone    Kind = "phone"    // 01 41 23 80 00: 0141238000
	Email    Kind = "email"    // in lower case
	URL      Kind = "url"      // without scheme, www. and closing marks
	Address  Kind = "address"  // 12 rue des Lilas: 12 rue lilas
	Street   Kind = "street"   // rue des Lilas: rue lilas
	Form     Kind = "form"     // cerfa n° 12345*01: 12345*01
	Law      Kind = "law"      // art. L. 211-1: l211-1
	Ordinal  Kind = "ordinal"  // 2e étage: 2
	Code     Kind = "code"     // F10007, tranche B: f10007, b
	Range    Kind = "range"    // de 9 h à 12 h: time 9:00..12:00
)

// Fact is a fact and where it stands: text[Start:End].
type Fact struct {
	Kind       Kind
	Value      string
	Start, End int
	Bound      Bound
	Implied    bool   // not written: Wednesday in "du lundi au vendredi"
	Year       string // of a date or month, where it is written behind it
	Day        string // of a date, its day of the week, where it is written before it
}

// Bound tells whether a fact is a limit.
type Bound int

// A fact is itself, or what is less (before, up to), or more (after, from on).
const (
	Exact Bound = iota
	Less
	More
)

// Key is the fact as one word.
func (f Fact) Key() string { return string(f.Kind) + " " + f.Value }

// Class is the kind with which values compete: a street is an address.
func (f Fact) Class() Kind {
	if f.Kind == Street {
		return Address
	}
	return f.Kind
}

// StatedBy tells whether a text that states other states f: by value, or by
// something that holds it (a date its month, a page its site).
func (f Fact) StatedBy(other Fact) bool {
	if f.Year != "" && other.Year != "" && f.Year != other.Year || f.Day != "" && other.Day != "" && f.Day != other.Day {
		return false
	}
	if f.Kind == other.Kind && f.Value == other.Value {
		return true
	}
	switch f.Kind {
	case Number, Year:
		return (other.Kind == Number || other.Kind == Year || other.Kind == Phone) && f.Value == other.Value
	case Phone:
		return other.Kind == Number && f.Value == other.Value
	case Month:
		return other.Kind == Date && strings.HasSuffix(other.Value, "/"+f.Value)
	case Time:
		return other.Kind == Duration && f.Value == strings.TrimSuffix(other.Value, " hour")+":00"
	case Duration:
		return other.Kind == Time && other.Value == strings.TrimSuffix(f.Value, " hour")+":00"
	case URL:
		return other.Kind == URL && strings.HasPrefix(other.Value, f.Value+"/")
	case Form:
		return other.Kind == Form && strings.HasPrefix(other.Value, f.Value+"*")
	case Address:
		return other.Kind == Address && samePlace(f.Value, other.Value)
	case Street:
		if other.Kind == Address {
			_, street, _ := strings.Cut(other.Value, " ")
			return samePlace(f.Value, street)
		}
		return other.Kind == Street && samePlace(f.Value, other.Value)
	case Range:
		return other.Kind == Range && f.Value == other.Value
	}
	return false
}

// samePlace tells whether one address goes on where the other ends: how far a
// name reaches into a sentence is not always sure.
func samePlace(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+" ") || strings.HasPrefix(b, a+" ")
}

// Ends are the kind and the two values of a Range.
func (f Fact) Ends() (kind Kind, from, to string) {
	name, values, _ := strings.Cut(f.Value, " ")
	from, to, _ = strings.Cut(values, "..")
	return Kind(name), from, to
}

// Parse returns the facts of a text in a language ("fr", "en", or another, of
// which only figures are read), in the order of their starts.
func Parse(text, language string) []Fact {
	p := parser{text: text, language: language, tokens: tokenize(text)}
	p.lengthen()
	p.run()
	p.ranges()
	slices.SortStableFunc(p.facts, func(a, b Fact) int { return a.Start - b.Start })
	return p.facts
}
