package config

import "fmt"

// Error is wrong usage, told to a person: what was wrong, what to do, and a
// command that is right.
type Error struct {
	What    string
	Do      string
	Example string // "" for none
}

// Error gives all of it, a line each.
func (e *Error) Error() string {
	s := e.What + "\n  " + e.Do
	if e.Example != "" {
		s += "\n  For example: " + e.Example
	}
	return s
}

func wrong(what, do, example string) error { return &Error{What: what, Do: do, Example: example} }

func wrongf(do, example, format string, args ...any) error {
	return wrong(fmt.Sprintf(format, args...), do, example)
}
