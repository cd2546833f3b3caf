package memstore

import (
	"log/slog"
	"strings"
)

// MaxUserID is the longest user id, in characters. All of them are ASCII.
const MaxUserID = 64

// UserID names one user, which is one tenant. [ParseUserID] is its only maker;
// the zero value names no one, and [DB.User] refuses it.
type UserID struct{ id string }

// ParseUserID checks and wraps a user id: 1 to 64 characters of A-Z a-z 0-9
// . _ -, the first a letter or digit. The alphabet is strict because ids stand
// in logs, in query plans and, on some engines, in SET statements. An e-mail
// address is refused for the same reason: hash it instead.
func ParseUserID(s string) (UserID, error) {
	if s == "" {
		return UserID{}, invalid("the user id is empty; set one of 1 to %d letters, digits, '.', '_' or '-'", MaxUserID)
	}
	if strings.ContainsRune(s, '@') {
		return UserID{}, invalid("the user id is an e-mail address, which logs and backups would expose; use --user-email with USER_ID_SALT instead")
	}
	if len(s) > MaxUserID {
		return UserID{}, invalid("the user id is %d bytes long; the limit is %d", len(s), MaxUserID)
	}
	for i := range len(s) {
		if !userIDByte(s[i], i == 0) {
			return UserID{}, invalid("the user id has a character that is not allowed at position %d; use letters, digits, '.', '_' or '-', and begin with a letter or digit", i+1)
		}
	}
	return UserID{id: s}, nil
}

func userIDByte(c byte, first bool) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	case c == '.', c == '_', c == '-':
		return !first
	}
	return false
}

// String gives the id as it was parsed, for adapters' statements.
func (u UserID) String() string { return u.id }

// IsZero says that u names no one.
func (u UserID) IsZero() bool { return u.id == "" }

// LogValue keeps raw ids out of logs: whoever wants to log a user logs a hash.
func (u UserID) LogValue() slog.Value { return slog.StringValue("[user]") }
