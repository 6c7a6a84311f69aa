// Package personal finds what names a person in a text, and masks it: numbers
// of the French social security (NIR) and of the tax office (SPI), telephone
// numbers, e-mail addresses, bank accounts (IBAN, RIB) and payment cards.
//
// A question is masked before it reaches a log, the database or a model. So
// doubt falls to the side of masking where a word names what follows ("mon
// numéro fiscal est ...") or a number has its checksum, and to the side of
// leaving it where it has neither: amounts, dates, times, postcodes, form
// numbers, articles of law, file numbers and SIRET numbers stay as they are.
//
// What the town publishes is no secret: a caller hands a function that knows
// its telephone numbers and addresses. What is masked is forgotten: only its
// kind comes back.
//
// It does not find names, streets or dates of birth: without a language model
// they cannot be told from what a question is about.
package personal
