package identity_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/ilab-mcp/ilab-mcp/cmd/ilab-mcp/internal/identity"
)

// reason gives the reason of a refusal, and 0 for any other error.
func reason(err error) identity.Reason {
	if r, ok := errors.AsType[*identity.Refusal](err); ok {
		return r.Reason
	}
	return 0
}

func TestBearer(t *testing.T) {
	long := strings.Repeat("a", identity.MaxCredential)
	for name, try := range map[string]struct {
		header http.Header
		want   string
		reason identity.Reason
	}{
		"a key":                   {header: http.Header{"Authorization": {"Bearer ilab_a_b"}}, want: "ilab_a_b"},
		"a token":                 {header: http.Header{"Authorization": {"Bearer aA0-._~+/=="}}, want: "aA0-._~+/=="},
		"the scheme in any case":  {header: http.Header{"Authorization": {"bEARER x"}}, want: "x"},
		"the longest":             {header: http.Header{"Authorization": {"Bearer " + long}}, want: long},
		"nothing":                 {header: http.Header{}, reason: identity.NoCredential},
		"no header of ours":       {header: http.Header{"Cookie": {"Authorization=x"}, "X-User": {"bob"}, "Proxy-Authorization": {"Bearer x"}}, reason: identity.NoCredential},
		"an empty header":         {header: http.Header{"Authorization": {""}}, reason: identity.BadCredential},
		"two headers":             {header: http.Header{"Authorization": {"Bearer x", "Bearer x"}}, reason: identity.BadCredential},
		"two, the first empty":    {header: http.Header{"Authorization": {"", "Bearer x"}}, reason: identity.BadCredential},
		"two in one":              {header: http.Header{"Authorization": {"Bearer x, Bearer y"}}, reason: identity.BadCredential},
		"another scheme":          {header: http.Header{"Authorization": {"Basic eDp5"}}, reason: identity.BadCredential},
		"no scheme":               {header: http.Header{"Authorization": {"ilab_a_b"}}, reason: identity.BadCredential},
		"the scheme alone":        {header: http.Header{"Authorization": {"Bearer"}}, reason: identity.BadCredential},
		"an empty credential":     {header: http.Header{"Authorization": {"Bearer "}}, reason: identity.BadCredential},
		"two spaces":              {header: http.Header{"Authorization": {"Bearer  x"}}, reason: identity.BadCredential},
		"a tab":                   {header: http.Header{"Authorization": {"Bearer\tx"}}, reason: identity.BadCredential},
		"a space before":          {header: http.Header{"Authorization": {" Bearer x"}}, reason: identity.BadCredential},
		"a space behind":          {header: http.Header{"Authorization": {"Bearer x "}}, reason: identity.BadCredential},
		"a line end":              {header: http.Header{"Authorization": {"Bearer x\ny"}}, reason: identity.BadCredential},
		"a zero":                  {header: http.Header{"Authorization": {"Bearer x\x00"}}, reason: identity.BadCredential},
		"not ASCII":               {header: http.Header{"Authorization": {"Bearer é"}}, reason: identity.BadCredential},
		"= in the middle":         {header: http.Header{"Authorization": {"Bearer x=y"}}, reason: identity.BadCredential},
		"= alone":                 {header: http.Header{"Authorization": {"Bearer =="}}, reason: identity.BadCredential},
		"JSON":                    {header: http.Header{"Authorization": {`Bearer {"a":1}`}}, reason: identity.BadCredential},
		"one byte past the limit": {header: http.Header{"Authorization": {"Bearer " + long + "a"}}, reason: identity.BadCredential},
	} {
		got, err := identity.Bearer(try.header)
		if got != try.want || reason(err) != try.reason {
			t.Errorf("%s: got %.40q, %v", name, got, err)
		}
	}
}
