// Package fact reads the facts of a text that can be compared by value:
// numbers, amounts, dates, times, days, periods, telephone numbers, addresses
// of mail, web and street, numbers of forms and articles of law.
//
// Two texts state one fact in many ways: "9h30" and "9 h 30", "01 41 23 80 00"
// and "+33 1 41 23 80 00", "1 200,50 €" and "€1,200.50", "le 1er mars" and
// "March 1". Parse brings each to one Value and tells where it stood.
//
// A text is cut into tokens once: words (folded to lower case without accents),
// runs of digits (whatever digits they are written with), and signs. At each
// token the readers are tried in turn, those of long facts before those of
// short ones, so that a telephone number is not five numbers. What joins two
// facts of a kind ("de 9 h à 12 h") makes a Range beside them; a range of days
// implies those between.
//
// The language settles what 1,200 and "sept" mean. In a language other than
// French and English, figures alone are read.
//
// Short names are read where they cannot be other words: "lun. au ven.", "15
// sept.", but not "la mer." or "ils sont sept.".
//
// What is not sure is not read: "la semaine prochaine" is no date, "un" and
// "une" count only before a unit ("un an"; of things that a passage counts
// otherwise, package rag minds them), and the numbers of a list's items are no
// facts.
package fact
