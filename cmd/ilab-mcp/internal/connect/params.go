package connect

import (
	"encoding/json"
	"strings"
	"unicode"

	"github.com/mark3labs/mcp-go/mcp"
)

// paramNames are the members of params that mcp-go gives a meaning to. It finds
// them in any case, and takes the last of two. A second list has them folded.
const (
	paramNames = " _meta argument arguments capabilities clientInfo context cursor inputResponses level name " +
		"notifications progressToken protocolVersion reason ref requestId requestState task taskId uri "
	foldedNames = " _meta argument arguments capabilities clientinfo context cursor inputresponses level name " +
		"notifications progresstoken protocolversion reason ref requestid requeststate task taskid uri "
)

// setParams reads what a transport has to know of the params, and says what is
// wrong with them: a member that stands there twice, or in another case, would
// let mcp-go understand another message than the one that was looked at.
func (m *message) setParams(raw []byte) (bad string) {
	if raw == nil || raw[0] != '{' {
		return ""
	}
	var meta, client, name []byte
	if bad = distinct(raw, "params", func(key string, value []byte) {
		switch key {
		case "_meta":
			meta = value
		case "clientInfo":
			client = value
		case "name":
			name = value
		}
	}); bad != "" {
		return bad
	}
	if meta != nil && meta[0] == '{' {
		if bad = distinct(meta, "_meta", func(key string, value []byte) {
			if key == mcp.MetaKeyProtocolVersion && value[0] == '"' {
				m.version = unquote(value)
			}
		}); bad != "" {
			return bad
		}
	}
	if m.method == string(mcp.MethodToolsCall) && name != nil && name[0] == '"' {
		m.tool = unquote(name)
	}
	if m.method == string(mcp.MethodInitialize) && client != nil {
		m.client = client
	}
	return ""
}

// distinct walks over an object whose members must differ by more than case.
func distinct(obj []byte, what string, f func(key string, value []byte)) (bad string) {
	seen := map[string]bool{}
	members(obj, func(quoted, value []byte) bool {
		key := unquote(quoted)
		folded := fold(key)
		switch {
		case seen[folded]:
			bad = `a member of "` + what + `" stands there twice`
			return false
		case !strings.Contains(paramNames, " "+key+" ") && strings.Contains(foldedNames, " "+folded+" "):
			bad = `a member of "` + what + `" is written in another case`
			return false
		}
		seen[folded] = true
		f(key, value)
		return true
	})
	return bad
}

// fold makes names equal that Go's decoder takes for the same: by simple case
// folding, as U+017F is an s.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r
		}
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		if 'A' <= least && least <= 'Z' {
			return least + 'a' - 'A'
		}
		return least
	}, s)
}

// maxClient bounds what a client says of itself, in bytes.
const maxClient = 1 << 10

// implementation reads a client's name and version as initialize gives them.
// One that is too long to be stored as a source is left out.
func implementation(raw []byte) mcp.Implementation {
	var client struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	if len(raw) > maxClient || json.Unmarshal(raw, &client) != nil {
		return mcp.Implementation{}
	}
	return mcp.Implementation{Name: client.Name, Version: client.Version}
}
