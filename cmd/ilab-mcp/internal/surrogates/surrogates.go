// Package surrogates looks for halves of characters in JSON.
package surrogates

import (
	"bytes"
	"strconv"
)

// Unpaired looks for a \u escape of half a UTF-16 pair whose other half does not
// follow: Go's JSON decoder would quietly make it U+FFFD. The message must be
// valid JSON, so that backslashes stand in strings only.
func Unpaired(msg []byte) bool {
	for {
		i := bytes.IndexByte(msg, '\\')
		if i < 0 {
			return false
		}
		unit, ok := escapedUnit(msg[i:])
		switch {
		case !ok:
			msg = msg[i+2:] // another escape: two bytes
		case 0xDC00 <= unit && unit <= 0xDFFF:
			return true
		case 0xD800 <= unit && unit <= 0xDBFF:
			low, ok := escapedUnit(msg[i+6:])
			if !ok || low < 0xDC00 || low > 0xDFFF {
				return true
			}
			msg = msg[i+12:]
		default:
			msg = msg[i+6:]
		}
	}
}

// escapedUnit reads the \uXXXX that b begins with.
func escapedUnit(b []byte) (rune, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return rune(unit), err == nil
}
