package connect

import (
	"encoding/json"
	"net/http"
	"strings"
)

// metadataPath is where RFC 9728 puts what is known of a protected resource;
// the resource's own path may follow.
const metadataPath = "/.well-known/oauth-protected-resource"

// Resource describes this server to clients that have to get a token first, as
// RFC 9728 has it.
type Resource struct {
	URL    string   // of the MCP endpoint, as clients know it: https://memory.example.com/mcp
	Issuer string   // of the authorization server
	Scopes []string // that a client asks for; nil for none
}

// metadataURL is where clients find serve's answer.
func (m *Resource) metadataURL() string {
	scheme, rest, _ := strings.Cut(m.URL, "://")
	host, path, _ := strings.Cut(rest, "/")
	return scheme + "://" + host + metadataPath + "/" + path
}

func (m *Resource) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		notAllowed(w, http.MethodGet).write(w)
		return
	}
	b, err := json.Marshal(struct {
		Resource string   `json:"resource"`
		Servers  []string `json:"authorization_servers"`
		Scopes   []string `json:"scopes_supported,omitempty"`
		Methods  []string `json:"bearer_methods_supported"`
		Name     string   `json:"resource_name"`
	}{m.URL, []string{m.Issuer}, m.Scopes, []string{"header"}, "ilab-mcp memory"})
	if err != nil {
		refused(http.StatusInternalServerError, "something went wrong in the server; try again", "internal").write(w)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(append(b, '\n')) // whoever asked has gone
}

// challenge is the WWW-Authenticate of a refusal.
func (h *HTTP) challenge(what string) string {
	parts := []string{`realm="ilab-mcp"`}
	if what != "" {
		parts = append(parts, what)
	}
	if m := h.o.Resource; m != nil {
		parts = append(parts, `resource_metadata="`+m.metadataURL()+`"`)
		if len(m.Scopes) > 0 {
			parts = append(parts, `scope="`+strings.Join(m.Scopes, " ")+`"`)
		}
	}
	return "Bearer " + strings.Join(parts, ", ")
}
