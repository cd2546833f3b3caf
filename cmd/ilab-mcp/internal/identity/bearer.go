package identity

import (
	"net/http"
	"strings"
)

// MaxCredential is the longest credential that is looked at, in bytes.
const MaxCredential = 16 << 10

// Bearer takes the credential out of a request's one Authorization header.
// Nothing else of the request is looked at: a credential in a query string
// would stay in logs, one in a cookie would be sent by browsers on their own.
// The errors are [Refusal]s.
func Bearer(h http.Header) (string, error) {
	const expected = "send exactly one header Authorization: Bearer, then one space and an API key or an access token"
	values := h.Values("Authorization")
	if len(values) == 0 {
		return "", &Refusal{Reason: NoCredential, Msg: "this server needs a credential: " + expected}
	}
	scheme, credential, _ := strings.Cut(values[0], " ")
	if len(values) > 1 || !strings.EqualFold(scheme, "bearer") || len(credential) > MaxCredential || !isToken68(credential) {
		return "", &Refusal{Reason: BadCredential, Msg: "the Authorization header cannot be read: " + expected}
	}
	return credential, nil
}

// isToken68 says that s has the form which RFC 6750 gives a credential.
func isToken68(s string) bool {
	body := strings.TrimRight(s, "=")
	if body == "" {
		return false
	}
	for i := range len(body) {
		if !isBase62(body[i]) && strings.IndexByte("-._~+/", body[i]) < 0 {
			return false
		}
	}
	return true
}
