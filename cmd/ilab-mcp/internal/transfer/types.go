package transfer

import (
	"strings"

	"github.com/ilab-mcp/ilab-mcp/memstore"
)

// typeNamed gives the type of this program for what another one calls a kind of
// memory. What is none of the known words is a discovery: something that was
// learnt.
func typeNamed(name string) string {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "profile", "user", "person", "human":
		return memstore.Profile.String()
	case "preference", "preferences", "feedback":
		return memstore.Preference.String()
	case "decision", "decisions", "adr", "architecture", "policy":
		return memstore.Decision.String()
	case "pattern", "patterns", "convention", "conventions":
		return memstore.Pattern.String()
	case "summary", "session_summary":
		return memstore.Summary.String()
	}
	return memstore.Discovery.String()
}
