package memstore

import (
	"errors"
	"fmt"
)

// Kind sorts errors by what a caller can do about them.
type Kind uint8

// The kinds of [Error].
const (
	Invalid     Kind = iota + 1 // the arguments are wrong: change them
	NotFound                    // no such memory of this user
	Conflict                    // another memory of this user stands in the way
	OverLimit                   // this user's store is full
	Busy                        // somebody else holds the store: try again
	Unavailable                 // the store cannot take writes or be read now
	Damaged                     // a row's checksum does not fit its values
)

// Error is an error for people: what was wrong, which limit, what to do. Its
// text holds no driver's message, no path, no Go type and nothing that the
// caller sent. Adapters turn the failures that people can act on into one; all
// others are internal and must not be shown to clients.
type Error struct {
	Kind Kind
	Msg  string
	Err  error // the cause, for logs only
}

// Error gives the text for people.
func (e *Error) Error() string { return e.Msg }

// Unwrap gives the cause, for logs.
func (e *Error) Unwrap() error { return e.Err }

// Is makes errors.Is compare kinds: errors.Is(err, memstore.ErrNotFound).
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Msg == "" && t.Kind == e.Kind
}

// Kinds as targets for errors.Is.
var (
	ErrInvalid     error = &Error{Kind: Invalid}
	ErrNotFound    error = &Error{Kind: NotFound}
	ErrConflict    error = &Error{Kind: Conflict}
	ErrOverLimit   error = &Error{Kind: OverLimit}
	ErrBusy        error = &Error{Kind: Busy}
	ErrUnavailable error = &Error{Kind: Unavailable}
	ErrDamaged     error = &Error{Kind: Damaged}
)

// ErrClosed is what every call answers after Close.
var ErrClosed error = &Error{Kind: Unavailable, Msg: "the store is closed; restart the server"}

// ErrSnapshotGone is what an adapter answers to a part of a snapshot whose
// earlier parts are no longer there. It never reaches a caller of a Store.
var ErrSnapshotGone = errors.New("memstore: the snapshot's earlier parts are gone")

// ErrOtherLog says that the log of erasures beside the store belongs to another
// store, or was begun anew after this copy was made.
var ErrOtherLog error = &Error{Kind: Conflict, Msg: "the log of erasures beside the store is not this store's: what was erased since this copy was made may be in it again"}

// ErrNoSession is what ending a session answers when none is active.
var ErrNoSession error = &Error{Kind: NotFound, Msg: "no session is active; call mem_session_start first"}

func invalid(format string, args ...any) error {
	return &Error{Kind: Invalid, Msg: fmt.Sprintf(format, args...)}
}

// noMemory answers for an unknown id and for another user's alike.
func noMemory(id int64) error {
	return &Error{Kind: NotFound, Msg: fmt.Sprintf("no memory %d", id)}
}

// ForPeople reports whether err was written to be shown, and gives it.
func ForPeople(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

func conflict(format string, args ...any) error {
	return &Error{Kind: Conflict, Msg: fmt.Sprintf(format, args...)}
}
