package telemetry

// Error is an environment variable with a value that cannot be used, told to a
// person. It does not repeat values that may be secret.
type Error struct {
	Variable string // its name
	What     string // what is wrong with it
	Do       string // what to do about it
}

// Error gives all of it, a line each.
func (e *Error) Error() string { return e.What + "\n  " + e.Do }
