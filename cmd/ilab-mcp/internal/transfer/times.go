package transfer

import (
	"strings"
	"time"
)

// readTime reads a time as other programs write it: RFC 3339, or without a zone,
// which means UTC, as SQLite's datetime() and Python do; or a day alone.
func readTime(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	for _, layout := range []string{
		time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly,
	} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1 && !t.IsZero() {
			return t, true
		}
	}
	return time.Time{}, false
}

// notEarlier gives the later of two times: what changed last did not do so before
// it was there, whatever another program's clock said.
func notEarlier(updated, created time.Time) time.Time {
	if updated.Before(created) {
		return created
	}
	return updated
}
