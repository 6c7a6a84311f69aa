package chat

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"guichet/rag"
)

// checkQuestion returns the question without the space around it, or why it is
// refused: rag.ErrEmptyQuestion, rag.ErrLongQuestion or rag.ErrBinaryQuestion.
func checkQuestion(text string) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", rag.ErrEmptyQuestion
	case utf8.RuneCountInString(text) > rag.MaxQuestion:
		return "", rag.ErrLongQuestion
	case !isText(text):
		return "", rag.ErrBinaryQuestion
	}
	return text, nil
}

// isText says whether people could have typed it: valid UTF-8, no control
// characters but line ends and tabs, and at most one character in ten that was
// lost on its way (a word or two pasted from a badly coded page is no harm).
func isText(text string) bool {
	if !utf8.ValidString(text) {
		return false
	}
	lost, all := 0, 0
	for _, r := range text {
		all++
		switch {
		case r == '\n' || r == '\r' || r == '\t':
		case unicode.IsControl(r):
			return false
		case r == utf8.RuneError:
			lost++
		}
	}
	return lost*10 <= all
}
