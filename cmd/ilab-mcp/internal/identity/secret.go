package identity

import (
	"fmt"
	"io"
	"log/slog"
)

// Secret is a whole API key, on its way to the person it is made for. It prints
// as a placeholder everywhere; only Reveal gives it.
type Secret struct{ key string }

// Reveal gives the key itself, to be shown once.
func (s Secret) Reveal() string { return s.key }

// String keeps the key out of messages.
func (s Secret) String() string { return "[key]" }

// GoString keeps the key out of %#v.
func (s Secret) GoString() string { return s.String() }

// Format keeps the key out of every other verb of package fmt.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue keeps the key out of logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }
