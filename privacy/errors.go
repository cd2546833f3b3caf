package privacy

import "fmt"

// FieldError says why a text was refused, in words for whoever sent it. It
// never quotes any of the text.
type FieldError struct {
	Field   string // the field's name, as clients know it
	Problem string // what is wrong, to be read after the name
	Remedy  string // what to do about it, a sentence
}

// Error returns one line: the field, what is wrong with it, and what to do.
func (e *FieldError) Error() string {
	return e.Field + " " + e.Problem + ". " + e.Remedy
}

func (f Field) refuse(remedy, problem string, args ...any) *FieldError {
	name := f.Name
	if name == "" {
		name = "the text"
	}
	return &FieldError{Field: name, Problem: fmt.Sprintf(problem, args...), Remedy: remedy}
}

const (
	shorten  = "Shorten it and try again."
	fillIn   = "Send one with visible text in it."
	keepOut  = "Name the topic without it, or leave the key out."
	keepSafe = "Leave it out, and say where it is kept instead."
	sayMore  = "Say something besides and try again."
	reencode = "Remove what is not text and try again."
	asKey    = "Write it in lower case with - in place of spaces."
)
